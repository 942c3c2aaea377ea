/**
 * Who gained and who lost which rights by one change of a role or binding: judged by the whole rule set just before it and
 * just after it, so that what is held by another path is neither gained nor lost.
 */
import { idKey, knownSubjects, type RbacId } from './rbac-object.ts';
import { beyond, compact, rightsOf } from './rights.ts';
import type { Rule } from './rule.ts';
import { type Grant, heldBy, type RuleSet } from './rule-set.ts';
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
  /** Roles and bindings that changed, and of which it is not known what they gave, or give. */
  readonly untold: readonly RbacId[];
}

/** Groups that a user is known to be in. */
export type KnownGroups = (subject: Subject) => readonly string[];

/** Sets `id` to `after` in the set. */
export function applyChange(set: RuleSet, id: RbacId, after: Standing, groups: KnownGroups): Judged {
  const isBinding = id.kind === 'RoleBinding' || id.kind === 'ClusterRoleBinding';
  const direct = isBinding ? [id] : set.bindingsOf(id);
  // Fast path: most ClusterRoles flow into no other.
  const gathering = set.isGatheredFrom(id, after) ? set.aggregating().map(clusterRole) : [];
  const rules = new Map(gathering.map((role) => [role, set.rulesOf(role).rules]));
  const reached = distinct([...direct, ...gathering.flatMap((role) => set.bindingsOf(role))]);
  const coming = after?.kind === 'binding' ? knownSubjects(after) : [];
  const before = new Side(set, reached, () => coming, groups);
  set.set(id, after);
  const changed = gathering.filter((role) => set.rulesOf(role).rules !== rules.get(role));
  const bindings = distinct([...direct, ...changed.flatMap((role) => set.bindingsOf(role))]);
  const since = new Side(set, bindings, (binding) => before.path(binding).subjects.values(), groups);
  return new Comparison(before, since, isBinding ? null : id).judged(bindings);
}

function clusterRole(name: string): RbacId {
  return { kind: 'ClusterRole', namespace: null, name };
}

function distinct(bindings: readonly RbacId[]): readonly RbacId[] {
  return [...new Map(bindings.map((binding) => [idKey(binding), binding])).values()];
}

interface Path {
  readonly grant: Grant | null;
  readonly subjects: ReadonlyMap<string, Subject>;
  /** There may be others. */
  readonly bindsOthers: boolean;
}

const NO_PATH: Path = { grant: null, subjects: new Map(), bindsOthers: false };

/** One side of a change: what the bindings that it reaches give, and all that their subjects, and the `others`, hold there. */
class Side {
  readonly #paths = new Map<string, Path>();
  readonly #held = new Map<string, readonly Grant[]>();
  readonly #mayHoldMore = new Map<string | null, boolean>();

  constructor(
    set: RuleSet,
    bindings: readonly RbacId[],
    others: (binding: RbacId) => Iterable<Subject>,
    groups: KnownGroups,
  ) {
    for (const binding of bindings) {
      const { namespace } = binding;
      const subjects = new Map(
        set.subjectsOf(binding).map((one): [string, Subject] => [subjectKey(one), one]),
      );
      const bindsOthers = set.bindsOthers(binding);
      this.#paths.set(idKey(binding), { grant: set.grantOf(binding), subjects, bindsOthers });
      if (!this.#mayHoldMore.has(namespace)) this.#mayHoldMore.set(namespace, set.mayHoldMore(namespace));
      for (const subject of [...subjects.values(), ...others(binding)]) {
        const key = heldKey(subject, namespace);
        if (!this.#held.has(key)) this.#held.set(key, set.allGrants(subject, groups(subject), namespace));
      }
    }
  }

  path(binding: RbacId): Path {
    return this.#paths.get(idKey(binding)) ?? NO_PATH;
  }

  /** All that counts there; null: everywhere. */
  held(subject: Subject, namespace: string | null): readonly Grant[] {
    return this.#held.get(heldKey(subject, namespace)) ?? [];
  }

  mayHoldMore(namespace: string | null): boolean {
    return this.#mayHoldMore.get(namespace) ?? true;
  }
}

function heldKey(subject: Subject, namespace: string | null): string {
  return `${namespace ?? ''} ${subjectKey(subject)}`;
}

class Comparison {
  readonly #before: Side;
  readonly #after: Side;
  /** The role that changed; null: a binding did. */
  readonly #role: RbacId | null;
  readonly #changes: RightChange[] = [];
  readonly #untold: RbacId[] = [];
  /** What is told already: two bindings that give the same are one gain. */
  readonly #told = new Map<string, Grant[]>();

  constructor(before: Side, after: Side, role: RbacId | null) {
    this.#before = before;
    this.#after = after;
    this.#role = role;
  }

  judged(bindings: readonly RbacId[]): Judged {
    for (const binding of bindings) {
      const [was, is] = [this.#before.path(binding), this.#after.path(binding)];
      // Whom it binds on one side only by name, it may bind on the other too.
      if (was.grant !== null && is.grant !== null && was.bindsOthers !== is.bindsOthers)
        this.#untold.push(binding);
      for (const [key, subject] of new Map([...was.subjects, ...is.subjects])) {
        const isThere = [was, is].map(({ subjects }) => subjects.has(key));
        if ((!isThere[0] && was.bindsOthers) || (!isThere[1] && is.bindsOthers)) continue;
        const from = isThere[0] ? was.grant : null;
        const to = isThere[1] ? is.grant : null;
        if (from !== null && to !== null && isUnknown(from) !== isUnknown(to))
          this.#untold.push(this.#role ?? binding);
        else {
          this.#compare('lost', subject, from, to);
          this.#compare('gained', subject, to, from);
        }
      }
    }
    return { changes: this.#changes, untold: this.#untold };
  }

  /** `given`: on the side where the right is; `other`: what the same binding gives on the other side. */
  #compare(op: RightChange['op'], subject: Subject, given: Grant | null, other: Grant | null): void {
    if (given === null || given.rules === other?.rules) return;
    const side = op === 'gained' ? this.#before : this.#after;
    const keyIn = (namespace: string | null) => `${op} ${heldKey(subject, namespace)}`;
    const places = given.namespace === null ? [null] : [null, given.namespace];
    const told = places.flatMap((place) => this.#told.get(keyIn(place)) ?? []);
    const here = [...side.held(subject, given.namespace), ...told];
    const change = changeOf(op, subject, given, other, here, side.mayHoldMore(given.namespace));
    if (change === null) return;
    this.#changes.push(change);
    const key = keyIn(given.namespace);
    const rules = compact(change.rights ?? []);
    this.#told.set(key, [...(this.#told.get(key) ?? []), { ...given, rules }]);
  }
}

/** Null: nothing of it is gained, or lost. `held`: what the subject holds there on the other side of the change. */
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
  // The same role is bound again and again: its rules count once.
  const lists = new Set([...(other === null ? [] : [other.rules]), ...held.map(({ rules }) => rules)]);
  const rights = beyond(given.rules, [...lists].flat());
  if (rights.length === 0) return null;
  const isSure = !mayHoldMore && held.every(({ isWhole }) => isWhole);
  const isAll = rights === rightsOf(given.rules);
  return { subject, op, rights, isAll, grant: given, heldElsewhere: isSure ? 'no' : 'unknown' };
}

const ALL: Rule = {
  kind: 'resource',
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  resourceNames: null,
};

function isUnknown(grant: Grant): boolean {
  return !grant.isWhole && grant.rules.length === 0;
}

/** Whether the subject holds every one of the rights there. */
export function holdsAll(
  set: RuleSet,
  subject: Subject,
  rights: readonly Rule[],
  namespace: string | null,
  groups: KnownGroups,
): boolean {
  const grants = set.allGrants(subject, groups(subject), namespace);
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
  const grants = set.allGrants(subject, groups(subject), namespace);
  return rights.every((right) => heldBy(grants, right, namespace, false) !== 'yes');
}
