/** Of what a replay tells only what is still so at its end: what came and went in between is left out. */
import { idKey, type RbacId } from './rbac-object.ts';
import type { ObjectChange, Replay } from './replay.ts';
import type { KnownGroups, RightChange } from './right-changes.ts';
import type { Rule } from './rule.ts';
import { heldBy, type RuleSet } from './rule-set.ts';
import type { Standing } from './standing.ts';
import { subjectKey } from './subject.ts';

/** `start`: the rule set before the first change. An object is told once, at its last change. */
export function netOf(played: Replay, start: RuleSet, groups: KnownGroups): Replay {
  const firsts = new Map<string, Standing>();
  for (const { id, before } of played.changes) if (!firsts.has(idKey(id))) firsts.set(idKey(id), before);
  const told = new Set<string>();
  const isObjectTold = new Set<string>();
  const changes: ObjectChange[] = [];
  for (const change of played.changes.toReversed()) {
    const key = idKey(change.id);
    const rights = change.rights.flatMap((one) => stillSo(one, start, played.end, groups, told));
    const before = firsts.get(key) ?? null;
    const isLast = !isObjectTold.has(key);
    isObjectTold.add(key);
    const isChanged = isLast && differs(before, change.after);
    if (isChanged || rights.length > 0) changes.push({ ...change, before, rights, isNet: isChanged });
  }
  return { ...played, changes: changes.reverse() };
}

function stillSo(
  change: RightChange,
  start: RuleSet,
  end: RuleSet,
  groups: KnownGroups,
  told: Set<string>,
): RightChange[] {
  const { subject, op, rights, grant } = change;
  const grants = (set: RuleSet) => set.allGrants(subject, groups(subject), grant.namespace);
  const [before, after] = [grants(start), grants(end)];
  if (rights === null) {
    const holds = (set: RuleSet) => isBound(set, grant.binding, subjectKey(subject));
    const isSo = op === 'gained' ? !holds(start) && holds(end) : holds(start) && !holds(end);
    return isSo && isNew(told, change, null) ? [change] : [];
  }
  const holds = (of: typeof before, right: Rule) => heldBy(of, right, grant.namespace, false) === 'yes';
  const some = rights.filter((right) => {
    const [was, is] = [holds(before, right), holds(after, right)];
    return (op === 'gained' ? is && !was : was && !is) && isNew(told, change, right);
  });
  if (some.length === 0) return [];
  return [some.length === rights.length ? change : { ...change, rights: some, isAll: false }];
}

function isNew(told: Set<string>, { subject, op, grant }: RightChange, right: Rule | null): boolean {
  const key = JSON.stringify([subjectKey(subject), op, grant.namespace, right ?? idKey(grant.binding)]);
  if (told.has(key)) return false;
  told.add(key);
  return true;
}

function isBound(set: RuleSet, binding: RbacId, subject: string): boolean {
  return set.subjectsOf(binding).some((one) => subjectKey(one) === subject);
}

function differs(before: Standing, after: Standing): boolean {
  return before !== after && JSON.stringify(before) !== JSON.stringify(after);
}
