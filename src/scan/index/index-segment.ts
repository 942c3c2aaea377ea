/** One segment of a file → a row for each line that begins in it, for an index. */
import { LineReader } from '../lines.ts';
import type { Segment } from '../threads/segments.ts';
import { type FileStretch, firstLineIn, readLinesOf } from '../threads/sift-segment.ts';
import { LineIndexer } from './line-indexer.ts';
import { ID_BYTES, ODD, SHAPE, TABLES } from './tables.ts';
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

export class SegmentIndexer {
  readonly #file: FileStretch;
  readonly #maxLineBytes: number;
  readonly #buffer: Buffer;
  readonly #indexer = new LineIndexer();
  #rows = new Rows();

  /** `buffer`: of CHUNK_BYTES. */
  constructor(file: FileStretch, maxLineBytes: number, buffer: Buffer) {
    this.#file = file;
    this.#maxLineBytes = maxLineBytes;
    this.#buffer = buffer;
  }

  /** As if a record began with each line. Throws what reading throws. */
  index({ number, from, to }: Segment): RowBlock {
    const start = firstLineIn(this.#file, from, to, this.#buffer);
    const lines = new LineReader(this.#maxLineBytes);
    this.#rows = new Rows();
    let taken = 0;
    readLinesOf(this.#file, start, to, this.#buffer, lines, () => {
      taken = this.#takeLines(lines, taken);
    });
    return {
      segment: number,
      ...{ from: start, to: start + taken },
      ...this.#rows.done(),
      news: this.#indexer.tables.map((table) => table.takeNews()),
    };
  }

  /** Returns the position behind the last whole line. */
  #takeLines(lines: LineReader, from: number): number {
    let taken = from;
    for (let line = lines.next(); line !== null; line = lines.next()) {
      // What has no newline may be half a line.
      if (line.ending !== 'newline') continue;
      const isRead = !line.isContinued && this.#indexer.read(line.bytes, line.start, line.end);
      if (!isRead) this.#indexer.line.entries[SHAPE] = ODD;
      this.#rows.add(lines.position - taken, this.#indexer.line, isRead);
      taken = lines.position;
    }
    return taken;
  }
}

class Rows {
  #lengths = new Float64Array(FIRST_ROWS);
  #receivedUs = new Float64Array(FIRST_ROWS);
  #ids = new Uint8Array(FIRST_ROWS * ID_BYTES);
  #entries = TABLES.map(() => new Uint32Array(FIRST_ROWS));
  #count = 0;

  add(length: number, { entries, receivedUs, auditID }: LineIndexer['line'], isRead: boolean): void {
    if (this.#count === this.#lengths.length) this.#grow();
    const row = this.#count++;
    this.#lengths[row] = length;
    // An ID that is no UUID is not kept.
    const isKept = isRead && writeUuid(auditID, this.#ids, row * ID_BYTES);
    this.#receivedUs[row] = isKept ? receivedUs : 0;
    for (let table = 0; table < entries.length; table++) {
      const column = this.#entries[table];
      if (column !== undefined) column[row] = isKept ? (entries[table] ?? 0) : 0;
    }
  }

  done() {
    return {
      lengths: this.#lengths.slice(0, this.#count),
      receivedUs: this.#receivedUs.slice(0, this.#count),
      ids: this.#ids.slice(0, this.#count * ID_BYTES),
      entries: this.#entries.map((column) => column.slice(0, this.#count)),
    };
  }

  #grow(): void {
    const rows = 2 * this.#count;
    const grown = <T extends Float64Array | Uint8Array | Uint32Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.#lengths = grown(this.#lengths, new Float64Array(rows));
    this.#receivedUs = grown(this.#receivedUs, new Float64Array(rows));
    this.#ids = grown(this.#ids, new Uint8Array(rows * ID_BYTES));
    this.#entries = this.#entries.map((column) => grown(column, new Uint32Array(rows)));
  }
}

const FIRST_ROWS = 2048;

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
