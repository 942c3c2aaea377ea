/**
 * A real log store for tests: built or installed once into the cache outside the checkout, then started on loopback with an empty
 * folder of its own, by a script of ./servers: `NAME.sh build CACHE-FOLDER`, `NAME.sh run CACHE-FOLDER DATA-FOLDER PORT`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const scripts = fileURLToPath(new URL('./servers/', import.meta.url));
const cache = join(
  process.env.KUBECTL_AUDIT_E2E_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit/e2e'),
  'stores',
);

/** Under the name of its script: the path that answers with success when it is ready. */
const READY = {
  alertmanager: '/-/ready',
  azure: '/',
  azurite: '/',
  clickhouse: '/ping',
  elasticsearch: '/_cluster/health',
  gcs: '/_internal/healthcheck',
  loki: '/ready',
  moto: '/moto-api/',
  opensearch: '/_cluster/health',
  'opensearch-secured': '/_plugins/_security/health',
  opensearch3: '/_cluster/health',
  versitygw: '/health',
  victorialogs: '/health',
} as const;

export type StoreName = keyof typeof READY;

/** They let nobody in who says nothing: any answer tells that they are there. */
const REFUSING: ReadonlySet<StoreName> = new Set(['azurite']);

/** They speak nothing but TLS; nobody need look at their certificate to learn that they are there. */
const OF_TLS: ReadonlySet<StoreName> = new Set(['opensearch-secured']);

export interface StoreProcess {
  readonly url: string;
  readonly port: number;
  /** Its folder. */
  readonly data: string;
  readonly stop: () => Promise<void>;
}

const BUILD_SECONDS = 1_800;
const START_MS = 120_000;

export interface StartOptions {
  /** What a program is begun with to run elsewhere: in a network namespace. Then nothing is known of it but that it was started. */
  readonly enter?: readonly string[];
  /** Where it listens; default 127.0.0.1. */
  readonly host?: string;
  /** Default: one that is free. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startStore(
  name: StoreName,
  { enter = [], host = '127.0.0.1', port: asked, env = {} }: StartOptions = {},
): Promise<StoreProcess> {
  const { folder, script } = await built(name);
  const data = await mkdtemp(join(tmpdir(), `store-${name}-`));
  const port = asked ?? (await freePort());
  const log = await open(join(data, 'server.log'), 'w');
  const command = [...enter, 'bash', script, 'run', folder, data, String(port)];
  const child = spawnOwned(command, log.fd, { ...process.env, HOST: host, ...env });
  await log.close();
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(data, { recursive: true, force: true });
  };
  const url = `${OF_TLS.has(name) ? 'https' : 'http'}://${host}:${port}`;
  try {
    await answers(
      [...enter, 'curl', REFUSING.has(name) ? '-sk' : '-skf', '--max-time', '5', `${url}${READY[name]}`],
      child,
      join(data, 'server.log'),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, data, stop };
}

/** A program by its script of ./servers: made in the cache, where it is not there yet. */
export async function built(name: string): Promise<{ readonly folder: string; readonly script: string }> {
  const folder = join(cache, name);
  const script = join(scripts, `${name}.sh`);
  await mkdir(folder, { recursive: true });
  // One after the other, where tests run side by side. In time, with all that it started.
  const alone = ['flock', '--close', join(folder, 'lock'), 'bash', script, 'build', folder];
  await promisify(execFile)('timeout', [String(BUILD_SECONDS), ...alone], { maxBuffer: 1 << 26 });
  return { folder, script };
}

async function answers(asking: readonly string[], child: ChildProcess, log: string): Promise<void> {
  const [program = '', ...args] = asking;
  for (const until = Date.now() + START_MS; Date.now() < until; ) {
    const isThere = await promisify(execFile)(program, args).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  const { stdout } = await promisify(execFile)('tail', ['-n', '20', log]);
  throw new Error(`${asking.at(-1)} does not answer\n${stdout}`);
}

/** In a process group of its own, which ends with us at the latest, however we end. */
export function spawnOwned(
  command: readonly string[],
  output: number,
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  const owned = '(while kill -0 "$0" 2> /dev/null; do sleep 1; done; kill -- -$$) & exec "$@"';
  return spawn('bash', ['-c', owned, String(process.pid), ...command], {
    stdio: ['ignore', output, output],
    env,
    detached: true,
  });
}

/** With all that it started. */
export async function ended(child: ChildProcess): Promise<void> {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  if (child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signal(child.pid, 'SIGTERM');
  if (!hasEnded()) await Promise.race([gone, sleep(10_000, undefined, { ref: false })]);
  if (!hasEnded()) signal(child.pid, 'SIGKILL');
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Nobody is left of it.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
