/**
 * A map of bounded size that does not depend on the order in which keys come: it holds the smallest ones. A key that was
 * let go can never come back, so what is held in the end was held all along.
 */
export class SmallestKeys<V> {
  readonly #max: number;
  readonly #held = new Map<string, V>();
  /** Keys beyond it were let go, or would have been; null: none yet. */
  #last: string | null = null;

  constructor(max: number) {
    this.#max = max;
  }

  /** There are more keys than are held. */
  get hasMore(): boolean {
    this.#prune();
    return this.#last !== null;
  }

  get size(): number {
    this.#prune();
    return this.#held.size;
  }

  /** Null: the key is not held. */
  at(key: string, make: () => V): V | null {
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    if (this.#last !== null && key > this.#last) return null;
    const made = make();
    this.#held.set(key, made);
    // Twice as many before any are let go, so that sorting is rare.
    if (this.#held.size >= this.#max * 2) this.#prune();
    return made;
  }

  get(key: string): V | undefined {
    return this.#held.get(key);
  }

  set(key: string, value: V): void {
    if (this.at(key, () => value) !== null && this.#held.has(key)) this.#held.set(key, value);
  }

  /** In the order of keys. */
  entries(): [key: string, value: V][] {
    this.#prune();
    return [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #prune(): void {
    if (this.#held.size <= this.#max) return;
    const keys = [...this.#held.keys()].sort();
    for (const key of keys.slice(this.#max)) this.#held.delete(key);
    this.#last = keys[this.#max - 1] ?? '';
  }
}

/** How often each of few texts occurs; texts beyond `max` are only known to exist. */
export class TextCounts {
  readonly #counts: SmallestKeys<number>;

  constructor(max: number) {
    this.#counts = new SmallestKeys(max);
  }

  add(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }

  get hasMore(): boolean {
    return this.#counts.hasMore;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** The most frequent first. */
  top(): [text: string, count: number][] {
    return this.#counts.entries().sort(([, a], [, b]) => b - a);
  }

  texts(): string[] {
    return this.#counts.entries().map(([text]) => text);
  }
}
