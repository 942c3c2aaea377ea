/**
 * One of an index's tables while it is made: each distinct entry once, each distinct value of a field once. A table of one field
 * has no entries but its values.
 */
import type { Value } from '../../query/value-of.ts';
import { storedValue } from './stored-value.ts';

/** Entries of one table and values of its fields that came up since they were last taken. */
export interface TableNews {
  /** For each field. */
  readonly values: readonly (readonly string[])[];
  /** Entry after entry, a value's number for each field. */
  readonly entries: readonly number[];
}

export class TupleTable {
  readonly #values: readonly Map<string, number>[];
  readonly #entries = new Map<string, number>();
  #newValues: string[][];
  #newEntries: number[] = [];

  constructor(fields: number) {
    this.#values = Array.from({ length: fields }, () => new Map());
    this.#newValues = this.#values.map(() => []);
  }

  get size(): number {
    return this.#values.length === 1 ? (this.#values[0]?.size ?? 0) : this.#entries.size;
  }

  /** Null: a value cannot be kept. */
  entryOf(values: readonly Value[]): number | null {
    const stored = values.map(storedValue);
    return stored.every((text) => text !== null) ? this.entryOfStored(stored) : null;
  }

  /** As `storedValue` gives them. */
  entryOfStored(stored: readonly string[]): number {
    return this.entryOfNumbers(stored.map((text, field) => this.valueOf(field, text)));
  }

  /** `numbers`: as `valueOf` gave them. */
  entryOfNumbers(numbers: readonly number[]): number {
    if (numbers.length === 1) return numbers[0] ?? 0;
    const key = numbers.join(' ');
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry = this.#entries.size;
    this.#entries.set(key, entry);
    for (const number of numbers) this.#newEntries.push(number);
    return entry;
  }

  valueOf(field: number, stored: string): number {
    const values = this.#values[field];
    if (values === undefined) throw new RangeError('no such field');
    const known = values.get(stored);
    if (known !== undefined) return known;
    const number = values.size;
    values.set(stored, number);
    this.#newValues[field]?.push(stored);
    return number;
  }

  takeNews(): TableNews {
    const news = { values: this.#newValues, entries: this.#newEntries };
    this.#newValues = this.#values.map(() => []);
    this.#newEntries = [];
    return news;
  }
}
