/**
 * A real cluster, seen from outside: starts one with the scripts of ../cluster, acts on it as several people, and tells
 * for each act which requests were sent, under which audit IDs: what the client saw, and so the truth that an answer
 * from the log is held against.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = fileURLToPath(new URL('../cluster/', import.meta.url));
const cacheFolder =
  process.env.KUBECTL_AUDIT_E2E_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit/e2e');
/** Where the scripts put the executables. */
export const bin = join(
  cacheFolder,
  process.env.KVER && process.env.KVER !== '1.34.4' ? `bin-${process.env.KVER}` : 'bin',
);

const actTimeoutMs = 60_000;
const buildTimeoutMs = 3_600_000;

export interface ClusterOptions {
  /** An empty or missing folder that the cluster may fill, and that goes when this process ends without stopping it. */
  readonly run: string;
  /** Name of each API server → its audit policy: `bodies` or `metadata`. */
  readonly servers: Readonly<Record<string, 'bodies' | 'metadata' | `/${string}`>>;
  /** What runs besides etcd and the API servers. */
  readonly parts?: readonly ('kcm' | 'scheduler' | 'containerd' | 'kubelet')[];
  /** Names that the pods' only image goes by; the first is the pause image too. */
  readonly images?: readonly string[];
  readonly auditFlags?: readonly string[];
}

/** One request as the client saw it. Discovery is left out. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly auditID: string;
}

export interface Act {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly sent: readonly Sent[];
  /** When the client was started, ISO 8601. */
  readonly at: string;
}

export interface ActOptions {
  readonly stdin?: string;
  /** The program's name as the server learns it from the User-Agent; default kubectl. */
  readonly program?: string;
  /** Kill the client after so long: for what would never end. */
  readonly timeoutMs?: number;
  /** Variables that kubectl listens to. */
  readonly env?: Readonly<Record<string, string>>;
}

export type Credential = { readonly groups: readonly string[] } | { readonly token: string } | 'anonymous';

/** Builds what is missing (minutes when cold) and starts a cluster that ends with this process. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const parts = options.parts ?? ['kcm'];
  const programs = [
    'kube-apiserver',
    'kubectl',
    ...(parts.includes('kcm') ? ['kube-controller-manager'] : []),
    ...(parts.includes('scheduler') ? ['kube-scheduler'] : []),
    ...(parts.includes('kubelet') ? ['kubelet'] : []),
  ];
  await build(programs);
  const cluster = openCluster(options.run);
  await script('up.sh', [], {
    ...settings(options.run),
    OWNER: String(process.pid),
    PARTS: ['etcd', 'apiserver', ...parts].join(' '),
    SERVERS: Object.entries(options.servers)
      .map(
        ([name, policy]) =>
          `${name}=${policy.startsWith('/') ? policy : join(scripts, `policy-${policy}.yaml`)}`,
      )
      .join(' '),
    ...(options.images ? { IMAGE: options.images.join(' ') } : {}),
    ...(options.auditFlags ? { AUDIT_FLAGS: options.auditFlags.join(' ') } : {}),
  });
  return cluster;
}

/** Why no kubelet can run on this machine; null when one can. Builds and installs what it needs. */
export async function whyNoNode(): Promise<string | null> {
  const { code, stdout } = await exec([join(scripts, 'can-run-node.sh')], { timeoutMs: buildTimeoutMs });
  return code === 0 ? null : stdout.trim();
}

export type Cluster = ReturnType<typeof openCluster>;

/** The cluster that was started in this folder, perhaps by another process. */
export function openCluster(run: string) {
  const fileOf = (user: string) => user.replaceAll(/[:/]/g, '.');
  const kubeconfig = (user: string) => join(run, 'kube', `${fileOf(user)}.yaml`);

  async function inside(program: string, args: readonly string[], options: ActOptions): Promise<Act> {
    const enter = (await readFile(join(run, 'enter'), 'utf8')).trim();
    const line = [...(enter === '' ? [] : enter.split(' ')), program, ...args];
    const at = new Date().toISOString();
    return { at, sent: [], ...(await exec(line, options)) };
  }

  return {
    run,
    /** The folder of one API server's log, or of all of them. */
    audit: (server?: string) => (server === undefined ? join(run, 'audit') : join(run, 'audit', server)),
    kubeconfig,

    /** Introduces somebody; `server` counts the API servers from 1, `from` is the address that the log will show. */
    async user(
      name: string,
      credential: Credential,
      options: { server?: number; from?: string } = {},
    ): Promise<void> {
      const how =
        credential === 'anonymous'
          ? 'nothing'
          : 'token' in credential
            ? `token:${credential.token}`
            : `cert:${credential.groups.join(',')}`;
      await script(
        'user.sh',
        [fileOf(name), how, String(options.server ?? 1), options.from ?? ''],
        settings(run),
      );
    },

    /** Runs kubectl as somebody. A refusal is a result, not an error. */
    async kubectl(user: string, args: readonly string[], options: ActOptions = {}): Promise<Act> {
      const program = await named(run, options.program ?? 'kubectl');
      const common = [
        '--kubeconfig',
        kubeconfig(user),
        '--cache-dir',
        join(run, 'discovery', fileOf(user)),
        '-v=8',
      ];
      const act = await inside(program, [...common, ...args], options);
      return { ...act, stderr: withoutTrace(act.stderr), sent: requestsIn(act.stderr) };
    },

    /** Sends one request with curl as somebody: what kubectl would never send. */
    async curl(user: string, method: string, path: string, args: readonly string[] = []): Promise<Act> {
      const config = await readFile(kubeconfig(user), 'utf8');
      const server = /server: "([^"]*)"/.exec(config)?.[1] ?? '';
      const token = /token: "([^"]*)"/.exec(config)?.[1];
      const certificate = config.includes('client-certificate');
      const act = await inside(
        'curl',
        [
          ...['-sS', '--include', '--path-as-is', '--max-time', '30', '-X', method],
          // The server's certificate bears this name only; the address stays what the kubeconfig says.
          ...['--cacert', join(run, 'pki/ca.crt')],
          ...['--connect-to', `kubernetes:443:${server.replace('https://', '')}`],
          ...(token === undefined ? [] : ['-H', `Authorization: Bearer ${token}`]),
          ...(certificate
            ? ['--cert', join(run, `pki/${user}.crt`), '--key', join(run, `pki/${user}.key`)]
            : []),
          ...args,
          `https://kubernetes${path}`,
        ],
        {},
      );
      const [, head = '', body = ''] = /^(.*?)\r?\n\r?\n(.*)$/s.exec(act.stdout) ?? [];
      const status = Number(/^HTTP\/\S+ (\d+)/.exec(head)?.[1] ?? 0);
      const auditID = /^audit-id: (.*?)\r?$/im.exec(head)?.[1] ?? '';
      return { ...act, stdout: body, sent: [{ method, path, status, auditID }] };
    },

    async stop(): Promise<void> {
      await script('down.sh', [], settings(run));
    },
  };
}

/** Minutes when cold, so its progress is for whoever waits to see. */
function build(programs: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(scripts, 'build.sh'), programs, {
      stdio: ['ignore', process.stderr, 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`build.sh ended with ${code}`))));
  });
}

/** A network namespace for each cluster, so that several can run at once. */
function settings(run: string): Record<string, string> {
  return {
    RUN: run,
    AUDIT: join(run, 'audit'),
    NETNS: `ka${run.replaceAll(/[^a-zA-Z0-9]/g, '').slice(-12)}`,
  };
}

async function script(name: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await exec(
    [join(scripts, name), ...args],
    { timeoutMs: buildTimeoutMs },
    env,
  );
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${stdout}${stderr}`);
}

/** client-go takes the User-Agent from the name it was called by, as in any controller built on it. */
async function named(run: string, program: string): Promise<string> {
  if (program === 'kubectl') return join(bin, 'kubectl');
  const path = join(run, 'programs', program);
  await mkdir(join(run, 'programs'), { recursive: true });
  await symlink(join(bin, 'kubectl'), path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return path;
}

function exec(
  line: readonly string[],
  options: ActOptions,
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program = '', ...args] = line;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        env: { ...process.env, ...env, ...options.env },
        timeout: options.timeoutMs ?? actTimeoutMs,
        maxBuffer: 256 * 1024 * 1024,
      },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          stdout,
          // A program that is not there has said nothing itself.
          stderr: typeof error?.code === 'string' ? `${stderr}${error.message}` : stderr,
        }),
    );
    // Whoever has ended without reading it has said why on stderr.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin ?? '');
  });
}

/**
 * kubectl -v=8 writes each request and each response with its headers; klog's own lines start so. Where kubectl sends
 * several at once, as in a drain, their lines mix: the audit IDs are right then, but a path or status may be another's.
 */
const klogLine = /^[IWEF]\d{4} \d\d:\d\d:\d\d/;

function requestsIn(trace: string): Sent[] {
  const sent: Sent[] = [];
  let method = '';
  let path = '';
  let status = 0;
  let unnamed = 0;
  for (const line of trace.split('\n')) {
    const request = /"Request" verb="([A-Z]+)" url="https:\/\/[^/]*([^"]*)"/.exec(line);
    if (request !== null) [, method = '', path = ''] = request;
    const response = /"Response" status="(\d+)/.exec(line);
    if (response !== null) {
      status = Number(response[1]);
      unnamed++;
    }
    const auditID = /^\s+Audit-Id: (\S+?)>?$/.exec(line)?.[1];
    if (auditID !== undefined && unnamed > 0) {
      // With a bad login kubectl gets no further than discovery: then that is what it sent.
      if (status === 401 || !isDiscovery(method, path)) sent.push({ method, path, status, auditID });
      unnamed--;
    }
  }
  return sent;
}

function isDiscovery(method: string, path: string): boolean {
  return method === 'GET' && /^\/(api(\/v1)?|apis(\/[^/]+\/[^/]+)?)(\?.*)?$|^\/openapi|^\/version/.test(path);
}

/** What a person would have seen on stderr: without klog's lines, and without the headers and bodies that follow them. */
function withoutTrace(trace: string): string {
  const lines: string[] = [];
  let end: RegExp | null = null;
  for (const line of trace.split('\n')) {
    if (klogLine.test(line)) end = line.endsWith('<') ? /^ >/ : line.endsWith('[{') ? /^\}\]/ : null;
    else if (end === null) lines.push(line);
    else if (end.test(line)) end = null;
  }
  return lines.join('\n').trim();
}
