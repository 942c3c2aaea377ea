/** Pods that the controller of their owner makes and deletes, and the change that it carries out. */
import type { Fact } from '../../fact/fact.ts';
import { actedOn, newestOfEach } from '../competing.ts';
import { type Controller, isBy } from '../controllers.ts';
import type { Candidate, Rule } from '../finding.ts';
import { EPISODE_US, isBefore, isWithin, LONGEST_US, PROMPT_US } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { ordinalOf } from '../owner-names.ts';
import { lineWants, ownersOf } from '../owners.ts';
import { isRemoval } from '../removals-before.ts';
import { type SpecStep, stepsOf } from '../spec-steps.ts';
import { type Thing, thingOf } from '../thing.ts';
import type { Want } from '../wants.ts';

/** Resource of the owner by the controller that sees to it. */
const OWNERS: Readonly<Partial<Record<Controller, string>>> = {
  'replicaset-controller': 'replicasets',
  'replication-controller': 'replicationcontrollers',
  'statefulset-controller': 'statefulsets',
  'daemon-set-controller': 'daemonsets',
  'job-controller': 'jobs',
};

export const pods: Rule = (fact, log) => {
  const pod = thingOf(fact);
  if (pod?.resource !== 'pods' || pod.group !== '' || fact.target.subresource !== null) return null;
  const isMade = fact.isCreation;
  if (!isMade && (fact.row.did.verb !== 'delete' || fact.isKubeletCompletion)) return null;
  const resources = Object.entries(OWNERS).flatMap(([controller, resource]) =>
    isBy(fact, controller as Controller) ? [resource] : [],
  );
  if (resources.length === 0) return null;
  const owners = ownersOf(pod, log).filter(({ resource }) => resources.includes(resource));
  const what = isMade
    ? 'a change of its owner, or the end of a pod that it replaces'
    : 'a change of its owner';
  return {
    candidates: owners.flatMap((owner) =>
      isMade ? makers(owner, pod, fact, log) : enders(owner, pod, fact, log),
    ),
    wants: [...lineWants(pod, log), ...(isMade ? owners.map((owner) => siblingsWant(owner)) : [])],
    missing: what,
  };
};

function enders(owner: Thing, pod: Thing, fact: Fact, log: LoggedFacts): readonly Candidate[] {
  const steps = stepsOf(owner, log);
  if (owner.resource === 'jobs') return endersOfJob(owner, fact, steps);
  const changes = steps.filter((step) => !step.isCreation);
  const relevant = changes.filter((step) => mayEnd(step, owner, pod)).map((step) => step.fact);
  const longest = isStepwise(owner) ? LONGEST_US : EPISODE_US;
  const near = relevant.filter((cause) => isWithin(cause, fact, longest));
  // One pod after the other, each in its own time: without bodies any of the last changes may be the one.
  const isUnsure = isStepwise(owner) && near.some(({ hasBody, after }) => !hasBody && after === null);
  const lately = near.filter((cause) => isBefore(cause, fact) && isWithin(cause, fact, EPISODE_US));
  const chosen = actedOn(near, [], fact);
  return (isUnsure ? newestOfEach([...lately, ...chosen]) : chosen).map((cause) => tied(cause, owner));
}

/** Rolled out and scaled pod by pod by one controller. */
function isStepwise({ resource }: Thing): boolean {
  return resource === 'statefulsets' || resource === 'daemonsets';
}

function mayEnd(step: SpecStep, owner: Thing, pod: Thing): boolean {
  const { replicas, replicasBefore } = step;
  const isMore = replicas !== null && replicasBefore !== null && replicas >= replicasBefore;
  if (!isStepwise(owner)) return step.changesReplicas !== false && !isMore;
  const ordinal = owner.resource === 'statefulsets' ? ordinalOf(pod.name) : null;
  const isScaledAway =
    ordinal !== null &&
    step.changesReplicas !== false &&
    !isMore &&
    (replicas === null || ordinal >= replicas);
  return isScaledAway || step.changesTemplate !== false;
}

/** It ends pods when it was suspended or shrunk, and by itself when it has failed, is late or done. */
function endersOfJob(owner: Thing, fact: Fact, steps: readonly SpecStep[]): readonly Candidate[] {
  const earlier = steps.filter((step) => isBefore(step.fact, fact));
  const change = earlier.findLast((step) => !step.isCreation && isWithin(step.fact, fact, PROMPT_US));
  if (change !== undefined) return [tied(change.fact, owner)];
  const made = earlier.findLast((step) => step.isCreation);
  if (made === undefined) return [];
  return [
    { fact: made.fact, isProven: false, why: 'its Job was late, had failed or was done, as it was made' },
  ];
}

function makers(owner: Thing, pod: Thing, fact: Fact, log: LoggedFacts): readonly Candidate[] {
  const replaced = replacedBy(owner, pod, fact, log);
  const grown = grownBy(owner, fact, log).map((cause) => tied(cause, owner));
  if (replaced.length === 0 || isGrownAnew(owner, pod, fact, log)) return grown;
  const isAtOnce = replaced.some((cause) => isWithin(cause.fact, fact, AT_ONCE_US));
  const isOlder = grown.every((cause) => replaced.some((other) => other.fact.atUs > cause.fact.atUs));
  return isAtOnce && isOlder ? replaced : [...replaced, ...grown];
}

/** A StatefulSet that was scaled down had none of that number when it was scaled up: it is not there instead of the one before. */
function isGrownAnew(owner: Thing, pod: Thing, fact: Fact, log: LoggedFacts): boolean {
  const ordinal = owner.resource === 'statefulsets' ? ordinalOf(pod.name) : null;
  const last = stepsOf(owner, log).findLast((step) => isBefore(step.fact, fact));
  if (ordinal === null || last === undefined) return false;
  const { replicas, replicasBefore } = last;
  if (replicas === null || replicasBefore === null) return false;
  return replicasBefore <= ordinal && ordinal < replicas && isWithin(last.fact, fact, EPISODE_US);
}

/** A controller makes the next pod as soon as it sees one end. */
const AT_ONCE_US = 2_000_000;

function grownBy(owner: Thing, fact: Fact, log: LoggedFacts): readonly Fact[] {
  const steps = stepsOf(owner, log).filter((step) => isBefore(step.fact, fact));
  if (owner.resource === 'jobs') return steps.slice(-1).map((step) => step.fact);
  const relevant = steps.filter((step) => mayGrow(step) && isOpenStill(step, owner, fact, log));
  const near = relevant.map((step) => step.fact).filter((cause) => isWithin(cause, fact, EPISODE_US));
  return actedOn(near, [], fact);
}

function mayGrow({
  replicas,
  replicasBefore,
  changesReplicas,
  changesTemplate,
  isCreation,
}: SpecStep): boolean {
  if (isCreation) return true;
  const isFewer = replicas !== null && replicasBefore !== null && replicas <= replicasBefore;
  return (changesReplicas !== false && !isFewer) || changesTemplate !== false;
}

/** What it asked for more has not all been made yet. */
function isOpenStill(step: SpecStep, owner: Thing, fact: Fact, log: LoggedFacts): boolean {
  const { replicas, replicasBefore } = step;
  if (isStepwise(owner) || replicas === null || replicasBefore === null) return true;
  const made = log
    .ownedBy(owner)
    .filter((other) => isMadePod(other) && other.atUs >= step.fact.atUs && other.atUs < fact.atUs);
  return made.length < replicas - replicasBefore;
}

function isMadePod({ target, isCreation }: Fact): boolean {
  return target.resource === 'pods' && target.subresource === null && isCreation;
}

/** Pods of the same owner that were ended just before by somebody else; of a StatefulSet, that of the same name. */
function replacedBy(owner: Thing, pod: Thing, fact: Fact, log: LoggedFacts): readonly Candidate[] {
  const isOwnName = owner.resource === 'statefulsets';
  const facts = isOwnName ? log.on({ ...pod, uid: null }) : log.ownedBy(owner);
  const ended = facts.filter(
    (other) =>
      other.target.resource === 'pods' &&
      isRemoval(other) &&
      isBefore(other, fact) &&
      isWithin(other, fact, isOwnName ? EPISODE_US : PROMPT_US) &&
      (isOwnName || !isByOwners(other, fact)),
  );
  const last = isOwnName ? ended.slice(-1) : nearest(ended);
  return last.map((cause) => ({
    fact: cause,
    isProven: false,
    why: isOwnName
      ? 'makes the pod of that name again'
      : 'replaces a pod of the same owner, which ended just before',
  }));
}

/** Those within a second of the last. */
function nearest(ended: readonly Fact[]): readonly Fact[] {
  const last = ended.at(-1);
  if (last === undefined) return [];
  return newestOfEach(ended.filter((other) => isWithin(other, last, AT_ONCE_US)));
}

/** The owner's controller shrinks it itself. */
function isByOwners(ended: Fact, made: Fact): boolean {
  return ended.row.who.user === made.row.who.user && ended.row.who.as === null;
}

function tied(cause: Fact, owner: Thing): Candidate {
  const isProven = owner.uid !== null && cause.target.uid === owner.uid;
  const why = isProven
    ? "by the owner's uid: carries it out"
    : "by the owner's name and time: carries it out";
  return { fact: cause, isProven, why };
}

/** Pods of the same owner. */
export function siblingsWant({ namespace, name }: Thing): Want {
  return { verbs: ['create', 'delete'], resources: ['pods'], namespace, names: [`${name}-*`], by: null };
}
