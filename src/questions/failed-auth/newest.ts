/** The newest of many things, in whatever order they come. Ties go by their text, so that the order never shows. */
interface Dated<T> {
  readonly atUs: number;
  readonly tie: string;
  readonly value: T;
}

export class Newest<T> {
  readonly #max: number;
  #items: Dated<T>[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  add(atUs: number, tie: string, value: T): void {
    this.#items.push({ atUs, tie, value });
    // Twice as many before the oldest are let go, so that sorting is rare.
    if (this.#items.length >= this.#max * 2) this.#prune();
  }

  /** Newest first. */
  values(): T[] {
    this.#prune();
    return this.#items.map(({ value }) => value);
  }

  #prune(): void {
    this.#items = this.#items.sort(newestFirst).slice(0, this.#max);
  }
}

function newestFirst(a: Dated<unknown>, b: Dated<unknown>): number {
  return b.atUs - a.atUs || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0);
}
