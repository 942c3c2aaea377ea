/**
 * The audit logs in a folder and below it, told by their first bytes. Links that lead round in a circle are met once. What is
 * near the top is looked at first, for a folder may be a whole disk: how much of it is looked through is bounded.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
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

/** Times that what came up meanwhile is looked at: a log is not rotated faster than that for long. */
const MAX_ROUNDS = 5;

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
  /** Folders → what was in them. */
  readonly #listed = new Map<string, Set<string>>();
  /** Were listed, and were gone when they were to be looked at. */
  readonly #vanished = new Set<string>();
  /** Met so far, the top among them. */
  #names = 1;
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
    let names: readonly string[] = [top];
    for (let round = 0; names.length > 0; round++) {
      if (round > MAX_ROUNDS) {
        const text = `files in "${top}" kept being renamed while it was looked through: some may be missing`;
        this.failures.push({ kind: 'unreadable', name: top, text });
        break;
      }
      await this.#lookAt(names);
      names = await this.#appeared();
    }
    this.files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #lookAt(given: readonly string[]): Promise<void> {
    // Grows while it is walked: all of one level come before the next.
    const names = [...given];
    for (const name of names) {
      this.#options.signal.throwIfAborted();
      if (this.#lookedInto >= this.#limits.files) {
        this.#isCut = true;
        break;
      }
      for (const entry of await this.#look(name)) {
        const path = join(name, entry);
        if (FOREIGN_NAMES.has(entry) || FOREIGN_PATHS.has(resolve(this.#options.cwd, path))) continue;
        if (this.#names < this.#limits.names) names.push(path);
        else this.#isCut = true;
        this.#names++;
      }
    }
  }

  /**
   * Names that came up since, where logs are: a log that is put aside, or compressed, between being listed and being looked
   * at is under another name there, and nowhere else.
   */
  async #appeared(): Promise<readonly string[]> {
    if (this.#isCut) return [];
    const folders = new Set([...this.files.map(({ name }) => name), ...this.#vanished].map(dirname));
    this.#vanished.clear();
    const appeared: string[] = [];
    for (const folder of folders) {
      const known = this.#listed.get(folder);
      const entries = await readdir(resolve(this.#options.cwd, folder)).catch(() => []);
      for (const entry of entries) {
        if (known === undefined || known.has(entry)) continue;
        known.add(entry);
        appeared.push(join(folder, entry));
      }
    }
    return appeared;
  }

  /** What is in it, when it is a folder. */
  async #look(name: string): Promise<readonly string[]> {
    const path = resolve(this.#options.cwd, name);
    const stats = await stat(path, { bigint: true }).catch((error: unknown) => error);
    if (!isStats(stats)) {
      // A link to nothing or to itself: there is nothing to miss. What went away may be there under another name.
      const failure = failureOf(name, stats);
      if (failure.kind === 'not found') this.#vanished.add(name);
      else if (!isCircle(stats)) this.failures.push(failure);
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

  onVanished(name: string): void {
    this.#vanished.add(name);
  }

  async #entriesOf(name: string, path: string): Promise<readonly string[]> {
    const entries = await readdir(path).catch((error: unknown) => error);
    if (Array.isArray(entries)) {
      const names = entries.map(String).sort();
      this.#listed.set(dirname(join(name, 'x')), new Set(names));
      return names;
    }
    this.failures.push(failureOf(name, entries));
    return [];
  }
}

async function addIfAudit(
  file: FoundFile,
  options: FindOptions,
  walked: Walked & { onVanished(name: string): void },
): Promise<void> {
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
    else walked.onVanished(file.name);
  }
}

function isCircle(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOOP';
}
