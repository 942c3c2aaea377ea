/**
 * Lines → rows of an index, many at a time, by the kernel: assembly/rows.ts numbers what the lines have in each table, and here it
 * is told what the numbers stand for. A line that it does not judge is line-indexer.ts's.
 */
import type { IndexedLines, Kernel } from '../kernel/kernel.ts';
import { NEWS_AT, ROWS_AT } from '../kernel/layout.ts';
import type { LineIndexer } from './line-indexer.ts';
import type { Rows } from './rows.ts';
import { SINGLE, STORED_ABSENT, STORED_UNKNOWN, storedValue } from './stored-value.ts';
import { ADDRESSES, AGENT, ID_BYTES, NAME, NAMESPACE, TABLES } from './tables.ts';

/** Fast path, held against line-indexer.ts by test/scan/index.test.ts. A line takes 1 µs at 2.7 KB; line-indexer.ts takes 50. */
export class KernelRows {
  readonly #kernel: Kernel;
  readonly #indexer: LineIndexer;
  readonly #maxLineBytes: number;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #line = { entries: new Uint32Array(TABLES.length), receivedUs: 0 };
  /** For each table, the kernel's numbers → the indexer's; IS_ODD where a line that has it is odd. */
  #entries: number[][] = [];

  /** For itself alone, until it is closed. */
  constructor(kernel: Kernel, indexer: LineIndexer, maxLineBytes: number) {
    this.#kernel = kernel;
    this.#indexer = indexer;
    this.#maxLineBytes = maxLineBytes;
    const { buffer } = kernel.memory;
    this.#words = new Uint32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#begin();
  }

  /** From the line on that begins at `start`; both are places in `bytes`, which lie in the kernel's memory. */
  index(bytes: Buffer, start: number, rows: Rows): Pick<IndexedLines, 'to' | 'rows'> {
    let [to, count] = [start, 0];
    for (;;) {
      const indexed = this.#kernel.indexLines(bytes, to, bytes.length, this.#maxLineBytes);
      this.#learn(indexed);
      for (let row = 0; row < indexed.rows; row++) this.#addRow(row, rows);
      to = indexed.to;
      count += indexed.rows;
      if (indexed.stoppedFor === 'line') return { to, rows: count };
      if (indexed.stoppedFor === 'entries') this.#begin();
    }
  }

  close(): void {
    this.#kernel.clearRows();
  }

  #begin(): void {
    this.#kernel.clearRows();
    this.#entries = TABLES.map(() => []);
  }

  #learn({ newsEnd }: IndexedLines): void {
    const words = this.#words;
    for (let at = NEWS_AT / 4; at < newsEnd / 4; at += NEWS_WORDS) {
      const [entry = 0, start = 0, end = 0] = words.subarray(at, at + NEWS_WORDS);
      const table = words[entry / 4 + 2] ?? 0;
      const stored = this.#storedAt(table, entry);
      const known =
        stored === null
          ? this.#indexer.entryIn(table, this.#kernel.memory, start, end)
          : this.#indexer.tables[table]?.entryOfStored([stored]);
      this.#entries[table]?.push(known ?? IS_ODD);
    }
  }

  #addRow(row: number, rows: Rows): void {
    const at = ROWS_AT + row * ROW_BYTES;
    const word = at / 4;
    const place = rows.add(this.#words[word + 2] ?? 0);
    for (let table = 0; table < TABLES.length; table++) {
      const entry = this.#entries[table]?.[this.#words[word + 8 + table] ?? 0] ?? IS_ODD;
      if (entry === IS_ODD) return;
      this.#line.entries[table] = entry;
    }
    this.#line.receivedUs = this.#doubles[at / 8] ?? 0;
    rows.fill(place, this.#line);
    rows.ids.set(this.#kernel.memory.subarray(at + 16, at + 32), place * ID_BYTES);
  }

  /** Fast path: what the key of a table of one field stands for. Null: a line has to tell. */
  #storedAt(table: number, entry: number): string | null {
    if (table !== AGENT && table !== NAMESPACE && table !== NAME && table !== ADDRESSES) return null;
    const bytes = this.#kernel.memory;
    const key = entry + ENTRY_HEAD;
    const length = bytes.readUInt16LE(key);
    const text = bytes.toString('utf8', key + 2, key + 1 + length);
    if (table === ADDRESSES) return storedAddresses(text);
    if (length === 0) return STORED_ABSENT;
    return length === NOT_KNOWN ? STORED_UNKNOWN : `${SINGLE}${text}`;
  }
}

/** Null: there are none. */
function storedAddresses(json: string): string | null {
  // Fast path: one alone.
  const isOne = json.startsWith('["') && json.indexOf('"', 2) === json.length - 2;
  if (isOne) return `${SINGLE}${json.slice(2, -2)}`;
  return json.length > NO_ADDRESSES.length ? storedValue(JSON.parse(json) as string[]) : null;
}

const NO_ADDRESSES = '[]';

const IS_ODD = -1;
/** Of the kernel: assembly/{rows,entries}.ts. */
const NEWS_WORDS = 3;
const ROW_BYTES = 64;
const ENTRY_HEAD = 16;
const NOT_KNOWN = 0xffff;
