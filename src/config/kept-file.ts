/**
 * A file that is written in one run and believed in the next: readable by its owner only, and refused when anybody else could
 * have written it. What stands in it is its reader's.
 */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { platform, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type ErrorCode, UserError } from '../errors.ts';

/** Beyond it, it is none of ours: what a large cluster's takes is a tenth. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What is kept, in the words of whoever reads and writes it. */
export interface Kept {
  readonly code: ErrorCode;
  /** `a baseline`. */
  readonly what: string;
  /** What others could do who write it: `whoever wrote it decides what is ordinary`. */
  readonly danger: string;
  /** How one is made, what to do about it. */
  readonly hints: { readonly make: string; readonly place: string };
}

/** Throws the UserError of what is kept; null: it is not there. */
export async function readKept(path: string, kept: Kept): Promise<string | null> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw new UserError(kept.code, `${JSON.stringify(path)} cannot be read (${cause.code})`, {
      hint: kept.hints.make,
      cause,
    });
  });
  if (handle === null) return null;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new UserError(kept.code, `${JSON.stringify(path)} is no file`);
    // Of the file that is open: what lies under its name may be another by now.
    refuseOthersWriting(path, stats, kept);
    if (stats.size > MAX_BYTES)
      throw new UserError(kept.code, `${JSON.stringify(path)} is too large to be ${kept.what}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Beside it first: a run that is interrupted leaves the old one, and a machine that loses power the old one or the new one.
 * `isDurable` false: without waiting for the disk; such a machine may leave neither. Throws the UserError of what is kept.
 */
export async function writeKept(path: string, text: string, kept: Kept, isDurable = true): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeToDisk(fresh, text, isDurable);
    await rename(fresh, path);
    if (isDurable) await syncFolder(dirname(path));
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => {});
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(kept.code, `${JSON.stringify(path)} cannot be written (${code})`, {
      hint: kept.hints.place,
      cause,
    });
  }
}

async function writeToDisk(path: string, text: string, isDurable: boolean): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (isDurable) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is on disk as well. Where a folder cannot be opened (Windows), the system sees to it. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => {});
  await handle.close();
}

function refuseOthersWriting(
  path: string,
  { mode, uid }: { readonly mode: number; readonly uid: number },
  { code, danger, hints }: Kept,
): void {
  if (platform() === 'win32') return;
  const { uid: own } = userInfo();
  const isStrangers = uid !== 0 && uid !== own;
  if ((mode & 0o022) === 0 && !isStrangers) return;
  const why = isStrangers ? 'belongs to another user' : 'can be written by others';
  throw new UserError(code, `${JSON.stringify(path)} ${why}: ${danger}`, {
    hint: isStrangers ? hints.make : `chmod go-w ${path}, if you know what is in it`,
  });
}
