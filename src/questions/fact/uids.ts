/** Which object of a name a request was on. A uid never comes back: another one proves that the one before it ended. */
import type { Fact } from './fact.ts';

/** By uid, wherever in the log: clocks of API servers differ, and so may the order of what they logged. */
export interface LoggedUids {
  readonly made: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

export function loggedUids(facts: readonly Fact[]): LoggedUids {
  const made = new Set<string>();
  const removed = new Set<string>();
  for (const fact of facts) {
    const uid = uidOf(fact);
    if (uid === null) continue;
    if (fact.isCreation) made.add(uid);
    if (fact.row.did.verb === 'delete' && fact.target.subresource === null) removed.add(uid);
  }
  return { made, removed };
}

/**
 * Null when not known: at Metadata level only updates and removals tell it. What a dry run or a failed request says of a
 * uid is not so, nor what clients claim in bodies that are not the object (an Eviction, a TokenRequest).
 */
export function uidOf({ effect, target }: Fact): string | null {
  if (effect !== 'done' || target.name === null) return null;
  return ITS_OWN.has(target.subresource) ? target.uid : null;
}

/** The object itself, and what the server checks against it. */
const ITS_OWN: ReadonlySet<string | null> = new Set([
  null,
  'status',
  'scale',
  'approval',
  'finalize',
  'ephemeralcontainers',
  'resize',
]);
