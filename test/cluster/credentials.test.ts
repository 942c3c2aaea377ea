/** Logging in: tokens, files of tokens, login commands, certificates. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenFileCredentials } from '../../src/cluster/credentials/token-file.ts';
import { connectTo, failure, folder, never, serve, tlsFile } from './support/connect-here.ts';

const V1 = 'client.authentication.k8s.io/v1';
const EXEC = `exec: {command: ./login.sh, apiVersion: ${V1}, interactiveMode: IfAvailable}`;

/** Prints token-1, token-2, … and says so. */
function counting(more = ''): string {
  return `#!/bin/sh
echo >> "$(dirname "$0")/calls"
n=$(wc -l < "$(dirname "$0")/calls"); n=$((n))
echo "logging in, time $n" >&2
printf '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"token-%s"${more}}}' "$n"
`;
}

describe('a login command', () => {
  it('runs once for all who wait, and says what it says on stderr', async () => {
    const { ports, seen } = await serve();
    const said: string[] = [];
    const { api, execCommand } = await connectTo(ports.tls, {
      user: EXEC,
      files: { 'login.sh': counting() },
      said,
    });
    expect(seen).toEqual([]);
    await Promise.all([1, 2, 3].map(() => api.send('GET', '/', null, never)));
    await api.send('GET', '/', null, never);
    expect(seen.map((one) => one.authorization)).toEqual(Array(4).fill('Bearer token-1'));
    expect(said.join('')).toBe('logging in, time 1\n');
    expect(execCommand?.command).toMatch(/\/login\.sh$/);
  });

  it('runs again when the credential has expired', async () => {
    const { ports, seen } = await serve();
    let now = Date.parse('2026-11-25T02:00:00Z');
    const login = counting(',"expirationTimestamp":"2026-11-25T03:00:00Z"');
    const { api } = await connectTo(ports.tls, { user: EXEC, files: { 'login.sh': login }, now: () => now });
    await api.send('GET', '/', null, never);
    now = Date.parse('2026-11-25T02:59:59Z');
    await api.send('GET', '/', null, never);
    now = Date.parse('2026-11-25T03:00:01Z');
    await api.send('GET', '/', null, never);
    expect(seen.map((one) => one.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('runs again once when the server refuses what it gave', async () => {
    const { ports, seen } = await serve((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer token-2' ? 200 : 401;
      response.end('{}');
    });
    const { api } = await connectTo(ports.tls, { user: EXEC, files: { 'login.sh': counting() } });
    expect((await api.send('POST', '/', {}, never)).status).toBe(200);
    expect(seen.map((one) => one.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('does not go on and on when the server refuses all of it', async () => {
    const { ports, seen } = await serve((_request, response) => {
      response.statusCode = 401;
      response.end('{}');
    });
    const { api } = await connectTo(ports.tls, { user: EXEC, files: { 'login.sh': counting() } });
    const { said } = await failure(api.list('/api/v1/nodes', never));
    expect(said).toMatch(
      /^AUDIT_NO_CREDENTIALS: not logged in to .*: it does not accept the login command ".*": expired, or revoked$/,
    );
    expect(seen.length).toBe(2);
  });

  it('may give a certificate, and another one next time', async () => {
    const certificate = (name: string) =>
      JSON.stringify({
        kind: 'ExecCredential',
        apiVersion: V1,
        status: {
          clientCertificateData: readFileSync(tlsFile(`${name}.crt`), 'utf8'),
          clientKeyData: readFileSync(tlsFile(`${name}.key`), 'utf8'),
          expirationTimestamp: '2026-11-25T03:00:00Z',
        },
      });
    const { ports, seen } = await serve();
    let now = 0;
    const { api } = await connectTo(ports.tls, {
      user: EXEC,
      now: () => now,
      files: {
        'login.sh': '#!/bin/sh\ncd "$(dirname "$0")" && cat now.json && cp next.json now.json\n',
        'now.json': certificate('client'),
        'next.json': certificate('expired'),
      },
    });
    await api.send('GET', '/', null, never);
    now = Date.parse('2026-11-26T00:00:00Z');
    await api.send('GET', '/', null, never);
    expect(seen.map((one) => [one.certificate, one.authorization])).toEqual([
      ['alice', null],
      ['expired', null],
    ]);
  });

  it.each([
    ['#!/bin/sh\necho s3cr3t; exit 3\n', /failed with exit status 3$/],
    ['#!/bin/sh\nkill -9 $$\n', /failed with SIGKILL$/],
    ['#!/bin/sh\necho s3cr3t\n', /printed no ExecCredential$/],
    ['#!/bin/sh\necho \'{"kind":"ExecCredential","apiVersion":"s3cr3t"}\'\n', /printed another version/],
    [`#!/bin/sh\necho '{"kind":"ExecCredential","apiVersion":"${V1}"}'\n`, /without a status$/],
    [`#!/bin/sh\necho '{"kind":"ExecCredential","apiVersion":"${V1}","status":{}}'\n`, /neither a token nor/],
    [
      `#!/bin/sh\necho '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"clientKeyData":"s3cr3t"}}'\n`,
      /a certificate or a key, but not both$/,
    ],
  ])('says what went wrong, and no secret: %j', async (login, expected) => {
    const { api } = await connectTo(1, {
      user: EXEC.replace('}', ', args: [--pass=s3cr3t]}'),
      files: { 'login.sh': login },
    });
    const { said } = await failure(api.send('GET', '/', null, never));
    expect(said).toMatch(/^AUDIT_NO_CREDENTIALS: the login command ".*login.sh" of user "u" /);
    expect(said).toMatch(expected);
    expect(said).not.toContain('s3cr3t');
  });

  it('says how to install it', async () => {
    const user = `exec: {command: no-such-login, apiVersion: ${V1}, interactiveMode: Never, installHint: "get it\\n at https://example"}`;
    const { api } = await connectTo(1, { user });
    expect(await failure(api.send('GET', '/', null, never))).toEqual({
      said: 'AUDIT_NO_CREDENTIALS: the login command "no-such-login" of user "u" is not installed',
      hint: 'get it at https://example',
    });
  });
});

describe('a token file', () => {
  it('is read again when the server refuses the token', async () => {
    const { ports, seen } = await serve((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer new' ? 200 : 401;
      response.end('{}');
    });
    const path = join(folder({ token: 'old\n' }), 'token');
    const { api } = await connectTo(ports.tls, { user: `tokenFile: ${path}` });
    expect((await api.send('GET', '/', null, never)).status).toBe(401);
    writeFileSync(path, 'new\n');
    expect((await api.send('GET', '/', null, never)).status).toBe(200);
    expect(seen.map((one) => one.authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('keeps the last token when it is emptied, and gives none when it was never there', async () => {
    const path = join(folder({ token: 'old' }), 'token');
    const credentials = await tokenFileCredentials(path, '', null);
    const first = await credentials.current();
    writeFileSync(path, '');
    expect([await credentials.renew(first), await credentials.current()]).toEqual([false, first]);
    expect((await failure(tokenFileCredentials(`${path}-gone`, '', null))).said).toMatch(
      /is empty or cannot be read$/,
    );
  });
});

describe('certificates', () => {
  const withCert = (name: string, key = name) =>
    `client-certificate: ${tlsFile(`${name}.crt`)}, client-key: ${tlsFile(`${key}.key`)}`;

  it('says that the client certificate has expired', async () => {
    const { ports } = await serve((_request, response) => {
      response.statusCode = 401;
      response.end('{}');
    });
    const { api } = await connectTo(ports.tls, { user: withCert('expired') });
    expect((await failure(api.list('/', never))).said).toMatch(
      /: the client certificate of user "u" expired on 2020-01-02$/,
    );
  });

  it.each([
    [
      'a key that belongs to another',
      withCert('client', 'server'),
      '',
      /the client certificate or key of the user is not usable \(.*mismatch\)$/,
    ],
    [
      'a certificate that is none',
      `client-certificate: ${tlsFile('make.sh')}, client-key: ${tlsFile('client.key')}`,
      '',
      /the client certificate or key of the user is not usable/,
    ],
    [
      'an authority that is none',
      'token: x',
      `certificate-authority: ${tlsFile('make.sh')}`,
      /the certificate authority of the cluster is not usable/,
    ],
    [
      'an authority that did not sign',
      'token: x',
      `certificate-authority: ${tlsFile('client.crt')}`,
      /signed by nobody whom the kubeconfig trusts$/,
    ],
    [
      'no authority',
      'token: x',
      'tls-server-name: kubernetes',
      /signed by nobody whom the kubeconfig trusts$/,
    ],
    [
      'another name',
      'token: x',
      `certificate-authority: ${tlsFile('ca.crt')}, tls-server-name: other`,
      /its certificate is for another name$/,
    ],
  ])('says what is wrong: %s', async (_name, user, cluster, expected) => {
    const { ports, seen } = await serve();
    const server = `server: "https://127.0.0.1:${ports.tls}"`;
    const { api } = await connectTo(ports.tls, {
      user,
      ...(cluster === '' ? {} : { cluster: `${server}, ${cluster}` }),
    });
    expect((await failure(api.send('GET', '/', null, never))).said).toMatch(expected);
    expect(seen).toEqual([]);
  });

  it('asks no name of a server that is met by address, and the given one else', async () => {
    const { ports, seen } = await serve();
    const { api } = await connectTo(ports.tls, { user: withCert('client') });
    await api.send('GET', '/', null, never);
    const trust = `certificate-authority: ${tlsFile('ca.crt')}, tls-server-name: kubernetes`;
    const named = await connectTo(ports.tls, {
      cluster: `server: "https://127.0.0.1:${ports.tls}", ${trust}`,
    });
    await named.api.send('GET', '/', null, never);
    expect(seen.map((one) => [one.serverName, one.certificate])).toEqual([
      [null, 'alice'],
      ['kubernetes', null],
    ]);
  });
});

describe('auth-provider', () => {
  const oidc = (exp: number) =>
    `auth-provider: {name: oidc, config: {id-token: e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.e30, client-id: a, idp-issuer-url: "https://i.invalid"}}`;

  it('sends the token of an OIDC login that holds', async () => {
    const { ports, seen } = await serve();
    const { api } = await connectTo(ports.tls, { user: oidc(9_999_999_999) });
    await api.send('GET', '/', null, never);
    expect(seen[0]?.authorization).toMatch(/^Bearer e30\./);
  });

  it('leaves one that has expired to kubectl, which keeps what it renews', async () => {
    const { api } = await connectTo(1, { user: oidc(1) });
    expect(await failure(api.send('GET', '/', null, never))).toEqual({
      said: 'AUDIT_NO_CREDENTIALS: the login from the auth-provider "oidc" of user "u" has expired',
      hint: 'kubectl auth whoami renews it, and keeps it',
    });
  });

  it('knows no others than client-node does', async () => {
    expect((await failure(connectTo(1, { user: 'auth-provider: {name: acme}' }))).said).toMatch(
      /"acme" .* is not known$/,
    );
  });
});
