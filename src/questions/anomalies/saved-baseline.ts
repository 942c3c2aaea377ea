/**
 * A baseline that is kept from one day to the next: who did what kind of thing on which days, and how much. No names of
 * objects, no URLs, no addresses but their networks, and nothing that looks like a secret: seen.ts has masked it.
 */
import type { Day } from './days.ts';
import { type Actor, type DaySums, type History, MEASURES } from './history.ts';
import type { Measure, SeenActor } from './seen.ts';

/** Days kept. */
export const KEPT_DAYS = 28;

export interface SavedDay {
  readonly day: Day;
}

export interface SavedActor {
  readonly seen: SeenActor;
  /** By the number of the day: counts as ActorDay has them, and a number for each of MEASURES. */
  readonly days: ReadonlyMap<number, SavedSums>;
  /** `itemKey` → bits of days. */
  readonly items: ReadonlyMap<string, number>;
}

export interface SavedSums {
  readonly counts: Uint32Array;
  readonly measures: readonly number[];
}

export interface SavedBaseline {
  /** The oldest first; no two overlap. */
  readonly days: readonly SavedDay[];
  readonly actors: readonly SavedActor[];
}

/** Days of a history, by their numbers, the newest of them. */
export function toSaved(history: History, days: readonly number[]): SavedBaseline {
  const kept = days.slice(-KEPT_DAYS);
  const actors = history.actors().flatMap((actor): SavedActor[] => {
    const sums = new Map<number, SavedSums>();
    for (const [to, from] of kept.entries()) {
      const day = actor.days[from];
      if (day !== undefined)
        sums.set(to, { counts: day.counts, measures: MEASURES.map((measure) => day.measure(measure)) });
    }
    if (sums.size === 0) return [];
    const items = new Map(
      actor
        .items()
        .map((item): [string, number] => [`${item.facet} ${item.value}`, renumbered(item.days, kept)])
        .filter(([, bits]) => bits !== 0),
    );
    return [{ seen: actor.seen, days: sums, items }];
  });
  return {
    days: kept.flatMap((n) => (history.days[n] === undefined ? [] : [{ day: history.days[n] }])),
    actors,
  };
}

/** Those days of it that are over by then, the newest of them; renumbered. */
export function savedBefore(saved: SavedBaseline, untilUs: number, most: number): SavedBaseline {
  const kept = saved.days.flatMap(({ day }, n) => (day.endUs <= untilUs ? [n] : [])).slice(-most);
  const actors = saved.actors.map(({ seen, days, items }): SavedActor => {
    const sums = kept.flatMap((from, to): [number, SavedSums][] => {
      const day = days.get(from);
      return day === undefined ? [] : [[to, day]];
    });
    const renamed = [...items].map(([key, bits]): [string, number] => [key, renumbered(bits, kept)]);
    return { seen, days: new Map(sums), items: new Map(renamed.filter(([, bits]) => bits !== 0)) };
  });
  return {
    days: kept.flatMap((n) => saved.days[n] ?? []),
    actors: actors.filter(({ days }) => days.size > 0),
  };
}

/** `history` must begin with the saved days. */
export function withSaved(history: History, { actors }: SavedBaseline): void {
  for (const { seen, days, items } of actors) {
    const actor: Actor | null = history.actorOf(seen);
    if (actor === null) continue;
    for (const [n, sums] of days) actor.days[n] = new SavedDaySums(sums);
    for (const [key, bits] of items) actor.mark(key, bits);
  }
}

class SavedDaySums implements DaySums {
  readonly counts: Uint32Array;
  readonly #measures: readonly number[];

  constructor({ counts, measures }: SavedSums) {
    this.counts = counts;
    this.#measures = measures;
  }

  measure(measure: Measure): number {
    return this.#measures[MEASURES.indexOf(measure)] ?? 0;
  }
}

function renumbered(bits: number, kept: readonly number[]): number {
  return kept.reduce((sum, from, to) => ((bits & (1 << from)) === 0 ? sum : sum | (1 << to)), 0);
}
