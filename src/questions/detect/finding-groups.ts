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

  add(rule: Rule, seen: SeenRequest, detail: string | null): void {
    this.#count++;
    this.#groupOf(rule, seen)?.add(seen, detail);
  }

  /** Requests that came together, in the order of time: the finding is of whoever began it. */
  addEpisode(rule: Rule, seen: readonly SeenRequest[], detail: string | null): void {
    const [first] = seen;
    if (first === undefined) return;
    this.#count += seen.length;
    this.#groupOf(rule, first)?.addEpisode(seen, detail);
  }

  #groupOf(rule: Rule, seen: SeenRequest): FindingGroup | null {
    const groups = this.#rules.get(rule) ?? new SmallestKeys<FindingGroup>(MAX_ACTORS);
    this.#rules.set(rule, groups);
    const key = groupKeyOf(rule, seen);
    return groups.at(key, () => new FindingGroup(key, rule));
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
