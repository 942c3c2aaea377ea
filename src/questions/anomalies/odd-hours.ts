/**
 * Hours of the clock at which an actor is never active. Overtime leads on from known hours, hour by hour, and is none. How odd
 * another one is depends on how often the actor strayed there, and its like; people stray to the evening, few to 03:00.
 */
import { actorName } from './actor-name.ts';
import { ALL_OF_IT, type Candidate } from './candidate.ts';
import { crowdShare } from './crowd.ts';
import { HOUR_US, WEEKDAYS } from './days.ts';
import { daysText } from './habit-test.ts';
import { chanceOfNew, scoreOf } from './odds.ts';
import { type ActorHabits, countIn, hoursOf, type Span } from './span.ts';

/** Fewer days tell nothing of an actor's hours. */
const LEAST_DAYS = 3;
/** Hours beside the known ones are overtime. */
const LEAST_GAP = 2;
/** What strays to an hour so near is the same habit. */
const LIKE_HOURS = 2;
/** Each further hour of the kind makes it odder: one mail is read at night, not three hours of them. */
const FOR_EACH_HOUR = 0.25;
const MOST_HOURS = 4;
/** Those who strayed to the same hour of the same day count as so many, however many they were. */
const ONE_REASON = 1;
/** So many at the same hour are one finding, of a score that is lower by this for ten of them. */
const TOGETHER = 2;
const FOR_COMPANY = 2.5;

interface Stray {
  readonly hour: number;
  /** Hours to the nearest known one. */
  readonly gap: number;
  /** In the day under test, or of the baseline. */
  readonly slot: number;
}

interface Straying {
  readonly habits: ActorHabits;
  /** Hours of the clock in which it was ever active. */
  readonly known: readonly number[];
  readonly strays: readonly Stray[];
  /** Of each day of the baseline, held against the others; how many there are is how long it is known. */
  readonly before: readonly { readonly day: number; readonly strays: readonly Stray[] }[];
}

export function oddHours(span: Span): Candidate[] {
  return together(oddHoursOf(span));
}

function oddHoursOf(span: Span): Candidate[] {
  return (['person', 'program'] as const).flatMap((of) => {
    const all = span.habits.actors
      .filter((habits) => habits.class === of)
      .flatMap((habits) => strayingOf(habits, span) ?? []);
    const common = commonStrays(all);
    const active = all.filter(({ habits }) => (habits.active & span.testBit) !== 0);
    return active.flatMap((one) => {
      const [chief] = one.strays
        .map((stray) => ({ stray, score: scoreOf(chanceOf(stray, one, common(stray.hour), active)) }))
        .sort((a, b) => b.score - a.score || a.stray.slot - b.stray.slot);
      const more = FOR_EACH_HOUR * Math.min(one.strays.length - 1, MOST_HOURS);
      return chief === undefined ? [] : [hourCandidate(one, chief.stray, chief.score + more, span)];
    });
  });
}

function chanceOf(
  { hour }: Stray,
  { before }: Straying,
  common: number,
  active: readonly Straying[],
): number {
  const isLike = (stray: Stray) => distance(stray.hour, hour) <= LIKE_HOURS;
  const times = before.filter(({ strays }) => strays.some(isLike)).length;
  const like = active.filter(({ strays }) => strays.some(isLike)).length - 1;
  return Math.max(chanceOfNew(times, before.length, common), crowdShare(like, active.length));
}

/** The chance that an actor's day strays to an hour of the clock, or the one beside it. Many on the same day had one reason. */
function commonStrays(all: readonly Straying[]): (hour: number) => number {
  const days = new Map<number, number[]>();
  let actorDays = 0;
  for (const { before } of all)
    for (const { day, strays } of before) {
      actorDays++;
      const hours = days.get(day) ?? new Array<number>(24).fill(0);
      for (const { hour } of strays) hours[hour] = (hours[hour] ?? 0) + 1;
      days.set(day, hours);
    }
  return (hour) => {
    let sum = 0.5;
    for (const hours of days.values())
      sum += Math.min(
        ONE_REASON,
        [23, 0, 1].reduce((most, off) => most + (hours[(hour + off) % 24] ?? 0), 0),
      );
    return sum / (actorDays + 1);
  };
}

function hourCandidate(
  { habits, known, before }: Straying,
  { gap, slot: at }: Stray,
  score: number,
  span: Span,
): Candidate {
  const days = before.length;
  const local = span.habits.local[span.test]?.[at];
  const fromUs = (span.habits.days[span.test]?.startUs ?? 0) + at * HOUR_US;
  return {
    family: 'time',
    kind: 'rare',
    habits,
    score,
    value: `active at ${clock(local?.hour ?? 0)} on ${WEEKDAYS[local?.weekday ?? 0]}`,
    baseline: `active between ${spanOfHours(known)} in ${daysText(days)}; this is ${gap} h away from any of it`,
    why: 'an hour at which this actor is never active: somebody else with its credentials, or a night of work',
    evidence: { ...ALL_OF_IT, fromUs, toUs: fromUs + HOUR_US },
    folded: [],
  };
}

function strayingOf(habits: ActorHabits, span: Span): Straying | null {
  const days = span.base.filter((day) => habits.actor.days[day] !== undefined);
  if (days.length < LEAST_DAYS) return null;
  const hoursByDay = days.map((day) => ({ day, hours: localHoursOf(habits, day, span) }));
  const times = new Array<number>(24).fill(0);
  for (const { hours } of hoursByDay) for (const hour of hours.keys()) times[hour] = (times[hour] ?? 0) + 1;
  const isKnown = times.map((count) => count > 0);
  if (isKnown.every(Boolean)) return null;
  return {
    habits,
    known: times.flatMap((count, hour) => (count > 0 ? [hour] : [])),
    strays: straysIn(localHoursOf(habits, span.test, span), isKnown),
    before: hoursByDay.map(({ day, hours }) => {
      const others = times.map((count, hour) => count - (hours.has(hour) ? 1 : 0) > 0);
      return { day, strays: straysIn(hours, others) };
    }),
  };
}

/** Local hour → the first such hour of the day in which it was active. */
function localHoursOf({ actor }: ActorHabits, day: number, { habits }: Span): Map<number, number> {
  const of = actor.days[day];
  const hours = new Map<number, number>();
  if (of === undefined) return hours;
  for (let slot = 0; slot < hoursOf(of); slot++) {
    const local = habits.local[day]?.[slot];
    if (local !== undefined && countIn(of, slot, null) > 0 && !hours.has(local.hour))
      hours.set(local.hour, slot);
  }
  return hours;
}

/** Hours away from all known ones, and from those that overtime has led to on the same day, step by step. */
function straysIn(hours: ReadonlyMap<number, number>, known: readonly boolean[]): Stray[] {
  const reached = [...known];
  for (let isGrowing = true; isGrowing; ) {
    const next = [...hours.keys()].filter(
      (hour) => reached[hour] !== true && distanceTo(hour, reached) < LEAST_GAP,
    );
    for (const hour of next) reached[hour] = true;
    isGrowing = next.length > 0;
  }
  return [...hours]
    .map(([hour, slot]): Stray => ({ hour, slot, gap: distanceTo(hour, known) }))
    .filter(({ hour }) => reached[hour] !== true);
}

/** Around the clock. */
function distance(a: number, b: number): number {
  const hours = Math.abs(a - b);
  return Math.min(hours, 24 - hours);
}

function distanceTo(hour: number, isKnown: readonly boolean[]): number {
  for (let away = 0; away <= 12; away++)
    if (isKnown[(hour + away) % 24] === true || isKnown[(hour + 24 - away) % 24] === true) return away;
  return 12;
}

/** The shortest stretch around the clock that holds all hours: `08:00 and 19:00`. */
function spanOfHours(hours: readonly number[]): string {
  let [longest, from] = [-1, 0];
  for (const [n, hour] of hours.entries()) {
    const before = hours[(n + hours.length - 1) % hours.length] ?? hour;
    const pause = hours.length === 1 ? 23 : (hour - before + 24) % 24;
    if (pause > longest) [longest, from] = [pause, n];
  }
  const first = hours[from] ?? 0;
  const last = hours[(from + hours.length - 1) % hours.length] ?? 0;
  return `${clock(first)} and ${clock((last + 1) % 24)}`;
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** Who was up at the same hour was so for one reason, and is told of in one finding: the more they are, the less odd it is. */
function together(found: readonly Candidate[]): Candidate[] {
  const byHour = new Map<number, Candidate[]>();
  for (const one of found) {
    const hour = one.evidence.fromUs ?? 0;
    byHour.set(hour, [...(byHour.get(hour) ?? []), one]);
  }
  return [...byHour.values()].flatMap((group) => {
    const [first, ...others] = group.sort(
      (a, b) => b.score - a.score || (a.habits.actor.seen.key < b.habits.actor.seen.key ? -1 : 1),
    );
    if (first === undefined || group.length < TOGETHER) return group;
    return [
      {
        ...first,
        score: first.score - FOR_COMPANY * Math.log10(group.length),
        value: `${first.value}, and ${others.length} more with it`,
        why: 'hours at which none of them is ever active: a night on which something broke, or one who uses the credentials of all',
        folded: others.map(({ habits }) => actorName(habits.actor.seen)),
      },
    ];
  });
}
