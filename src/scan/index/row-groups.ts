/** Lines of an index counted by an aggregation's groups: by the numbers of their values, whose texts are looked up once. */
import type { Bucket, Group } from '../../event/groups.ts';
import { bucketStart } from '../../query/group-of.ts';
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
  /** By key: places in the lists below. */
  readonly #places = new Map<number | string, number>();
  readonly #hasShortKeys: boolean;
  #rows: number[] = [];
  #firstUs: number[] = [];
  #lastUs: number[] = [];
  #counts: number[] = [];
  /** Where each one's latest bucket is in the lists below; -1 for none. */
  #latest: number[] = [];
  #bucketFromUs: number[] = [];
  #bucketCounts: number[] = [];
  #bucketBefore: number[] = [];

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

  /** As groups.ts's `sizeOf` has it. */
  get size(): number {
    return this.#rows.length + this.#bucketCounts.length;
  }

  /** All values that it would be counted by. */
  isKnown(row: number): boolean {
    for (const { column, unknown } of this.#fields)
      if (unknown >= 0 && column.numberAt(row) === unknown) return false;
    return true;
  }

  add(row: number, receivedUs: number): void {
    const key = this.#hasShortKeys ? this.#shortKey(row) : this.#longKey(row);
    const known = this.#places.get(key);
    const place = known ?? this.#rows.length;
    if (known === undefined) {
      this.#places.set(key, place);
      this.#rows.push(row);
      this.#counts.push(1);
      this.#firstUs.push(receivedUs);
      this.#lastUs.push(receivedUs);
      this.#latest.push(-1);
    } else {
      this.#counts[place] = (this.#counts[place] ?? 0) + 1;
      if (receivedUs < (this.#firstUs[place] ?? 0)) this.#firstUs[place] = receivedUs;
      if (receivedUs > (this.#lastUs[place] ?? 0)) this.#lastUs[place] = receivedUs;
    }
    const { bucketUs } = this.#aggregation;
    if (bucketUs !== null) this.#addToBucket(place, bucketStart(receivedUs, bucketUs));
  }

  /** And begins anew. */
  take(): readonly Group[] {
    const groups = this.#rows.map(
      (row, place): Group => ({
        key: this.#fields.map(({ column, text }) => text(column.value(column.numberAt(row)))),
        count: this.#counts[place] ?? 0,
        buckets: this.#bucketsOf(place),
        firstUs: this.#firstUs[place] ?? 0,
        lastUs: this.#lastUs[place] ?? 0,
      }),
    );
    this.#places.clear();
    this.#rows = [];
    this.#counts = [];
    this.#firstUs = [];
    this.#lastUs = [];
    this.#latest = [];
    this.#bucketFromUs = [];
    this.#bucketCounts = [];
    this.#bucketBefore = [];
    return groups;
  }

  /** Lines stand nearly in the order of their times: a bucket that is come back to is there twice. */
  #addToBucket(place: number, fromUs: number): void {
    const latest = this.#latest[place] ?? -1;
    if (latest >= 0 && this.#bucketFromUs[latest] === fromUs) {
      this.#bucketCounts[latest] = (this.#bucketCounts[latest] ?? 0) + 1;
      return;
    }
    this.#latest[place] = this.#bucketCounts.length;
    this.#bucketFromUs.push(fromUs);
    this.#bucketCounts.push(1);
    this.#bucketBefore.push(latest);
  }

  #bucketsOf(place: number): Bucket[] {
    const buckets: Bucket[] = [];
    for (let at = this.#latest[place] ?? -1; at >= 0; at = this.#bucketBefore[at] ?? -1)
      buckets.push({ fromUs: this.#bucketFromUs[at] ?? 0, count: this.#bucketCounts[at] ?? 0 });
    return buckets;
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
