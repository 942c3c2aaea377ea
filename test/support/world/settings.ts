/** What a generated world is like. Everything in it follows from these and the seed. */

export interface WorldSettings {
  readonly seed: number;
  /** The local midnight that the world begins at, as UTC has it. A Monday in the default. */
  readonly startUs: number;
  readonly days: number;
  readonly people: number;
  readonly programs: number;
  readonly nodes: number;
  readonly teams: number;
  /** Days, from 0, on which nearly nobody works. */
  readonly holidays: readonly number[];
  /** A working day, of a team. */
  readonly deploysPerDay: number;
  readonly hiresPerWeek: number;
  readonly servicesPerWeek: number;
  /** Chance that somebody works late on a day, at a weekend, and from a network of no other day. */
  readonly late: number;
  readonly weekend: number;
  readonly roaming: number;
  /** Chance that somebody does something for the first time on a day. */
  readonly curiosity: number;
  /** Spread of the logarithm of how much is done on a day. */
  readonly burst: number;
  /** Nights, a week, on which something breaks and people get up. */
  readonly incidents: number;
  /** How much programs, components and nodes do, of what is ordinary. */
  readonly machines: number;
  /** Hours by which habits move, from one week to the next, of one in ten: clocks that were changed, shifts. */
  readonly drift: number;
}

export const ORDINARY: WorldSettings = {
  seed: 1,
  startUs: Date.parse('2026-09-07T00:00:00Z') * 1000,
  days: 28,
  people: 120,
  programs: 70,
  nodes: 10,
  teams: 12,
  holidays: [19],
  deploysPerDay: 1,
  hiresPerWeek: 1,
  servicesPerWeek: 2,
  late: 0.08,
  weekend: 0.04,
  roaming: 0.02,
  curiosity: 0.1,
  burst: 0.6,
  incidents: 0.5,
  machines: 1,
  drift: 0,
};
