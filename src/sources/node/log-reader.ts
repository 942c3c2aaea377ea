/**
 * Reads one log piece by piece, the newest first: each piece from a line's beginning to where the one after it begins, so that
 * whenever reading stops, what was read is the log's newest part. Within a piece the order is the log's own.
 */
import { UserError } from '../../errors.ts';
import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import { borrowChunkMemory, type ChunkMemory } from '../../scan/chunk-memory.ts';
import { scan } from '../../scan/scan.ts';
import type { Sieve } from '../../scan/sieve.ts';
import { stampOf } from '../../scan/time-probe.ts';
import { unwrap } from '../envelope.ts';
import { FileCount } from '../rotated-logs/file-count.ts';
import { FileGone } from '../rotated-logs/log-folder.ts';
import { PieceSize } from './allowance.ts';
import type { FileStep, LogPlan } from './log-plan.ts';
import type { NodeTally } from './node-tally.ts';
import { readAhead } from './read-ahead.ts';

/** What readers side by side have in common. */
export interface PieceReader {
  readonly name: string;
  /** How far back it was read, microseconds; null: not at all yet. */
  readonly reachedUs: number | null;
  /** The latest receipt that was seen; null: none. */
  readonly newestUs: number | null;
  readonly isDone: boolean;
  /** What the next piece would take. */
  readonly wantedBytes: number;
  /** A piece that is whole or nothing: an archive. */
  readonly isWhole: boolean;
  /** What there is left to be read. */
  readonly leftBytes: number;
  /** At most `bytes` from the end of what is left, an archive whole. Never rejects but for the signal and for bugs. */
  readPiece(bytes: number, signal: AbortSignal): AsyncGenerator<EventBatch>;
  /** Told after each piece. */
  learn(tookMs: number): void;
  /** That came through the API server since it was last asked. */
  takeBytesRead(): number;
}

export interface ReadOptions {
  readonly sieve: Sieve | null;
  readonly tally: NodeTally;
}

export class LogReader implements PieceReader {
  readonly name: string;
  readonly #plan: LogPlan;
  readonly #options: ReadOptions;
  readonly #size = new PieceSize();
  readonly #left: FileStep[];
  readonly #told = new Map<FileStep, number>();
  #end: number;
  #pieceBytes = 0;
  #reachedUs: number | null = null;
  #newestUs: number | null = null;
  #taken = 0;

  constructor(plan: LogPlan, options: ReadOptions) {
    this.name = plan.name;
    this.#plan = plan;
    this.#options = options;
    this.#left = [...plan.steps];
    this.#end = this.#left[0]?.to ?? 0;
  }

  get reachedUs(): number | null {
    return this.#reachedUs;
  }

  get newestUs(): number | null {
    return this.#newestUs;
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  get isWhole(): boolean {
    return this.#left[0]?.isWhole ?? false;
  }

  get wantedBytes(): number {
    const [step] = this.#left;
    if (step === undefined) return 0;
    return step.isWhole ? step.to : Math.min(this.#size.bytes, this.#end - step.from);
  }

  get leftBytes(): number {
    const [step, ...rest] = this.#left;
    if (step === undefined) return 0;
    return this.#end - step.from + rest.reduce((sum, each) => sum + each.to - each.from, 0);
  }

  async *readPiece(bytes: number, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const [step] = this.#left;
    if (step === undefined) return;
    try {
      yield* this.#read(step, bytes, signal);
      const untold = this.#bytesOf(step) - (this.#told.get(step) ?? 0);
      this.#told.set(step, this.#bytesOf(step));
      // Probes, and what was read twice at the edges of pieces.
      if (untold > 0) yield emptyBatch(this.name, untold);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError || error instanceof FileGone)) throw error;
      this.#fail(error);
    }
  }

  learn(tookMs: number): void {
    this.#size.learn(this.#pieceBytes, tookMs);
  }

  takeBytesRead(): number {
    const bytes = this.#plan.steps.reduce((sum, step) => sum + this.#bytesOf(step), 0);
    const fresh = bytes - this.#taken;
    this.#taken = bytes;
    return fresh;
  }

  async *#read(step: FileStep, bytes: number, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const to = this.#end;
    const from = step.isWhole ? 0 : Math.max(step.from, to - bytes);
    this.#pieceBytes = to - from;
    const memory = borrowChunkMemory();
    try {
      yield* this.#readStretch(step, { from, to }, memory.buffers, signal);
    } finally {
      memory.giveBack();
    }
  }

  async *#readStretch(
    step: FileStep,
    { from, to }: { readonly from: number; readonly to: number },
    buffers: ChunkMemory['buffers'],
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    let start: number | null = from === step.from ? from : null;
    let chunks: AsyncIterable<Uint8Array> = readAhead(step.file.stream(from, to, signal), buffers);
    if (start === null)
      chunks = fromNextLine(chunks, (dropped) => {
        start = from + dropped;
      });
    const earliest = new EarliestStamp();
    const name = from === 0 ? step.file.name : `${step.file.name} (from byte ${from})`;
    yield* this.#scan(earliest.watch(chunks), name, from === 0, step, signal);
    this.#reachedUs = earliest.us ?? this.#reachedUs;
    if (start === null) this.#size.grow();
    else if (start === step.from) this.#next();
    else this.#end = start;
  }

  async *#scan(
    chunks: AsyncIterable<Uint8Array>,
    file: string,
    isBeginning: boolean,
    step: FileStep,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const { sieve, tally } = this.#options;
    const count = new FileCount(this.name, file);
    tally.beginFile(count);
    const onTrouble = (why: string): void => tally.addTrouble(this.name, file, why);
    const options = { source: this.name, file, unwrap, sieve, onTrouble, signal, isBeginning };
    const reading = scan(count.watch(chunks), options);
    for await (const batch of reading) {
      count.add(batch);
      this.#noteNewest(batch);
      this.#told.set(step, (this.#told.get(step) ?? 0) + batch.passedOver.bytes);
      yield { ...batch, part: `${step.file.startedAs} from ${step.from}` };
    }
  }

  #noteNewest({ events, passedOver }: EventBatch): void {
    const latestUs = Math.max(
      this.#newestUs ?? Number.NEGATIVE_INFINITY,
      events.at(-1)?.receivedUs ?? Number.NEGATIVE_INFINITY,
      passedOver.toUs ?? Number.NEGATIVE_INFINITY,
    );
    if (Number.isFinite(latestUs)) this.#newestUs = latestUs;
  }

  #next(): void {
    this.#left.shift();
    this.#end = this.#left[0]?.to ?? 0;
  }

  /** The file that is gone is a gap; those before it may be there. A node that fails, fails for them too. */
  #fail(error: UserError | FileGone): void {
    const { tally } = this.#options;
    if (error instanceof FileGone) {
      tally.addTrouble(this.name, this.#left[0]?.file.name ?? this.name, error.message);
      this.#next();
      return;
    }
    tally.addFailure(this.#plan.log, this.name, error, this.#reachedUs);
    this.#left.length = 0;
  }

  #bytesOf({ file }: FileStep): number {
    return file.bytesRead;
  }
}

/** What comes behind the first newline; `onStart` is told how many bytes came before that, and is not when there is none. */
async function* fromNextLine(
  chunks: AsyncIterable<Uint8Array>,
  onStart: (dropped: number) => void,
): AsyncGenerator<Uint8Array> {
  let dropped = 0;
  let isFound = false;
  for await (const chunk of chunks) {
    if (isFound) {
      yield chunk;
      continue;
    }
    const newline = chunk.indexOf(0x0a);
    dropped += newline < 0 ? chunk.length : newline + 1;
    if (newline < 0) continue;
    isFound = true;
    onStart(dropped);
    if (newline + 1 < chunk.length) yield chunk.subarray(newline + 1);
  }
}

/** The time of the first line that has one, in what goes by: how far back was read. */
class EarliestStamp {
  us: number | null = null;
  #rest: Buffer = Buffer.alloc(0);
  #left = LOOKED_AT_BYTES;

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (this.us === null && this.#left > 0) this.#look(chunk);
      yield chunk;
    }
  }

  #look(chunk: Uint8Array): void {
    this.#left -= chunk.length;
    const bytes = Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0 && this.us === null; end = bytes.indexOf(0x0a, start)) {
      this.us = stampOf(bytes, start, end);
      start = end + 1;
    }
    this.#rest = this.us === null ? bytes.subarray(start) : Buffer.alloc(0);
  }
}

const LOOKED_AT_BYTES = 1024 * 1024;
