/**
 * A map of bounded size that does not depend on the order in which keys come: it holds the smallest ones. A key that was
 * let go can never come back, so what is held is exact, and everything else is folded together.
 */
export class SmallestKeys<V> {
  readonly #max: number;
  readonly #fold: (value: V) => void;
  readonly #held = new Map<string, V>();
  /** Of the held keys, once there are `max`; null: to be found. */
  #largest: string | null = null;
  #hasFolded = false;

  /** `fold`: receives the value of a key that is let go for a smaller one. */
  constructor(max: number, fold: (value: V) => void) {
    this.#max = max;
    this.#fold = fold;
  }

  /** There are more keys than are held. */
  get hasFolded(): boolean {
    return this.#hasFolded;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Null: the key is not held; what belongs to it is the caller's to fold. */
  at(key: string, make: () => V): V | null {
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    if (this.#held.size >= this.#max) {
      this.#hasFolded = true;
      this.#largest ??= largestOf(this.#held.keys());
      if (key > this.#largest) return null;
      this.#letGo(this.#largest);
    }
    const made = make();
    this.#held.set(key, made);
    this.#largest = null;
    return made;
  }

  get(key: string): V | undefined {
    return this.#held.get(key);
  }

  set(key: string, value: V): void {
    if (this.at(key, () => value) !== null) this.#held.set(key, value);
  }

  keys(): Iterable<string> {
    return this.#held.keys();
  }

  /** In the order of keys. */
  entries(): [key: string, value: V][] {
    return [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #letGo(key: string): void {
    const value = this.#held.get(key);
    this.#held.delete(key);
    if (value !== undefined) this.#fold(value);
  }
}

/** How often each of few texts occurs; texts beyond `max` are only known to exist. */
export class TextCounts {
  readonly #counts: SmallestKeys<number>;

  constructor(max: number) {
    this.#counts = new SmallestKeys(max, () => {});
  }

  add(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }

  get hasMore(): boolean {
    return this.#counts.hasFolded;
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

function largestOf(keys: Iterable<string>): string {
  let largest = '';
  for (const key of keys) if (key > largest) largest = key;
  return largest;
}
