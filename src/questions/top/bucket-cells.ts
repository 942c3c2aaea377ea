/**
 * Counts by group and time bucket, in one typed array: a hundred thousand groups would be as many arrays otherwise, at five
 * times the memory. A bucket's place in its group's row is its number modulo the row's length, so that time may be
 * reached in either direction without anything being moved.
 */

/** The least memory that will do, for all cells: most logs have no group with more requests in one bucket. */
const SIZES = [
  { most: 2 ** 16 - 1, make: (cells: number) => new Uint16Array(cells) },
  { most: 2 ** 32 - 1, make: (cells: number) => new Uint32Array(cells) },
  { most: Number.MAX_SAFE_INTEGER, make: (cells: number) => new Float64Array(cells) },
] as const;

export class BucketCells {
  /** Memory is taken when a cell is first written, not before. */
  #cells: Uint16Array | Uint32Array | Float64Array;
  /** The highest count that fits. */
  #most: number = SIZES[0].most;
  /** Buckets that a group has room for. */
  #stride: number;
  /** Groups up to, and without, this one were written to. */
  #rows = 0;

  constructor(maxCells: number, stride: number) {
    this.#cells = SIZES[0].make(maxCells);
    this.#stride = stride;
  }

  get stride(): number {
    return this.#stride;
  }

  /** Groups that there is room for when each has so many buckets. */
  roomFor(stride: number): number {
    return Math.floor(this.#cells.length / stride);
  }

  add(group: number, bucket: number, count: number): void {
    const sum = this.#at(group, bucket) + count;
    this.#rows = Math.max(this.#rows, group + 1);
    this.#fit(sum);
    this.#cells[this.#placeOf(group, bucket)] = sum;
  }

  /** The counts of these buckets, ends included. */
  read(group: number, first: number, last: number): number[] {
    return Array.from({ length: last - first + 1 }, (_, n) => this.#at(group, first + n));
  }

  /** Adds one group's counts to another's. */
  addTo(group: number, from: number): void {
    for (let n = 0; n < this.#stride; n++) this.add(group, n, this.#at(from, n));
  }

  move(to: number, from: number): void {
    this.#cells.copyWithin(to * this.#stride, from * this.#stride, (from + 1) * this.#stride);
  }

  /** Of the groups from this one up to, and without, the other nothing is left. */
  clear(from: number, to: number): void {
    this.#cells.fill(0, from * this.#stride, to * this.#stride);
  }

  /** `factor` of the buckets from `first` to `last` become one, in rows of `stride`, which must not be shorter than before. */
  fold(groups: number, first: number, last: number, factor: number, stride: number): void {
    const row = new Float64Array(stride);
    // Backwards: a longer row only reaches over those that are done.
    for (let group = groups - 1; group >= 0; group--) {
      row.fill(0);
      for (let bucket = first; bucket <= last; bucket++) {
        const at = modulo(Math.floor(bucket / factor), stride);
        row[at] = (row[at] ?? 0) + this.#at(group, bucket);
      }
      this.clear(group, group + 1);
      if (factor > 1) this.#fit(Math.max(...row));
      this.#cells.set(row, group * stride);
    }
    this.#stride = stride;
  }

  #fit(count: number): void {
    if (count <= this.#most) return;
    const size = SIZES.find(({ most }) => count <= most) ?? SIZES[2];
    const wider = size.make(this.#cells.length);
    wider.set(this.#cells.subarray(0, this.#rows * this.#stride));
    this.#cells = wider;
    this.#most = size.most;
  }

  #at(group: number, bucket: number): number {
    return this.#cells[this.#placeOf(group, bucket)] ?? 0;
  }

  #placeOf(group: number, bucket: number): number {
    return group * this.#stride + modulo(bucket, this.#stride);
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
