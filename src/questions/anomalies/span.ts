/**
 * One day held against the days before it: what all tests of it need. A day of the baseline is held against those before it
 * in the same way, which tells how often each test would have been wrong.
 */
import type { ClusterNetworks } from './cluster-networks.ts';
import type { Day, LocalHour } from './days.ts';
import { type Actor, type ActorDay, type DaySums, DEEDS, type History, type Item } from './history.ts';
import type { ActorClass } from './seen.ts';

/** A History that nothing is added to any more: everybody's habits as lists. */
export interface Habits {
  readonly days: readonly Day[];
  /** Of each day's hours. */
  readonly local: readonly (readonly LocalHour[])[];
  readonly actors: readonly ActorHabits[];
}

export interface ActorHabits {
  readonly actor: Actor;
  readonly class: ActorClass;
  readonly items: readonly Item[];
  /** Bits of the days on which anything was done. */
  readonly active: number;
}

export interface Span {
  readonly habits: Habits;
  /** Numbers of days, and their bits. */
  readonly base: readonly number[];
  readonly baseBits: number;
  readonly test: number;
  readonly testBit: number;
  readonly networks: ClusterNetworks;
}

export function habitsOf(history: History, local: Habits['local']): Habits {
  const actors = history.actors().map((actor): ActorHabits => {
    const items = actor.items();
    const active = actor.days.reduce((bits, day, n) => (day === undefined ? bits : bits | (1 << n)), 0);
    return { actor, class: actor.class, items, active };
  });
  return { days: history.days, local, actors };
}

export function spanOf(
  habits: Habits,
  base: readonly number[],
  test: number,
  networks: ClusterNetworks,
): Span {
  return { habits, base, baseBits: bitsOf(base), test, testBit: 1 << test, networks };
}

export function bitsOf(days: readonly number[]): number {
  return days.reduce((bits, day) => bits | (1 << day), 0);
}

export function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Who did anything on the day under test. */
export function activeOn({ habits, testBit }: Span): ActorHabits[] {
  return habits.actors.filter(({ active }) => (active & testBit) !== 0);
}

/** Requests of an hour, of all deeds or of one. */
export function countIn(day: ActorDay | DaySums, hour: number, deed: number | null): number {
  const at = hour * DEEDS.length;
  if (deed !== null) return day.counts[at + deed] ?? 0;
  return (day.counts[at] ?? 0) + (day.counts[at + 1] ?? 0) + (day.counts[at + 2] ?? 0);
}

export function hoursOf(day: ActorDay | DaySums): number {
  return day.counts.length / DEEDS.length;
}
