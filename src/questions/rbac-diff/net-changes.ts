/** Of what a replay tells only what is still so at its end: what came and went in between is left out. */
import { idKey, type RbacId } from './rbac-object.ts';
import type { ObjectChange, Replay } from './replay.ts';
import type { KnownGroups, RightChange } from './right-changes.ts';
import { beyond, compact } from './rights.ts';
import { covers, type Rule } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import type { Standing } from './standing.ts';
import { subjectKey } from './subject.ts';

/** `start`: the rule set before the first change. An object is told once, at its last change. */
export function netOf(played: Replay, start: RuleSet, groups: KnownGroups): Replay {
  const firsts = new Map<string, Standing>();
  for (const { id, before } of played.changes) if (!firsts.has(idKey(id))) firsts.set(idKey(id), before);
  const net = netRights(played, start, groups);
  const isObjectTold = new Set<string>();
  const changes: ObjectChange[] = [];
  for (const change of played.changes.toReversed()) {
    const key = idKey(change.id);
    const rights = net.get(change) ?? [];
    const before = firsts.get(key) ?? null;
    const isLast = !isObjectTold.has(key);
    isObjectTold.add(key);
    const isChanged = isLast && differs(before, change.after);
    if (isChanged || rights.length > 0) changes.push({ ...change, before, rights, isNet: isChanged });
  }
  return { ...played, changes: changes.reverse() };
}

/** By the change that they are told at. */
function netRights(
  { changes, end }: Replay,
  start: RuleSet,
  groups: KnownGroups,
): ReadonlyMap<ObjectChange, readonly RightChange[]> {
  const told = new Told();
  const last = new Map(changes.map((change) => [idKey(change.id), change]));
  const net = new Map<ObjectChange, RightChange[]>();
  for (const change of changes.toReversed())
    for (const one of change.rights.flatMap((right) => stillSo(right, start, end, groups, told))) {
      const moved = byLastingPath(one, end, groups);
      // The path that gives it in the end was made in between: at the start it was not held.
      const at = moved === one ? change : (last.get(idKey(moved.grant.binding)) ?? change);
      net.set(at, [...(net.get(at) ?? []), moved]);
    }
  return net;
}

/** Gained by a path that has gone since, while another gives the same: told by that one. */
function byLastingPath(change: RightChange, end: RuleSet, groups: KnownGroups): RightChange {
  const { op, rights, grant, subject } = change;
  if (op === 'lost' || rights === null) return change;
  const paths = end.allGrants(subject, groups(subject), grant.namespace);
  if (paths.some(({ binding }) => idKey(binding) === idKey(grant.binding))) return change;
  const lasting = paths.find(({ rules }) => beyond(rights, rules).length === 0);
  return lasting === undefined ? change : { ...change, grant: lasting, isAll: false };
}

/** What is told already: rules by subject, place and direction; and bindings of which not more is known. */
class Told {
  readonly #rules = new Map<string, readonly Rule[]>();
  readonly #bindings = new Set<string>();

  rules(change: RightChange): readonly Rule[] {
    return this.#rules.get(keyOf(change)) ?? [];
  }

  addRules(change: RightChange, rights: readonly Rule[]): void {
    this.#rules.set(keyOf(change), [...this.rules(change), ...compact(rights)]);
  }

  isNewBinding(change: RightChange): boolean {
    const key = `${idKey(change.grant.binding)} ${keyOf(change)}`;
    if (this.#bindings.has(key)) return false;
    this.#bindings.add(key);
    return true;
  }
}

function keyOf({ subject, op, grant }: RightChange): string {
  return JSON.stringify([subjectKey(subject), op, grant.namespace]);
}

function stillSo(
  change: RightChange,
  start: RuleSet,
  end: RuleSet,
  groups: KnownGroups,
  told: Told,
): RightChange[] {
  const { subject, op, rights, grant } = change;
  const [without, having] = op === 'gained' ? [start, end] : [end, start];
  if (rights === null) {
    const holds = (set: RuleSet) => isBound(set, grant.binding, subjectKey(subject));
    return !holds(without) && holds(having) && told.isNewBinding(change) ? [change] : [];
  }
  const rulesIn = (set: RuleSet) =>
    set.allGrants(subject, groups(subject), grant.namespace).flatMap(({ rules }) => rules);
  const fresh = beyond(rights, [...rulesIn(without), ...told.rules(change)]);
  const held = rulesIn(having);
  const isHeld = beyond(fresh, held).length === 0;
  const some = isHeld ? fresh : fresh.filter((right) => held.some((rule) => covers(rule, right)));
  if (some.length === 0) return [];
  told.addRules(change, some);
  return [some.length === rights.length ? change : { ...change, rights: some, isAll: false }];
}

function isBound(set: RuleSet, binding: RbacId, subject: string): boolean {
  return set.subjectsOf(binding).some((one) => subjectKey(one) === subject);
}

function differs(before: Standing, after: Standing): boolean {
  return before !== after && JSON.stringify(before) !== JSON.stringify(after);
}
