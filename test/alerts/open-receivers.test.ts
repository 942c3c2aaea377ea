import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReceivers } from '../../src/commands/open-receivers.ts';
import { UserError } from '../../src/errors.ts';
import { fixedIo } from '../support/fixed-io.ts';

function open(to: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = fixedIo({ env });
  return openReceivers(to, io, { env, signal: io.signal, api: () => Promise.reject() });
}

async function refusal(to: string, env: Readonly<Record<string, string>> = {}): Promise<UserError> {
  const error: unknown = await open([to], env).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`${to} was not refused`);
  return error;
}

async function config(text: string): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'receivers-'));
  await chmod(folder, 0o700);
  const path = join(folder, 'config.yaml');
  await writeFile(path, text, { mode: 0o600 });
  return { KUBECTL_AUDIT_CONFIG: path };
}

describe('openReceivers', () => {
  it('takes receivers from the configuration file by name, and URLs', async () => {
    const env = await config(`version: 1
receivers:
  oncall: { type: alertmanager, url: "http://127.0.0.1:9093", severity: high, labels: { cluster: prod } }
  chat: { type: slack, url: { env: HOOK } }
`);
    const to = ['oncall', 'chat', 'falcosidekick+http://127.0.0.1:2801'];
    const receivers = await open(to, { ...env, HOOK: 'https://hooks.slack.com/services/T/B/SECRET' });
    expect(receivers.map(({ name, key, least, keeps }) => [name, key.split(' ')[0], least, keeps])).toEqual([
      ['oncall', 'oncall', 'high', true],
      ['chat', 'chat', 'info', false],
      ['falcosidekick 127.0.0.1:2801', 'falcosidekick', 'info', false],
    ]);
    for (const { server } of receivers) server.close();
  });

  it('knows a URL again in the next run, and does not keep it', async () => {
    const to = 'slack+https://hooks.slack.com/services/T00/B00/SECRETSECRET';
    const [[one], [two]] = [await open([to]), await open([to])];
    expect(one?.key).toBe(two?.key);
    expect(one?.key).not.toContain('SECRET');
    expect(one?.name).toBe('slack hooks.slack.com');
  });

  it('names what is wrong with a setting where it stands in the file', async () => {
    const env = await config(
      'version: 1\nreceivers:\n  oncall:\n    type: alertmanager\n    url: 127.0.0.1\n',
    );
    expect((await refusal('oncall', env)).message).toMatch(
      /config\.yaml:5:5: receivers\.oncall\.url: a URL such as/,
    );
  });

  it.each([
    ['oncal', 'AUDIT_UNKNOWN_RECEIVER', 'there is no receiver "oncal"'],
    ['pager+http://127.0.0.1', 'AUDIT_UNKNOWN_RECEIVER', 'there is no kind of receiver "pager"'],
    ['slack://hooks.slack.com/services/T/B/SECRET', 'AUDIT_BAD_CONFIG', 'does not say how it is reached'],
    [
      'slack+https://hooks.slack.com/services/T/B/SECRET?colour=red',
      'AUDIT_BAD_CONFIG',
      'there is no such setting',
    ],
    [
      'webhook+https://hooks.example/SECRET?hmac=SECRET',
      'AUDIT_BAD_CONFIG',
      'hmac itself does not belong into a URL',
    ],
    ['webhook+https://me:SECRET@hooks.example/x', 'AUDIT_BAD_CONFIG', 'a login does not belong into a URL'],
    ['webhook://?url-env=NONE', 'AUDIT_NO_CREDENTIALS', 'the variable NONE is not set'],
    ['webhook://?url-env=WRONG', 'AUDIT_BAD_CONFIG', 'is no URL'],
    ['alertmanager+http://127.0.0.1:9093?severity=grave', 'AUDIT_BAD_CONFIG', 'severity'],
  ])('refuses %s, and tells no secret', async (to, code, message) => {
    const error = await refusal(to, { WRONG: 'SECRET' });
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.hint}`).not.toContain('SECRET');
  });

  it('refuses the same receiver twice', async () => {
    const to = 'webhook+http://127.0.0.1:1/x';
    await expect(open([to, to])).rejects.toMatchObject({ code: 'AUDIT_USAGE' });
  });

  it('sends no credentials over an open line', async () => {
    const error = await refusal('webhook+http://hooks.example/x?token-env=TOKEN', { TOKEN: 'SECRET' });
    expect(error.message).toContain('would be sent unencrypted');
  });
});
