/**
 * Who gained and who lost which rights by one change of a role or binding: judged by the whole rule set just before it and
 * just after it, so that what is held by another path is neither gained nor lost.
 */
import { idKey, type RbacId } from './rbac-object.ts';
import { beyond, rightsOf } from './rights.ts';
import type { Rule } from './rule.ts';
import { type Grant, heldBy, type RoleRules, type RuleSet } from './rule-set.ts';
import type { Standing } from './standing.ts';
import { type Subject, subjectKey } from './subject.ts';

export interface RightChange {
  readonly subject: Subject;
  readonly op: 'gained' | 'lost';
  /** Single rights; null: whatever the role allows, of which nothing is known. */
  readonly rights: readonly Rule[] | null;
  /** All that the binding gives. */
  readonly isAll: boolean;
  /** The path by which the right came or went. */
  readonly grant: Grant;
  /** Whether something of which not all is known could give it too. */
  readonly heldElsewhere: 'no' | 'unknown';
}

export interface Judged {
  readonly changes: readonly RightChange[];
  /** Roles that give something else than before, of which it is not known what they gave, or give. */
  readonly untold: readonly RbacId[];
}

/** Groups that a user is known to be in. */
export type KnownGroups = (subject: Subject) => readonly string[];

interface Path {
  readonly binding: RbacId;
  readonly grant: Grant | null;
  readonly subjects: readonly Subject[];
}

/** Sets `id` to `after` in the set. */
export function applyChange(set: RuleSet, id: RbacId, after: Standing, groups: KnownGroups): Judged {
  const gathering = id.kind === 'ClusterRole' ? gatheredNow(set) : new Map<string, RoleRules>();
  const before = set.content(id) ?? null;
  const direct = affectedBy(set, id);
  // All bindings of roles that gather: which of them change is known only afterwards.
  const mayChange = [
    ...direct,
    ...[...gathering.keys()].flatMap((name) => set.bindingsOf(clusterRole(name))),
  ];
  const paths = new Map(mayChange.map((binding) => [idKey(binding), pathOf(set, binding)]));
  const isBinding = after?.kind === 'binding' || before?.kind === 'binding';
  const coming = after?.kind === 'binding' ? (after.subjects ?? []) : [];
  const subjects = bySubject([...[...paths.values()].flatMap((path) => path.subjects), ...coming]);
  const heldBefore = new Lazy((subject: Subject) => set.allGrants(subject, groups(subject)));
  // What is asked of the time before must be asked before.
  for (const subject of subjects.values()) heldBefore.of(subject);
  const mayHoldMore = { before: new Map<string, boolean>(), after: new Map<string, boolean>() };
  const mayNow = (when: 'before' | 'after', namespace: string | null) => {
    const known = mayHoldMore[when].get(namespace ?? '');
    const may = known ?? set.mayHoldMore(namespace);
    mayHoldMore[when].set(namespace ?? '', may);
    return may;
  };
  for (const path of paths.values()) mayNow('before', path.binding.namespace);
  if (isBinding) mayNow('before', id.namespace);

  set.set(id, after);

  const changed = [...gathering].filter(
    ([name, rules]) => set.rulesOf(clusterRole(name)).rules !== rules.rules,
  );
  const bindings = bySubjectless([
    ...direct,
    ...(isBinding ? [id] : []),
    ...changed.flatMap(([name]) => set.bindingsOf(clusterRole(name))),
  ]);
  const heldAfter = new Lazy((subject: Subject) => set.allGrants(subject, groups(subject)));
  const changes: RightChange[] = [];
  const untold: RbacId[] = [];
  const claimed = { gained: new Map<string, Grant[]>(), lost: new Map<string, Grant[]>() };
  for (const binding of bindings) {
    const was = paths.get(idKey(binding)) ?? { binding, grant: null, subjects: [] };
    const is = pathOf(set, binding);
    for (const subject of bySubject([...was.subjects, ...is.subjects]).values()) {
      const key = subjectKey(subject);
      const from = has(was, key) ? was.grant : null;
      const to = has(is, key) ? is.grant : null;
      if (from !== null && to !== null && isUnknown(from) !== isUnknown(to)) {
        untold.push(isBinding ? binding : id);
        continue;
      }
      const told = (op: RightChange['op'], given: Grant | null, other: Grant | null) => {
        if (given === null) return;
        const done = claimed[op].get(key) ?? [];
        claimed[op].set(key, done);
        const when = op === 'gained' ? 'before' : 'after';
        const held = (op === 'gained' ? heldBefore : heldAfter).of(subject);
        const change = changeOf(op, subject, given, other, [...held, ...done], mayNow(when, given.namespace));
        if (change === null) return;
        changes.push(change);
        done.push({ ...given, rules: change.rights ?? [] });
      };
      told('lost', from, to);
      told('gained', to, from);
    }
  }
  return { changes, untold };
}

/** Null: nothing of it is gained, or lost. `held`: by which paths the subject has rights on the other side of the change. */
function changeOf(
  op: RightChange['op'],
  subject: Subject,
  given: Grant,
  other: Grant | null,
  held: readonly Grant[],
  mayHoldMore: boolean,
): RightChange | null {
  if (isUnknown(given)) {
    if (other !== null || heldBy(held, ALL, given.namespace, false) === 'yes') return null;
    return { subject, op, rights: null, isAll: true, grant: given, heldElsewhere: 'unknown' };
  }
  if (given.rules === other?.rules) return null;
  const here = held.filter(({ namespace }) => namespace === null || namespace === given.namespace);
  const rights = beyond(given.rules, [...(other?.rules ?? []), ...here.flatMap(({ rules }) => rules)]);
  if (rights.length === 0) return null;
  const isSure = !mayHoldMore && here.every(({ isWhole }) => isWhole);
  const isAll = rights === rightsOf(given.rules);
  return { subject, op, rights, isAll, grant: given, heldElsewhere: isSure ? 'no' : 'unknown' };
}

/** Whether the subject holds every one of the rights there. */
export function holdsAll(
  set: RuleSet,
  subject: Subject,
  rights: readonly Rule[],
  namespace: string | null,
  groups: KnownGroups,
): boolean {
  const grants = set.allGrants(subject, groups(subject));
  return rights.every((right) => heldBy(grants, right, namespace, false) === 'yes');
}

/** Whether the subject holds none of the rights there any more. */
export function holdsNone(
  set: RuleSet,
  subject: Subject,
  rights: readonly Rule[],
  namespace: string | null,
  groups: KnownGroups,
): boolean {
  const grants = set.allGrants(subject, groups(subject));
  return rights.every((right) => heldBy(grants, right, namespace, false) !== 'yes');
}

const ALL: Rule = { kind: 'resource', verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: null };

function isUnknown(grant: Grant): boolean {
  return !grant.isWhole && grant.rules.length === 0;
}

function affectedBy(set: RuleSet, id: RbacId): readonly RbacId[] {
  return id.kind === 'Role' || id.kind === 'ClusterRole' ? set.bindingsOf(id) : [id];
}

function gatheredNow(set: RuleSet): Map<string, RoleRules> {
  return new Map(set.aggregating().map((name) => [name, set.rulesOf(clusterRole(name))]));
}

function clusterRole(name: string): RbacId {
  return { kind: 'ClusterRole', namespace: null, name };
}

function pathOf(set: RuleSet, binding: RbacId): Path {
  return { binding, grant: set.grantOf(binding), subjects: set.subjectsOf(binding) };
}

function has({ subjects }: Path, key: string): boolean {
  return subjects.some((subject) => subjectKey(subject) === key);
}

function bySubject(subjects: readonly Subject[]): Map<string, Subject> {
  return new Map(subjects.map((subject) => [subjectKey(subject), subject]));
}

function bySubjectless(bindings: readonly RbacId[]): readonly RbacId[] {
  return [...new Map(bindings.map((binding) => [idKey(binding), binding])).values()];
}

class Lazy {
  readonly #make: (subject: Subject) => readonly Grant[];
  readonly #known = new Map<string, readonly Grant[]>();

  constructor(make: (subject: Subject) => readonly Grant[]) {
    this.#make = make;
  }

  of(subject: Subject): readonly Grant[] {
    const key = subjectKey(subject);
    const known = this.#known.get(key) ?? this.#make(subject);
    this.#known.set(key, known);
    return known;
  }
}
