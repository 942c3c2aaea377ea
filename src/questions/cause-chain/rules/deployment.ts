/** What the deployment controller does to ReplicaSets, and the change of the Deployment that it carries out. */
import type { Fact } from '../../fact/fact.ts';
import { actedOn, newestOfEach } from '../competing.ts';
import { isBy, isOfControlPlane } from '../controllers.ts';
import type { Candidate, Rule } from '../finding.ts';
import { EPISODE_US, isBefore, isWithin, LONGEST_US, PROMPT_US } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { lineWants, ownersOf } from '../owners.ts';
import { isRemoval } from '../removals-before.ts';
import { type SpecStep, stepsOf } from '../spec-steps.ts';
import { type Thing, thingOf } from '../thing.ts';

export const deployment: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing?.resource !== 'replicasets' || !isBy(fact, 'deployment-controller')) return null;
  const owners = ownersOf(thing, log).filter(({ resource }) => resource === 'deployments');
  return {
    candidates: owners.flatMap((owner) => changesOf(owner, fact, thing, log)),
    wants: lineWants(thing, log),
    missing: `a change of the Deployment of ${thing.name}`,
  };
};

function changesOf(owner: Thing, fact: Fact, thing: Thing, log: LoggedFacts): readonly Candidate[] {
  const siblings = log
    .ownedBy(owner)
    .filter((other) => other.target.resource === 'replicasets' && other.key !== fact.key);
  const syncs = siblings.filter((other) => isBy(other, 'deployment-controller'));
  const steps = stepsOf(owner, log).filter((step) => !isBy(step.fact, 'deployment-controller'));
  const relevant = ofItsKind(steps, fact, thing, log).map((step) => step.fact);
  const chosen = withUncertain(actedOn(relevant, syncs, fact), relevant, syncs, fact);
  const lastUs = syncs.reduce((last, sync) => (isBefore(sync, fact) ? Math.max(last, sync.atUs) : last), 0);
  const meddled = meddlingWith(thing, fact, lastUs, log);
  // What was carried out long before is not what it acts on now.
  const open = chosen.filter((cause) => cause.atUs > lastUs || isWithin(cause, fact, EPISODE_US));
  return [
    ...(meddled.length === 0 ? chosen : open).map((cause): Candidate => {
      const isTied = owner.uid !== null && cause.target.uid === owner.uid;
      const isProven = isTied && fact.atUs - Math.max(cause.atUs, lastUs) <= LONGEST_US;
      const why = isTied ? "by the owner's uid: carries it out" : 'by name and time: carries it out';
      return { fact: cause, isProven, why };
    }),
    ...meddled.map(
      (cause): Candidate => ({ fact: cause, isProven: false, why: 'puts back what that changed' }),
    ),
  ];
}

/** Whoever else wrote to the ReplicaSet itself, or took it away, since the controller saw to it: it puts that back at once. */
function meddlingWith(thing: Thing, fact: Fact, sinceUs: number, log: LoggedFacts): readonly Fact[] {
  const ofName = { ...thing, uid: null };
  const writes = fact.isCreation
    ? log.on(ofName).filter(isRemoval)
    : stepsOf(thing, log).map((step) => step.fact);
  return newestOfEach(
    writes.filter(
      (other) =>
        isBefore(other, fact) &&
        other.atUs > sinceUs &&
        isWithin(other, fact, PROMPT_US) &&
        !isOfControlPlane(other),
    ),
  );
}

/** What it is to the Deployment tells whether it was scaled or rolled out: the replicas its controller noted down. */
function ofItsKind(
  steps: readonly SpecStep[],
  fact: Fact,
  thing: Thing,
  log: LoggedFacts,
): readonly SpecStep[] {
  const noted = fact.ties?.desiredReplicas ?? null;
  if (fact.isCreation) return orAll(steps, (step) => step.changesTemplate !== false);
  const changes = steps.filter((step) => !step.isCreation);
  if (noted === null) return changes.length > 0 ? changes : steps;
  const before = log
    .on(thing)
    .findLast((other) => isBefore(other, fact) && other.ties?.desiredReplicas != null)?.ties?.desiredReplicas;
  if (before == null) return changes.length > 0 ? changes : steps;
  return before === noted
    ? orAll(changes, (step) => step.changesTemplate !== false)
    : orAll(changes, (step) => step.changesReplicas !== false && mayBe(step.replicas, noted));
}

function mayBe(replicas: number | null, noted: number): boolean {
  return replicas === null || replicas === noted;
}

function orAll(steps: readonly SpecStep[], isRight: (step: SpecStep) => boolean): readonly SpecStep[] {
  const right = steps.filter(isRight);
  return right.length > 0 ? right : steps;
}

/**
 * Without bodies a label looks like a rollout: while one is going on, by ReplicaSets that take turns, whoever wrote to the
 * Deployment since may have begun it.
 */
function withUncertain(
  chosen: readonly Fact[],
  relevant: readonly Fact[],
  syncs: readonly Fact[],
  fact: Fact,
): readonly Fact[] {
  const isKnown = chosen.every(({ hasBody, after }) => hasBody || after !== null);
  const around = [...syncs, fact].filter(
    (sync) => sync.atUs <= fact.atUs && fact.atUs - sync.atUs <= EPISODE_US,
  );
  const isRollout = new Set(around.map(({ target }) => target.name)).size > 1;
  if (isKnown || !isRollout) return chosen;
  const lately = relevant.filter(
    (other) => isBefore(other, fact) && fact.atUs - other.atUs <= EPISODE_US && !other.isCreation,
  );
  return newestOfEach([...lately, ...chosen]);
}
