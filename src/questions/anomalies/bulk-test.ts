/**
 * Reading in bulk: many different Secrets and ConfigMaps, lists of them over all or many namespaces, many connections into
 * pods, lists paged through, many types listed. Held against the actor's own days, and against those of its like.
 */
import { ALL_OF_IT, type Candidate } from './candidate.ts';
import { daysText } from './habit-test.ts';
import { MEASURES } from './history.ts';
import { excessScore, median, scoreOf, shareAbove } from './odds.ts';
import type { ActorClass, Measure } from './seen.ts';
import { type ActorHabits, activeOn, type Span } from './span.ts';

interface Meaning {
  /** Less is no bulk. */
  readonly least: number;
  readonly text: (count: number) => string;
  readonly why: string;
}

const MEANINGS: Readonly<Record<Measure, Meaning>> = {
  objects: {
    least: 10,
    text: (count) => `${count} different Secrets and ConfigMaps read`,
    why: 'many secrets read one by one: credentials being collected, or a backup',
  },
  lists: {
    least: 3,
    text: (count) => `Secrets or ConfigMaps listed in ${count} places`,
    why: 'lists hold all secrets of a namespace at once',
  },
  entries: {
    least: 8,
    text: (count) => `${count} connections into pods (exec, attach, port-forward)`,
    why: 'connections run commands and carry data past the API server: files being copied, or pods searched',
  },
  pages: {
    least: 20,
    text: (count) => `${count} further pages of lists`,
    why: 'everything paged through: an inventory, or a copy of it',
  },
  types: {
    least: 12,
    text: (count) => `${count} types listed`,
    why: 'everything listed: an inventory by somebody who looks around',
  },
};

const LEAST_SPREAD = 0.5;
/** Days with 2.2 times as much are a tenth as many. */
const LOG_TAIL = 0.8;

export function testBulk(span: Span): Candidate[] {
  const before = new BulkBefore(span);
  return activeOn(span).flatMap((habits) => {
    const today = habits.actor.days[span.test];
    if (today === undefined || habits.class === 'nobody') return [];
    const own = span.base.flatMap((day) => habits.actor.days[day] ?? []);
    if (own.length === 0) return [];
    const found = MEASURES.flatMap((measure) => {
      const count = today.measure(measure);
      const then = own.map((day) => day.measure(measure));
      if (count < MEANINGS[measure].least || count < 2 * median(then) || count <= Math.max(...then))
        return [];
      const score = (excessScore(count, then, LEAST_SPREAD) + before.score(habits.class, measure, count)) / 2;
      return [{ measure, count, then, score }];
    });
    const [chief] = found.sort((a, b) => b.score - a.score);
    if (chief === undefined) return [];
    const { text, why } = MEANINGS[chief.measure];
    const most = Math.max(...chief.then);
    return [
      {
        family: 'bulk' as const,
        kind: 'bulk' as const,
        habits,
        score: chief.score,
        value: found.map(({ measure, count }) => MEANINGS[measure].text(count)).join('; '),
        baseline: `at most ${most} a day in ${daysText(own.length)}`,
        why: `${text(chief.count)}: ${why}`,
        evidence: { ...ALL_OF_IT, isBulk: chief.measure !== 'pages' && chief.measure !== 'types' },
        folded: [],
      },
    ];
  });
}

/** How many of the days of a class had as much. */
export class BulkBefore {
  /** Of each class and measure, the logarithms of the counts of all its days that had any. */
  readonly #counts = new Map<string, number[]>();
  readonly #days = new Map<ActorClass, number>();

  constructor({ habits, base }: Span) {
    for (const { class: of, actor } of habits.actors)
      for (const n of base) {
        const day = actor.days[n];
        if (day === undefined) continue;
        this.#days.set(of, (this.#days.get(of) ?? 0) + 1);
        for (const measure of MEASURES) this.#add(`${of} ${measure}`, day.measure(measure));
      }
  }

  score(of: ActorClass, measure: Measure, count: number): number {
    const counts = this.#counts.get(`${of} ${measure}`) ?? [];
    const none = Math.max(0, (this.#days.get(of) ?? 0) - counts.length);
    const log = Math.log(1 + count);
    return scoreOf(shareAbove(log, [...counts, ...new Array<number>(none).fill(0)], LOG_TAIL));
  }

  #add(place: string, count: number): void {
    if (count === 0) return;
    const known = this.#counts.get(place);
    if (known === undefined) this.#counts.set(place, [Math.log(1 + count)]);
    else known.push(Math.log(1 + count));
  }
}

export function bulkScoreOf(habits: ActorHabits, span: Span, before: BulkBefore): number {
  const today = habits.actor.days[span.test];
  if (today === undefined) return 0;
  return Math.max(
    0,
    ...MEASURES.map((measure) => {
      const count = today.measure(measure);
      return count < MEANINGS[measure].least ? 0 : before.score(habits.class, measure, count);
    }),
  );
}
