/**
 * Paths, globs and folders → the files behind them, each once, however it was reached. Looks at names, sizes and, in
 * folders, first bytes; reads no events.
 */
import type { BigIntStats } from 'node:fs';
import { access, constants, type FileHandle, glob, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Unwrap } from '../../event/decode.ts';
import { walkFolder } from './walk-folder.ts';

export interface FoundFile {
  /** As the user would write it: relative if so given. */
  readonly name: string;
  /** For opening. */
  readonly path: string;
  /** Identifies the file itself, whatever its name. */
  readonly id: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** A pipe: no size, no offsets, read once. */
  readonly isStream: boolean;
  /** Found in a folder, where it looked like an audit log; nobody said it were one. */
  readonly isFromFolder: boolean;
}

export interface Failure {
  readonly kind: 'not found' | 'unreadable' | 'no audit log';
  readonly name: string;
  readonly text: string;
}

export interface Found {
  readonly files: readonly FoundFile[];
  readonly failures: readonly Failure[];
  /** Files in folders that do not look like audit logs. */
  readonly skipped: readonly string[];
  /** Folders that were too large to be looked through, each in words. */
  readonly limits: readonly string[];
}

export interface FindOptions {
  readonly cwd: string;
  readonly unwrap: Unwrap;
  readonly signal: AbortSignal;
}

/** Of a find without any file. */
export function nothingFound({ failures }: Found): UserError {
  const failure = failures.find(({ kind }) => kind === 'unreadable') ?? failures[0];
  const text = failure?.text ?? 'no file was named';
  if (failure?.kind === 'unreadable') {
    return new UserError('AUDIT_FILE_UNREADABLE', text, {
      hint: 'the API server makes its log readable for root alone: sudo, or sudo cat FILE | kubectl audit … --file -',
    });
  }
  return new UserError('AUDIT_FILE_NOT_FOUND', text, {
    hint: "quote a pattern, so that it arrives here as it is: --file '/var/log/kubernetes/audit/*.log*'",
  });
}

/** Times that a pattern is matched again. */
const MAX_ROUNDS = 5;

/** Patterns without `-`. Never throws for what the file system says: that is in `failures`. */
export async function findFiles(patterns: readonly string[], options: FindOptions): Promise<Found> {
  const files = new Map<string, FoundFile>();
  const failures: Failure[] = [];
  const skipped: string[] = [];
  const limits: string[] = [];
  for (const pattern of patterns) {
    const { names, isPattern } = await expand(pattern, options);
    if (names.length === 0)
      failures.push({ kind: 'not found', name: pattern, text: `"${pattern}" matches no file` });
    for (const name of names) await addFile(name, isPattern);
    // A log that is put aside between being matched and being looked at is there under a name that came up since.
    const known = new Set(names);
    for (let round = 0; isPattern && round < MAX_ROUNDS; round++) {
      const appeared = (await expand(pattern, options)).names.filter((name) => !known.has(name));
      if (appeared.length === 0) break;
      for (const name of appeared) {
        known.add(name);
        await addFile(name, isPattern);
      }
    }
  }
  return { files: [...files.values()], failures, skipped, limits };

  /** Of what a pattern happens to match, pipes would block, and a folder need not hold a log. */
  async function addFile(name: string, isPattern: boolean): Promise<void> {
    const path = resolve(options.cwd, name);
    const stats = await stat(path, { bigint: true }).catch((error: unknown) => error);
    if (!isStats(stats)) {
      failures.push(failureOf(name, stats));
    } else if (stats.isDirectory()) {
      const inside = await walkFolder(name, options);
      for (const file of inside.files) add(file);
      failures.push(...inside.failures);
      skipped.push(...inside.skipped);
      if (inside.limit !== null) limits.push(`"${name}" is too large: ${inside.limit}; ${NEARER}`);
      if (inside.files.length === 0 && !isPattern) {
        const text =
          inside.limit === null
            ? `no file in "${name}" looks like an audit log`
            : `no audit log was found in "${name}", and ${inside.limit}; ${NEARER}`;
        failures.push({ kind: 'no audit log', name, text });
      }
    } else if (stats.isFile() || !isPattern) {
      const refusal = await access(path, constants.R_OK).catch((error: unknown) => error);
      if (refusal === undefined) add(toFile(name, path, stats, false));
      else failures.push(failureOf(name, refusal));
    }
  }

  function add(file: FoundFile): void {
    const known = files.get(file.id);
    if (known === undefined || (known.isFromFolder && !file.isFromFolder)) files.set(file.id, file);
  }
}

const NEARER = 'name a folder nearer to the log, or a pattern';

export function toFile(name: string, path: string, stats: BigIntStats, isFromFolder: boolean): FoundFile {
  return {
    name,
    path,
    id: idOf(path, stats),
    bytes: Number(stats.size),
    modifiedMs: Number(stats.mtimeMs),
    isStream: !stats.isFile(),
    isFromFolder,
  };
}

/** With its birth: the number of a deleted file is given to the next one. */
export function idOf(path: string, stats: BigIntStats): string {
  return stats.ino === 0n ? path : `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

/** The file system's own. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

export function failureOf(name: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { kind: 'not found', name, text: `"${name}" does not exist` };
  }
  const why = REASONS.get(code) ?? (code === '' ? String(error) : code);
  return { kind: 'unreadable', name, text: `"${name}" cannot be read: ${why}` };
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its symbolic links go round in a circle'],
]);

export function isStats(value: unknown): value is BigIntStats {
  return typeof value === 'object' && value !== null && 'isDirectory' in value;
}

/** The name itself when there is such a file, whatever characters it has; else the files that the pattern matches. */
async function expand(
  pattern: string,
  { cwd, signal }: FindOptions,
): Promise<{ names: string[]; isPattern: boolean }> {
  const exists = await stat(resolve(cwd, pattern)).then(
    () => true,
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
  );
  if (exists || !/[*?[{]/.test(pattern)) return { names: [pattern], isPattern: false };
  const names: string[] = [];
  for await (const name of glob(pattern, { cwd })) {
    signal.throwIfAborted();
    names.push(name);
  }
  return { names: names.sort(), isPattern: true };
}

/** A live file may have been put aside since it was found: the same file's path now. Null when it is not in its folder. */
export async function whereIs(file: FoundFile): Promise<string | null> {
  const folder = dirname(file.path);
  const names = await readdir(folder).catch(() => []);
  for (const path of [file.path, ...names.map((name) => join(folder, name))]) {
    const stats = await stat(path, { bigint: true }).catch(() => null);
    if (stats !== null && idOf(path, stats) === file.id) return path;
  }
  return null;
}

/** Whether a file that was opened by its path is the one that was found there. */
export async function isFileItself(file: FoundFile, handle: FileHandle): Promise<boolean> {
  return idOf(file.path, await handle.stat({ bigint: true })) === file.id;
}

/** Where the live file of a rotated one lies, as the user would write it. */
export function siblingName(name: string, fileName: string): string {
  const folder = dirname(name);
  return folder === '.' && !name.startsWith('.') ? fileName : join(folder, fileName);
}

export function fileNameOf(file: FoundFile): string {
  return basename(file.name);
}
