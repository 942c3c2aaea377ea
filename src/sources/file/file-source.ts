/**
 * Log files on this machine: paths, globs, folders, standard input. Says which stretches of which files are read and in which order;
 * bytes become events in scan/. Reads everything that the window leaves: order and limit are the question's.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.ts';
import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import type { ByteSource, Io } from '../../io.ts';
import { EVERYTHING } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { type Compression, compressionOf } from '../../scan/decompress.ts';
import { type ScanOptions, scan } from '../../scan/scan.ts';
import { type Sieve, sieveOf } from '../../scan/sieve.ts';
import type { OpenFile } from '../../scan/threads/sift-in-threads.ts';
import { unwrap } from '../envelope.ts';
import { inTurn } from '../in-turn.ts';
import { withFollowed } from '../joined-findings.ts';
import { asksOpenOnes, STILL_RUNNING } from '../long-running.ts';
import { Merged } from '../merged.ts';
import type { SourceParams } from '../registry.ts';
import type { Capabilities, Findings, News, Source, SourcePlan } from '../source.ts';
import { stagesOf } from '../stage-window.ts';
import { beginFollowing, stepsBefore, withoutAwaited } from './begin-following.ts';
import { chunksOf, nextLineStart, openByteFile, openStream, untilAborted } from './byte-file.ts';
import { explainReading } from './explain-reading.ts';
import { type Found, failureOf, findFiles, isSystemError, nothingFound, whereIs } from './find-files.ts';
import { FollowedFiles } from './followed-files.ts';
import { findIndex, indexedBytes, indexFolder } from './index-folder.ts';
import { groupLogs } from './log-groups.ts';
import { narrowLogs } from './narrow-logs.ts';
import { type ReadingStep, readingList } from './reading-list.ts';
import { ReadingTally } from './reading-tally.ts';
import { rotatedOf } from './rotated-of.ts';

const STDIN = 'stdin';

/** `-` among the patterns is standard input; `file://` URLs are paths. */
export async function openFileSource(
  { patterns, maxBytes, usesIndex = true, readsRotated = false }: SourceParams,
  io: Io,
): Promise<Source> {
  const paths = patterns.map((pattern) => (pattern.startsWith('file://') ? fileURLToPath(pattern) : pattern));
  const pipes = await Promise.all(paths.map((path) => isPipe(path, io.cwd)));
  return new FileSource(
    paths,
    paths.filter((_, n) => pipes[n] !== true),
    maxBytes,
    usesIndex ? indexFolder(io.env) : null,
    readsRotated,
    io,
  );
}

async function isPipe(path: string, cwd: string): Promise<boolean> {
  if (path === '-') return true;
  const stats = await stat(resolve(cwd, path)).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

interface Reading {
  readonly found: Found;
  readonly steps: readonly ReadingStep[];
  readonly sieve: Sieve | null;
  readonly readsStdin: boolean;
  /** Null: what is there is all that is wanted. */
  readonly followed: FollowedFiles | null;
  /** Requests that were still running when the window began could be wanted, and their first event lies before it. */
  readonly missesOpenOnes: boolean;
}

class FileSource implements Source {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #patterns: readonly string[];
  /** Those that can be read again. */
  readonly #lasting: readonly string[];
  readonly #maxBytes: number | null;
  /** Where indexes lie; null: none is looked for. */
  readonly #readsRotated: boolean;
  readonly #indexes: string | null;
  readonly #io: Io;
  readonly #readings = new WeakMap<SourcePlan, Reading>();
  #tally = new ReadingTally();
  #followed: FollowedFiles | null = null;

  constructor(
    patterns: readonly string[],
    lasting: readonly string[],
    maxBytes: number | null,
    indexes: string | null,
    readsRotated: boolean,
    io: Io,
  ) {
    this.name = patterns.map((pattern) => (pattern === '-' ? STDIN : pattern)).join(' ');
    this.capabilities = {
      order: 'none',
      slackUs: 'measured',
      rereads: lasting.length === patterns.length,
      billed: false,
      follows: true,
    };
    this.#patterns = patterns;
    this.#lasting = lasting;
    this.#maxBytes = maxBytes;
    this.#indexes = indexes;
    this.#readsRotated = readsRotated;
    this.#io = io;
  }

  async plan(query: Query, signal: AbortSignal): Promise<SourcePlan> {
    const readsStdin = this.#patterns.includes('-');
    const patterns = this.#patterns.filter((pattern) => pattern !== '-');
    const options = { cwd: this.#io.cwd, unwrap, signal };
    const followed =
      query.following === undefined ? null : new FollowedFiles(this.#lasting, options, this.#io.now);
    if (followed !== null) await beginFollowing(followed, options, readsStdin);
    const rotated = this.#readsRotated ? await rotatedOf(this.#lasting, this.#io.cwd) : [];
    const found = await findFiles([...patterns, ...rotated], options);
    if (found.files.length === 0 && !readsStdin && followed === null) throw nothingFound(found);
    const logs = groupLogs(found.files);
    const window = stagesOf(query);
    const parts = await narrowLogs(logs, window, signal);
    const all = readingList(logs, parts, window, this.#maxBytes);
    const steps = followed === null ? all : await stepsBefore(followed, query.following, all);
    const missesOpenOnes = asksOpenOnes(query) && steps.some((step) => step.part.from > 0);
    const mayRepeat = readsStdin || followed !== null || logs.length > 1;
    const reading = { found, steps, sieve: sieveOf(query, mayRepeat), readsStdin, followed, missesOpenOnes };
    const isSizeKnown = !readsStdin && found.files.every((file) => !file.isStream);
    const opened = steps.filter((step) => step.skip === null);
    const plan: SourcePlan = {
      query,
      pushed: EVERYTHING,
      residual: query.predicate,
      estimate: {
        bytes: isSizeKnown ? opened.reduce((sum, step) => sum + step.bytes, 0) : null,
        parts: opened.length + (readsStdin ? 1 : 0),
      },
      explain: async () => {
        const indexed = await Promise.all(steps.map(({ file }) => indexedBytes(file.path, this.#indexes)));
        return [...explainReading({ ...reading, indexed, window }), ...(followed?.explained ?? [])];
      },
    };
    this.#readings.set(plan, reading);
    return plan;
  }

  async *read(plan: SourcePlan, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading === undefined) throw new Error('read() of a plan that is not of this source');
    const tally = new ReadingTally();
    this.#tally = tally;
    const isAwaited = reading.followed !== null;
    tally.addFound(isAwaited ? withoutAwaited(reading.found) : reading.found);
    const steps = reading.steps.filter((step) => !(isAwaited && step.file.isStream));
    for (const step of steps) {
      tally.addStep(step);
      // Also so that a log of which nothing is read is named.
      yield emptyBatch(step.log, step.part.probedBytes);
    }
    for (const together of besideEachOther(steps.filter((step) => step.skip === null))) {
      const readings = together.map((step) => () => this.#readFile(step, reading.sieve, signal));
      yield* inTurn(readings, ARCHIVES_AT_ONCE);
    }
    if (reading.readsStdin && reading.followed === null) yield* this.#readStdin(reading.sieve, signal);
    if (reading.missesOpenOnes) tally.addNote(STILL_RUNNING);
    tally.end();
  }

  /** What has no offsets is followed from its beginning to its end. */
  async *follow(
    plan: SourcePlan,
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading === undefined || reading.followed === null)
      throw new Error('follow() of a plan that is not of this source, or does not follow');
    const { followed, sieve, steps, readsStdin } = reading;
    this.#followed = followed;
    const merged = new Merged<EventBatch>(signal);
    if (readsStdin) merged.add((own) => this.#readStdin(sieve, own, true));
    for (const step of steps)
      if (step.file.isStream) merged.add((own) => this.#readFile(step, sieve, own, true));
    if (followed.hasAny) merged.add((own) => followed.follow(sieve, onNews, own));
    yield* merged.items();
  }

  findings(): Findings {
    return withFollowed(this.#tally.findings(), this.#followed);
  }

  async close(): Promise<void> {}

  async *#readFile(
    step: ReadingStep,
    sieve: Sieve | null,
    signal: AbortSignal,
    isFollowing = false,
  ): AsyncGenerator<EventBatch> {
    const { file, log } = step;
    if (file.isStream) {
      const stream = await openStream(file.path, signal).catch((error: unknown) => {
        this.#tally.addFailure(log, failureOf(file.name, error));
        return null;
      });
      const of = { log, file: file.name, part: file.id, isBeginning: true };
      if (stream !== null)
        yield* this.#scan(this.#limited(stream, of, step.bytes), of, sieve, signal, { isFollowing });
      return;
    }
    const path = await whereIs(file);
    const bytes = await openByteFile(path ?? file.path, file.name).catch((error: unknown) => {
      this.#tally.addFailure(log, failureOf(file.name, error));
      return null;
    });
    if (bytes === null) return;
    if (path === null)
      this.#tally.addTrouble(log, file.name, 'it was replaced while the logs were being read');
    try {
      const range = await this.#rangeOf(step, bytes, path === null, signal);
      if (range === null) return;
      const onShort = (missing: number): void => this.#tally.addShrunk(step, missing);
      const chunksFrom = (from: number) => chunksOf(bytes, { ...range, from }, signal, onShort);
      const index = sieve === null ? {} : await this.#indexOf(bytes.fd, step);
      const openFile: OpenFile = { fd: bytes.fd, ...range, chunksFrom, onShort, ...index };
      const { from } = range;
      const of = {
        log,
        file: from === 0 ? file.name : `${file.name} (from byte ${from})`,
        part: `${file.id} from ${from}`,
        isBeginning: from === 0,
        // It was narrowed by the times of its events.
        isKnown: !step.part.isWhole && step.part.why === null,
      };
      yield* this.#scan(chunksFrom(from), of, sieve, signal, { openFile });
    } finally {
      await bytes.close();
    }
  }

  /** What is not sure to be of this file as it is now is not used. */
  async #indexOf(fd: number, { file, log }: ReadingStep): Promise<Pick<OpenFile, 'index' | 'onDoubt'>> {
    const found = await findIndex(fd, this.#indexes);
    if (found.kind === 'damaged') this.#tally.addDamagedIndex(file.name);
    const onDoubt = (): void => this.#tally.addTrouble(log, file.name, 'it was changed since it was indexed');
    return found.kind === 'usable' ? { index: found.index, onDoubt } : {};
  }

  async *#readStdin(
    sieve: Sieve | null,
    signal: AbortSignal,
    isFollowing = false,
  ): AsyncGenerator<EventBatch> {
    yield emptyBatch(STDIN);
    const of = { log: STDIN, file: STDIN, part: STDIN, isBeginning: true };
    const limit = this.#maxBytes ?? Number.POSITIVE_INFINITY;
    const chunks = isFollowing ? untilAborted(this.#io.in, signal) : this.#io.in;
    yield* this.#scan(this.#limited(chunks, of, limit), of, sieve, signal, { isFollowing });
  }

  /** Errors of the file system and of the format become gaps; whether nothing at all was read, `end` says. */
  async *#scan(
    chunks: AsyncIterable<Uint8Array>,
    { log, file, part, isBeginning, isKnown = false }: Scanned,
    sieve: Sieve | null,
    signal: AbortSignal,
    how: { readonly openFile?: OpenFile; readonly isFollowing?: boolean } = {},
  ): AsyncGenerator<EventBatch> {
    const tally = this.#tally;
    const count = tally.beginFile(log, file, isKnown);
    const onTrouble = (why: string): void => tally.addTrouble(log, file, why);
    const options: ScanOptions = {
      ...{ source: log, file, unwrap, sieve, onTrouble, signal },
      ...how,
      isBeginning,
    };
    const watched = count.watch(chunks);
    try {
      for await (const batch of scan(watched, options)) {
        count.add(batch);
        yield { ...batch, part };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UserError) tally.addRefusal(log, error);
      else if (isSystemError(error)) tally.addFailure(log, failureOf(file, error));
      else throw error;
    }
  }

  #limited(
    chunks: AsyncIterable<Uint8Array>,
    { log, file }: Scanned,
    limit: number,
  ): AsyncIterable<Uint8Array> {
    const tally = this.#tally;
    return limited(chunks, limit, () => tally.addOverBudget(log, file));
  }

  /** Null: there is nothing to be read of it. Of another file in its place all is read. */
  async #rangeOf(step: ReadingStep, bytes: ByteSource, isReplaced: boolean, signal: AbortSignal) {
    const { file, part } = step;
    const size = step.to ?? (await bytes.size(signal)) ?? file.bytes;
    if (isReplaced) return { from: 0, to: size };
    if (size < part.from) {
      this.#tally.addShrunk(step, file.bytes - size);
      return null;
    }
    // What was written since it was looked at is newer than all of it.
    const to = part.to === file.bytes ? size : Math.min(part.to, size);
    const from = Math.max(part.from, part.to - step.bytes);
    if (from === part.from) return from >= to && file.bytes > 0 ? null : { from, to };
    const compression: Compression = compressionOf(await bytes.readAt(0, 8, signal), file.name);
    const start = compression === 'none' ? await nextLineStart(bytes, from, to, signal) : to;
    this.#tally.addUnread(step, start);
    return start >= to ? null : { from: start, to };
  }
}

/** While what came of one archive is scanned, the other is unpacked; more of them would wait for the scanner. */
const ARCHIVES_AT_ONCE = 2;

/** Archives that follow each other, and every other file alone: to read those takes no time beside the scanner's. */
function besideEachOther(steps: readonly ReadingStep[]): ReadingStep[][] {
  const groups: ReadingStep[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (isArchive(step) && last?.every(isArchive) === true) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

function isArchive({ file }: ReadingStep): boolean {
  return file.rotation.isCompressed && !file.isStream;
}

/** What is read in one go. */
interface Scanned {
  readonly log: string;
  /** For places in it. */
  readonly file: string;
  /** `EventBatch.part`. */
  readonly part: string;
  readonly isBeginning: boolean;
  /** By other parts of it, as an audit log. Default: not. */
  readonly isKnown?: boolean;
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  onLimit: () => void,
): AsyncGenerator<Uint8Array> {
  let left = limit;
  for await (const chunk of chunks) {
    yield chunk.length <= left ? chunk : chunk.subarray(0, left);
    left -= chunk.length;
    if (left < 0) return onLimit();
  }
}
