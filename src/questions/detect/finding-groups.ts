/** Findings by rule and actor, in memory that is bounded however many actors there are. What is not told apart is counted. */
import { type Rule, SEVERITIES } from '../../rules/rule.ts';
import { SmallestKeys } from '../failed-auth/smallest-keys.ts';
import { FindingGroup, groupKeyOf } from './finding-group.ts';
import type { SeenRequest } from './seen-request.ts';

/** Of one rule. */
export const MAX_ACTORS = 500;

export class FindingGroups {
  readonly #rules = new Map<Rule, SmallestKeys<FindingGroup>>();
  #count = 0;

  /** `of`: whose finding it is; default: the request's own. */
  add(rule: Rule, seen: SeenRequest, detail: string | null, of: SeenRequest = seen): FindingGroup | null {
    this.#count++;
    const groups = this.#rules.get(rule) ?? new SmallestKeys<FindingGroup>(MAX_ACTORS);
    this.#rules.set(rule, groups);
    const key = groupKeyOf(rule, of);
    const group = groups.at(key, () => new FindingGroup(key, rule));
    group?.add(seen, detail);
    return group;
  }

  /** The gravest first, of those the newest. */
  groups(): readonly FindingGroup[] {
    return [...this.#rules.values()]
      .flatMap((groups) => groups.entries().map(([, group]) => group))
      .sort(gravestFirst);
  }

  /** Requests that are in no group. */
  get left(): number {
    return this.#count - this.groups().reduce((sum, { count }) => sum + count, 0);
  }
}

function gravestFirst(a: FindingGroup, b: FindingGroup): number {
  const gravity = SEVERITIES.indexOf(b.rule.severity) - SEVERITIES.indexOf(a.rule.severity);
  if (gravity !== 0) return gravity;
  return (b.lastUs ?? 0) - (a.lastUs ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}
