/**
 * The audit logs in a folder and below it, told by their first bytes. Links that lead round in a circle are met once. What is
 * near the top is looked at first, for a folder may be a whole disk: how much of it is looked through is bounded.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Failure, type FindOptions, type FoundFile, failureOf, isStats, toFile } from './find-files.ts';
import { looksLikeAudit } from './looks-like-audit.ts';

export interface Walked {
  readonly files: FoundFile[];
  readonly failures: Failure[];
  readonly skipped: string[];
  /** Why not all of it was looked through, in words; null: it was. */
  readonly limit: string | null;
}

export interface WalkLimits {
  /** Files whose beginnings are read, 2 or 3 ms each. As many as are rotated every hour of half a year. */
  readonly files: number;
  /** Names of files and folders met on the way. */
  readonly names: number;
}

const LIMITS: WalkLimits = { files: 5_000, names: 200_000 };

/** Full of files, none of which an API server wrote. Looked into when named themselves. */
const FOREIGN_NAMES: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn', '__pycache__']);
/** Of the kernel: endless, and never a log. */
const FOREIGN_PATHS: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev']);

export async function walkFolder(
  name: string,
  options: FindOptions,
  limits: WalkLimits = LIMITS,
): Promise<Walked> {
  const walk = new Walk(options, limits);
  await walk.run(name);
  return walk;
}

class Walk implements Walked {
  readonly files: FoundFile[] = [];
  readonly failures: Failure[] = [];
  readonly skipped: string[] = [];
  readonly #options: FindOptions;
  readonly #limits: WalkLimits;
  readonly #visited = new Set<string>();
  #lookedInto = 0;
  #isCut = false;

  constructor(options: FindOptions, limits: WalkLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  get limit(): string | null {
    return this.#isCut ? `only ${this.#lookedInto} files of it were looked into` : null;
  }

  async run(top: string): Promise<void> {
    // Grows while it is walked: all of one level come before the next.
    const names = [top];
    for (const name of names) {
      this.#options.signal.throwIfAborted();
      if (this.#lookedInto >= this.#limits.files) {
        this.#isCut = true;
        break;
      }
      for (const entry of await this.#look(name)) {
        const path = join(name, entry);
        if (FOREIGN_NAMES.has(entry) || FOREIGN_PATHS.has(resolve(this.#options.cwd, path))) continue;
        if (names.length < this.#limits.names) names.push(path);
        else this.#isCut = true;
      }
    }
    this.files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What is in it, when it is a folder. */
  async #look(name: string): Promise<readonly string[]> {
    const path = resolve(this.#options.cwd, name);
    const stats = await stat(path, { bigint: true }).catch((error: unknown) => error);
    if (!isStats(stats)) {
      // A link to nothing or to itself, or a file that went away: there is nothing to miss.
      const failure = failureOf(name, stats);
      if (failure.kind === 'unreadable' && !isCircle(stats)) this.failures.push(failure);
      return [];
    }
    const file = toFile(name, path, stats, true);
    if (this.#visited.has(file.id)) return [];
    this.#visited.add(file.id);
    if (stats.isDirectory()) return await this.#entriesOf(name, path);
    // Pipes and sockets in a folder would block.
    if (stats.isFile() && stats.size > 0n) {
      this.#lookedInto++;
      await addIfAudit(file, this.#options, this);
    }
    return [];
  }

  async #entriesOf(name: string, path: string): Promise<readonly string[]> {
    const entries = await readdir(path).catch((error: unknown) => error);
    if (Array.isArray(entries)) return entries.map(String).sort();
    this.failures.push(failureOf(name, entries));
    return [];
  }
}

async function addIfAudit(file: FoundFile, options: FindOptions, walked: Walked): Promise<void> {
  try {
    const looks = await looksLikeAudit(file.path, options.unwrap, options.signal);
    if (looks === 'audit log') walked.files.push(file);
    else if (looks === 'something else') walked.skipped.push(file.name);
    // An archive whose name speaks of audit may well be the rest of a log that is read here.
    else if (looks === 'unsupported' && /audit/i.test(basename(file.name))) {
      const text = `"${file.name}" is compressed in a way that is not read here (gzip and zstd are)`;
      walked.failures.push({ kind: 'unreadable', name: file.name, text });
    }
  } catch (error) {
    options.signal.throwIfAborted();
    const failure = failureOf(file.name, error);
    if (failure.kind === 'unreadable') walked.failures.push(failure);
  }
}

function isCircle(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOOP';
}
