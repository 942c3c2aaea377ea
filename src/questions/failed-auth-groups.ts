/**
 * Refusals by class, identity and what was asked for, in memory that is bounded however many identities there are and
 * however much each tries. What is not told apart is counted.
 */
import { groupKeys, RefusalGroup } from './failed-auth-group.ts';
import type { Refusal } from './refusal.ts';
import { SmallestKeys } from './smallest-keys.ts';

/** Identities (in each class) told apart. A large cluster has some hundred that are ever refused. */
export const MAX_IDENTITIES = 1000;
/** Things that one identity was refused, told apart: enough for a controller that lacks a right in every namespace. */
export const MAX_TARGETS = 100;

type Targets = SmallestKeys<RefusalGroup>;

export class RefusalGroups {
  readonly #identities: SmallestKeys<Targets>;
  #folded = 0;
  #total = 0;

  constructor() {
    this.#identities = new SmallestKeys(MAX_IDENTITIES, (targets) => {
      for (const [, group] of targets.entries()) this.#fold(group);
    });
  }

  get total(): number {
    return this.#total;
  }

  /** Refusals that are in no group. */
  get folded(): number {
    return this.#folded;
  }

  add(refusal: Refusal): void {
    this.#total++;
    const { identity, target } = groupKeys(refusal);
    const targets = this.#identities.at(
      identity,
      () => new SmallestKeys(MAX_TARGETS, (old) => this.#fold(old)),
    );
    const found = targets?.at(target, () => new RefusalGroup(`${identity}${target}`, refusal)) ?? null;
    if (found === null) this.#folded++;
    else found.add(refusal);
  }

  groups(): RefusalGroup[] {
    return this.#identities.entries().flatMap(([, targets]) => targets.entries().map(([, group]) => group));
  }

  #fold(group: RefusalGroup): void {
    this.#folded += group.count;
  }
}
