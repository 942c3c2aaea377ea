/**
 * Connecting, held against the real kubectl over a table of kubeconfigs: what is resolved, against `kubectl config view`;
 * what goes over the line, against what kubectl sends to the same recording server; whether the real API server lets us in
 * and as whom, against `kubectl get --raw` and `kubectl auth whoami`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ConnectFlags } from '../../src/cluster/kubeconfig/connect-flags.ts';
import { decodeKubeconfig } from '../../src/cluster/kubeconfig/decode.ts';
import type { ClusterEntry, UserEntry } from '../../src/cluster/kubeconfig/kubeconfig.ts';
import { select } from '../../src/cluster/kubeconfig/select.ts';
import { KUBECONFIG_CASES, type KubeconfigCase } from '../cluster/support/kubeconfig-cases.ts';
import type { Probed } from '../cluster/support/probe.ts';
import type { Recorder, Seen } from '../cluster/support/recorder.ts';
import { bin, openCluster } from './support/cluster.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const support = join(here, '../cluster/support');
const cluster = openCluster(inject('run'));
const kubectl = join(bin, 'kubectl');

let work = '';
let enter: string[] = [];
let recorder: ChildProcess | null = null;
let ports: Recorder['ports'] = { tls: 0, plain: 0, httpProxy: 0, socksProxy: 0 };
let seen: Seen[] = [];
let token = '';
let realServer = '';
const pki = (name: string) => join(cluster.run, 'pki', name);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'connect-'));
  enter = (await readFile(join(cluster.run, 'enter'), 'utf8')).trim().split(' ').filter(Boolean);
  realServer = /server: "([^"]*)"/.exec(await readFile(cluster.kubeconfig('admin'), 'utf8'))?.[1] ?? '';
  const created = await cluster.kubectl('admin', ['create', 'token', 'default', '-n', 'default']);
  token = created.stdout.trim();
  const [program = '', ...args] = [
    ...enter,
    process.execPath,
    join(support, 'recorder-process.ts'),
    ...['apiserver.crt', 'apiserver.key', 'ca.crt'].map(pki),
  ];
  recorder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((ready) => {
    createInterface({ input: recorder?.stdout ?? process.stdin }).on('line', (line) => {
      const said = JSON.parse(line) as Seen | Recorder['ports'];
      if ('server' in said) {
        seen.push(said);
        return;
      }
      ports = said;
      ready();
    });
  });
});

afterAll(async () => {
  recorder?.stdin?.end();
  await rm(work, { recursive: true, force: true });
});

describe('the configuration that is resolved, and what goes over the line', () => {
  it.each(KUBECONFIG_CASES.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const place = await lay(one, recorded());
    seen = [];
    const theirs = await place.kubectl('get', '--raw', '/version');
    const sentByKubectl = seen.map(comparable);
    seen = [];
    const [ours, viewed] = await Promise.all([
      place.probe(['/version']),
      place.kubectl('config', 'view', '--minify', '--raw', '-o', 'json'),
    ]);
    const detail = `kubectl: ${theirs.code} ${theirs.stderr}\nours: ${JSON.stringify(ours.answers)} ${ours.error}`;
    expect(ours.error === null && ours.answers[0]?.status === 200, detail).toBe(one.works);
    if (one.isAskedByKubectl !== true) {
      expect(theirs.code === 0, detail).toBe(one.works);
      expect(seen.map(comparable), detail).toEqual(sentByKubectl);
    }
    for (const { server, userAgent, acceptEncoding } of seen.filter((sent) => !/proxy/.test(sent.server))) {
      expect(userAgent, server).toMatch(/^kubectl-audit\/\d/);
      expect(acceptEncoding).toBeNull();
    }
    // `kubectl config view` heeds no flags but these.
    const isViewed = Object.keys(one.flags ?? {}).every((flag) => ['kubeconfig', 'context'].includes(flag));
    if (isViewed && viewed.code === 0 && ours.selection !== null) {
      const { cluster, user, namespace } = select(decodeKubeconfig(viewed.stdout, 'view'), {});
      const resolved = place.absolute({ cluster, user, namespace: namespace || 'default' });
      // It tells nothing of the server that the environment names.
      if (cluster.server !== '') expect(ours.selection).toMatchObject(resolved);
    }
  });
});

describe('the real API server', () => {
  const cases = KUBECONFIG_CASES.filter((one) => one.isRecorderOnly !== true);
  it.concurrent.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const place = await lay(one, real());
    const [raw, who, ours] = await Promise.all([
      place.kubectl('get', '--raw', '/version'),
      place.kubectl('auth', 'whoami', '-o', 'json'),
      place.probe(['/version', 'whoami']),
    ]);
    const [version, whoami] = ours.answers;
    const detail = `kubectl: ${raw.code} ${raw.stderr} ${who.stderr}\nours: ${JSON.stringify(ours.answers)} ${ours.error}`;
    if (one.isAskedByKubectl === true) {
      expect([version?.status, whoami?.status], detail).toEqual([200, 403]);
      return;
    }
    expect(ours.error === null && version?.status === 200, detail).toBe(raw.code === 0);
    expect(ours.error === null && whoami?.status === 201, detail).toBe(who.code === 0);
    if (who.code === 0) expect(userInfo(whoami?.json), detail).toEqual(userInfo(JSON.parse(who.stdout)));
  });
});

interface Surroundings {
  readonly server: string;
  readonly plain: string;
}

const recorded = (): Surroundings => ({
  server: `https://127.0.0.1:${ports.tls}`,
  plain: `http://127.0.0.1:${ports.plain}`,
});
const real = (): Surroundings => ({ server: realServer, plain: 'http://127.0.0.1:1' });

/** Writes a case down, and runs kubectl and us in it. */
async function lay(one: KubeconfigCase, { server, plain: plainServer }: Surroundings) {
  const folder = await mkdtemp(join(work, 'case-'));
  const base64 = async (name: string) => (await readFile(pki(name))).toString('base64');
  const words: Readonly<Record<string, string>> = {
    SERVER: server,
    PLAIN: plainServer,
    PLAIN_PORT: String(ports.plain),
    HTTP_PROXY_PORT: String(ports.httpProxy),
    SOCKS_PORT: String(ports.socksProxy),
    TOKEN: token,
    ID_TOKEN: `e30.${Buffer.from('{"exp":9999999999}').toString('base64url')}.e30`,
    CA_DATA: await base64('ca.crt'),
    OTHER_CA_DATA: (await readFile(join(here, '../fixtures/tls/ca.crt'))).toString('base64'),
    CERT_DATA: await base64('admin.crt'),
    KEY_DATA: await base64('admin.key'),
  };
  const filled = (text: string) =>
    text
      .replaceAll('PKI/other-ca.crt', join(here, '../fixtures/tls/ca.crt'))
      .replaceAll('PKI/', `${join(cluster.run, 'pki')}/`)
      .replaceAll('DIR/', `${folder}/`)
      .replaceAll(/\b[A-Z_]+\b/g, (word) => words[word] ?? word);
  await mkdir(join(folder, 'home'));
  for (const [name, text] of Object.entries(one.files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (text.startsWith('FILE ')) await copyFile(filled(text.slice(5)), path);
    else await writeFile(path, filled(text));
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }
  const env = Object.entries({
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    KUBECONFIG: 'DIR/config',
    ...one.env,
  }).map(([name, value]) => `${name}=${filled(value)}`);
  const flags = JSON.parse(filled(JSON.stringify(one.flags ?? {}))) as ConnectFlags;
  const cwd = join(folder, one.cwd ?? '.');
  const run = (...line: string[]) => exec([...enter, 'env', '-i', ...env, ...line], cwd);
  const kubeconfig = flags.kubeconfig || filled(one.env?.KUBECONFIG ?? 'DIR/config');
  return {
    /** `kubectl config view` shows paths as they stand in the file; meant is what they lead to from there. */
    absolute(value: { cluster: ClusterEntry; user: UserEntry; namespace: string }): object {
      const from = dirname(resolve(cwd, kubeconfig));
      const path = (text: string) => (text === '' ? '' : resolve(from, text));
      const { exec: login } = value.user;
      return plain({
        ...value,
        cluster: { ...value.cluster, certificateAuthority: path(value.cluster.certificateAuthority) },
        user: {
          ...value.user,
          clientCertificate: path(value.user.clientCertificate),
          clientKey: path(value.user.clientKey),
          tokenFile: path(value.user.tokenFile),
          exec: login?.command.includes('/') ? { ...login, command: path(login.command) } : login,
        },
      }) as object;
    },
    kubectl: (...args: string[]) => run(kubectl, ...args, ...flagsOf(flags)),
    async probe(ask: readonly string[]): Promise<Probed> {
      const { code, stdout, stderr } = await run(
        process.execPath,
        join(support, 'probe.ts'),
        JSON.stringify({ flags, ask }),
      );
      if (code !== 0) throw new Error(`${stdout}${stderr}`);
      return JSON.parse(stdout) as Probed;
    },
  };
}

/** `{ asGroup: ['a', 'b'] }` as `--as-group=a --as-group=b`. */
function flagsOf(flags: ConnectFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return (Array.isArray(value) ? value : [value]).map((each) => `${flag}=${String(each)}`);
  });
}

function exec(
  line: readonly string[],
  cwd: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program = '', ...args] = line;
  return new Promise((done) => {
    execFile(program, args, { cwd, timeout: 60_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    ).stdin?.end();
  });
}

/** kubectl's own --request-timeout goes into the query. */
function comparable({ userAgent, acceptEncoding, path, ...rest }: Seen) {
  return { ...rest, path: path.replace(/\?timeout=.*$/, '') };
}

/** As it comes out of JSON. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => (one instanceof Map ? Object.fromEntries(one) : one)),
  );
}

function userInfo(review: unknown): unknown {
  return (review as { status?: { userInfo?: unknown } } | undefined)?.status?.userInfo;
}
