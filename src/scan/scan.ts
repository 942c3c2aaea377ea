/**
 * Bytes of one log file → batches of events: decompressed, cut into lines and records, narrowed by needles, unwrapped and
 * decoded. Which bytes, and what a trouble means, is the source's to say.
 */
import type { EventBatch } from '../event/batch.ts';
import { Collector, type CollectorOptions } from './collector.ts';
import { compressionOf, decompress } from './decompress.ts';
import { LineReader, MAX_LINE_BYTES } from './lines.ts';
import type { Needles } from './needles.ts';
import { PassingOver } from './passing-over.ts';
import { RecordReader } from './records.ts';
import { asUtf8 } from './utf-16.ts';

/** Records at the head of each file that are decoded whatever they hold: a cluster's birth is looked for there. */
const ALWAYS_DECODED = 512;

export interface ScanOptions extends Omit<CollectorOptions, 'isLive'> {
  /** Null: everything is decoded. */
  readonly needles: Needles | null;
  /** What kept part of the bytes from being read; at most once, after the last batch that could be had. */
  readonly onTrouble: (why: string) => void;
  readonly signal: AbortSignal;
  /** Default MAX_LINE_BYTES, and ALWAYS_DECODED; others are for tests. */
  readonly maxLineBytes?: number;
  readonly alwaysDecoded?: number;
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
  const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  const collector = new Collector({ ...options, isLive: compression === 'none' });
  const lines = new LineReader(maxLineBytes);
  const records = new RecordReader(collector, maxLineBytes);
  const passing = passingOver(options, maxLineBytes, collector, lines);
  const alwaysDecoded = options.alwaysDecoded ?? ALWAYS_DECODED;
  let decoded = 0;

  /** Null: what comes next has to be decoded. */
  function passingNow(): PassingOver | null {
    return decoded >= alwaysDecoded && records.isBetweenRecords ? passing : null;
  }

  function* scanned(): Generator<EventBatch> {
    while (true) {
      passingNow()?.skipAhead();
      const line = lines.next();
      if (line === null) return;
      const isWhole = line.ending === 'newline' && !line.isContinued;
      if (isWhole && passingNow()?.passes(line) === true) continue;
      decoded++;
      collector.countDecoded(line.end - line.start);
      records.take(line);
      if (collector.isFull) yield collector.takeBatch();
    }
  }

  const plain =
    compression === 'none' ? input.read() : decompress(input.read(), compression, options.onTrouble);
  try {
    for await (const chunk of asUtf8(plain)) {
      // A view of its own for every chunk: searches remember the view they looked at.
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      lines.push(bytes);
      passing?.push(bytes);
      collector.countBytes(input.takeCount(), chunk.length);
      yield* scanned();
      if (collector.isFull) yield collector.takeBatch();
    }
    lines.end();
    yield* scanned();
    records.end();
    collector.countBytes(input.takeCount(), 0);
    if (!collector.isEmpty) yield collector.takeBatch();
  } finally {
    passing?.close();
  }
}

function passingOver(
  { needles, usesKernel = true }: ScanOptions,
  maxLineBytes: number,
  collector: Collector,
  lines: LineReader,
): PassingOver | null {
  return needles === null ? null : new PassingOver(needles, { maxLineBytes, usesKernel }, collector, lines);
}

/** The chunks, with a look at the first bytes and a count of what was read. */
class CountedChunks {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  #first: Uint8Array | null = null;
  #count = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Enough to tell a compression, unless there is less. */
  async peek(): Promise<Uint8Array> {
    let first: Uint8Array = new Uint8Array(0);
    while (first.length < PEEKED_BYTES) {
      const { value, done } = await this.#next();
      if (done === true) break;
      first = Buffer.concat([first, value]);
    }
    this.#first = first;
    return first;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    try {
      if (this.#first !== null && this.#first.length > 0) {
        this.#count += this.#first.length;
        yield this.#first;
      }
      this.#first = null;
      for (let next = await this.#next(); next.done !== true; next = await this.#next()) {
        this.#count += next.value.length;
        yield next.value;
      }
    } finally {
      await this.#chunks.return?.();
    }
  }

  /** Bytes read since it was last asked for. */
  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    this.#signal.throwIfAborted();
    return this.#chunks.next();
  }
}

const PEEKED_BYTES = 8;
