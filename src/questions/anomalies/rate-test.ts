/**
 * Counts far above an actor's own history: of its busiest hour, and of the whole day, of all requests, of writes and of
 * deletions. One number a day each, so that bursts within a day, which come together, are one observation.
 */
import { ALL_OF_IT, type Candidate } from './candidate.ts';
import { HOUR_US } from './days.ts';
import { daysText } from './habit-test.ts';
import type { ActorDay, DaySums } from './history.ts';
import { excessScore, logSpread, median } from './odds.ts';
import type { ActorClass } from './seen.ts';
import { type ActorHabits, activeOn, countIn, hoursOf, type Span } from './span.ts';

/** Fewer days have no spread. */
export const LEAST_RATE_DAYS = 4;
/** What is small, or not much more than before, is nobody's business. */
const LEAST_COUNT = 20;
const LEAST_RATIO = 3;
/** Of the logarithm: a factor of 1.2 up or down is an ordinary day. */
const LEAST_SPREAD = 0.2;
/** Numbers tested of each day of an actor, each of which might be the odd one. */
const TESTS = 6;

interface Number {
  readonly deed: number | null;
  readonly of: 'hour' | 'day';
}

const NUMBERS: readonly Number[] = [null, 1, 2].flatMap((deed) => [
  { deed, of: 'hour' },
  { deed, of: 'day' },
]);

export function testRates(span: Span): Candidate[] {
  const spreads = spreadsIn(span);
  return activeOn(span).flatMap((habits) => {
    const { days } = habits.actor;
    const before = span.base.flatMap((day) => (days[day] === undefined ? [] : [days[day]]));
    const today = days[span.test];
    if (today === undefined || before.length < LEAST_RATE_DAYS) return [];
    const found = NUMBERS.flatMap((number) => {
      const now = peakOf(today, number);
      const then = before.map((day) => peakOf(day, number).count);
      const usual = Math.max(1, median(then));
      if (now.count < LEAST_COUNT || now.count < LEAST_RATIO * usual || now.count < 1.5 * Math.max(...then))
        return [];
      const common = spreads.get(placeOf(habits.class, number)) ?? LEAST_SPREAD;
      return [{ number, now, then, score: excessScore(now.count, then, common) - Math.log10(TESTS) }];
    });
    const [chief] = found.sort((a, b) => b.score - a.score);
    return chief === undefined ? [] : [rateCandidate(habits, chief, span)];
  });
}

/** What is common in each class: the median of its actors' spreads, never less than LEAST_SPREAD. */
function spreadsIn({ habits, base }: Span): Map<string, number> {
  const found = new Map<string, number[]>();
  for (const { class: of, actor } of habits.actors) {
    const before = base.flatMap((day) => actor.days[day] ?? []);
    if (before.length < LEAST_RATE_DAYS) continue;
    for (const number of NUMBERS) {
      const place = placeOf(of, number);
      const known = found.get(place) ?? [];
      known.push(logSpread(before.map((day) => peakOf(day, number).count)));
      found.set(place, known);
    }
  }
  return new Map([...found].map(([place, spreads]) => [place, Math.max(LEAST_SPREAD, median(spreads))]));
}

function placeOf(of: ActorClass, { deed, of: stretch }: Number): string {
  return `${of} ${deed} ${stretch}`;
}

interface Excess {
  readonly number: Number;
  readonly now: Peak;
  readonly then: readonly number[];
  readonly score: number;
}

function rateCandidate(habits: ActorHabits, { number, now, then, score }: Excess, span: Span): Candidate {
  const startUs = span.habits.days[span.test]?.startUs ?? 0;
  const isHour = number.of === 'hour';
  const fromUs = isHour ? startUs + now.hour * HOUR_US : null;
  const usual = median(then);
  const what = number.deed === null ? 'requests' : number.deed === 1 ? 'writes' : 'deletions';
  const per = isHour ? 'in its busiest hour' : 'in the day';
  return {
    family: habits.class === 'person' ? 'rate' : 'load',
    kind: 'rate',
    habits,
    score,
    value: `${now.count} ${what} ${per}`,
    baseline: `median ${Math.round(usual)}, at most ${Math.max(...then)}, in ${daysText(then.length)}`,
    why: `${timesText(now.count / Math.max(1, usual))} of what is usual for this actor: a loop, a script, or somebody else`,
    evidence: { ...ALL_OF_IT, fromUs, toUs: fromUs === null ? null : fromUs + HOUR_US },
    folded: [],
  };
}

function timesText(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
}

interface Peak {
  readonly count: number;
  readonly hour: number;
}

function peakOf(day: ActorDay | DaySums, { deed, of }: Number): Peak {
  let [most, hour, sum] = [0, 0, 0];
  for (let slot = 0; slot < hoursOf(day); slot++) {
    const count = countIn(day, slot, deed);
    sum += count;
    if (count > most) [most, hour] = [count, slot];
  }
  return { count: of === 'hour' ? most : sum, hour };
}
