/**
 * Refusals by class, identity and what was asked for, in memory that is bounded however many identities there are and
 * however much each tries. What is not told apart is counted.
 */
import type { DeniedBy } from '../../event/outcome.ts';
import { groupKeys, RefusalGroup } from './failed-auth-group.ts';
import type { Refusal } from './refusal.ts';
import { SmallestKeys } from './smallest-keys.ts';

/** Identities (in each class) told apart. A large cluster has some hundred that are ever refused. */
export const MAX_IDENTITIES = 1000;
/** Things that one identity was refused, told apart: enough for a controller that lacks a right in every namespace. */
export const MAX_TARGETS = 100;

type Targets = SmallestKeys<RefusalGroup>;

export class RefusalGroups {
  readonly #classes = new Map<DeniedBy, SmallestKeys<Targets>>();
  readonly #totals = new Map<DeniedBy, number>();

  /** Refusals of each class, in a group or not. */
  get totals(): ReadonlyMap<DeniedBy, number> {
    return this.#totals;
  }

  add(refusal: Refusal): void {
    this.#totals.set(refusal.class, (this.#totals.get(refusal.class) ?? 0) + 1);
    const { identity, target } = groupKeys(refusal);
    const targets = this.#identities(refusal.class).at(identity, () => new SmallestKeys(MAX_TARGETS));
    targets?.at(target, () => new RefusalGroup(`${identity}${target}`, refusal))?.add(refusal);
  }

  groups(): RefusalGroup[] {
    return [...this.#classes.values()]
      .flatMap((identities) => identities.entries())
      .flatMap(([, targets]) => targets.entries().map(([, group]) => group));
  }

  #identities(by: DeniedBy): SmallestKeys<Targets> {
    const identities = this.#classes.get(by) ?? new SmallestKeys<Targets>(MAX_IDENTITIES);
    this.#classes.set(by, identities);
    return identities;
  }
}
