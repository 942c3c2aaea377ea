/** src/installed.ts, of an executable: what came with it lies in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getAsset, getRawAsset } from 'node:sea';
import { UserError } from '../../../src/errors.ts';

/** Of the arguments, the first is the executable itself, links resolved. */
export function calledPath(_argv: readonly string[], argv0: string): string {
  return argv0;
}

/** Written out, for as long as the process lives: logs are read from files. */
export function demoFolder(): string {
  folder ??= writeDemo();
  return folder;
}

let folder: string | null = null;

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'kubectl-audit-demo-'));
  } catch (error) {
    throw new UserError('AUDIT_FILE_UNREADABLE', `no folder can be made in "${tmpdir()}" for the demo`, {
      hint: 'set TMPDIR to a folder that you may write to',
      cause: error,
    });
  }
}

function writeDemo(): string {
  const made = temporaryFolder();
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  const files = JSON.parse(getAsset('demo.json', 'utf8')) as readonly string[];
  for (const file of files) {
    const path = join(made, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, new Uint8Array(getRawAsset(`demo/${file}`)));
  }
  return made;
}
