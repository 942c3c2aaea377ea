/** Service accounts: who took the token that was used, or who made the pod it was given to; and the owner an operator follows. */
import { isBuiltInResource } from '../../../event/resource-table.ts';
import type { Fact } from '../../fact/fact.ts';
import { newestOfEach } from '../competing.ts';
import { isOfControlPlane } from '../controllers.ts';
import type { Candidate, Rule } from '../finding.ts';
import { isBefore, isWithin, PROMPT_US } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { lineWants, ownersOf } from '../owners.ts';
import { isRemoval } from '../removals-before.ts';
import { stepsOf } from '../spec-steps.ts';
import { resourceOfKind, type Thing, thingOf } from '../thing.ts';
import type { Want } from '../wants.ts';

/** Also of a controller's: somebody else may have taken a token of its account. */
export const token: Rule = (fact, log) => {
  const account = accountOf(fact);
  const { credential } = fact.row.who;
  if (account === null || credential === null) return null;
  const issue = log.issueOf(credential);
  const isTaken = issue !== null && !isOfControlPlane(issue) && isBefore(issue, fact);
  return {
    candidates: isTaken
      ? [{ fact: issue, isProven: true, why: `issued the token that was used (${credential})` }]
      : [],
    // Of controllers a token is hardly ever taken by somebody else.
    ...(isOfControlPlane(fact)
      ? { wants: [], alsoWants: [issueWant(account)] }
      : { wants: [issueWant(account)] }),
    missing: null,
  };
};

function issueWant({ namespace, name }: Account): Want {
  return { verbs: ['create'], resources: ['serviceaccounts'], namespace, names: [name], by: null };
}

/** A token that was given to a pod: whoever made the pod runs it. */
export const podOfAccount: Rule = (fact, log) => {
  const account = accountOf(fact);
  const name = fact.row.who.pod;
  if (account === null || name === null || isOfControlPlane(fact)) return null;
  const uid = fact.ties?.actorPodUid ?? null;
  const pod: Thing = { group: '', resource: 'pods', namespace: account.namespace, name, uid };
  return {
    candidates: madeBy(pod, fact, log),
    wants: lineWants(pod, log),
    missing: `who made pod ${account.namespace}/${name}, whose token it used`,
  };
};

function madeBy(pod: Thing, fact: Fact, log: LoggedFacts): readonly Candidate[] {
  const made = log.on(pod).findLast((other) => isCreationOf(other) && isBefore(other, fact));
  if (made !== undefined) {
    const isProven = pod.uid !== null && made.target.uid === pod.uid;
    const why = isProven
      ? 'made the pod whose token was used: the same uid'
      : 'made the pod whose token was used';
    return [{ fact: made, isProven, why, isMaker: true }];
  }
  // Without bodies the creation of a pod does not tell its name.
  return ownersOf(pod, log).flatMap((owner) => {
    const born = log.on(owner).findLast((other) => isCreationOf(other) && isBefore(other, fact));
    return born === undefined
      ? []
      : [
          {
            fact: born,
            isProven: false,
            why: 'made the owner of the pod whose token was used',
            isMaker: true,
          },
        ];
  });
}

function isCreationOf({ isCreation, target }: Fact): boolean {
  return isCreation && target.subresource === null;
}

/**
 * What nobody knows the rules of follows the object that owns what it changes, as a rule; of a type of its own: what
 * Kubernetes' own types own is seen to by Kubernetes' controllers, and whoever else writes to it has reasons of their own.
 */
export const operator: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing === null || accountOf(fact) === null || isOfControlPlane(fact) || !isWrite(fact)) return null;
  if (!log.ownersOf(thing).some(({ group, kind }) => resourceOfKind(group, kind) === null)) return null;
  const owners = ownersOf(thing, log).filter(({ group, resource }) => !isBuiltInResource(group, resource));
  const causes = owners.flatMap((owner) => changesOf(owner, fact, log));
  return {
    candidates: newestOfEach(causes).map((cause) => ({
      fact: cause,
      isProven: false,
      why: 'changed its owner just before',
    })),
    wants: lineWants(thing, log),
    missing: 'a change of its owner just before',
  };
};

function changesOf(owner: Thing, fact: Fact, log: LoggedFacts): readonly Fact[] {
  const removals = log.on(owner).filter(isRemoval);
  const steps = stepsOf(owner, log).map((step) => step.fact);
  return [...removals, ...steps].filter(
    (cause) =>
      isBefore(cause, fact) && isWithin(cause, fact, PROMPT_US) && cause.row.who.user !== fact.row.who.user,
  );
}

/** Evictions, tokens and what is run in a pod are nobody's housekeeping. */
function isWrite({ row, target }: Fact): boolean {
  if (target.subresource !== null && target.subresource !== 'scale') return false;
  return ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(row.did.verb);
}

interface Account {
  readonly namespace: string;
  readonly name: string;
}

function accountOf({ row: { who } }: Fact): Account | null {
  if (who.kind !== 'serviceaccount') return null;
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(who.user ?? '') ?? [];
  return namespace === undefined || name === undefined ? null : { namespace, name };
}
