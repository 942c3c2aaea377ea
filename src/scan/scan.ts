/**
 * Bytes of one log file → batches of events: decompressed, cut into lines and records, narrowed by a sieve, unwrapped and
 * decoded. Which bytes, and what a trouble means, is the source's to say.
 */
import { asBuffer } from '../event/as-buffer.ts';
import type { EventBatch } from '../event/batch.ts';
import { Collector, type CollectorOptions } from './collector.ts';
import { CountedChunks } from './counted-chunks.ts';
import { compressionOf, decompress } from './decompress.ts';
import { siftByIndex } from './index/sift-by-index.ts';
import { type Line, LineReader, MAX_LINE_BYTES } from './lines.ts';
import { PassingOver } from './passing-over.ts';
import { RecordReader } from './records.ts';
import type { Sieve } from './sieve.ts';
import { SEGMENT_BYTES } from './threads/segments.ts';
import { prepareSifting } from './threads/sift-file.ts';
import { type OpenFile, siftInThreads } from './threads/sift-in-threads.ts';
import { asUtf8, utf16Of } from './utf-16.ts';

/** Records at the beginning of a log that are decoded whatever they hold: a cluster's birth is looked for there. */
const ALWAYS_DECODED = 512;
/** Threads are no gain for less: they have to be started first. */
const LEAST_FOR_THREADS = 48 * 1024 * 1024;
const DIVISION = { leastBytes: LEAST_FOR_THREADS, segmentBytes: SEGMENT_BYTES };

export interface ScanOptions extends Omit<CollectorOptions, 'isLive'> {
  /** Null: everything is decoded. */
  readonly sieve: Sieve | null;
  /** What kept part of the bytes from being read; at most once, after the last batch that could be had. */
  readonly onTrouble: (why: string) => void;
  readonly signal: AbortSignal;
  /** What the chunks are read from, for threads to read by themselves. Default: the chunks are read to their end. */
  readonly openFile?: OpenFile;
  /** The chunks begin where their log does. Default true. */
  readonly isBeginning?: boolean;
  /** Following: what each chunk holds is handed out before the next is waited for. Default false. */
  readonly isFollowing?: boolean;
  /** Default MAX_LINE_BYTES, ALWAYS_DECODED and DIVISION; others are for tests. */
  readonly maxLineBytes?: number;
  readonly alwaysDecoded?: number;
  readonly division?: typeof DIVISION;
  /** Default true. False, for tests: lines are passed over by the prefilter alone. */
  readonly usesKernel?: boolean;
}

/**
 * Throws a UserError for a compression it does not know, whatever `chunks` throws, and the signal's reason. A chunk may be
 * overwritten when the next one is asked for.
 */
export async function* scan(
  chunks: AsyncIterable<Uint8Array>,
  options: ScanOptions,
): AsyncGenerator<EventBatch> {
  const input = new CountedChunks(chunks, options.signal);
  const first = await input.peek();
  const compression = compressionOf(first, options.file);
  const isPlain = compression === 'none' && utf16Of(first) === null;
  const scanning = new Scanning(options, compression === 'none');
  if (isPlain && scanning.willBeForThreads) prepareSifting();
  const plain =
    compression === 'none' ? input.read() : decompress(input.read(), compression, options.onTrouble);
  try {
    for await (const chunk of asUtf8(plain)) {
      yield* scanning.take(chunk, input.takeCount());
      if (isPlain && scanning.isForThreads) break;
    }
    if (isPlain && scanning.isForThreads) yield* scanning.takeRest();
    yield* scanning.end(input.takeCount());
  } finally {
    scanning.close();
  }
}

class Scanning {
  readonly #options: ScanOptions;
  readonly #maxLineBytes: number;
  readonly #alwaysDecoded: number;
  readonly #collector: Collector;
  readonly #records: RecordReader;
  readonly #passing: PassingOver | null;
  #lines: LineReader;
  #decoded = 0;

  constructor(options: ScanOptions, isLive: boolean) {
    const { sieve, maxLineBytes = MAX_LINE_BYTES, usesKernel = true } = options;
    this.#options = options;
    this.#maxLineBytes = maxLineBytes;
    this.#alwaysDecoded = options.isBeginning === false ? 0 : (options.alwaysDecoded ?? ALWAYS_DECODED);
    this.#collector = new Collector({ ...options, isLive });
    this.#records = new RecordReader(this.#collector, maxLineBytes);
    const { passed } = this.#collector;
    this.#passing = sieve === null ? null : new PassingOver(sieve, { maxLineBytes, usesKernel }, passed);
    this.#lines = new LineReader(maxLineBytes);
  }

  /** As far as can be told before anything is read. */
  get willBeForThreads(): boolean {
    const { openFile, usesKernel = true } = this.#options;
    if (openFile === undefined || !usesKernel || this.#passing === null) return false;
    return this.#isMuch(openFile, Math.max(openFile.from, openFile.index?.to ?? 0));
  }

  /** There is enough left, or an index of it, and it begins with a line. */
  get isForThreads(): boolean {
    const { openFile, usesKernel = true } = this.#options;
    if (openFile === undefined || !usesKernel || this.#passingNow() === null) return false;
    const at = openFile.from + this.#lines.position;
    const isIndexed = at < (openFile.index?.to ?? 0);
    return (isIndexed || this.#isMuch(openFile, at)) && this.#lines.isBetweenLines;
  }

  /** `readBytes`: what the chunk cost at its source. */
  *take(chunk: Uint8Array, readBytes: number): Generator<EventBatch> {
    // A view of its own for every chunk: searches remember the view they looked at.
    const bytes = asBuffer(chunk);
    this.#lines.push(bytes);
    this.#passing?.push(bytes);
    this.#collector.countBytes(readBytes, chunk.length);
    yield* this.#scanned();
    if (this.#options.isFollowing === true) this.#passing?.takeOut();
    if (this.#collector.isFull || this.#options.isFollowing === true) yield this.#collector.takeBatch();
  }

  /** What is behind the chunks, by its index, and in threads; from where they cannot tell, chunk by chunk again. */
  async *takeRest(): AsyncGenerator<EventBatch> {
    const { openFile, sieve, signal, division = DIVISION } = this.#options;
    if (openFile === undefined || sieve === null) return;
    const from = openFile.from + this.#lines.position;
    // The beginning of a line is read again, and counted there.
    const carried = this.#lines.pushedBytes - this.#lines.position;
    this.#collector.countBytes(-carried, -carried);
    const how = {
      ...{ sieve, signal, maxLineBytes: this.#maxLineBytes, segmentBytes: division.segmentBytes },
      ...{ records: this.#records, collector: this.#collector },
    };
    const indexed = yield* siftByIndex(openFile, from, this.#lines.nextNumber, how);
    let { at, number } = indexed;
    if (this.#records.isBetweenRecords && this.#isMuch(openFile, at)) {
      const sifting = siftInThreads(openFile, at, number, how);
      let next = await sifting.next();
      for (; next.done !== true; next = await sifting.next()) yield next.value;
      ({ at, number } = next.value);
    }
    this.#lines = new LineReader(this.#maxLineBytes, number);
    if (at >= openFile.to) return;
    for await (const chunk of openFile.chunksFrom(at)) yield* this.take(chunk, chunk.length);
  }

  #isMuch({ to }: OpenFile, at: number): boolean {
    return to - at >= (this.#options.division ?? DIVISION).leastBytes;
  }

  /** `readBytes`: that no chunk was made of. */
  *end(readBytes: number): Generator<EventBatch> {
    this.#lines.end();
    yield* this.#scanned();
    this.#records.end();
    this.#passing?.takeOut();
    this.#collector.countBytes(readBytes, 0);
    if (!this.#collector.isEmpty) yield this.#collector.takeBatch();
  }

  close(): void {
    this.#passing?.close();
  }

  *#scanned(): Generator<EventBatch> {
    while (true) {
      this.#passingNow()?.skipAhead(this.#lines);
      const line = this.#lines.next();
      if (line === null) return;
      const isWhole = line.ending === 'newline' && !line.isContinued;
      if (isWhole && this.#passingNow()?.passes(line) === true) continue;
      this.#decode(line);
      if (this.#collector.isFull) yield this.#collector.takeBatch();
    }
  }

  #decode(line: Line): void {
    this.#decoded++;
    this.#collector.countDecoded(line.end - line.start);
    this.#records.take(line);
  }

  /** Null: what comes next has to be decoded. */
  #passingNow(): PassingOver | null {
    const mayPass = this.#decoded >= this.#alwaysDecoded && this.#records.isBetweenRecords;
    return mayPass ? this.#passing : null;
  }
}
