/** From files, environment and flags to one configuration. What kubectl makes of the same is e2e/connect's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectFlags } from '../../src/cluster/kubeconfig/connect-flags.ts';
import { decodeKubeconfig } from '../../src/cluster/kubeconfig/decode.ts';
import { parseRequestTimeout } from '../../src/cluster/kubeconfig/request-timeout.ts';
import { resolveKubeconfig } from '../../src/cluster/kubeconfig/resolve.ts';
import { parseServerUrl } from '../../src/cluster/kubeconfig/server-url.ts';
import { UserError } from '../../src/errors.ts';
import { failure, folder } from './support/connect-here.ts';

function broken(text: string): string {
  try {
    decodeKubeconfig(text, 'config');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'not broken';
}

describe('the text of a kubeconfig', () => {
  it.each([
    [
      'users:\n- name: u\n  user:\n    token: 12345\n',
      'config:4:12: users[0].user.token must be text; put it in quotes',
    ],
    ['clusters: {}\n', 'config:1:11: clusters must be a list'],
    ['users:\n- name: u\n  user: [1]\n', 'config:3:9: users[0].user must be a map'],
    [
      'clusters:\n- name: c\n  cluster:\n    insecure-skip-tls-verify: "yes"\n',
      'config:4:31: clusters[0].cluster.insecure-skip-tls-verify must be true or false, without quotes',
    ],
    [
      'users:\n- {name: u, user: {client-key-data: "not base64!"}}\n',
      'config:2:37: users[0].user.client-key-data must be base64',
    ],
    ['users: [{name: u}, {name: u}]\n', 'config:1:27: users[1].name "u" is there twice'],
    ['apiVersion: v2\n', 'config:1:13: apiVersion must be v1'],
    ['kind: Pod\n', 'config:1:7: kind must be Config'],
    ['just words', 'config:1:1: the file must be a map'],
    ['users:\n- name: u\n user: x\n', 'config:3:1: not valid YAML (missing char)'],
    ['{"users": [', 'config:1:12: not valid YAML (bad indent)'],
  ])('says where it is wrong: %j', (text, message) => {
    expect(broken(text)).toMatch(message.replace(/ \(.*/, ''));
    expect(broken(text).startsWith(message.split(': ')[0] ?? '')).toBe(true);
  });

  it('never quotes what stands there: it may be a secret', () => {
    for (const text of [
      'users:\n- user:\n   token: s3cr3t\n  x: [\n',
      'users: [{name: u, user: {client-key-data: "s3cr3t!"}}]',
      'users: [{name: u, user: "s3cr3t"}]',
      'users: [{name: u, user: {token: [s3cr3t]}}]',
      'users: [{name: u, user: {token: *s3cr3t}}]',
      'users: [{name: u, user: {token: "s3cr3t\n',
      'token s3cr3t: }{',
    ]) {
      expect(broken(text)).toMatch(/^config/);
      expect(broken(text)).not.toContain('s3cr3t');
    }
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'clusters:users name{}[]-*&!|>\n"\' ,#') }),
        (text) => {
          broken(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('bounds aliases that multiply', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
      .split('')
      .map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]}, `.repeat(9)}x]`)
      .join('\n')}\n`;
    expect(broken(bomb)).toMatch(/^config: not valid YAML/);
  });
});

async function resolved(
  files: Record<string, string>,
  flags: ConnectFlags = {},
  env: Record<string, string> = {},
  serviceAccount = '/nowhere',
) {
  const path = folder(files);
  const withFolder = (text: string) => text.replaceAll('DIR', path);
  return await resolveKubeconfig(
    flags,
    {
      env: {
        KUBECONFIG: join(path, 'config'),
        ...Object.fromEntries(Object.entries(env).map(([k, v]) => [k, withFolder(v)])),
      },
      cwd: path,
    },
    serviceAccount,
  );
}

const TWO = `clusters: [{name: c, cluster: {server: "https://c"}}, {name: d, cluster: {server: "https://d"}}]
users: [{name: u, user: {token: of-u}}, {name: v, user: {token: of-v}}]
contexts:
- {name: dev, context: {cluster: c, user: u, namespace: shop}}
- {name: prod, context: {cluster: d, user: v}}
current-context: dev
`;

describe('the configuration that is meant', () => {
  it('is the current context, with the flags laid over it', async () => {
    expect(await resolved({ config: TWO })).toMatchObject({
      contextName: 'dev',
      clusterName: 'c',
      userName: 'u',
      namespace: 'shop',
      cluster: { server: 'https://c' },
      user: { token: 'of-u' },
    });
    expect(
      await resolved({ config: TWO }, { context: 'prod', user: 'u', namespace: 'ns/web' }),
    ).toMatchObject({
      contextName: 'prod',
      clusterName: 'd',
      userName: 'u',
      namespace: 'web',
    });
    expect(await resolved({ config: TWO }, { context: 'prod' })).toMatchObject({ namespace: 'default' });
  });

  it.each([
    [{ context: 'prdo' }, 'the kubeconfig has no context "prdo"', 'it has: dev, prod'],
    [{ cluster: 'x' }, 'the kubeconfig has no cluster "x"', 'it has: c, d'],
    [{ user: 'x' }, 'the kubeconfig has no user "x"', 'it has: u, v'],
  ])('says which names there are: %j', async (flags, said, hint) => {
    expect(await failure(resolved({ config: TWO }, flags))).toEqual({
      said: `AUDIT_BAD_KUBECONFIG: ${said}`,
      hint,
    });
  });

  it('says what is missing when nothing is configured', async () => {
    expect((await failure(resolved({}))).said).toMatch(
      /^AUDIT_BAD_KUBECONFIG: no cluster is configured: .*config does not exist$/,
    );
    expect((await failure(resolved({ config: '' }))).said).toMatch(/config names no cluster$/);
    expect((await failure(resolved({}, {}, { KUBECONFIG: '' }))).said).toMatch(/KUBECONFIG is not set$/);
    expect((await failure(resolved({}, {}, { KUBECONFIG: '', HOME: 'DIR' }))).said).toMatch(
      /\.kube\/config does not exist$/,
    );
    expect((await failure(resolved({}, { kubeconfig: 'mine' }))).said).toMatch(
      /--kubeconfig "mine" does not exist$/,
    );
    expect(await failure(resolved({ config: TWO.replace('current-context: dev', '') }))).toEqual({
      said: 'AUDIT_BAD_KUBECONFIG: no context is chosen',
      hint: '--context, one of: dev, prod',
    });
    expect((await failure(resolved({ config: TWO.replace('server: "https://c"', '') }))).said).toMatch(
      /cluster "c" has no server$/,
    );
  });

  it('tells all that is wrong with it at once, and no secret', async () => {
    const { said } = await failure(
      resolved({
        config: TWO.replace(
          'server: "https://c"',
          'server: "https://c", proxy-url: "ftp://p", certificate-authority: gone.crt',
        ).replace('token: of-u', 'token: s3cr3t, username: a, password: s3cr3t, as-groups: [x], exec: {}'),
      }),
    );
    for (const part of [
      /proxy-url must be/,
      /gone\.crt cannot be read \(ENOENT\)/,
      /token and username/,
      /--as/,
      /exec has no command/,
    ])
      expect(said).toMatch(part);
    expect(said).not.toContain('s3cr3t');
  });

  it('says that a file may not be read, or is a folder', async () => {
    expect((await failure(resolved({}, {}, { KUBECONFIG: 'DIR' }))).said).toMatch(
      /cannot be read \(EISDIR\)$/,
    );
  });
});

describe('in a pod', () => {
  function serviceAccount(): string {
    const path = join(folder(), 'serviceaccount');
    mkdirSync(path);
    writeFileSync(join(path, 'token'), 'of-the-pod');
    writeFileSync(join(path, 'ca.crt'), 'ca');
    writeFileSync(join(path, 'namespace'), 'ci\n');
    return path;
  }
  const POD = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  it('connects as its service account when there is no kubeconfig', async () => {
    const path = serviceAccount();
    expect(await resolved({}, {}, POD, path)).toMatchObject({
      contextName: '',
      clusterName: '',
      namespace: 'ci',
      cluster: { server: 'https://[fd00::1]:443', certificateAuthority: join(path, 'ca.crt') },
      user: { tokenFile: join(path, 'token'), token: '' },
    });
    expect(await resolved({}, {}, { ...POD, POD_NAMESPACE: 'other' }, path)).toMatchObject({
      namespace: 'other',
    });
  });

  it('heeds the flags', async () => {
    const flags = {
      namespace: 'web',
      as: 'bob',
      asGroup: ['dev'],
      token: 'mine',
      insecureSkipTlsVerify: true,
    };
    expect(await resolved({}, flags, POD, serviceAccount())).toMatchObject({
      namespace: 'web',
      cluster: { insecureSkipTlsVerify: true, certificateAuthority: '' },
      user: { token: 'mine', tokenFile: '', as: 'bob', asGroups: ['dev'] },
    });
  });

  it('yields to a kubeconfig, and to a server', async () => {
    const path = serviceAccount();
    expect(await resolved({ config: TWO }, {}, POD, path)).toMatchObject({
      cluster: { server: 'https://c' },
    });
    expect(await resolved({}, { server: 'https://s' }, POD, path)).toMatchObject({
      cluster: { server: 'https://s' },
      user: { tokenFile: '' },
    });
  });

  it('is not one without a token', async () => {
    expect((await failure(resolved({}, {}, POD, '/nowhere'))).said).toMatch(/no cluster is configured/);
  });
});

describe('--request-timeout', () => {
  it.each([
    ['0', 0],
    ['30', 30_000],
    ['0s', 0],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['.5s', 500],
    ['1us', 1],
    ['100000h', 2 ** 31 - 1],
  ])('%s', (text, ms) => {
    expect(parseRequestTimeout(text)).toBe(ms);
  });

  it.each(['', 'soon', '5 s', '-5s', '5d', '1m30', 's'])('refuses %j', (text) => {
    expect(() => parseRequestTimeout(text)).toThrow(UserError);
  });
});

describe('the server', () => {
  it.each([
    ['https://api.example:6443', true, 'api.example', 6443, '', 'https://api.example:6443'],
    ['https://api.example', true, 'api.example', 443, '', 'https://api.example'],
    ['http://[::1]:8080/', false, '::1', 8080, '', 'http://[::1]:8080'],
    ['https://r.example/k8s/clusters/c-1/', true, 'r.example', 443, '/k8s/clusters/c-1', 'https://r.example'],
    ['localhost:8080', false, 'localhost', 8080, '', 'http://localhost:8080'],
  ])('%s', (text, isTls, host, port, basePath, address) => {
    expect(parseServerUrl(text)).toEqual({ isTls, host, port, basePath, address });
  });

  it.each(['ftp://x', 'https://', 'x/y', 'https://x:99999', ' '])('refuses %j', (text) => {
    expect(() => parseServerUrl(text)).toThrow(/is not the URL of an API server/);
  });
});
