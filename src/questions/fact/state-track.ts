/** What is known of each object just before a request, from what earlier ones asked for and were answered. */
import type { Fact } from './fact.ts';

/** Null: not known. */
export interface KnownState {
  readonly resourceVersion: string | null;
  readonly replicas: number | null;
  readonly template: string | null;
  readonly restartedAt: string | null;
  readonly unschedulable: boolean | null;
  readonly subjects: readonly string[] | null;
}

const NOTHING_KNOWN: KnownState = {
  resourceVersion: null,
  replicas: null,
  template: null,
  restartedAt: null,
  unschedulable: null,
  subjects: null,
};

/** Facts must be added in time order. */
export class StateTrack {
  readonly #states = new Map<string, KnownState>();

  before(fact: Fact): KnownState {
    return this.#states.get(keyOf(fact)) ?? NOTHING_KNOWN;
  }

  add(fact: Fact): void {
    if (fact.effect !== 'done') return;
    const { verb } = fact.row.did;
    if (verb === 'delete') this.#states.delete(keyOf(fact));
    else if (fact.after !== null)
      this.#states.set(keyOf(fact), answered(this.before(fact), fact, fact.after));
    else if (verb === 'patch' || verb === 'update' || fact.isCreation)
      this.#states.set(keyOf(fact), unanswered(this.before(fact), fact));
  }
}

function answered(before: KnownState, fact: Fact, after: NonNullable<Fact['after']>): KnownState {
  // A Scale speaks of replicas only; it carries the resourceVersion of the object itself.
  const isWhole = fact.target.subresource !== 'scale';
  return {
    resourceVersion: after.resourceVersion,
    replicas: after.replicas ?? before.replicas,
    template: isWhole ? after.template : before.template,
    restartedAt: isWhole ? after.restartedAt : before.restartedAt,
    unschedulable: isWhole ? after.unschedulable : before.unschedulable,
    subjects: isWhole ? after.subjects : before.subjects,
  };
}

/** The answer is not in the log: what the body does not speak of stays with a patch, and is open with anything else. */
function unanswered(before: KnownState, { row, target, asked, hasBody }: Fact): KnownState {
  if (target.subresource === 'status') return { ...before, resourceVersion: null };
  if (target.subresource === 'scale')
    return { ...before, resourceVersion: null, replicas: asked.replicas ?? null };
  if (!hasBody) return NOTHING_KNOWN;
  const kept = row.did.verb === 'patch' ? before : NOTHING_KNOWN;
  return {
    resourceVersion: null,
    replicas: asked.replicas ?? kept.replicas,
    template: asked.touchesTemplate ? null : kept.template,
    restartedAt: asked.restartedAt ?? kept.restartedAt,
    unschedulable: asked.unschedulable ?? kept.unschedulable,
    subjects: asked.touchesSubjects ? null : kept.subjects,
  };
}

function keyOf(fact: Fact): string {
  // Whatever the group: several may serve the one object.
  const { resource, namespace, name } = fact.target;
  return JSON.stringify([resource, namespace, name]);
}
