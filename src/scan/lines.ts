/**
 * Chunks of bytes → lines, counted from 1: no copy for a line within a chunk, no promise for any. What a line holds is
 * records.ts's.
 */

/** A longer line is handed on in pieces. Bodies of LISTs make lines of some MiB. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

export interface Line {
  /** The line without its newline is `bytes[start, end)`; valid until the next chunk is pushed. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly number: number;
  /** 'piece': the line goes on in the next one. 'end of file': it has no newline. */
  readonly ending: 'newline' | 'end of file' | 'piece';
  /** Not the first piece of its line. */
  readonly isContinued: boolean;
}

export class LineReader {
  readonly #maxLineBytes: number;
  #chunk: Buffer = EMPTY;
  /** Bytes pushed before the chunk. */
  #before = 0;
  #at = 0;
  /** Copies of what the last chunks held of a line that is not at its end yet. */
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  #number: number;
  #isWithinLine = false;
  #isEnded = false;

  /** `number`: of the first line. */
  constructor(maxLineBytes = MAX_LINE_BYTES, number = 1) {
    this.#maxLineBytes = maxLineBytes;
    this.#number = number;
  }

  /** The chunk may be overwritten once `next()` has returned null. */
  push(chunk: Buffer): void {
    this.#before += this.#chunk.length;
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** No more chunks: what is left is the last line. */
  end(): void {
    this.#isEnded = true;
  }

  /** Where in the chunk the next line begins; null when it did before the chunk, or the chunk is at its end. */
  get lineStart(): number | null {
    const isWithin = this.#isWithinLine || this.#carriedBytes > 0;
    return isWithin || this.#at >= this.#chunk.length ? null : this.#at;
  }

  get pushedBytes(): number {
    return this.#before + this.#chunk.length;
  }

  /** Bytes of all lines and pieces that were given out, or skipped. */
  get position(): number {
    return this.pushedBytes - this.#carriedBytes - Math.max(0, this.#chunk.length - this.#at);
  }

  /** The next line begins at `position`: what was given out last is no piece of one. */
  get isBetweenLines(): boolean {
    return !this.#isWithinLine;
  }

  /** Part of a line has been pushed, and not been given out. */
  get isCarrying(): boolean {
    return this.#carriedBytes > 0;
  }

  get nextNumber(): number {
    return this.#number;
  }

  /** Whole lines from `lineStart` on, up to the one that begins at `at`, have been dealt with. */
  skip(at: number, lines: number): void {
    this.#at = at;
    this.#number += lines;
  }

  /** Null: push the next chunk. */
  next(): Line | null {
    const chunk = this.#chunk;
    const start = this.#at;
    if (start >= chunk.length) return this.#isEnded ? this.#rest() : null;
    const newline = chunk.indexOf(0x0a, start);
    const end = newline < 0 ? chunk.length : newline;
    const isTooLong = this.#carriedBytes + end - start > this.#maxLineBytes;
    if (this.#carriedBytes > 0 && isTooLong) {
      const carried = this.#takeCarried();
      return this.#piece(carried, 0, carried.length);
    }
    this.#at = end + 1;
    if (newline < 0 && (this.#isWithinLine || isTooLong)) return this.#piece(chunk, start, end);
    if (newline >= 0 && this.#carriedBytes === 0) {
      // One that is too long and whole in its chunk comes in two parts as well, the second of them empty.
      if (!isTooLong || this.#isWithinLine) return this.#line(chunk, start, end, 'newline');
      this.#at = end;
      return this.#piece(chunk, start, end);
    }
    this.#carry(chunk, start, end);
    if (newline < 0) return null;
    const whole = this.#takeCarried();
    return this.#line(whole, 0, whole.length, 'newline');
  }

  #rest(): Line | null {
    if (this.#carriedBytes === 0) return this.#isWithinLine ? this.#line(EMPTY, 0, 0, 'end of file') : null;
    const whole = this.#takeCarried();
    return this.#line(whole, 0, whole.length, 'end of file');
  }

  #piece(bytes: Buffer, start: number, end: number): Line {
    const isContinued = this.#isWithinLine;
    this.#isWithinLine = true;
    return { bytes, start, end, number: this.#number, ending: 'piece', isContinued };
  }

  #line(bytes: Buffer, start: number, end: number, ending: 'newline' | 'end of file'): Line {
    const isContinued = this.#isWithinLine;
    this.#isWithinLine = false;
    const last = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    return { bytes, start, end: last, number: this.#number++, ending, isContinued };
  }

  #carry(chunk: Buffer, start: number, end: number): void {
    if (end <= start) return;
    this.#carried.push(Buffer.from(chunk.subarray(start, end)));
    this.#carriedBytes += end - start;
  }

  #takeCarried(): Buffer {
    const whole = this.#carried.length === 1 ? (this.#carried[0] ?? EMPTY) : Buffer.concat(this.#carried);
    this.#carried = [];
    this.#carriedBytes = 0;
    return whole;
  }
}

const EMPTY = Buffer.alloc(0);
