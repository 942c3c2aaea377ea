/**
 * Log files on this machine: paths, globs, folders, standard input. Says which files are read and in which order; bytes
 * become events in scan/. Reads everything that the window leaves: order and limit are the question's.
 */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.ts';
import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import type { ByteSource, Io } from '../../io.ts';
import { EVERYTHING } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { type Compression, compressionOf } from '../../scan/decompress.ts';
import { scan } from '../../scan/scan.ts';
import { type Sieve, sieveOf } from '../../scan/sieve.ts';
import type { OpenFile } from '../../scan/threads/sift-in-threads.ts';
import { unwrap } from '../envelope.ts';
import type { SourceParams } from '../registry.ts';
import type { Capabilities, Findings, Source, SourcePlan } from '../source.ts';
import { chunksOf, nextLineStart, openByteFile, openStream } from './byte-file.ts';
import { explainReading } from './explain-reading.ts';
import { type Found, failureOf, findFiles, nothingFound, whereIs } from './find-files.ts';
import { groupLogs } from './log-groups.ts';
import { type ReadingStep, readingList } from './reading-list.ts';
import { ReadingTally } from './reading-tally.ts';

const STDIN = 'stdin';

/** `-` among the patterns is standard input; `file://` URLs are paths. */
export async function openFileSource({ patterns, maxBytes }: SourceParams, io: Io): Promise<Source> {
  const paths = patterns.map((pattern) => (pattern.startsWith('file://') ? fileURLToPath(pattern) : pattern));
  const pipes = await Promise.all(paths.map((path) => isPipe(path)));
  return new FileSource(paths, maxBytes, pipes.includes(true), io);
}

async function isPipe(path: string): Promise<boolean> {
  if (path === '-') return true;
  const stats = await stat(path).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

interface Reading {
  readonly found: Found;
  readonly steps: readonly ReadingStep[];
  readonly sieve: Sieve | null;
  readonly readsStdin: boolean;
}

class FileSource implements Source {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #patterns: readonly string[];
  readonly #maxBytes: number | null;
  readonly #io: Io;
  readonly #readings = new WeakMap<SourcePlan, Reading>();
  #tally = new ReadingTally();

  constructor(patterns: readonly string[], maxBytes: number | null, isReadOnce: boolean, io: Io) {
    this.name = patterns.map((pattern) => (pattern === '-' ? STDIN : pattern)).join(' ');
    this.capabilities = {
      order: 'none',
      slackUs: null,
      rereads: !isReadOnce,
      billed: false,
      aggregates: false,
      follows: false,
    };
    this.#patterns = patterns;
    this.#maxBytes = maxBytes;
    this.#io = io;
  }

  async plan(query: Query, signal: AbortSignal): Promise<SourcePlan> {
    const readsStdin = this.#patterns.includes('-');
    const patterns = this.#patterns.filter((pattern) => pattern !== '-');
    const found = await findFiles(patterns, { cwd: this.#io.cwd, unwrap, signal });
    if (found.files.length === 0 && !readsStdin) throw nothingFound(found);
    const steps = readingList(groupLogs(found.files), query.window.sinceUs, this.#maxBytes);
    const reading = {
      found,
      steps,
      sieve: sieveOf(query, readsStdin || new Set(steps.map(({ log }) => log)).size > 1),
      readsStdin,
    };
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
      explain: explainReading(reading),
    };
    this.#readings.set(plan, reading);
    return plan;
  }

  async *read(plan: SourcePlan, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading === undefined) throw new Error('read() of a plan that is not of this source');
    const tally = new ReadingTally();
    this.#tally = tally;
    tally.addFound(reading.found);
    let log: string | null = null;
    for (const step of reading.steps) {
      // So that a log of which nothing is read is named too.
      if (step.log !== log) yield emptyBatch(step.log);
      log = step.log;
      if (step.skip === null) yield* this.#readFile(step, reading.sieve, signal);
      else tally.addSkipped(step);
    }
    if (reading.readsStdin) yield* this.#readStdin(reading.sieve, signal);
    tally.end();
  }

  findings(): Findings {
    return this.#tally.findings();
  }

  async close(): Promise<void> {}

  async *#readFile(step: ReadingStep, sieve: Sieve | null, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const { file, log } = step;
    if (file.isStream) {
      const stream = await openStream(file.path, signal).catch((error: unknown) => {
        this.#tally.addFailure(log, failureOf(file.name, error));
        return null;
      });
      if (stream !== null) yield* this.#scan(stream, log, file.name, step.bytes, sieve, signal);
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
      const range = await this.#rangeOf(step, bytes, signal);
      if (range === null) return;
      const onShort = (missing: number): void => this.#tally.addShrunk(step, missing);
      const chunksFrom = (from: number) => chunksOf(bytes, { ...range, from }, signal, onShort);
      const openFile: OpenFile = { fd: bytes.fd, ...range, chunksFrom, onShort };
      const chunks = chunksFrom(range.from);
      yield* this.#scan(chunks, log, file.name, Number.POSITIVE_INFINITY, sieve, signal, openFile);
    } finally {
      await bytes.close();
    }
  }

  async *#readStdin(sieve: Sieve | null, signal: AbortSignal): AsyncGenerator<EventBatch> {
    yield emptyBatch(STDIN);
    const limit = this.#maxBytes ?? Number.POSITIVE_INFINITY;
    yield* this.#scan(this.#io.in, STDIN, STDIN, limit, sieve, signal);
  }

  /** Errors of the file system and of the format become gaps; whether nothing at all was read, `end` says. */
  async *#scan(
    chunks: AsyncIterable<Uint8Array>,
    log: string,
    file: string,
    limit: number,
    sieve: Sieve | null,
    signal: AbortSignal,
    openFile?: OpenFile,
  ): AsyncGenerator<EventBatch> {
    const tally = this.#tally;
    const count = tally.beginFile(log, file);
    const onTrouble = (why: string): void => tally.addTrouble(log, file, why);
    const watched = count.watch(limited(chunks, limit, () => tally.addOverBudget(log, file)));
    try {
      const options = { source: log, file, unwrap, sieve, onTrouble, signal };
      for await (const batch of scan(watched, openFile === undefined ? options : { ...options, openFile })) {
        count.add(batch);
        yield batch;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UserError) tally.addRefusal(log, error);
      else if (isSystemError(error)) tally.addFailure(log, failureOf(file, error));
      else throw error;
    }
  }

  /** Null: there is nothing to be read of it. */
  async #rangeOf(step: ReadingStep, bytes: ByteSource, signal: AbortSignal) {
    const { file } = step;
    const size = (await bytes.size(signal)) ?? file.bytes;
    const from = Math.max(0, file.bytes - step.bytes);
    if (from === 0) return { from: 0, to: size };
    const compression: Compression = compressionOf(await bytes.readAt(0, 8, signal), file.name);
    const start = compression === 'none' ? await nextLineStart(bytes, from, size, signal) : size;
    this.#tally.addUnread(step, start);
    return start >= size ? null : { from: start, to: size };
  }
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

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
