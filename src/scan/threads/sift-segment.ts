/** One segment of a file → the lines that have to be decoded: those that begin in it, the last one to its end. */
import { readSync } from 'node:fs';
import { CHUNK_BYTES } from '../chunk-memory.ts';
import { LineReader } from '../lines.ts';
import { PassedTally } from '../passed-tally.ts';
import { PassingOver } from '../passing-over.ts';
import type { Sieve } from '../sieve.ts';
import { LineList, type Parcel, type TallyPart } from './parcel.ts';
import type { Segment } from './segments.ts';

export interface FileStretch {
  /** Open in this process. */
  readonly fd: number;
  /** At the beginning of a line. */
  readonly from: number;
  /** Nothing is read behind it. */
  readonly to: number;
}

/** For the segments of one file, in any order. To be closed. */
export class Sifter {
  readonly #file: FileStretch;
  readonly #maxLineBytes: number;
  readonly #buffer: Buffer;
  readonly #passing: PassingOver;
  readonly #tally = new PassedTally();
  #sifted: number[] = [];

  /** `buffer`: of CHUNK_BYTES. */
  constructor(file: FileStretch, sieve: Sieve, maxLineBytes: number, buffer: Buffer) {
    this.#file = file;
    this.#maxLineBytes = maxLineBytes;
    this.#buffer = buffer;
    this.#passing = new PassingOver(sieve, { maxLineBytes, usesKernel: true }, this.#tally);
  }

  /**
   * As if a record began with each line: whoever takes the lines must see whether that is so. Throws what reading throws.
   */
  sift({ number, from, to }: Segment): Parcel {
    const file = this.#file;
    const start = firstLineIn(file, from, to, this.#buffer);
    const list = new LineList();
    const lines = new LineReader(this.#maxLineBytes);
    readLinesOf(file, start, to, this.#buffer, lines, (chunk) => {
      if (chunk !== null) this.#passing.push(chunk);
      this.#takeLines(lines, list, start);
    });
    this.#sifted.push(number);
    return {
      segment: number,
      ...{ from: start, to: start + lines.position },
      ...{ bytes: list.bytes(), lines: list.lines(), passedBehind: list.passedBehind },
      stages: this.#tally.takeStages(),
    };
  }

  /** More was counted than should be held. */
  get isFull(): boolean {
    return this.#tally.groupsSize > MOST_GROUPS;
  }

  /** What was passed over and counted in the segments since it was last asked for. */
  takePart(): TallyPart {
    this.#passing.takeOut();
    const part = { segments: this.#sifted, ...this.#tally.take() };
    this.#sifted = [];
    return part;
  }

  close(): void {
    this.#passing.close();
  }

  #takeLines(lines: LineReader, list: LineList, start: number): void {
    while (true) {
      const number = lines.nextNumber;
      if (lines.isBetweenLines) this.#passing.skipAhead(lines);
      list.pass(lines.nextNumber - number);
      const line = lines.next();
      if (line === null) return;
      const isWhole = line.ending === 'newline' && !line.isContinued;
      if (isWhole && this.#passing.passes(line)) list.pass(1);
      else list.add(line, start + lines.position);
    }
  }
}

/**
 * From the first line of a segment on, to the end of the last one that begins in it. `take` is called after each chunk that was
 * pushed, and with null at the end.
 */
export function readLinesOf(
  file: FileStretch,
  start: number,
  to: number,
  buffer: Buffer,
  lines: LineReader,
  take: (chunk: Buffer | null) => void,
): void {
  let at = start;
  while (at < to || !isAtLine(lines)) {
    const limit = at < to ? to : Math.min(file.to, at + TAIL_BYTES);
    const chunk = readChunk(file.fd, at, limit, buffer);
    if (chunk.length === 0) break;
    // Behind the segment, no more than the rest of its last line is its own.
    const newline = at < to ? -1 : chunk.indexOf(0x0a);
    const own = newline < 0 ? chunk : chunk.subarray(0, newline + 1);
    at += own.length;
    lines.push(own);
    take(own);
  }
  lines.end();
  take(null);
}

/** Behind the last line that was begun. */
function isAtLine(lines: LineReader): boolean {
  return lines.isBetweenLines && !lines.isCarrying;
}

/** Where the first line begins that does so in the segment; its end when none does. */
export function firstLineIn(file: FileStretch, from: number, to: number, buffer: Buffer): number {
  if (from === file.from) return from;
  for (let at = from - 1; at < to; ) {
    const chunk = readChunk(file.fd, at, Math.min(to, at + TAIL_BYTES), buffer);
    if (chunk.length === 0) return to;
    const newline = chunk.indexOf(0x0a);
    if (newline >= 0) return at + newline + 1;
    at += chunk.length;
  }
  return to;
}

/** At most to the next multiple of the chunk's size: reads that begin at a page are faster. Empty at the file's end. */
function readChunk(fd: number, at: number, limit: number, buffer: Buffer): Buffer {
  const length = Math.min(limit - at, CHUNK_BYTES - (at % CHUNK_BYTES));
  return length <= 0 ? buffer.subarray(0, 0) : buffer.subarray(0, readSync(fd, buffer, 0, length, at));
}

const TAIL_BYTES = 64 * 1024;
/** Held at a time, with their buckets, beside those in the kernel. */
const MOST_GROUPS = 50_000;
