/** What scripts generate: written, or with `--check` only compared. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** `path`: from the root. `command`: what makes it anew. A stale file makes the process fail. */
export function writeOrCheck(path: string, text: string, command: string): void {
  if (!process.argv.includes('--check')) {
    writeFileSync(`${root}${path}`, text);
  } else if (readFileSync(`${root}${path}`, 'utf8') !== text) {
    process.stderr.write(`${path} is stale: ${command}\n`);
    process.exitCode = 1;
  }
}
