import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UserError } from '../../../src/errors.ts';
import { reachServer } from '../../../src/reach/reach-server.ts';
import { gcl } from '../../../src/sources/gcl/gcl.ts';
import { GoogleLogin } from '../../../src/sources/google/google-login.ts';
import { openStore } from '../../../src/sources/store/open-store.ts';
import { type CloudLogging, refusal, startCloudLogging } from '../../support/cloud-logging.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { CLUSTER, PROJECT } from '../../support/gke-entry.ts';
import { aQuery } from '../../support/source-cases.ts';

interface Call {
  readonly path: string;
  readonly flavor: string | undefined;
  readonly form: URLSearchParams;
}

let home: string;
let calls: Call[] = [];
let answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };
let url = '';

/** Stands for https://oauth2.googleapis.com and for a machine's metadata server. */
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  calls.push({
    path: request.url ?? '',
    flavor: String(request.headers['metadata-flavor']),
    form: new URLSearchParams(Buffer.concat(chunks).toString('utf8')),
  });
  response.writeHead(answer.status, answer.headers ?? {}).end(answer.body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'google-home-'));
  await mkdir(join(home, 'bin'));
  calls = [];
  answer = { status: 200, body: '{"access_token":"ya29.secret-1","expires_in":3599,"token_type":"Bearer"}' };
});
afterEach(() => rm(home, { recursive: true }));

let nowMs = Date.parse('2026-11-22T10:00:00Z');
const SCOPE = 'https://www.googleapis.com/auth/logging.read';
const { signal } = new AbortController();

function login(env: Readonly<Record<string, string>> = {}): GoogleLogin {
  const means = {
    // Nobody's metadata server answers there.
    env: { HOME: home, PATH: join(home, 'bin'), GCE_METADATA_HOST: '127.0.0.1:1', ...env },
    signal,
    now: () => nowMs,
    serverAt: () => reachServer('google', { url }, { env: {}, signal, api: async () => Promise.reject() }),
  };
  return new GoogleLogin(means, SCOPE);
}

async function written(json: unknown, path = 'key.json'): Promise<string> {
  await writeFile(join(home, path), typeof json === 'string' ? json : JSON.stringify(json));
  return join(home, path);
}

async function gcloud(script: string): Promise<void> {
  await writeFile(join(home, 'bin/gcloud'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const PERSON = {
  ...{ type: 'authorized_user', client_id: 'id-1', client_secret: 'cs-1', refresh_token: '1//rt-1' },
  quota_project_id: 'billed-1',
};

describe('who we are to Google', () => {
  it('a person, by the file of gcloud auth application-default login', async () => {
    await mkdir(join(home, '.config/gcloud'), { recursive: true });
    await written(PERSON, '.config/gcloud/application_default_credentials.json');
    expect(await login().headersFor(false)).toEqual({
      authorization: 'Bearer ya29.secret-1',
      'x-goog-user-project': 'billed-1',
    });
    expect(calls.map(({ path, form }) => [path, Object.fromEntries(form)])).toEqual([
      [
        '/token',
        {
          ...{ grant_type: 'refresh_token', client_id: 'id-1', client_secret: 'cs-1' },
          refresh_token: '1//rt-1',
        },
      ],
    ]);
  });

  it('a service account, by its key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = await written({
      type: 'service_account',
      client_email: 'audit@corp.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      private_key_id: 'k-1',
      token_uri: 'https://oauth2.googleapis.com/token',
    });
    expect(await login({ GOOGLE_APPLICATION_CREDENTIALS: file }).headersFor(false)).toEqual({
      authorization: 'Bearer ya29.secret-1',
    });
    const form = calls[0]?.form;
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claim = '', signature = ''] = form?.get('assertion')?.split('.') ?? [];
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k-1' });
    expect(read(claim)).toEqual({
      iss: 'audit@corp.iam.gserviceaccount.com',
      scope: SCOPE,
      aud: 'https://oauth2.googleapis.com/token',
      iat: nowMs / 1000,
      exp: nowMs / 1000 + 3600,
    });
    const text = Buffer.from(`${header}.${claim}`);
    expect(verify('RSA-SHA256', text, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('the machine, by its metadata server, if it is one of Google’s', async () => {
    answer = { ...answer, headers: { 'metadata-flavor': 'Google' } };
    const env = { GCE_METADATA_HOST: url.replace('http://', ''), HTTP_PROXY: 'http://127.0.0.1:1' };
    expect(await login(env).headersFor(false)).toEqual({ authorization: 'Bearer ya29.secret-1' });
    expect(calls).toMatchObject([
      { path: '/computeMetadata/v1/instance/service-accounts/default/token', flavor: 'Google' },
    ]);
    answer = { ...answer, headers: {} };
    await expect(login(env).headersFor(false)).rejects.toMatchObject({ code: 'AUDIT_NO_CREDENTIALS' });
  });

  it('whoever is logged in with gcloud', async () => {
    await gcloud(
      `[ "$*" = "config config-helper --format json" ] && echo '{"credential":{"access_token":"ya29.g","token_expiry":"2026-11-22T10:30:00Z"}}'`,
    );
    expect(await login().headersFor(false)).toEqual({ authorization: 'Bearer ya29.g' });
  });

  it('credentials of another kind are gcloud’s to understand', async () => {
    const file = await written({ type: 'external_account', audience: '//iam.googleapis.com/x' });
    await expect(login({ GOOGLE_APPLICATION_CREDENTIALS: file }).headersFor(false)).rejects.toMatchObject({
      hint: 'gcloud auth application-default print-access-token',
    });
    await gcloud(`[ "$*" = "auth application-default print-access-token" ] && echo ya29.x`);
    expect(await login({ GOOGLE_APPLICATION_CREDENTIALS: file }).headersFor(false)).toEqual({
      authorization: 'Bearer ya29.x',
    });
  });

  it('nobody, when nothing is there', async () => {
    await expect(login().headersFor(false)).rejects.toMatchObject({
      code: 'AUDIT_NO_CREDENTIALS',
      hint: expect.stringContaining('gcloud auth application-default login'),
    });
  });

  it('is asked for once, until it ends or is refused', async () => {
    const file = await written(PERSON);
    const once = login({ GOOGLE_APPLICATION_CREDENTIALS: file });
    await Promise.all([once.headersFor(false), once.headersFor(false)]);
    await once.headersFor(false);
    expect(calls.length).toBe(1);
    nowMs += 3_550_000;
    await once.headersFor(false);
    expect(calls.length).toBe(2);
    await once.headersFor(true);
    expect(calls.length).toBe(3);
  });

  it.each([
    // https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
    [
      {
        status: 400,
        body: '{"error":"invalid_grant","error_description":"Token has been expired or revoked."}',
      },
      /invalid_grant: Token has been expired/,
    ],
    [{ status: 200, body: '{"access_token":"ya29.secret-1","expires' }, /gave no token/],
    [{ status: 200, body: '{}' }, /gave no token/],
  ])('%j is an error that tells no secret', async (refused, message) => {
    const file = await written(PERSON);
    answer = refused;
    const error = await login({ GOOGLE_APPLICATION_CREDENTIALS: file })
      .headersFor(false)
      .catch((one: UserError) => one);
    expect(error).toMatchObject({ code: 'AUDIT_NO_CREDENTIALS', message: expect.stringMatching(message) });
    expect(JSON.stringify([error, (error as UserError).message, (error as UserError).hint])).not.toMatch(
      /secret-1|rt-1|cs-1/,
    );
  });

  it.each([
    ['{"type":"authorized_user","refresh_token":"1//rt-1', /is no JSON/],
    ['{"type":"authorized_user","client_id":"a"}', /has no client_secret/],
    [
      '{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN rt-1"}',
      /private key of a@b cannot be used/,
    ],
    [
      '{"type":"service_account","client_email":"a@b","private_key":"k","token_uri":"http://evil/token"}',
      /no https/,
    ],
    ['[]', /has no type/],
    ['null', /has no type/],
  ])('a file of %s is refused', async (text, message) => {
    const file = await written(text);
    const asking = login({ GOOGLE_APPLICATION_CREDENTIALS: file }).headersFor(false);
    await expect(asking).rejects.toMatchObject({
      code: 'AUDIT_NO_CREDENTIALS',
      message: expect.stringMatching(message),
    });
    await expect(asking).rejects.not.toThrow(/rt-1/);
    expect(calls).toEqual([]);
  });

  it('a file that was named has to be there', async () => {
    const asking = login({ GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' }).headersFor(false);
    await expect(asking).rejects.toThrow('"/nowhere/key.json"');
  });
});

describe('Cloud Logging', () => {
  let logging: CloudLogging;
  beforeAll(async () => {
    logging = await startCloudLogging();
  });
  afterAll(() => logging.stop());

  it('is asked again with another token when one was refused', async () => {
    answer = { ...answer, headers: { 'metadata-flavor': 'Google' } };
    const io = { ...fixedIo(), env: { HOME: home, GCE_METADATA_HOST: url.replace('http://', '') } };
    const secrets = { env: {}, signal, api: async () => Promise.reject() };
    const settings = gcl.settings.parse({ project: PROJECT, cluster: CLUSTER, url: logging.url });
    const source = await openStore('gcl', gcl, settings, { io, maxBytes: null, secrets });
    const tokens: string[] = [];
    logging.refuses = (_, token) => {
      tokens.push(token);
      return tokens.length === 1 ? refusal(401, 'UNAUTHENTICATED', 'expired') : null;
    };
    await source.plan(aQuery(), signal);
    expect([tokens.length > 1, new Set(tokens), calls.length]).toEqual([
      true,
      new Set(['Bearer ya29.secret-1']),
      2,
    ]);
    logging.refuses = () => refusal(401, 'UNAUTHENTICATED', 'expired');
    const query = await source.plan(aQuery(), signal);
    const reading = async () => {
      for await (const _ of source.read(query, signal));
    };
    await expect(reading()).rejects.toMatchObject({ code: 'AUDIT_NO_CREDENTIALS' });
    await source.close();
  });
});
