/** Lines of an index counted by an aggregation's groups: by the numbers of their values, whose texts are looked up once. */
import type { Group } from '../../event/groups.ts';
import { bucketOf } from '../../query/group-of.ts';
import type { Aggregation } from '../../query/query.ts';
import type { Value } from '../../query/value-of.ts';
import { type FieldColumn, fieldColumn } from './field-column.ts';
import type { LogIndex } from './log-index.ts';
import { isIndexed } from './tables.ts';

interface CountedField {
  readonly column: FieldColumn;
  /** The number of the value that stands for none that is known; -1 when no line has it. */
  readonly unknown: number;
  /** Its value, of several the one that counts: group-of.ts's `groupKeyOf`. */
  readonly text: (value: Value) => string | null;
}

export class RowGroups {
  readonly #aggregation: Aggregation;
  readonly #fields: readonly CountedField[];
  /** By bucket, then by key: places in the lists below. */
  readonly #places = new Map<number | null, Map<number | string, number>>();
  readonly #hasShortKeys: boolean;
  #rows: number[] = [];
  #counts: number[] = [];
  #firstUs: number[] = [];
  #lastUs: number[] = [];
  /** Lines stand in the order of their times: mostly the bucket of the line before. */
  #bucketUs: number | null = null;
  #inBucket: Map<number | string, number> | null = null;

  /** Null: the index does not know what is counted by. */
  static by(index: LogIndex, aggregation: Aggregation): RowGroups | null {
    return aggregation.by.every(isIndexed) ? new RowGroups(index, aggregation) : null;
  }

  private constructor(index: LogIndex, aggregation: Aggregation) {
    this.#aggregation = aggregation;
    this.#fields = aggregation.by.map((field) => {
      const column = fieldColumn(index, field);
      const at = field === 'sourceIPs' ? -1 : 0;
      const text = (value: Value) => (typeof value === 'symbol' ? null : (value.at(at) ?? null));
      return { column, unknown: column.unknown, text };
    });
    const keys = this.#fields.reduce((product, { column }) => product * column.count, 1);
    this.#hasShortKeys = keys <= Number.MAX_SAFE_INTEGER;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** All values that it would be counted by. */
  isKnown(row: number): boolean {
    for (const { column, unknown } of this.#fields)
      if (unknown >= 0 && column.numberAt(row) === unknown) return false;
    return true;
  }

  add(row: number, receivedUs: number): void {
    const places = this.#placesAt(receivedUs);
    const key = this.#hasShortKeys ? this.#shortKey(row) : this.#longKey(row);
    const place = places.get(key);
    if (place === undefined) {
      places.set(key, this.#rows.length);
      this.#rows.push(row);
      this.#counts.push(1);
      this.#firstUs.push(receivedUs);
      this.#lastUs.push(receivedUs);
      return;
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    if (receivedUs < (this.#firstUs[place] ?? 0)) this.#firstUs[place] = receivedUs;
    if (receivedUs > (this.#lastUs[place] ?? 0)) this.#lastUs[place] = receivedUs;
  }

  /** And begins anew. */
  take(): readonly Group[] {
    const groups = this.#rows.map((row, place): Group => {
      const firstUs = this.#firstUs[place] ?? 0;
      return {
        key: this.#fields.map(({ column, text }) => text(column.value(column.numberAt(row)))),
        bucketUs: bucketOf(firstUs, this.#aggregation),
        count: this.#counts[place] ?? 0,
        firstUs,
        lastUs: this.#lastUs[place] ?? 0,
      };
    });
    this.#places.clear();
    this.#inBucket = null;
    this.#rows = [];
    this.#counts = [];
    this.#firstUs = [];
    this.#lastUs = [];
    return groups;
  }

  #placesAt(receivedUs: number): Map<number | string, number> {
    const bucketUs = bucketOf(receivedUs, this.#aggregation);
    if (this.#inBucket !== null && bucketUs === this.#bucketUs) return this.#inBucket;
    const places = this.#places.get(bucketUs) ?? new Map<number | string, number>();
    this.#places.set(bucketUs, places);
    this.#bucketUs = bucketUs;
    this.#inBucket = places;
    return places;
  }

  #shortKey(row: number): number {
    let key = 0;
    for (const { column } of this.#fields) key = key * column.count + column.numberAt(row);
    return key;
  }

  #longKey(row: number): string {
    return this.#fields.map(({ column }) => column.numberAt(row)).join(' ');
  }
}
