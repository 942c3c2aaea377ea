/**
 * The program as somebody has it who installed the plugin: bundled, found by the real kubectl on PATH, called as
 * `kubectl audit`, in the cluster's network, with a kubeconfig and nothing else configured.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { packTexts } from '../../../scripts/bundle.ts';
import { bin as executables } from './cluster.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const callTimeoutMs = 60_000;

export interface Called {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface CallOptions {
  /** Null: there is none at all. */
  readonly kubeconfig: string | null;
  readonly stdin?: string;
}

export type Plugin = Awaited<ReturnType<typeof installPlugin>>;

/** `run`: the cluster's folder, which goes with it. The executable that KUBECTL_AUDIT names, where it does. */
export async function installPlugin(run: string) {
  const store = join(run, 'plugin');
  const path = join(store, 'path');
  const home = join(store, 'home');
  for (const folder of [path, home]) await mkdir(folder, { recursive: true });
  const program = process.env.KUBECTL_AUDIT ?? (await bundledInto(store));
  await symlink(program, join(path, 'kubectl-audit'));
  const enter = (await readFile(join(run, 'enter'), 'utf8')).trim().split(' ');
  const PATH = [path, dirname(process.execPath), executables, process.env.PATH ?? ''].join(delimiter);

  function start(words: readonly string[], options: CallOptions): ChildProcess {
    const [program = '', ...args] = [...enter, 'kubectl', ...words];
    const { kubeconfig } = options;
    const child = spawn(program, args, {
      cwd: home,
      env: {
        ...{ PATH, HOME: home, TZ: 'UTC' },
        ...(kubeconfig === null ? {} : { KUBECONFIG: kubeconfig }),
      },
      timeout: callTimeoutMs,
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
    return child;
  }

  async function ended(child: ChildProcess): Promise<Called> {
    const began = Date.now();
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    return { status, stdout, stderr, tookMs: Date.now() - began };
  }

  return {
    home,
    start,
    ended,
    /** Of kubectl's command line, all words; never rejects. */
    call: (words: readonly string[], options: CallOptions) => ended(start(words, options)),

    async addToPath(name: string, text: string): Promise<void> {
      await writeFile(join(path, name), text, { mode: 0o755 });
    },

    /** A process of our own there, which ends with this one's `kill`. */
    startScript: (script: string, args: readonly string[]): ChildProcess => {
      const [program = '', ...before] = enter;
      return spawn(program, [...before, process.execPath, script, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    },

    /** Bytes that went over the network so far: each once for each hop, whoever sent them. */
    async bytesMoved(): Promise<number> {
      const [program = '', ...before] = enter;
      const { stdout } = await promisify(execFile)(program, [...before, 'cat', '/proc/net/dev']);
      return Number(/^\s*lo:\s*(\d+)/m.exec(stdout)?.[1]);
    },
  };
}

/** Of its own, so that a dist/ which is rebuilt meanwhile is no matter. The path of what starts it. */
async function bundledInto(store: string): Promise<string> {
  await build({
    absWorkingDir: repository,
    entryPoints: ['src/cli.ts'],
    outdir: join(store, 'dist'),
    bundle: true,
    plugins: [packTexts()],
    splitting: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  await cp(join(repository, 'bin'), join(store, 'bin'), { recursive: true });
  await cp(join(repository, 'package.json'), join(store, 'package.json'));
  await chmod(join(store, 'bin/kubectl-audit.js'), 0o755);
  return join(store, 'bin/kubectl-audit.js');
}
