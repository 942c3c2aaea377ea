/** From what everybody did to findings: all tests of the days under test, and which of what they found is rare enough. */
import type { Network } from '../../query/networks.ts';
import { testBulk } from './bulk-test.ts';
import { budgetOf, Calibration } from './calibrate.ts';
import type { Candidate } from './candidate.ts';
import { clusterNetworks } from './cluster-networks.ts';
import { testHabits } from './habit-test.ts';
import { foldNewcomers, testNewcomers } from './newcomer-test.ts';
import { Popularity } from './popularity.ts';
import { testRates } from './rate-test.ts';
import { bitsOf, type Habits, type Span, spanOf } from './span.ts';
import { testTimes } from './time-test.ts';

/** A shorter baseline tells no habit. */
export const LEAST_BASE_DAYS = 4;
/** A day of the baseline is held against as many before it, at least. */
const LEAST_BEFORE = 3;

export interface Finding {
  readonly candidate: Candidate;
  /** Expected a day. */
  readonly falseAlarms: number;
  /** Which of the days under test. */
  readonly day: number;
}

export interface FindOptions {
  /** Numbers of days. */
  readonly base: readonly number[];
  readonly test: readonly number[];
  /** The cluster's networks, and those that were said to be known. */
  readonly networks: readonly Network[];
  /** False alarms a day that all tests together may raise. */
  readonly budget: number;
}

export interface Found {
  /** The surest first. */
  readonly findings: readonly Finding[];
  /** What was found, and is less rare than the budget allows. */
  readonly weaker: number;
  /** Days that the rates of false alarms were taken from. */
  readonly calibratedOn: number;
  readonly learntNetworks: number;
}

/** At least LEAST_BASE_DAYS days of baseline. */
export function findAnomalies(habits: Habits, { base, test, networks, budget }: FindOptions): Found {
  const known = (days: readonly number[]) => clusterNetworks(habits, bitsOf(days), networks);
  const tried = base.slice(Math.max(LEAST_BEFORE, Math.floor(base.length / 3)));
  const calibration = new Calibration(
    tried.map((day) => {
      const before = base.filter((each) => each < day);
      return candidatesOf(spanOf(habits, before, day, known(before)));
    }),
  );
  const all = known(base);
  const candidates = test.flatMap((day) =>
    candidatesOf(spanOf(habits, base, day, all)).map((candidate) => ({ candidate, day })),
  );
  const rated = candidates.map(
    ({ candidate, day }): Finding => ({
      candidate,
      day,
      falseAlarms: calibration.falseAlarms(candidate.family, candidate.score),
    }),
  );
  const isRare = ({ falseAlarms, candidate }: Finding) => falseAlarms <= budgetOf(budget, candidate.family);
  const newcomers = rated.filter((each) => each.candidate.family === 'newcomer' && !isRare(each));
  const rare = rated.filter(isRare);
  const findings = [...bestOf(rare), ...folded(newcomers, rare, calibration.days)].sort(
    (a, b) =>
      a.falseAlarms - b.falseAlarms ||
      b.candidate.score - a.candidate.score ||
      (keyOf(a) < keyOf(b) ? -1 : 1),
  );
  return {
    findings,
    weaker: rated.length - rare.length - newcomers.length,
    calibratedOn: tried.length,
    learntNetworks: all.learnt,
  };
}

export function candidatesOf(span: Span): Candidate[] {
  const popularity = new Popularity(span);
  return [
    ...testNewcomers(span, popularity),
    ...testHabits(span, popularity),
    ...testTimes(span),
    ...testRates(span),
    ...testBulk(span),
  ];
}

/** On several days under test, an actor is told of once for each test. */
function bestOf(findings: readonly Finding[]): Finding[] {
  const best = new Map<string, Finding>();
  for (const one of findings) {
    const known = best.get(keyOf(one));
    if (known === undefined || one.candidate.score > known.candidate.score) best.set(keyOf(one), one);
  }
  return [...best.values()];
}

/** One row of all newcomers who are like others; it comes as often as there are any. */
function folded(newcomers: readonly Finding[], rare: readonly Finding[], days: number): Finding[] {
  const told = new Set(rare.map(keyOf));
  const plain = bestOf(newcomers).filter((each) => !told.has(keyOf(each)));
  const candidate = foldNewcomers(plain.map((each) => each.candidate));
  if (candidate === null) return [];
  const day = Math.min(...plain.map((each) => each.day));
  const least = Math.min(...plain.map(({ falseAlarms }) => falseAlarms));
  return [{ candidate, day, falseAlarms: Math.min(1, Math.max(least, 1 / (days + 1))) }];
}

function keyOf({ candidate }: Finding): string {
  return `${candidate.family} ${candidate.habits.actor.seen.key}`;
}
