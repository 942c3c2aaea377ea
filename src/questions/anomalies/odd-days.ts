/**
 * Days of rest on which an actor is never active. They are those on which few people are active, whatever the country's week;
 * a baseline of a whole week can tell them.
 */
import { ALL_OF_IT, type Candidate } from './candidate.ts';
import { crowdShare } from './crowd.ts';
import { HOUR_US, WEEKDAYS } from './days.ts';
import { chanceOfNew, scoreOf } from './odds.ts';
import { type ActorHabits, countBits, countIn, hoursOf, type Span } from './span.ts';

/** Fewer days tell nothing of an actor's week. */
const LEAST_DAYS = 3;
/** A weekday on which less than this share of the busiest one's people are active. */
const REST = 0.35;
const WEEK = 7;
const MOST_OF_A_DAY = 12;

/** Local dates on which somebody was active, by weekday: only of days of the baseline, and of the one under test. */
interface Dates {
  readonly base: ReadonlyMap<number, number>;
  /** Date → first hour in the day under test. */
  readonly test: ReadonlyMap<number, { readonly weekday: number; readonly slot: number }>;
}

export function oddDays(span: Span): Candidate[] {
  if (span.base.length < WEEK) return [];
  const people = span.habits.actors.filter(({ class: of }) => of === 'person');
  const dates = new Map(people.map((habits) => [habits, datesOf(habits, span)]));
  const rest = restOf([...dates.values()]);
  // Whole days only: of the first and the last date some hours lie outside.
  const restDates = new Set(restDatesIn(datesIn(span), rest));
  const known = [...dates].filter(([habits]) => countBits(habits.active & span.baseBits) >= LEAST_DAYS);
  const isResting = ({ base }: Dates) => restDatesIn(base, rest).length === 0;
  // Of those who rested on all other such days, how often one was active on one.
  const pairs = known.flatMap(([, { base }]) => strayedDays(base, rest, restDates));
  const common = (pairs.filter((strayed) => strayed).length + 0.5) / (pairs.length + 1);
  const resting = known.filter(([, of]) => isResting(of));
  const straying = resting.flatMap(([habits, { test }]) => {
    const found = [...test.values()].find(({ weekday }) => rest.has(weekday));
    return found === undefined ? [] : [{ habits, ...found }];
  });
  if (restDates.size === 0) return [];
  const crowd = crowdShare(straying.length - 1, resting.length);
  const chance = Math.max(chanceOfNew(0, restDates.size, common), crowd);
  return straying.map(({ habits, weekday, slot }): Candidate => {
    const fromUs = (span.habits.days[span.test]?.startUs ?? 0) + slot * HOUR_US;
    return {
      family: 'time',
      kind: 'rare',
      habits,
      score: scoreOf(chance),
      value: `active on ${WEEKDAYS[weekday]}`,
      baseline: `never on a day of rest (${restDates.size} of them), and few are`,
      why: 'a day on which this actor is never active: somebody else with its credentials, or a weekend of work',
      evidence: { ...ALL_OF_IT, fromUs, toUs: null },
      folded: [],
    };
  });
}

/** Local dates of which the baseline holds most: date → weekday. */
function datesIn({ habits, base }: Span): Map<number, number> {
  const hours = new Map<number, number>();
  const weekdays = new Map<number, number>();
  for (const day of base)
    for (const { date, weekday } of habits.local[day] ?? []) {
      hours.set(date, (hours.get(date) ?? 0) + 1);
      weekdays.set(date, weekday);
    }
  return new Map([...weekdays].filter(([date]) => (hours.get(date) ?? 0) >= MOST_OF_A_DAY));
}

function datesOf(habits: ActorHabits, span: Span): Dates {
  const base = new Map<number, number>();
  const test = new Map<number, { weekday: number; slot: number }>();
  for (const day of [...span.base, span.test]) {
    const of = habits.actor.days[day];
    if (of === undefined) continue;
    for (let slot = 0; slot < hoursOf(of); slot++) {
      const local = span.habits.local[day]?.[slot];
      if (local === undefined || countIn(of, slot, null) === 0) continue;
      if (day !== span.test) base.set(local.date, local.weekday);
      else if (!test.has(local.date)) test.set(local.date, { weekday: local.weekday, slot });
    }
  }
  return { base, test };
}

/** Weekdays of rest. */
function restOf(all: readonly Dates[]): ReadonlySet<number> {
  const people = new Map<number, number>();
  for (const { base } of all) for (const date of base.keys()) people.set(date, (people.get(date) ?? 0) + 1);
  const most = new Array<number>(WEEK).fill(0);
  // The busiest of each: a holiday makes no day of rest of its weekday, when another one is there.
  for (const [date, count] of people) {
    const weekday = (((date + 4) % WEEK) + WEEK) % WEEK;
    most[weekday] = Math.max(most[weekday] ?? 0, count);
  }
  const busiest = Math.max(...most);
  return new Set(most.flatMap((count, weekday) => (count < REST * busiest ? [weekday] : [])));
}

function restDatesIn(base: ReadonlyMap<number, number>, rest: ReadonlySet<number>): number[] {
  return [...base].flatMap(([date, weekday]) => (rest.has(weekday) ? [date] : []));
}

/** Of each date of rest on all others of which nobody of that name was active: whether it was then. */
function strayedDays(
  base: ReadonlyMap<number, number>,
  rest: ReadonlySet<number>,
  restDates: ReadonlySet<number>,
): boolean[] {
  const own = restDatesIn(base, rest);
  if (own.length > 1) return [];
  return own.length === 1 ? [true] : [...restDates].map(() => false);
}
