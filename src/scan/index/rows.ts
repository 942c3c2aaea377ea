/** Rows of an index, while they are made: columns that grow. */
import type { IndexedLine } from './line-indexer.ts';
import { ID_BYTES, TABLES } from './tables.ts';

const FIRST_ROWS = 2048;

export class Rows {
  #lengths = new Float64Array(FIRST_ROWS);
  #receivedUs = new Float64Array(FIRST_ROWS);
  #ids = new Uint8Array(FIRST_ROWS * ID_BYTES);
  #entries = TABLES.map(() => new Uint32Array(FIRST_ROWS));
  #count = 0;

  /** Returns the place of an odd line; all else of it is zeros. */
  add(length: number): number {
    if (this.#count === this.#lengths.length) this.#grow();
    const row = this.#count++;
    this.#lengths[row] = length;
    return row;
  }

  /** To be filled in at once, at the place that `add` has told. */
  get ids(): Uint8Array {
    return this.#ids;
  }

  /** `entries`: for each table. Of a line that is not odd. */
  fill(row: number, { entries, receivedUs }: Pick<IndexedLine, 'entries' | 'receivedUs'>): void {
    this.#receivedUs[row] = receivedUs;
    for (let table = 0; table < entries.length; table++) {
      const column = this.#entries[table];
      if (column !== undefined) column[row] = entries[table] ?? 0;
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
