/**
 * Where the indexes of log files lie, and whether one is of the file at hand: the same device and inode, at least as long, with the
 * same beginning and the same end of what was indexed. Losing one loses nothing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type BigIntStats, fstatSync, readSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeIndex, encodeIndex, type IndexedFile, readOutline } from '../../scan/index/index-file.ts';
import type { LogIndex } from '../../scan/index/log-index.ts';

/** At both ends of what is indexed. */
const COMPARED_BYTES = 64 * 1024;
const OUTLINE_BYTES = 64 * 1024;
const SUFFIX = '.index';

type Environment = Readonly<Record<string, string | undefined>>;

/** Null when there is no place for it. */
export function indexFolder(env: Environment): string | null {
  const root = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME ? join(env.HOME, '.cache') : '');
  return root === '' ? null : join(root, 'kubectl-audit', 'index');
}

/** `damaged`: there is one, of this file as far as its name tells, that cannot be used. `stale`: of another file, or an older state. */
export type FoundIndex =
  | { readonly kind: 'usable'; readonly index: LogIndex; readonly indexBytes: number }
  | { readonly kind: 'none' | 'damaged' | 'stale' };

/** Of an open file. Throws nothing that the index is to blame for. */
export async function findIndex(fd: number, folder: string | null): Promise<FoundIndex> {
  if (folder === null) return { kind: 'none' };
  const stats = fstatSync(fd, { bigint: true });
  const bytes = await readWhole(pathFor(folder, stats));
  if (bytes === null) return { kind: 'none' };
  const index = decodeIndex(bytes);
  if (index === null) return { kind: 'damaged' };
  return isOf(index.file, index.to, fd, stats)
    ? { kind: 'usable', index, indexBytes: bytes.length }
    : { kind: 'stale' };
}

/** Bytes of a file's beginning that an index seems to be of, by a look at it alone; 0 for none. */
export async function indexedBytes(log: string, folder: string | null): Promise<number> {
  const stats = folder === null ? null : await stat(log, { bigint: true }).catch(() => null);
  if (folder === null || stats === null) return 0;
  const file = await open(pathFor(folder, stats)).catch(() => null);
  if (file === null) return 0;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(OUTLINE_BYTES), 0, OUTLINE_BYTES, 0);
    return readOutline(buffer.subarray(0, bytesRead))?.to ?? 0;
  } finally {
    await file.close();
  }
}

/** Beside it first: another of us may be reading. Returns its size. Throws what the file system says. */
export async function writeIndex(fd: number, index: LogIndex, folder: string): Promise<number> {
  const stats = fstatSync(fd, { bigint: true });
  const path = pathFor(folder, stats);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomUUID()}`;
  const parts = encodeIndex(index, identityOf(fd, stats, index.to));
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      for (const part of parts) if (part.length > 0) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** All of them, and what was left half written. Returns how many. */
export async function clearIndexes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const ours = names.filter((name) => name.includes(SUFFIX));
  for (const name of ours) await rm(join(folder, name), { force: true });
  return ours.length;
}

function pathFor(folder: string, { dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return join(folder, `${dev}-${ino}${SUFFIX}`);
}

function identityOf(fd: number, stats: BigIntStats, to: number): IndexedFile {
  return {
    device: String(stats.dev),
    inode: String(stats.ino),
    bytes: Number(stats.size),
    modifiedNs: String(stats.mtimeNs),
    head: digestOf(fd, 0, Math.min(to, COMPARED_BYTES)),
    tail: digestOf(fd, Math.max(0, to - COMPARED_BYTES), to),
  };
}

function isOf(file: IndexedFile, to: number, fd: number, stats: BigIntStats): boolean {
  const own = identityOf(fd, stats, to);
  // What was changed without growing was changed in the middle.
  const isUntouched = own.bytes > file.bytes || own.modifiedNs === file.modifiedNs;
  return (
    isUntouched &&
    own.bytes >= file.bytes &&
    own.device === file.device &&
    own.inode === file.inode &&
    own.head === file.head &&
    own.tail === file.tail
  );
}

function digestOf(fd: number, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from);
  const read = readSync(fd, bytes, 0, bytes.length, from);
  return createHash('sha256').update(bytes.subarray(0, read)).digest('hex');
}

/** Null: there is none, or it cannot be read. */
async function readWhole(path: string): Promise<Buffer | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(size - filled, 2 ** 30), filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
