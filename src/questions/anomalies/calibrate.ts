/**
 * How often a test would be wrong. Each day in the later part of the baseline was held against the days before it, as the day
 * under test is against all of them; what was found there counts as false, for want of knowing better. A finding's false
 * alarms a day are those that score as high, and, beyond the highest that ever came, what an exponential tail leaves.
 *
 * That the baseline held an attack makes the tests less ready to tell, and never silent about what is odder.
 */
import { type Candidate, FAMILIES, type Family } from './candidate.ts';

/** By which a score must be higher for a tenth of the alarms, beyond those that were seen. */
const TAIL = 0.5;
/** What scores lower is nothing. That nothing was found on some days is as if something had scored so on half a day. */
const LEAST_SCORES: Readonly<Record<Family, number>> = {
  ...{ newcomer: 1.5, habit: 2.2, time: 1.8, rate: 0.8, load: 0.8, network: 1.3, token: 1.3, bulk: 1 },
};
const UNSEEN = 0.5;
/** Less cannot be known from some days. */
const LEAST_RATE = 0.01;

export class Calibration {
  readonly days: number;
  readonly #scores = new Map<Family, number[]>();

  /** `found`: what was found on each of the days. */
  constructor(found: readonly (readonly Candidate[])[]) {
    this.days = found.length;
    for (const { family, score } of found.flat()) {
      const known = this.#scores.get(family) ?? [];
      known.push(score);
      this.#scores.set(family, known);
    }
  }

  /** Expected a day, of all actors together. `score`: of a test of this family. */
  falseAlarms(family: Family, score: number): number {
    const scores = this.#scores.get(family) ?? [];
    const tail = (from: number): number => Math.min(1, 10 ** (-(score - from) / TAIL));
    const seen = scores.reduce((sum, each) => sum + tail(each), 0);
    const least = LEAST_SCORES[family];
    if (score < least) return Math.max(1, seen / this.days);
    const unseen = UNSEEN * tail(least);
    return Math.max(LEAST_RATE, (seen + unseen) / this.days);
  }
}

/** Parts of a budget for all tests: nights of work are the most common, and a stolen token is rarely anything else. */
const PARTS: Readonly<Record<Family, number>> = {
  ...{ newcomer: 0.5, habit: 1, time: 2, rate: 1, load: 1, network: 1, token: 0.5, bulk: 1 },
};
const ALL_PARTS = FAMILIES.reduce((sum, family) => sum + PARTS[family], 0);

/** False alarms a day that a family's tests may raise. */
export function budgetOf(perDay: number, family: Family): number {
  return (perDay * PARTS[family]) / ALL_PARTS;
}
