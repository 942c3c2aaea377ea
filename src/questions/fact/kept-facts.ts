/** The facts a question holds, bounded: beyond the bound the oldest go, and are counted. */
import type { Fact } from './fact.ts';
import { Presences, presenceOf } from './presence.ts';

/** Facts kept at most; about 1 KB each. */
const MAX_FACTS = 20_000;

export class KeptFacts {
  readonly #max: number;
  readonly #facts = new Map<string, Fact>();
  readonly #passing = new Set<string>();
  readonly #presences = new Presences();
  #dropped = 0;

  constructor(max: number = MAX_FACTS) {
    this.#max = max;
  }

  get size(): number {
    return this.#facts.size;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** As `add`, where nothing but who is there matters of a status. */
  addThinly(fact: Fact, passes: boolean): void {
    const presence = presenceOf(fact);
    const idle = presence === null ? null : this.#presences.add(presence, fact);
    if (idle === fact) return;
    if (idle !== null) this.#letGo(idle);
    this.add(fact, passes);
  }

  /** The same key again replaces: an open request that has ended. */
  add(fact: Fact, passes: boolean): void {
    this.#facts.set(fact.key, fact);
    if (passes) this.#passing.add(fact.key);
    else this.#passing.delete(fact.key);
    // A quarter more before the oldest are let go, so that sorting is rare.
    if (this.#facts.size >= this.#max * 1.25) this.#dropOldest();
  }

  passes(fact: Fact): boolean {
    return this.#passing.has(fact.key);
  }

  inOrder(compare: (a: Fact, b: Fact) => number): Fact[] {
    return [...this.#facts.values()].sort(compare);
  }

  #dropOldest(): void {
    const oldestFirst = [...this.#facts.values()].sort((a, b) => a.atUs - b.atUs);
    for (const fact of oldestFirst.slice(0, oldestFirst.length - this.#max)) {
      this.#letGo(fact);
      this.#dropped++;
    }
  }

  #letGo(fact: Fact): void {
    this.#facts.delete(fact.key);
    this.#passing.delete(fact.key);
  }
}
