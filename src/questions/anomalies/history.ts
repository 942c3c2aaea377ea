/**
 * What everybody did, day by day, in bounded memory: which habits on which days, how many requests in which hours. The same
 * whatever the order in which requests come. What is made of it is find.ts's.
 */
import { SmallestKeys } from '../failed-auth/smallest-keys.ts';
import { type Day, HOUR_US, hoursIn } from './days.ts';
import { Distinct } from './distinct.ts';
import {
  type ActorClass,
  classOf,
  type Facet,
  itemKey,
  type Measure,
  type Seen,
  type SeenActor,
} from './seen.ts';

/** Actors told apart: ten times what a large cluster has of service accounts. */
const MAX_ACTORS = 20_000;
/** Of one actor. */
const MAX_ITEMS = 600;

const LISTS = itemKey('action', 'list ');

export const DEEDS = ['read', 'write', 'delete'] as const;
export const MEASURES: readonly Measure[] = ['objects', 'lists', 'entries', 'pages', 'types'];

/** One actor's requests of one day. */
export class ActorDay {
  /** Of each hour: reads, writes, deletions. */
  readonly counts: Uint32Array;
  #distinct: Map<Measure, Distinct> | null = null;
  #entries = 0;
  #pages = 0;

  constructor(hours: number) {
    this.counts = new Uint32Array(hours * DEEDS.length);
  }

  add(seen: Seen, hour: number, count: number): void {
    const at = hour * DEEDS.length + DEEDS.indexOf(seen.deed);
    this.counts[at] = (this.counts[at] ?? 0) + count;
  }

  addBulk({ bulk }: Seen, count: number): void {
    if (bulk === null) return;
    if (bulk.measure === 'entries') this.#entries += count;
    else if (bulk.measure === 'pages') this.#pages += count;
    else this.#of(bulk.measure).add(bulk.what);
  }

  addType(type: string): void {
    this.#of('types').add(type);
  }

  measure(measure: Measure): number {
    if (measure === 'entries') return this.#entries;
    if (measure === 'pages') return this.#pages;
    return this.#distinct?.get(measure)?.size ?? 0;
  }

  #of(measure: Measure): Distinct {
    this.#distinct ??= new Map();
    const known = this.#distinct.get(measure) ?? new Distinct();
    this.#distinct.set(measure, known);
    return known;
  }
}

/** What is kept of a day that was read before: sums and numbers only. */
export interface DaySums {
  /** As ActorDay's. */
  readonly counts: Uint32Array;
  measure(measure: Measure): number;
}

export class Actor {
  readonly seen: SeenActor;
  readonly class: ActorClass;
  readonly days: (ActorDay | DaySums | undefined)[] = [];
  /** `itemKey` → bits of the days on which it was seen. */
  readonly #items = new SmallestKeys<number>(MAX_ITEMS);

  constructor(seen: SeenActor) {
    this.seen = seen;
    this.class = classOf(seen.user);
  }

  mark(key: string, days: number): void {
    const known = this.#items.get(key);
    if (known === undefined || (known | days) !== known) this.#items.set(key, (known ?? 0) | days);
  }

  /** More habits than are told apart: what is new among them is not known. */
  get isVaried(): boolean {
    return this.#items.hasMore;
  }

  /** In the order of their texts. */
  items(): Item[] {
    return this.#items.entries().map(([key, days]) => {
      const space = key.indexOf(' ');
      return { facet: key.slice(0, space) as Facet, value: key.slice(space + 1), days };
    });
  }
}

export interface Item {
  readonly facet: Facet;
  readonly value: string;
  /** Bits of the days on which it was seen. */
  readonly days: number;
}

export class History {
  /** The oldest first; no two overlap. */
  readonly days: readonly Day[];
  readonly #actors = new SmallestKeys<Actor>(MAX_ACTORS);

  constructor(days: readonly Day[]) {
    this.days = days;
  }

  /** There are more actors than are told apart. */
  get hasMore(): boolean {
    return this.#actors.hasMore;
  }

  /** In the order of their keys. */
  actors(): Actor[] {
    return this.#actors.entries().map(([, actor]) => actor);
  }

  /** Null: it is not among those that are told apart. */
  actorOf(seen: SeenActor): Actor | null {
    return this.#actors.at(seen.key, () => new Actor(seen));
  }

  /** `hourUs`: the whole hour that they were received in. `within`: days that they can be of, the first and the last. */
  add(seen: Seen, count: number, hourUs: number, within: readonly [number, number]): void {
    const actor = this.actorOf(seen.actor);
    const place = this.#placeOf(hourUs, within);
    if (actor === null || place === null) return;
    this.#dayOf(actor, place.day).add(seen, place.hour, count);
    for (const item of seen.items) actor.mark(item, 1 << place.day);
    const [action = ''] = seen.items;
    if (action.startsWith(LISTS)) this.#dayOf(actor, place.day).addType(action);
  }

  /** Of requests that `add` was told of too. */
  addBulk(seen: Seen, count: number, hourUs: number, within: readonly [number, number]): void {
    const place = seen.bulk === null ? null : this.#placeOf(hourUs, within);
    const actor = place === null ? null : this.actorOf(seen.actor);
    if (place !== null && actor !== null) this.#dayOf(actor, place.day).addBulk(seen, count);
  }

  #dayOf(actor: Actor, day: number): ActorDay {
    const known = actor.days[day];
    if (known instanceof ActorDay) return known;
    const of = this.days[day];
    // The last hour may be cut by the window's beginning: what is before it is counted with the day before.
    const made = new ActorDay(of === undefined ? 1 : hoursIn(of) + 1);
    actor.days[day] = made;
    return made;
  }

  #placeOf(hourUs: number, [first, last]: readonly [number, number]): { day: number; hour: number } | null {
    let day = first;
    while (day < last && (this.days[day + 1]?.startUs ?? Number.POSITIVE_INFINITY) <= hourUs) day++;
    const of = this.days[day];
    if (of === undefined) return null;
    const hour = Math.max(0, Math.floor((hourUs - of.startUs) / HOUR_US));
    return { day, hour: Math.min(hour, hoursIn(of)) };
  }
}
