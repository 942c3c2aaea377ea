/**
 * A file that is written in one run and believed in the next: readable by its owner only, and refused when anybody else could
 * have written it. What stands in it is its reader's.
 */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { platform, userInfo } from 'node:os';
import { UserError } from '../errors.ts';

/** Beyond it, it is none of ours: what a large cluster's takes is a tenth. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Throws UserError AUDIT_BAD_BASELINE. */
export async function readKept(path: string): Promise<string> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'is not there' : `cannot be read (${cause.code})`;
    throw new UserError('AUDIT_BAD_BASELINE', `${JSON.stringify(path)} ${why}`, {
      hint: `anomalies --save ${path} writes one`,
      cause,
    });
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new UserError('AUDIT_BAD_BASELINE', `${JSON.stringify(path)} is no file`);
    // Of the file that is open: what lies under its name may be another by now.
    refuseOthersWriting(path, stats);
    if (stats.size > MAX_BYTES)
      throw new UserError('AUDIT_BAD_BASELINE', `${JSON.stringify(path)} is too large to be a baseline`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Beside it first: a run that is interrupted leaves the old one. Throws UserError AUDIT_BAD_BASELINE. */
export async function writeKept(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => {});
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError('AUDIT_BAD_BASELINE', `${JSON.stringify(path)} cannot be written (${code})`, {
      hint: 'name a file in a folder that is yours: --save ~/.cache/baseline.json',
      cause,
    });
  }
}

function refuseOthersWriting(
  path: string,
  { mode, uid }: { readonly mode: number; readonly uid: number },
): void {
  if (platform() === 'win32') return;
  const { uid: own } = userInfo();
  const isStrangers = uid !== 0 && uid !== own;
  if ((mode & 0o022) === 0 && !isStrangers) return;
  const why = isStrangers ? 'belongs to another user' : 'can be written by others';
  throw new UserError(
    'AUDIT_BAD_BASELINE',
    `${JSON.stringify(path)} ${why}: whoever wrote it decides what is ordinary`,
    {
      hint: isStrangers
        ? `anomalies --save ${path} writes one of your own`
        : `chmod go-w ${path}, if you know what is in it`,
    },
  );
}
