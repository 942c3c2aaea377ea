/** Log files → their indexes. Plain files alone: what is compressed, or comes through a pipe, has no places to read from. */
import { fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { compressionOf } from '../../scan/decompress.ts';
import { buildIndex } from '../../scan/index/build-index.ts';
import { utf16Of } from '../../scan/utf-16.ts';
import { unwrap } from '../envelope.ts';
import { type FoundFile, failureOf, findFiles, nothingFound } from './find-files.ts';
import { clearIndexes, findIndex, indexFolder, writeIndex } from './index-folder.ts';

export interface Indexed {
  readonly file: string;
  readonly lines: number;
  /** Of the log, as far as it is indexed, and what was read of that now. */
  readonly bytes: number;
  readonly newBytes: number;
  readonly seconds: number;
  readonly indexBytes: number;
  /** Of the index in the log. */
  readonly share: number;
}

/** Throws a UserError for what cannot be indexed, before anything is. */
export async function indexFiles(patterns: readonly string[], io: Io): Promise<readonly Indexed[]> {
  const folder = folderOf(io);
  if (patterns.includes('-')) throw unsuited('standard input', 'is read once');
  const paths = patterns.map((one) => (one.startsWith('file://') ? fileURLToPath(one) : one));
  const found = await findFiles(paths, { cwd: io.cwd, unwrap, signal: io.signal });
  const [failure] = found.failures;
  if (found.files.length === 0 || failure !== undefined) throw nothingFound(found);
  const pipe = found.files.find((file) => file.isStream);
  if (pipe !== undefined) throw unsuited(`"${pipe.name}"`, 'is a pipe');
  const indexed: Indexed[] = [];
  for (const file of found.files) {
    const one = await indexFile(file, folder, io);
    if (one !== null) indexed.push(one);
  }
  return indexed;
}

/** Returns how many there were. */
export async function clearFileIndexes(io: Io): Promise<number> {
  return await clearIndexes(folderOf(io));
}

function folderOf({ env }: Io): string {
  const folder = indexFolder(env);
  if (folder !== null) return folder;
  throw new UserError('AUDIT_USAGE', 'there is no folder for indexes', {
    hint: 'set XDG_CACHE_HOME or HOME',
  });
}

/** Null: of those in a folder, one that is compressed. */
async function indexFile(found: FoundFile, folder: string, io: Io): Promise<Indexed | null> {
  const file = await open(found.path, 'r').catch((error: unknown) => {
    throw new UserError('AUDIT_FILE_UNREADABLE', failureOf(found.name, error).text, { cause: error });
  });
  try {
    if (!(await isPlain(file, found.name))) {
      if (found.isFromFolder) return null;
      throw unsuited(`"${found.name}"`, 'is compressed, or no UTF-8');
    }
    return await indexOpen(file.fd, found.name, folder, io.signal);
  } finally {
    await file.close();
  }
}

async function isPlain(file: FileHandle, name: string): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  const first = buffer.subarray(0, bytesRead);
  return compressionOf(first, name) === 'none' && utf16Of(first) === null;
}

async function indexOpen(fd: number, name: string, folder: string, signal: AbortSignal): Promise<Indexed> {
  const began = performance.now();
  const known = await findIndex(fd, folder);
  const before = known.kind === 'usable' ? known : null;
  const from = before?.index.to ?? 0;
  const to = fstatSync(fd).size;
  const isNew = before === null || to > from;
  const index = isNew ? await buildIndex({ fd, from, to }, before?.index ?? null, { signal }) : before.index;
  const hasMore = before === null || index.to > from;
  const indexBytes = hasMore
    ? await writeIndex(fd, index, folder).catch(unwritable(folder))
    : before.indexBytes;
  return {
    file: name,
    lines: index.rows,
    bytes: index.to,
    newBytes: index.to - from,
    seconds: (performance.now() - began) / 1000,
    indexBytes,
    share: index.to === 0 ? 0 : indexBytes / index.to,
  };
}

function unwritable(folder: string): (error: unknown) => never {
  return (error) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError('AUDIT_FILE_UNREADABLE', `the index could not be written to "${folder}": ${why}`, {
      hint: 'XDG_CACHE_HOME=FOLDER names another place',
      cause: error,
    });
  };
}

function unsuited(what: string, why: string): UserError {
  return new UserError('AUDIT_USAGE', `${what} ${why}: only plain log files are indexed`, {
    hint: 'decompress it into a file first: zcat audit.log.gz > audit.log',
  });
}
