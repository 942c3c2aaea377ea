/** What the garbage collector does: it deletes what lost its owner, and takes away owners that left something behind. */

import type { Fact } from '../../fact/fact.ts';
import { isBy } from '../controllers.ts';
import type { Candidate, Rule } from '../finding.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { lineWants, ownersOf } from '../owners.ts';
import { removalBefore } from '../removals-before.ts';
import { type Thing, thingOf } from '../thing.ts';
import { isLastRelease } from './completion.ts';

export const garbage: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing === null || !isBy(fact, 'generic-garbage-collector') || fact.target.subresource !== null)
    return null;
  const { verb } = fact.row.did;
  if (verb !== 'delete' && (verb !== 'patch' || isLastRelease(fact, thing, log))) return null;
  return {
    candidates: ofOwners(thing, fact, log, LONGEST_LINE),
    wants: lineWants(thing, log),
    missing: 'the removal of its owner',
  };
};

/** A pod's Job's CronJob's owner, and some more. */
const LONGEST_LINE = 5;

/** Of the nearest owners whose removal is known: a level may be missing from the log. */
function ofOwners(thing: Thing, fact: Fact, log: LoggedFacts, depth: number): readonly Candidate[] {
  if (depth === 0) return [];
  const owners = ownersOf(thing, log);
  const nearest = owners.flatMap((owner) =>
    removalBefore(owner, fact, log, {
      proven: "by the owner's uid: its owner was deleted",
      likely: 'by the name of its owner, which was deleted before',
    }).filter(({ fact: removal }) => isTaking(removal, fact)),
  );
  if (nearest.length > 0) return distinct(nearest);
  const further = owners.flatMap((owner) => ofOwners(owner, fact, log, depth - 1));
  return distinct(further).map((candidate) => ({
    ...candidate,
    isProven: false,
    why: `${candidate.why}; what stands between is not in the log`,
  }));
}

/** Orphans are left alone; only their owner is taken off them. */
function isTaking(removal: Fact, fact: Fact): boolean {
  return fact.row.did.verb === 'patch' || removal.ties?.propagation !== 'Orphan';
}

function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(candidates.map((candidate) => [candidate.fact.key, candidate])).values()];
}
