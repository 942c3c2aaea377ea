/**
 * The program as a person starts it: the source, or the executable that KUBECTL_AUDIT names, so that the same tests hold for what is
 * shipped.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const executable = process.env.KUBECTL_AUDIT;
const source = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Where it lies, for links to it. */
export const PROGRAM_PATH = executable ?? source;

/** The words that start it, or a link to it. */
export function programWords(path = PROGRAM_PATH): readonly [string, ...string[]] {
  return executable === undefined ? [process.execPath, path] : [path];
}

/** The same as text for a shell. */
export function programLine(): string {
  return programWords()
    .map((word) => `"${word}"`)
    .join(' ');
}

/** To its end. */
export function runProgram(args: readonly string[], options: Omit<SpawnSyncOptions, 'encoding'> = {}) {
  const [command, ...words] = programWords();
  return spawnSync(command, [...words, ...args], { ...options, encoding: 'utf8' });
}

/** What it is called in its help, started so. */
export const CALLED_AS = executable === undefined ? 'kubectl-audit' : 'kubectl audit';
