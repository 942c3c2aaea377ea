/**
 * The lines of an indexed file that have to be decoded, in order: they alone are read. As siftInThreads, it takes every line for the
 * beginning of a record, and leaves off where that shows to be wrong.
 */
import { readSync } from 'node:fs';
import type { EventBatch } from '../../event/batch.ts';
import { borrowChunkMemory, CHUNK_BYTES } from '../chunk-memory.ts';
import { type Line, LineReader } from '../lines.ts';
import type { OpenFile, Reached, SiftOptions } from '../threads/sift-in-threads.ts';
import { BLOCK_ROWS, IndexSieve, PASSED, UNREAD } from './index-sieve.ts';
import type { LogIndex } from './log-index.ts';

export type IndexSiftOptions = Omit<SiftOptions, 'segmentBytes'>;

/** `from`: where a line and a record begin. `number`: of that line. Goes nowhere where the index cannot tell. */
export function* siftByIndex(
  openFile: OpenFile,
  from: number,
  number: number,
  options: IndexSiftOptions,
): Generator<EventBatch, Reached> {
  const { index = null } = openFile;
  const row = index === null || index.to > openFile.to ? null : rowAt(index, from);
  const sieve = index === null || row === null ? null : IndexSieve.over(index, options.sieve);
  if (index === null || row === null || sieve === null) return { at: from, number };
  const memory = borrowChunkMemory();
  try {
    const sifting = new IndexSifting(index, sieve, openFile, memory.buffers[0], options);
    return yield* sifting.run(row, { at: from, number });
  } finally {
    memory.giveBack();
  }
}

/** Null: no line begins there. */
function rowAt({ lengths, rows }: LogIndex, place: number): number | null {
  let [row, at] = [0, 0];
  while (at < place && row < rows) at += lengths[row++] ?? 0;
  return at === place && row < rows ? row : null;
}

class IndexSifting {
  readonly #index: LogIndex;
  readonly #sieve: IndexSieve;
  readonly #file: OpenFile;
  readonly #options: IndexSiftOptions;
  readonly #window: FileWindow;
  /** The line that comes next. */
  #row = 0;
  #at = 0;
  #number = 0;

  constructor(index: LogIndex, sieve: IndexSieve, file: OpenFile, buffer: Buffer, options: IndexSiftOptions) {
    this.#index = index;
    this.#sieve = sieve;
    this.#file = file;
    this.#options = options;
    this.#window = new FileWindow(file.fd, buffer);
  }

  *run(row: number, { at, number }: Reached): Generator<EventBatch, Reached> {
    const { signal, collector } = this.#options;
    [this.#row, this.#at, this.#number] = [row, at, number];
    let goesOn = true;
    while (goesOn && this.#row < this.#index.rows) {
      signal.throwIfAborted();
      goesOn = yield* this.#takeBlock();
      if (collector.isFull) yield this.#takeBatch();
    }
    this.#sieve.end(collector.passed);
    return { at: this.#at, number: this.#number };
  }

  /** False: from here on, the index cannot tell. */
  *#takeBlock(): Generator<EventBatch, boolean> {
    const { collector, records } = this.#options;
    const first = this.#row;
    const fates = this.#sieve.judge(first, Math.min(BLOCK_ROWS, this.#index.rows - first));
    for (let at = 0; at < fates.length; at = this.#row - first) {
      const fate = fates[at] ?? UNREAD;
      // Within a record that spans lines, only lines that are odd are as they seem.
      if (fate !== UNREAD && !records.isBetweenRecords) return false;
      if (fate === PASSED) {
        this.#passTo(first + endOfPassed(fates, at));
        continue;
      }
      if (!this.#decode()) return false;
      this.#moveOn();
      if (collector.isFull) yield this.#takeBatch();
    }
    return true;
  }

  #passTo(row: number): void {
    this.#sieve.count(this.#row, row);
    while (this.#row < row) this.#moveOn();
  }

  /** Behind the line that comes next. */
  #moveOn(): void {
    const length = this.#index.lengths[this.#row++] ?? 0;
    this.#at += length;
    this.#number++;
    this.#options.collector.countBytes(length, length);
  }

  #takeBatch(): EventBatch {
    const { collector } = this.#options;
    this.#sieve.takeOut(collector.passed);
    return collector.takeBatch();
  }

  /** False: the line does not stand there. */
  #decode(): boolean {
    const length = this.#index.lengths[this.#row] ?? 0;
    const { maxLineBytes } = this.#options;
    if (length > Math.min(maxLineBytes, CHUNK_BYTES)) return this.#decodeLong(length);
    const bytes = this.#window.read(this.#at, length, this.#index.to);
    const newline = bytes.length - 1;
    if (bytes.length !== length || bytes.indexOf(NEWLINE) !== newline) return this.#doubt();
    const end = bytes[newline - 1] === RETURN ? newline - 1 : newline;
    const whole = { number: this.#number, ending: 'newline', isContinued: false } as const;
    this.#take({ bytes, start: 0, end, ...whole });
    return true;
  }

  #decodeLong(length: number): boolean {
    const lines = new LineReader(this.#options.maxLineBytes, this.#number);
    for (let done = 0; done < length; ) {
      const part = Math.min(length - done, CHUNK_BYTES);
      const bytes = this.#window.read(this.#at + done, part, this.#index.to);
      const newline = bytes.indexOf(NEWLINE);
      done += part;
      if (bytes.length !== part || newline !== (done < length ? -1 : part - 1)) return this.#doubt();
      lines.push(bytes);
      for (let line = lines.next(); line !== null; line = lines.next()) this.#take(line);
    }
    return true;
  }

  #take(line: Line): void {
    const { collector, records } = this.#options;
    collector.countDecoded(line.end - line.start);
    records.take(line);
  }

  #doubt(): false {
    this.#file.onDoubt?.();
    return false;
  }
}

/** Where the lines end that are passed over together. */
function endOfPassed(fates: Uint8Array, from: number): number {
  let at = from;
  while (at < fates.length && fates[at] === PASSED) at++;
  return at;
}

/** The part of a file that was read last. Where line after line is asked for, it reads ahead. */
class FileWindow {
  readonly #fd: number;
  readonly #buffer: Buffer;
  #from = 0;
  #to = 0;
  #last = -1;

  constructor(fd: number, buffer: Buffer) {
    this.#fd = fd;
    this.#buffer = buffer;
  }

  /** Valid until the next call. Shorter only at the file's end. `limit`: nothing behind it will be asked for. */
  read(at: number, length: number, limit: number): Buffer {
    const isNext = at === this.#last;
    this.#last = at + length;
    if (at < this.#from || at + length > this.#to) {
      const most = isNext ? Math.max(length, Math.min(AHEAD_BYTES, limit - at)) : length;
      this.#from = at;
      this.#to = at + readSync(this.#fd, this.#buffer, 0, most, at);
    }
    // A view of its own each time: searches remember the view they looked at.
    return this.#buffer.subarray(at - this.#from, Math.min(at + length, this.#to) - this.#from);
  }
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const AHEAD_BYTES = 256 * 1024;
