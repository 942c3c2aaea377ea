/** How common habits are, and how often new ones come up, among actors of each class, in the days of a baseline. */
import type { Item } from './history.ts';
import { type ActorClass, FACETS, type Facet } from './seen.ts';
import { type ActorHabits, countBits, type Span } from './span.ts';

export interface Rates {
  /** Habits of the actor that were seen on one day only. */
  readonly once: number;
  /** Such habits per day of an actor, in all of its class. */
  readonly common: number;
}

/** Nothing is believed to happen never. */
const LEAST = 0.02;

export class Popularity {
  readonly #span: Span;
  /** Actors that have a habit. */
  readonly #actors = new Map<string, number>();
  readonly #callers = new Map<string, number>();
  readonly #namespaces = new Set<string>();
  /** By how many actors have the habit: how many pairs of actor and habit there are. Summed up from below. */
  readonly #pairs = new Map<string, number[]>();
  readonly #once = new Map<string, number>();
  readonly #days = new Map<ActorClass, number>();

  constructor(span: Span) {
    this.#span = span;
    for (const habits of span.habits.actors) this.#count(habits);
    for (const [key, count] of this.#actors) {
      const place = key.slice(0, key.indexOf('\n'));
      const pairs = this.#pairs.get(place) ?? [];
      pairs[count] = (pairs[count] ?? 0) + count;
      this.#pairs.set(place, pairs);
    }
    for (const pairs of this.#pairs.values())
      for (let n = 1; n < pairs.length; n++) pairs[n] = (pairs[n] ?? 0) + (pairs[n - 1] ?? 0);
  }

  actorsWith(of: ActorClass, item: Item): number {
    return this.#actors.get(keyOf(of, item)) ?? 0;
  }

  callersFrom(prefix: string): number {
    return this.#callers.get(prefix) ?? 0;
  }

  /** Somebody did something in it. */
  isNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  /** Of all habits of a class, the share that is as rare as this one would be if this actor had it. */
  shareAsRare(of: ActorClass, item: Item): number {
    const pairs = this.#pairs.get(`${of} ${item.facet}`) ?? [];
    const total = pairs.at(-1) ?? 0;
    const asRare = pairs[Math.min(this.actorsWith(of, item) + 1, pairs.length - 1)] ?? 0;
    return (asRare + 0.5) / (total + 1);
  }

  ratesOf(habits: ActorHabits, facet: Facet): Rates {
    const once = onceOf(habits, facet, this.#span.baseBits, () => true);
    return { once, common: this.#commonOf(`${habits.class} ${facet}`, habits.class, LEAST) };
  }

  /** Of networks that are not the cluster's. */
  foreignRatesOf(habits: ActorHabits): Rates {
    const once = this.#foreignOnce(habits);
    const days = this.#days.get(habits.class) ?? 0;
    return { once, common: this.#commonOf(`${habits.class} foreign`, habits.class, 0.5 / (days + 1)) };
  }

  #commonOf(place: string, of: ActorClass, least: number): number {
    const days = this.#days.get(of) ?? 0;
    return Math.max(least, (this.#once.get(place) ?? 0) / Math.max(1, days));
  }

  #count(habits: ActorHabits): void {
    const { baseBits } = this.#span;
    const days = countBits(habits.active & baseBits);
    if (days === 0) return;
    const of = habits.class;
    this.#days.set(of, (this.#days.get(of) ?? 0) + days);
    for (const item of habits.items) {
      if ((item.days & baseBits) === 0) continue;
      add(this.#actors, keyOf(of, item), 1);
      if (item.facet === 'network') add(this.#callers, item.value, 1);
      if (item.facet === 'namespace') this.#namespaces.add(item.value);
    }
    for (const facet of FACETS)
      add(
        this.#once,
        `${of} ${facet}`,
        onceOf(habits, facet, baseBits, () => true),
      );
    add(this.#once, `${of} foreign`, this.#foreignOnce(habits));
  }

  #foreignOnce(habits: ActorHabits): number {
    const { baseBits, networks } = this.#span;
    return onceOf(habits, 'network', baseBits, (prefix) => !networks.isKnown(prefix));
  }
}

function onceOf(
  { items }: ActorHabits,
  facet: Facet,
  baseBits: number,
  isMeant: (value: string) => boolean,
): number {
  let once = 0;
  for (const item of items) {
    if (item.facet !== facet) continue;
    const days = item.days & baseBits;
    if (days !== 0 && (days & (days - 1)) === 0 && isMeant(item.value)) once++;
  }
  return once;
}

function keyOf(of: ActorClass, { facet, value }: Item): string {
  return `${of} ${facet}\n${value}`;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
