/** Rows of a log's segments, in order → its index, or a longer one of what was indexed before. */
import type { RowBlock } from './index-segment.ts';
import { type Column, type LogIndex, type StoredTexts, TWO_TO_32, textAt } from './log-index.ts';
import { ID_BYTES, ODD, SHAPE, TABLES } from './tables.ts';
import { type TableNews, TupleTable } from './tuple-table.ts';

/** Lines and distinct values of a field at most: what is behind is read as if there were no index. */
const MOST_ROWS = 20_000_000;
const MOST_VALUES = 4_000_000;
/** Requests may have been received, by a clock that was wrong, so long before the first line's. */
const BEFORE_FIRST_US = 366 * 86_400 * 1e6;

/** A block whose entries are numbered as the index does. */
type OwnBlock = Omit<RowBlock, 'news' | 'segment'>;

/** How one thread numbers entries and values, in the index's numbers. */
interface Numbering {
  readonly entries: number[];
  /** For each field. */
  readonly values: number[][];
}

export class IndexBuilder {
  readonly #before: LogIndex | null;
  readonly #tables = TABLES.map((fields) => new TupleTable(fields.length));
  readonly #numberings = new Map<unknown, readonly Numbering[]>();
  readonly #blocks: OwnBlock[] = [];
  #rows: number;
  #to: number;
  #isBroken = false;

  /** `before`: what is to be extended. */
  constructor(before: LogIndex | null) {
    this.#before = before;
    this.#rows = before?.rows ?? 0;
    this.#to = before?.to ?? 0;
    for (const [at, table] of (before?.tables ?? []).entries()) {
      const own = this.#tables[at];
      if (own === undefined) continue;
      for (const [field, texts] of table.values.entries())
        for (let number = 0; number < texts.ends.length; number++) own.valueOf(field, textAt(texts, number));
      const width = table.values.length;
      if (width === 1) continue;
      for (let i = 0; i < table.entries.length; i += width)
        own.entryOfNumbers([...table.entries.subarray(i, i + width)]);
    }
  }

  /** No more blocks are to be added. */
  get isFull(): boolean {
    return (
      this.#isBroken || this.#rows >= MOST_ROWS || this.#tables.some((table) => table.size >= MOST_VALUES)
    );
  }

  /** In the order in which the thread made them. */
  translate(block: RowBlock, thread: unknown): OwnBlock {
    const numberings = this.#numberings.get(thread) ?? TABLES.map(newNumbering);
    this.#numberings.set(thread, numberings);
    const entries = block.entries.map((column, table) => {
      const numbering = numberings[table] ?? newNumbering(TABLES[table] ?? []);
      this.#learn(table, numbering, block.news[table]);
      const numbers = numbering.values.length === 1 ? numbering.values[0] : numbering.entries;
      return column.map((entry) => numbers?.[entry] ?? 0);
    });
    const { from, to, lengths, receivedUs, ids } = block;
    return { from, to, lengths, receivedUs, ids, entries };
  }

  /** In the order of the file. */
  add(block: OwnBlock): void {
    if (block.lengths.length === 0) return;
    // The file was cut while it was read, or a line is too long to be counted: what is behind is left out.
    const isNext = block.from === this.#to && block.lengths.every((length) => length < TWO_TO_32);
    this.#isBroken ||= !isNext;
    if (this.#isBroken) return;
    this.#blocks.push(block);
    this.#rows += block.lengths.length;
    this.#to = block.to;
  }

  build(): LogIndex {
    const rows = this.#rows;
    const baseUs = this.#before?.baseUs ?? this.#baseUs();
    const to = this.#to;
    const lengths = new Uint32Array(rows);
    const receivedLow = new Uint32Array(rows);
    const receivedHigh = new Uint16Array(rows);
    const ids = joined(
      new Uint8Array(rows * ID_BYTES),
      this.#before?.ids,
      this.#blocks.map((block) => block.ids),
    );
    const columns = this.#tables.map((table, at) =>
      joined(
        columnFor(table.size, rows),
        this.#before?.tables[at]?.column,
        this.#blocks.map((block) => block.entries[at] ?? new Uint32Array(0)),
      ),
    );
    let row = this.#before?.rows ?? 0;
    if (this.#before !== null) {
      lengths.set(this.#before.lengths);
      receivedLow.set(this.#before.receivedLow);
      receivedHigh.set(this.#before.receivedHigh);
    }
    for (const block of this.#blocks) {
      for (let i = 0; i < block.lengths.length; i++, row++) {
        lengths[row] = block.lengths[i] ?? 0;
        const sinceBase = (block.receivedUs[i] ?? 0) - baseUs;
        const high = Math.floor(sinceBase / TWO_TO_32);
        receivedLow[row] = sinceBase % TWO_TO_32;
        receivedHigh[row] = high;
        const shapes = columns[SHAPE];
        // Received in another age.
        if ((high < 0 || high > MOST_HIGH) && shapes !== undefined) shapes[row] = ODD;
      }
    }
    const tables = this.#tables.map((table, at) => ({
      column: columns[at] ?? new Uint8Array(rows),
      ...storedOf(table.takeNews()),
    }));
    return { to, rows, lengths, baseUs, receivedLow, receivedHigh, ids, tables };
  }

  #baseUs(): number {
    for (const { receivedUs } of this.#blocks) {
      const first = receivedUs.find((us) => us > 0);
      if (first !== undefined) return first - BEFORE_FIRST_US;
    }
    return 0;
  }

  #learn(at: number, { entries, values }: Numbering, news: TableNews | undefined): void {
    const table = this.#tables[at];
    if (table === undefined || news === undefined) return;
    for (const [field, texts] of news.values.entries())
      for (const text of texts) values[field]?.push(table.valueOf(field, text));
    const width = values.length;
    if (width === 1) return;
    for (let i = 0; i < news.entries.length; i += width) {
      const numbers = values.map((known, field) => known[news.entries[i + field] ?? 0] ?? 0);
      entries.push(table.entryOfNumbers(numbers));
    }
  }
}

const MOST_HIGH = 0xffff;

function newNumbering(fields: readonly unknown[]): Numbering {
  return { entries: [], values: fields.map(() => []) };
}

/** The smallest that holds such numbers. */
function columnFor(numbers: number, rows: number): Column {
  if (numbers <= 2 ** 8) return new Uint8Array(rows);
  return numbers <= 2 ** 16 ? new Uint16Array(rows) : new Uint32Array(rows);
}

function joined<C extends Column>(into: C, before: Column | undefined, parts: readonly Column[]): C {
  let at = 0;
  for (const part of before === undefined ? parts : [before, ...parts]) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}

/** All that ever came up: the news of a table from which none were taken. */
function storedOf({ values, entries }: TableNews): {
  readonly entries: Uint32Array;
  readonly values: readonly StoredTexts[];
} {
  return { entries: Uint32Array.from(entries), values: values.map(storedTexts) };
}

function storedTexts(texts: readonly string[]): StoredTexts {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [number, text] of texts.entries()) {
    end += Buffer.byteLength(text);
    ends[number] = end;
  }
  const bytes = Buffer.allocUnsafeSlow(end);
  for (const [number, text] of texts.entries()) bytes.write(text, number === 0 ? 0 : (ends[number - 1] ?? 0));
  return { ends, bytes };
}
