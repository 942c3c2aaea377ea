/** One field of an index's lines: each line's value, as a number and as what it stands for. */
import type { FieldTest } from '../../query/matches.ts';
import { verdictOfValue } from '../../query/matches.ts';
import { UNKNOWN, type Value } from '../../query/value-of.ts';
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
  readonly #values = new Map<number, Value>();

  constructor(column: Column, entries: Uint32Array, width: number, at: number, texts: StoredTexts) {
    this.#column = column;
    this.#entries = entries;
    this.#width = width;
    this.#at = at;
    this.#texts = texts;
  }

  /** Distinct values: they are numbered from 0. */
  get count(): number {
    return this.#texts.ends.length;
  }

  /** The number of the value that is not known; -1 when no line has it. */
  get unknown(): number {
    const texts = this.#texts;
    for (let number = 0; number < texts.ends.length; number++)
      if (isText(texts, number, STORED_UNKNOWN_BYTES)) return number;
    return -1;
  }

  /** Of the line's value. */
  numberAt(row: number): number {
    return this.#numberOf(this.#column[row] ?? 0);
  }

  /** By its number. */
  value(number: number): Value {
    const known = this.#values.get(number);
    if (known !== undefined) return known;
    const value = valueStored(textAt(this.#texts, number));
    this.#values.set(number, value);
    return value;
  }

  /** Of several values the first; null for none. */
  textAt(row: number): string | null {
    const value = this.value(this.numberAt(row));
    return typeof value === 'symbol' ? null : (value[0] ?? null);
  }

  /** Of each entry, once, when a line that is asked about has it: of some 100,000 names, few do. */
  verdicts(leaf: FieldTest): FieldVerdicts {
    const column = this.#column;
    const known = new Uint8Array(this.#entryCount).fill(NOT_JUDGED);
    const wanted = leaf.kind === 'equals' ? Buffer.from(`${SINGLE}${leaf.value}`) : null;
    const ofEntry = (entry: number): number => {
      const verdict = known[entry] ?? UNSURE;
      if (verdict !== NOT_JUDGED) return verdict;
      const judged = this.#judge(this.#numberOf(entry), leaf, wanted);
      known[entry] = judged;
      return judged;
    };
    return { ofEntry, ofRow: (row) => ofEntry(column[row] ?? 0) };
  }

  get #entryCount(): number {
    return this.#width === 1 ? this.count : this.#entries.length / this.#width;
  }

  #judge(number: number, leaf: FieldTest, wanted: Buffer | null): number {
    // Fast path: one text of one value, compared as it lies there.
    if (wanted !== null && isSingle(this.#texts, number))
      return isText(this.#texts, number, wanted) ? YES : NO;
    const verdict = verdictOfValue(valueStored(textAt(this.#texts, number)), leaf);
    return verdict === UNKNOWN ? UNSURE : verdict ? YES : NO;
  }

  #numberOf(entry: number): number {
    return this.#width === 1 ? entry : (this.#entries[entry * this.#width + this.#at] ?? 0);
  }
}

export interface FieldVerdicts {
  /** Of an entry of the field's table. */
  ofEntry(entry: number): number;
  readonly ofRow: RowTest;
}

const NOT_JUDGED = 0xff;

function isSingle({ ends, bytes }: StoredTexts, number: number): boolean {
  const from = number === 0 ? 0 : (ends[number - 1] ?? 0);
  return from < (ends[number] ?? 0) && bytes[from] === SINGLE_SIGN;
}

const STORED_UNKNOWN_BYTES = Buffer.from(STORED_UNKNOWN);
const SINGLE_SIGN = SINGLE.charCodeAt(0);

function isText({ ends, bytes }: StoredTexts, number: number, text: Buffer): boolean {
  const from = number === 0 ? 0 : (ends[number - 1] ?? 0);
  if ((ends[number] ?? 0) - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}
