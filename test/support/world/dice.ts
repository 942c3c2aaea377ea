/** Chance, from a seed. */
import { seededRandom } from '../seeded-random.ts';

export class Dice {
  readonly #below: (below: number) => number;

  constructor(seed: number) {
    this.#below = seededRandom(seed);
  }

  /** Another one, that does not depend on how often this one was thrown. */
  static of(seed: number, ...names: readonly (string | number)[]): Dice {
    let hash = 0x811c9dc5 ^ seed;
    for (const char of names.join('/')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    return new Dice(hash >>> 0);
  }

  /** 0 up to, and without, 1. */
  part(): number {
    return this.#below(2 ** 32) / 2 ** 32;
  }

  /** A whole number, ends included. */
  from(low: number, high: number): number {
    return low + this.#below(high - low + 1);
  }

  is(chance: number): boolean {
    return this.part() < chance;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.#below(Math.max(1, list.length))];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** As many different ones, or all. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    return Array.from({ length: Math.min(count, left.length) }, () =>
      left.splice(this.#below(left.length), 1),
    ).flat();
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.part())) * Math.cos(2 * Math.PI * this.part());
  }

  /** Of this median; `spread`: of its logarithm. */
  lognormal(median: number, spread: number): number {
    return median * Math.exp(spread * this.normal());
  }

  poisson(mean: number): number {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > limit; count++) product *= this.part();
    return Math.max(0, count);
  }
}
