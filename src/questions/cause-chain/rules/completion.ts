/** Ends of a removal that was asked for before: a kubelet's final delete, the removal of a finalizer. */
import type { Fact } from '../../fact/fact.ts';
import type { Finding, Rule } from '../finding.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { lineWants, writesWants } from '../owners.ts';
import { removalBefore } from '../removals-before.ts';
import { type Thing, thingOf } from '../thing.ts';

export const completion: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing === null || !fact.isKubeletCompletion || fact.isMirrorPod) return null;
  return {
    candidates: removalBefore(thing, fact, log, {
      proven: 'completes it: the same uid',
      likely: 'completes it, by the name of the pod',
    }),
    // Who asked for it has a cause of its own, as a rule.
    wants: lineWants(thing, log),
    missing: 'the delete or eviction that it completes',
  };
};

export const release: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing === null || !isWrite(fact)) return null;
  return isLastRelease(fact, thing, log) ? released(fact, thing, log) : null;
};

function released(fact: Fact, thing: Thing, log: LoggedFacts): Finding {
  return {
    candidates: removalBefore(thing, fact, log, {
      proven: 'lets it go: the same uid',
      likely: 'lets it go, by the name of the object',
    }),
    wants: writesWants(thing),
    missing: 'the delete that was held',
  };
}

function isWrite({ row, target }: Fact): boolean {
  const isOwn = target.subresource === null || target.subresource === 'finalize';
  return isOwn && (row.did.verb === 'patch' || row.did.verb === 'update');
}

/** By the answer; below that level, what comes last after a delete that was granted and held. */
export function isLastRelease(fact: Fact, thing: Thing, log: LoggedFacts): boolean {
  if (fact.after !== null) return fact.after.isTerminating && fact.after.finalizers === 0;
  if (fact.hasBody || thing.resource === 'pods') return false;
  const { deletes, own } = stepsIn(log.on(thing));
  const held = deletes[firstAfter(deletes, fact.atUs) - 1];
  if (held?.isRemovedAtOnce !== false) return false;
  const next = own[firstAfter(own, fact.atUs)];
  return next === undefined || next.isCreation;
}

/** In the order of time, as they were given. */
interface Steps {
  readonly deletes: readonly Fact[];
  /** On the object, not on a part of it. */
  readonly own: readonly Fact[];
}

const knownSteps = new WeakMap<readonly Fact[], Steps>();

/** Once for all requests on an object, which may be thousands. */
function stepsIn(facts: readonly Fact[]): Steps {
  const known = knownSteps.get(facts);
  if (known !== undefined) return known;
  const steps = {
    deletes: facts.filter((fact) => fact.row.did.verb === 'delete'),
    own: facts.filter((fact) => fact.target.subresource === null),
  };
  knownSteps.set(facts, steps);
  return steps;
}

/** The place of the first that was later; their number if none was. */
function firstAfter(facts: readonly Fact[], atUs: number): number {
  let [low, high] = [0, facts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((facts[middle]?.atUs ?? Number.POSITIVE_INFINITY) <= atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
