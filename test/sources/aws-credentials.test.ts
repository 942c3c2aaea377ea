import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsIdentity } from '../../src/sources/aws/credentials.ts';

let home: string;
const { signal } = new AbortController();

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'aws-home-'));
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws/credentials'),
    '# ours\n[default]\naws_access_key_id = AK1\naws_secret_access_key=SK1=\n\n[other]\r\naws_access_key_id = AK2\r\naws_secret_access_key = SK2\r\naws_session_token = T2\r\n',
  );
  await writeFile(
    join(home, '.aws/config'),
    `[default]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n[profile other]\nregion=eu-north-1\n[profile "run it"]\ncredential_process = ${printing('{"Version":1,"AccessKeyId":"AK3","SecretAccessKey":"SK3","Expiration":"2026-11-23T10:00:00Z"}')}\n[profile broken]\ncredential_process = false\n[profile sso]\nsso_session = corp\n[profile empty]\nregion = us-west-2\n`,
  );
});
afterEach(() => rm(home, { recursive: true }));

function printing(text: string): string {
  return `printf '%s' '${text}'`;
}

const ask = (profile: string | null, env: Readonly<Record<string, string>> = {}) =>
  awsIdentity(profile, { env: { HOME: home, PATH: process.env.PATH, ...env }, signal });

const STATIC = { sessionToken: null, expiresMs: null };

describe('who we are to AWS', () => {
  it('what the environment says goes first', async () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'AK',
      AWS_SECRET_ACCESS_KEY: 'SK',
      AWS_SESSION_TOKEN: 'T',
      AWS_REGION: 'us-east-2',
    };
    expect(await ask(null, env)).toEqual({
      credentials: { accessKeyId: 'AK', secretAccessKey: 'SK', sessionToken: 'T', expiresMs: null },
      region: 'us-east-2',
    });
  });

  it('a profile that is named goes before it', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'SK' };
    const wanted = {
      credentials: { accessKeyId: 'AK2', secretAccessKey: 'SK2', sessionToken: 'T2', expiresMs: null },
      region: 'eu-north-1',
    };
    expect(await ask('other', env)).toEqual(wanted);
    expect(await ask(null, { AWS_PROFILE: 'other' })).toEqual(wanted);
  });

  it('then the files, and other files than usual', async () => {
    const wanted = {
      credentials: { ...STATIC, accessKeyId: 'AK1', secretAccessKey: 'SK1=' },
      region: 'eu-west-1',
    };
    expect(await ask(null)).toEqual(wanted);
    const moved = {
      HOME: '/nowhere',
      AWS_CONFIG_FILE: join(home, '.aws/config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws/credentials'),
    };
    expect(await ask(null, moved)).toEqual(wanted);
  });

  it('and what a profile says to run', async () => {
    expect((await ask('run it')).credentials).toEqual({
      ...{ accessKeyId: 'AK3', secretAccessKey: 'SK3', sessionToken: null },
      expiresMs: Date.parse('2026-11-23T10:00:00Z'),
    });
    await expect(ask('broken')).rejects.toMatchObject({ code: 'AUDIT_NO_CREDENTIALS' });
  });

  it('a login is the AWS command line’s', async () => {
    await mkdir(join(home, 'bin'));
    const says = '{"AccessKeyId":"AK4","SecretAccessKey":"\'"$AWS_PROFILE $*"\'"}';
    await writeFile(join(home, 'bin/aws'), `#!/bin/sh\n${printing(says)}\n`, { mode: 0o755 });
    const { credentials } = await ask('sso', { PATH: `${join(home, 'bin')}:${process.env.PATH}` });
    expect(credentials?.secretAccessKey).toBe('sso configure export-credentials --format process');
  });

  it('nobody, when nothing is there', async () => {
    expect(await ask(null, { HOME: '/nowhere' })).toEqual({ credentials: null, region: null });
    expect(await ask('empty')).toEqual({ credentials: null, region: 'us-west-2' });
    await expect(ask('no-such')).rejects.toMatchObject({ code: 'AUDIT_NO_CREDENTIALS' });
    await expect(ask(null, { AWS_PROFILE: 'no-such' })).rejects.toThrow('"no-such"');
  });
});
