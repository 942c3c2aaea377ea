/** Cause before effect: never the other way round, but for clocks of several API servers that differ. */
import type { Fact } from '../fact/fact.ts';

/** Clocks of API servers may differ by this much. */
export const SKEW_US = 1_000_000;
/** What a controller does at once, it does within this; what its own work takes, within the deadline of a rollout. */
export const PROMPT_US = 60 * 1_000_000;
export const EPISODE_US = 10 * 60 * 1_000_000;
/** Without a uid to tie them, what is further apart has rather nothing to do with one another. */
export const LONGEST_US = 60 * 60 * 1_000_000;

/** By the clocks as they stand in the log. */
export function isBefore(cause: Fact, effect: Fact): boolean {
  return isTimed(cause, effect) && cause.atUs <= effect.atUs;
}

/** Logged later, by another API server, whose clock may be ahead. */
export function mayBeBefore(cause: Fact, effect: Fact): boolean {
  if (!isTimed(cause, effect) || cause.row.source === effect.row.source) return false;
  return cause.atUs > effect.atUs && cause.atUs <= effect.atUs + SKEW_US;
}

function isTimed(cause: Fact, effect: Fact): boolean {
  return cause.atUs > 0 && effect.atUs > 0 && cause.key !== effect.key;
}

/** Those before it; where there are none, those that another clock may have put behind it. */
export function before(facts: readonly Fact[], effect: Fact): readonly Fact[] {
  const earlier = facts.filter((fact) => isBefore(fact, effect));
  return earlier.length > 0 ? earlier : facts.filter((fact) => mayBeBefore(fact, effect));
}

export function isWithin(cause: Fact, effect: Fact, us: number): boolean {
  return effect.atUs - cause.atUs <= us;
}
