/** Keys that were seen, the newest of them: memory is bounded. */

/** So many are remembered, twice this many at most. */
const GENERATION = 100_000;

export class Remembered {
  #keys = new Set<string>();
  #before = new Set<string>();
  /** Some were forgotten. */
  hasForgotten = false;

  has(key: string): boolean {
    return this.#keys.has(key) || this.#before.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    if (this.#keys.size < GENERATION) return;
    if (this.#before.size > 0) this.hasForgotten = true;
    this.#before = this.#keys;
    this.#keys = new Set();
  }
}
