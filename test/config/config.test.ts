import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAdHoc } from '../../src/config/ad-hoc.ts';
import { sourcesOf } from '../../src/config/config.ts';
import { configPath, readConfig } from '../../src/config/config-file.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { addToConfig } from '../../src/config/write-config.ts';
import { UserError } from '../../src/errors.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'config-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

function said(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'nothing';
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'nothing',
    (error: unknown) => (error instanceof UserError ? `${error.message}` : `bug: ${error}`),
  );
}

const GOOD = `version: 1
sources:
  prod-logs:
    type: loki
    url: https://loki.example:3100
    selector: '{job="k8s-audit"}'
  old:
    type: s3
contexts:
  prod: [prod-logs, old]
  kind: node
default: prod-logs
`;

describe('the configuration', () => {
  it('says which sources belong to which context', () => {
    const config = parseConfig(GOOD, 'config.yaml');
    expect(sourcesOf(config, 'prod')).toEqual(['prod-logs', 'old']);
    expect(sourcesOf(config, 'kind')).toEqual(['node']);
    expect(sourcesOf(config, 'constructor')).toEqual(['prod-logs']);
    expect(config.sources.get('prod-logs')).toMatchObject({
      type: 'loki',
      settings: { url: 'https://loki.example:3100', selector: '{job="k8s-audit"}' },
    });
    expect(sourcesOf(parseConfig('version: 1\n', 'c'), 'prod')).toBeNull();
  });

  it.each([
    ['version: 2\n', 'c:1:1: version: 2 is not known: this program knows version 1'],
    ['future: {}\nversion: 2\n', 'c:2:1: version: 2 is not known'],
    ['version: "1"\n', 'c:1:1: version: "1" is not known'],
    ['sources: {}\n', 'c:1:1: version: which form the file has is not said'],
    ['version: 1\nsource: {}\n', 'c:2:1: source: there is no such setting'],
    ['version: 1\nsources:\n  a: {type: loki}\n  a: {type: s3}\n', 'c:4:3: Map keys must be unique'],
    [
      'version: 1\nsources:\n  a:\n   url: x\n',
      'c:3:3: sources.a.type: Invalid input: expected string, received undefined',
    ],
    ['version: 1\nsources:\n  "a b": {type: loki}\n', 'c:3:3: sources.a b: Invalid key in record'],
    [
      'version: 1\nsources: {node: {type: loki}}\n',
      'c:2:11: sources.node: this name stands for the nodes’ own files',
    ],
    ['version: 1\ncontexts:\n  prod: [a]\n', 'c:3:3: contexts.prod: there is no source "a"'],
    ['version: 1\ndefault: a\n', 'c:2:1: default: there is no source "a"'],
    ['version: 1\ncontexts:\n  prod: []\n', 'c:3:3: contexts.prod: a list with nothing in it'],
    ['version: [1\n', 'c:2:1: Flow sequence'],
    ['- a\n', 'c:1:1: Invalid input: expected object, received array'],
  ])('is refused with its place: %j', (text, message) => {
    expect(said(() => parseConfig(text, 'c'))).toContain(`AUDIT_BAD_CONFIG ${message}`);
  });
});

describe('the configuration file', () => {
  const env = () => ({ XDG_CONFIG_HOME: home });

  async function written(text: string): Promise<string> {
    const path = configPath(env());
    await mkdir(join(home, 'kubectl-audit'), { mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  it('lies where the system keeps such files, and never in the working directory', () => {
    expect(configPath({ XDG_CONFIG_HOME: '/x' }, 'linux')).toBe('/x/kubectl-audit/config.yaml');
    expect(configPath({ XDG_CONFIG_HOME: 'relative' }, 'linux')).toMatch(
      /^\/.*\.config\/kubectl-audit\/config\.yaml$/,
    );
    expect(configPath({ APPDATA: '/C/Users/a/AppData/Roaming' }, 'win32')).toContain(
      '/C/Users/a/AppData/Roaming',
    );
    expect(configPath({ KUBECTL_AUDIT_CONFIG: '/etc/audit.yaml' })).toBe('/etc/audit.yaml');
    expect(said(() => configPath({ KUBECTL_AUDIT_CONFIG: 'audit.yaml' }))).toContain('no absolute path');
  });

  it('need not be there, but where it is named', async () => {
    expect((await readConfig(env())).sources.size).toBe(0);
    expect(await failure(readConfig({ KUBECTL_AUDIT_CONFIG: join(home, 'none.yaml') }))).toContain(
      'is not there',
    );
  });

  it('is refused when others can write it, or its folder', async () => {
    const path = await written(GOOD);
    expect((await readConfig(env())).sources.size).toBe(2);
    await chmod(path, 0o660);
    expect(await failure(readConfig(env()))).toBe(`${path} can be written by others`);
    await chmod(path, 0o600);
    await chmod(join(home, 'kubectl-audit'), 0o777);
    expect(await failure(readConfig(env()))).toBe(`${join(home, 'kubectl-audit')} can be written by others`);
  });

  it('keeps comments and order when a source is added, and is private', async () => {
    const path = await written(`# ours\n${GOOD}`);
    const settings = { type: 'loki', url: 'http://h:1', selector: '{a="b"}' };
    await addToConfig(path, { name: 'new', settings, context: 'prod' });
    await addToConfig(path, { name: 'newer', settings, context: 'kind' });
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(/^# ours\nversion: 1\n/);
    const config = await readConfig(env());
    expect(sourcesOf(config, 'prod')).toEqual(['prod-logs', 'old', 'new']);
    expect(sourcesOf(config, 'kind')).toEqual(['node', 'newer']);
  });

  it('is made where there is none', async () => {
    const path = configPath(env());
    await addToConfig(path, { name: 'a', settings: { type: 'loki' }, context: null });
    expect((await readConfig(env())).sources.get('a')?.type).toBe('loki');
    expect(await readFile(path, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=https:.*\n\nversion: 1\n/,
    );
    await addToConfig(path, { name: 'b', settings: { type: 'loki' }, context: null });
    expect((await readFile(path, 'utf8')).match(/yaml-language-server/g)).toHaveLength(1);
  });
});

describe('a source given as a URL', () => {
  it.each([
    [
      'loki+http://127.0.0.1:3100?selector={job="a"}',
      'loki',
      'http://127.0.0.1:3100/',
      { selector: '{job="a"}' },
    ],
    [
      'opensearch+https://h/idx-*?username=u&password-env=P',
      'opensearch',
      'https://h/idx-*',
      { auth: { basic: { username: 'u', password: { env: 'P' } } } },
    ],
    ['victorialogs+service://mon/vl:9428?account=7', 'victorialogs', 'service://mon/vl:9428', { account: 7 }],
    [
      'elasticsearch+forward+https://mon/es:9200/i?insecure=true',
      'elasticsearch',
      'forward+https://mon/es:9200/i',
      { tls: { insecure: true } },
    ],
    [
      's3://bucket/prefix?endpoint=http://127.0.0.1:9',
      's3',
      's3://bucket/prefix',
      { endpoint: 'http://127.0.0.1:9' },
    ],
    [
      'loki+http://h?token-file=/run/t&headers.X-Scope-OrgID=a',
      'loki',
      'http://h/',
      { auth: { bearer: { file: '/run/t' } }, headers: { 'X-Scope-OrgID': 'a' } },
    ],
  ])('%s', (text, type, url, settings) => {
    const parsed = parseAdHoc(text);
    expect([parsed?.type, parsed?.url.href, parsed?.settings]).toEqual([type, url, settings]);
  });

  it('is no name, and holds no secret', () => {
    expect(parseAdHoc('prod-logs')).toBeNull();
    expect(said(() => parseAdHoc('loki+http://u:secret@h'))).toBe(
      'AUDIT_BAD_CONFIG "loki+http://…@h": a login does not belong into a URL: it stands in histories and process lists',
    );
    const leaked = said(() => parseAdHoc('loki+http://h?token=s3cr3t'));
    expect(leaked).toContain('token itself does not belong into a URL');
    expect(leaked).not.toContain('s3cr3t');
    expect(said(() => parseAdHoc('loki+http://h?__proto__.x=1'))).toContain('there is no setting');
  });
});
