/** What is known of each object just before a request, from the answers of earlier ones. */
import type { Fact } from './fact.ts';

/** Null: not known. */
export interface KnownState {
  readonly resourceVersion: string | null;
  readonly replicas: number | null;
  readonly template: string | null;
  readonly restartedAt: string | null;
  readonly unschedulable: boolean | null;
}

const NOTHING_KNOWN: KnownState = {
  resourceVersion: null,
  replicas: null,
  template: null,
  restartedAt: null,
  unschedulable: null,
};

/** Facts must be added in time order. */
export class StateTrack {
  readonly #states = new Map<string, KnownState>();

  before(fact: Fact): KnownState {
    return this.#states.get(keyOf(fact)) ?? NOTHING_KNOWN;
  }

  add(fact: Fact): void {
    if (fact.effect !== 'done') return;
    if (fact.row.did.verb === 'delete') {
      this.#states.delete(keyOf(fact));
      return;
    }
    const { after } = fact;
    if (after === null) return;
    const before = this.before(fact);
    // A Scale speaks of replicas only; it carries the resourceVersion of the object itself.
    const isWhole = fact.target.subresource !== 'scale';
    this.#states.set(keyOf(fact), {
      resourceVersion: after.resourceVersion ?? before.resourceVersion,
      replicas: after.replicas ?? before.replicas,
      template: isWhole ? after.template : before.template,
      restartedAt: isWhole ? after.restartedAt : before.restartedAt,
      unschedulable: isWhole ? after.unschedulable : before.unschedulable,
    });
  }
}

function keyOf(fact: Fact): string {
  const { group, resource, namespace, name } = fact.target;
  return JSON.stringify([group, resource, namespace, name]);
}
