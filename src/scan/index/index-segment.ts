/** One segment of a file → a row for each line that begins in it, for an index. */
import { kernelOf } from '../kernel/kernel.ts';
import { LineReader } from '../lines.ts';
import type { Segment } from '../threads/segments.ts';
import { type FileStretch, firstLineIn, readLinesOf } from '../threads/sift-segment.ts';
import { KernelRows } from './kernel-rows.ts';
import { LineIndexer } from './line-indexer.ts';
import { Rows } from './rows.ts';
import { ID_BYTES } from './tables.ts';
import type { TableNews } from './tuple-table.ts';

/** Data that goes from thread to thread. The entries of its rows are numbered as the thread numbers them. */
export interface RowBlock {
  readonly segment: number;
  /** Where in the file the first line begins, and where the one behind the last does. */
  readonly from: number;
  readonly to: number;
  /** Of each line, its newline included. */
  readonly lengths: Float64Array;
  readonly receivedUs: Float64Array;
  /** ID_BYTES each; zeros for none. */
  readonly ids: Uint8Array;
  /** For each table, an entry of each line. */
  readonly entries: readonly Uint32Array[];
  /** For each table, what came up in this segment. */
  readonly news: readonly TableNews[];
}

/** For the segments of one file, in any order. To be closed. */
export class SegmentIndexer {
  readonly #file: FileStretch;
  readonly #maxLineBytes: number;
  readonly #buffer: Buffer;
  readonly #indexer = new LineIndexer();
  /** Null: the buffer lies in no kernel's memory. */
  readonly #kernelRows: KernelRows | null;
  #rows = new Rows();

  /** `buffer`: of CHUNK_BYTES. `usesKernel`: default true; false for tests. */
  constructor(file: FileStretch, maxLineBytes: number, buffer: Buffer, usesKernel = true) {
    this.#file = file;
    this.#maxLineBytes = maxLineBytes;
    this.#buffer = buffer;
    const kernel = usesKernel ? kernelOf(buffer) : null;
    this.#kernelRows = kernel === null ? null : new KernelRows(kernel, this.#indexer, maxLineBytes);
  }

  /** As if a record began with each line. Throws what reading throws. */
  index({ number, from, to }: Segment): RowBlock {
    const start = firstLineIn(this.#file, from, to, this.#buffer);
    const lines = new LineReader(this.#maxLineBytes);
    this.#rows = new Rows();
    let taken = 0;
    readLinesOf(this.#file, start, to, this.#buffer, lines, (chunk) => {
      taken = this.#takeLines(lines, chunk, taken);
    });
    return {
      segment: number,
      ...{ from: start, to: start + taken },
      ...this.#rows.done(),
      news: this.#indexer.tables.map((table) => table.takeNews()),
    };
  }

  close(): void {
    this.#kernelRows?.close();
  }

  /** Returns the position behind the last whole line. */
  #takeLines(lines: LineReader, chunk: Buffer | null, from: number): number {
    let taken = from;
    for (;;) {
      if (chunk !== null && this.#skipAhead(lines, chunk)) taken = lines.position;
      const line = lines.next();
      if (line === null) return taken;
      // What has no newline may be half a line.
      if (line.ending !== 'newline') continue;
      const isRead = !line.isContinued && this.#indexer.read(line.bytes, line.start, line.end);
      this.#addRow(lines.position - taken, isRead);
      taken = lines.position;
    }
  }

  /** Fast path: the lines that come next, as far as the kernel goes. Whether there were any. */
  #skipAhead(lines: LineReader, chunk: Buffer): boolean {
    const at = lines.lineStart;
    if (at === null || this.#kernelRows === null) return false;
    const { to, rows } = this.#kernelRows.index(chunk, at, this.#rows);
    if (rows > 0) lines.skip(to, rows);
    return rows > 0;
  }

  #addRow(length: number, isRead: boolean): void {
    const { line } = this.#indexer;
    const row = this.#rows.add(length);
    // A line whose ID is no UUID is odd: it cannot be kept.
    if (isRead && writeUuid(line.auditID, this.#rows.ids, row * ID_BYTES)) this.#rows.fill(row, line);
  }
}

/** False: it is none as the API server writes them. */
function writeUuid(text: string, into: Uint8Array, at: number): boolean {
  if (text.length !== UUID_CHARACTERS) return false;
  let byte = at;
  for (let i = 0; i < UUID_CHARACTERS; i += 2) {
    if (DASHES.includes(i)) {
      if (text.charCodeAt(i) !== DASH) return false;
      i++;
    }
    const high = DIGITS[text.charCodeAt(i)] ?? NO_DIGIT;
    const low = DIGITS[text.charCodeAt(i + 1)] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) return false;
    into[byte++] = high * 16 + low;
  }
  return true;
}

const UUID_CHARACTERS = 36;
const DASHES = [8, 13, 18, 23];
const DASH = 0x2d;
const NO_DIGIT = 0xff;
/** Small letters alone: the text must come back as it was. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? NO_DIGIT : digit;
});
