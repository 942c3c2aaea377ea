/** One field of an index's lines: each line's value, as a number and as what it stands for. */
import type { FieldTest } from '../../query/matches.ts';
import { verdictOfValue } from '../../query/matches.ts';
import { UNKNOWN } from '../../query/value-of.ts';
import type { Column, LogIndex, StoredTexts } from './log-index.ts';
import { textAt } from './log-index.ts';
import { NO, type RowTest, UNSURE, YES } from './row-verdict.ts';
import { SINGLE, STORED_UNKNOWN, valueStored } from './stored-value.ts';
import { placeOf } from './tables.ts';

/** Throws for a field that is not in the index. */
export function fieldColumn({ tables }: LogIndex, field: string): FieldColumn {
  const place = placeOf(field);
  const table = place === null ? undefined : tables[place.table];
  const texts = table?.values[place?.at ?? 0];
  if (place === null || table === undefined || texts === undefined) throw new Error(`no index of ${field}`);
  return new FieldColumn(table.column, table.entries, table.values.length, place.at, texts);
}

export class FieldColumn {
  readonly #column: Column;
  readonly #entries: Uint32Array;
  readonly #width: number;
  readonly #at: number;
  readonly #texts: StoredTexts;

  constructor(column: Column, entries: Uint32Array, width: number, at: number, texts: StoredTexts) {
    this.#column = column;
    this.#entries = entries;
    this.#width = width;
    this.#at = at;
    this.#texts = texts;
  }

  /** Of the line's value. */
  numberAt(row: number): number {
    return this.#numberOf(this.#column[row] ?? 0);
  }

  isUnknown(number: number): boolean {
    return isText(this.#texts, number, STORED_UNKNOWN_BYTES);
  }

  /** Of several values the first; null for none. */
  textAt(row: number): string | null {
    const value = valueStored(textAt(this.#texts, this.numberAt(row)));
    return typeof value === 'symbol' ? null : (value[0] ?? null);
  }

  /** Whether the value is this one. */
  tested(text: string): RowTest {
    return this.test({ kind: 'equals', field: 'verb', value: text });
  }

  /** A verdict for each entry of the table, so that a line costs one look. */
  test(leaf: FieldTest): RowTest {
    const verdicts = this.#verdicts(leaf);
    const column = this.#column;
    if (this.#width === 1) return (row) => verdicts[column[row] ?? 0] ?? UNSURE;
    const ofEntries = new Uint8Array(this.#entries.length / this.#width);
    for (let entry = 0; entry < ofEntries.length; entry++)
      ofEntries[entry] = verdicts[this.#numberOf(entry)] ?? UNSURE;
    return (row) => ofEntries[column[row] ?? 0] ?? UNSURE;
  }

  #numberOf(entry: number): number {
    return this.#width === 1 ? entry : (this.#entries[entry * this.#width + this.#at] ?? 0);
  }

  #verdicts(leaf: FieldTest): Uint8Array {
    const texts = this.#texts;
    const wanted = leaf.kind === 'equals' ? Buffer.from(`${SINGLE}${leaf.value}`) : null;
    const single = SINGLE.charCodeAt(0);
    const verdicts = new Uint8Array(texts.ends.length);
    let from = 0;
    for (let number = 0; number < verdicts.length; number++) {
      // Fast path: one text of one value, compared as it lies there.
      const to = texts.ends[number] ?? from;
      if (wanted !== null && texts.bytes[from] === single)
        verdicts[number] = isText(texts, number, wanted) ? YES : NO;
      else {
        const verdict = verdictOfValue(valueStored(textAt(texts, number)), leaf);
        verdicts[number] = verdict === UNKNOWN ? UNSURE : verdict ? YES : NO;
      }
      from = to;
    }
    return verdicts;
  }
}

const STORED_UNKNOWN_BYTES = Buffer.from(STORED_UNKNOWN);

function isText({ ends, bytes }: StoredTexts, number: number, text: Buffer): boolean {
  const from = number === 0 ? 0 : (ends[number - 1] ?? 0);
  if ((ends[number] ?? 0) - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}
