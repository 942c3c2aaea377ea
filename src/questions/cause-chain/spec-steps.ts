/** The writes to an object that may have changed what it asks for, and how each changed it, as far as bodies tell. */
import { byEnd, type Fact } from '../fact/fact.ts';
import { StateTrack } from '../fact/state-track.ts';
import type { LoggedFacts } from './logged-facts.ts';
import { type Thing, thingKey } from './thing.ts';

export interface SpecStep {
  readonly fact: Fact;
  readonly isCreation: boolean;
  /** Null: not known. */
  readonly replicasBefore: number | null;
  readonly replicas: number | null;
  /** Undefined: not known. */
  readonly changesTemplate: boolean | undefined;
  readonly changesReplicas: boolean | undefined;
}

interface Known {
  readonly steps: readonly SpecStep[];
  /** By `Fact.key`. */
  readonly byFact: ReadonlyMap<string, SpecStep>;
}

const known = new WeakMap<LoggedFacts, Map<string, Known>>();

/** Of one object, in the order in which they took effect; told once. */
export function stepsOf(thing: Thing, log: LoggedFacts): readonly SpecStep[] {
  return knownOf(thing, log).steps;
}

/** Null: the request is none. */
export function stepOf(fact: Fact, thing: Thing, log: LoggedFacts): SpecStep | null {
  return knownOf(thing, log).byFact.get(fact.key) ?? null;
}

function knownOf(thing: Thing, log: LoggedFacts): Known {
  const ofLog = known.get(log) ?? new Map<string, Known>();
  known.set(log, ofLog);
  const key = `${thingKey(thing)}${thing.uid}`;
  const before = ofLog.get(key);
  if (before !== undefined) return before;
  const steps = specSteps(log.on(thing));
  const one = { steps, byFact: new Map(steps.map((step) => [step.fact.key, step])) };
  ofLog.set(key, one);
  return one;
}

/** `facts`: on one object, in any order. Statuses, removals, and what is known to leave the spec as it was are no steps. */
export function specSteps(facts: readonly Fact[]): readonly SpecStep[] {
  const track = new StateTrack();
  const steps: SpecStep[] = [];
  let generation: number | null = null;
  for (const fact of facts.toSorted(byEnd)) {
    const was = track.before(fact);
    track.add(fact);
    if (!isWrite(fact)) continue;
    const now = fact.after?.generation ?? null;
    const isSpecKept = !fact.isCreation && now !== null && now === generation;
    if (now !== null) generation = now;
    else if (fact.target.subresource !== 'scale' || !fact.hasBody) generation = null;
    if (isSpecKept || leavesSpec(fact)) continue;
    const replicas = fact.after?.replicas ?? fact.asked.replicas ?? null;
    const template = fact.after?.template ?? null;
    steps.push({
      fact,
      isCreation: fact.isCreation,
      replicasBefore: fact.isCreation ? 0 : was.replicas,
      replicas,
      changesTemplate: changesTemplate(fact, was.template, template),
      changesReplicas: changesReplicas(fact, was.replicas, replicas),
    });
  }
  return steps;
}

function isWrite(fact: Fact): boolean {
  const { subresource } = fact.target;
  if (subresource !== null && subresource !== 'scale') return false;
  return fact.isCreation || fact.row.did.verb === 'update' || fact.row.did.verb === 'patch';
}

/** A patch that speaks of labels, annotations or finalizers only. */
function leavesSpec(fact: Fact): boolean {
  return fact.row.did.verb === 'patch' && !fact.isCreation && fact.hasBody && !fact.asked.touchesSpec;
}

function changesTemplate(fact: Fact, was: string | null, is: string | null): boolean | undefined {
  if (fact.isCreation) return true;
  if (fact.target.subresource === 'scale') return false;
  if (was !== null && is !== null) return was !== is;
  if (!fact.hasBody) return undefined;
  if (fact.row.did.verb === 'patch' && !fact.asked.touchesTemplate) return false;
  return undefined;
}

function changesReplicas(fact: Fact, was: number | null, is: number | null): boolean | undefined {
  if (fact.isCreation) return true;
  if (was !== null && is !== null) return was !== is;
  if (fact.target.subresource === 'scale') return undefined;
  if (fact.hasBody && fact.row.did.verb === 'patch' && fact.asked.replicas === undefined) return false;
  return undefined;
}
