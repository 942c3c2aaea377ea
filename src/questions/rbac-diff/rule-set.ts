/**
 * All roles and bindings of a moment, and what they give to whom. Rights only add up, so whoever holds a right by one path
 * holds it; what is not known of a role or binding can only add to what is.
 */
import {
  type BindingContent,
  type Content,
  idKey,
  knownSubjects,
  type LabelSelector,
  type RbacId,
  type RbacKind,
  type RoleContent,
  selects,
} from './rbac-object.ts';
import { type AccessRequest, allows, covers, type Rule } from './rule.ts';
import { groupsOf, MASTERS, type Subject, subjectKey, userSubject } from './subject.ts';

/** What one binding gives. */
export interface Grant {
  readonly binding: RbacId;
  readonly role: BindingContent['role'];
  readonly rules: readonly Rule[];
  /** False: there may be more, of which nothing is known. */
  readonly isWhole: boolean;
  /** Null: everywhere, cluster-scoped objects and URLs included. */
  readonly namespace: string | null;
}

export interface RoleRules {
  readonly rules: readonly Rule[];
  readonly isWhole: boolean;
}

export interface RuleSetOptions {
  /** Every object of the kind is in the set: what is not there does not exist. */
  readonly isWhole: (kind: RbacKind) => boolean;
  /** Its rules are what its selectors gather; of others what their own body says, and what is seen to flow in besides. */
  readonly isGathered: (clusterRole: string) => boolean;
}

const NOTHING: RoleRules = { rules: [], isWhole: true };
const UNKNOWN: RoleRules = { rules: [], isWhole: false };
const EVERYTHING: readonly Rule[] = [
  { kind: 'resource', verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: null },
  { kind: 'url', verbs: ['*'], urls: ['*'] },
];

export class RuleSet {
  readonly #options: RuleSetOptions;
  readonly #objects = new Map<string, { readonly id: RbacId; readonly content: Content }>();
  readonly #absent = new Set<string>();
  readonly #aggregating = new Map<string, readonly LabelSelector[]>();
  readonly #gathered = new Map<string, RoleRules>();
  /** Keys of bindings: by namespace and subject, by role, and those of which it is not known whom they bind. */
  readonly #bySubject = new Map<string, Set<string>>();
  readonly #byRole = new Map<string, Set<string>>();
  /** By namespace; '' for the cluster-wide ones. */
  readonly #toUnknown = new Map<string, Set<string>>();
  readonly #clusterRoles = new Map<string, RoleContent>();

  constructor(options: RuleSetOptions) {
    this.#options = options;
  }

  /** Null: it does not exist. Undefined: nothing is known of it. */
  content(id: RbacId): Content | null | undefined {
    const key = idKey(id);
    const known = this.#objects.get(key);
    if (known !== undefined) return known.content;
    return this.#absent.has(key) || this.#options.isWhole(id.kind) ? null : undefined;
  }

  set(id: RbacId, content: Content | null): void {
    const key = idKey(id);
    const before = this.#objects.get(key)?.content;
    if (before?.kind === 'binding') this.#index(key, id, before, 'remove');
    if (this.isGatheredFrom(id, content)) this.#gathered.clear();
    if (id.kind === 'ClusterRole') this.#setClusterRole(id.name, content?.kind === 'role' ? content : null);
    if (content === null) {
      this.#objects.delete(key);
      this.#absent.add(key);
      return;
    }
    this.#absent.delete(key);
    this.#objects.set(key, { id, content });
    if (content.kind === 'binding') this.#index(key, id, content, 'add');
  }

  /** Bindings that refer to the role. */
  bindingsOf(role: RbacId): readonly RbacId[] {
    return this.#idsOf(this.#byRole.get(idKey(role)));
  }

  /** ClusterRoles that gather rules from others. */
  aggregating(): readonly string[] {
    return [...this.#aggregating.keys()];
  }

  /** Whether what a ClusterRole says, or is to say, flows into others, or others into it. */
  isGatheredFrom({ kind, name }: RbacId, after: Content | null): boolean {
    if (kind !== 'ClusterRole') return false;
    const some = [this.#clusterRoles.get(name) ?? null, after?.kind === 'role' ? after : null].filter(
      (one) => one !== null,
    );
    if (this.#aggregating.has(name) || some.some(({ selectors }) => (selectors ?? []).length > 0))
      return true;
    return [...this.#aggregating.values()].some((list) =>
      list.some((selector) => some.some(({ labels }) => labels !== null && selects(selector, labels))),
    );
  }

  rulesOf(role: RbacId): RoleRules {
    const content = this.content(role);
    if (content === undefined) return UNKNOWN;
    if (content?.kind !== 'role') return NOTHING;
    if (!this.#aggregating.has(role.name) || role.kind === 'Role') return ownRules(content);
    const known = this.#gathered.get(role.name);
    if (known !== undefined) return known;
    const rules = this.#gather(role.name, content);
    this.#gathered.set(role.name, rules);
    return rules;
  }

  /** ClusterRoles whose rules flow into it, however far away; itself not. */
  sourcesOf(clusterRole: string): ReadonlySet<string> {
    const sources = new Set<string>();
    const open = [clusterRole];
    for (let name = open.pop(); name !== undefined; name = open.pop())
      for (const source of this.#selectedBy(name))
        if (source.name !== clusterRole && !sources.has(source.name)) {
          sources.add(source.name);
          open.push(source.name);
        }
    return sources;
  }

  /** What the binding gives to each of its subjects; null when it does not exist. */
  grantOf(binding: RbacId): Grant | null {
    const content = this.#objects.get(idKey(binding))?.content;
    if (content?.kind !== 'binding') return null;
    const { namespace } = binding;
    const { rules, isWhole } = content.role === null ? UNKNOWN : this.#rulesFor(content.role, namespace);
    // Requests for URLs have no namespace, so no RoleBinding is looked at for them.
    const given = namespace === null ? rules : withoutUrls(rules);
    return { binding, role: content.role, rules: given, isWhole, namespace };
  }

  /** Those that are known; whether there may be more, `bindsOthers` says. */
  subjectsOf(binding: RbacId): readonly Subject[] {
    const content = this.#objects.get(idKey(binding))?.content;
    return content?.kind === 'binding' ? knownSubjects(content) : [];
  }

  /** It is there, and not all whom it binds are known. */
  bindsOthers(binding: RbacId): boolean {
    const content = this.#objects.get(idKey(binding))?.content;
    return content?.kind === 'binding' && content.subjects === null;
  }

  /** By bindings that name the subject itself, and hold in the namespace; null: everywhere. */
  directGrants(subject: Subject, namespace: string | null): readonly Grant[] {
    const places = namespace === null ? [null] : [null, namespace];
    return places.flatMap((place) =>
      this.#idsOf(this.#bySubject.get(placedKey(subject, place))).flatMap((id) => this.grantOf(id) ?? []),
    );
  }

  /** By all paths: those of the groups too. */
  allGrants(subject: Subject, knownGroups: readonly string[], namespace: string | null): readonly Grant[] {
    const groups = groupsOf(subject, knownGroups);
    if (groups.includes(MASTERS) || (subject.kind === 'Group' && subject.name === MASTERS))
      return [{ binding: MASTERS_BINDING, role: null, rules: EVERYTHING, isWhole: true, namespace: null }];
    return [
      ...this.directGrants(subject, namespace),
      ...groups.flatMap((name) => this.directGrants({ kind: 'Group', name, namespace: null }, namespace)),
    ];
  }

  /** Whether there may be bindings that would count there, and of which it is not known whom they bind. */
  mayHoldMore(namespace: string | null): boolean {
    const { isWhole } = this.#options;
    if (!isWhole('ClusterRoleBinding') || this.#toUnknown.has('')) return true;
    return namespace !== null && (!isWhole('RoleBinding') || this.#toUnknown.has(namespace));
  }

  /** As the API server's RBAC authorizer decides; null: what is known does not allow it, but not all is known. */
  allows(
    who: { readonly user: string; readonly groups: readonly string[] },
    request: AccessRequest,
  ): boolean | null {
    const namespace = request.kind === 'url' || request.namespace === '' ? null : request.namespace;
    const subjects: Subject[] = [
      userSubject(who.user),
      ...who.groups.map((name): Subject => ({ kind: 'Group', name, namespace: null })),
    ];
    if (who.groups.includes(MASTERS)) return true;
    const grants = subjects.flatMap((subject) => this.directGrants(subject, namespace));
    if (grants.some(({ rules }) => rules.some((rule) => allows(rule, request)))) return true;
    return grants.some((grant) => !grant.isWhole) || this.mayHoldMore(namespace) ? null : false;
  }

  #rulesFor(role: NonNullable<BindingContent['role']>, namespace: string | null): RoleRules {
    // A ClusterRoleBinding cannot refer to a Role.
    return role.kind === 'Role' && namespace === null ? NOTHING : this.rulesOf(roleId(role, namespace));
  }

  #gather(name: string, content: RoleContent): RoleRules {
    const { isGathered } = this.#options;
    const isOwn = !isGathered(name);
    const seen = new Set([name]);
    const open = [name];
    const rules: Rule[] = isOwn ? [...ownRules(content).rules] : [];
    let isWhole = isOwn ? ownRules(content).isWhole : this.#options.isWhole('ClusterRole');
    for (let next = open.pop(); next !== undefined; next = open.pop())
      for (const source of this.#selectedBy(next)) {
        if (seen.has(source.name)) continue;
        seen.add(source.name);
        const gathers = this.#aggregating.has(source.name);
        if (gathers) open.push(source.name);
        // What such a role says itself, a controller has put there.
        if (gathers && isGathered(source.name)) continue;
        const its = ownRules(source.content);
        rules.push(...its.rules);
        if (!its.isWhole && !isOwn) isWhole = false;
      }
    return { rules, isWhole };
  }

  #selectedBy(clusterRole: string): { readonly name: string; readonly content: RoleContent }[] {
    const selectors = this.#aggregating.get(clusterRole) ?? [];
    if (selectors.length === 0) return [];
    return [...this.#clusterRoles].flatMap(([name, content]) => {
      const { labels } = content;
      const isSelected = labels !== null && selectors.some((selector) => selects(selector, labels));
      return isSelected && name !== clusterRole ? [{ name, content }] : [];
    });
  }

  #setClusterRole(name: string, after: RoleContent | null): void {
    if (after === null) this.#clusterRoles.delete(name);
    else this.#clusterRoles.set(name, after);
    const selectors = after?.selectors ?? [];
    if (selectors.length === 0) this.#aggregating.delete(name);
    else this.#aggregating.set(name, selectors);
  }

  #index(key: string, { namespace }: RbacId, content: BindingContent, how: 'add' | 'remove'): void {
    const { role, subjects } = content;
    const change = (index: Map<string, Set<string>>, under: string) => {
      const keys = index.get(under) ?? new Set<string>();
      if (how === 'add') index.set(under, keys.add(key));
      else if (keys.delete(key) && keys.size === 0) index.delete(under);
    };
    if (role !== null) change(this.#byRole, idKey(roleId(role, namespace)));
    for (const subject of knownSubjects(content)) change(this.#bySubject, placedKey(subject, namespace));
    if (subjects === null) change(this.#toUnknown, namespace ?? '');
  }

  #idsOf(keys: ReadonlySet<string> | undefined): readonly RbacId[] {
    return [...(keys ?? [])].flatMap((key) => this.#objects.get(key)?.id ?? []);
  }
}

const MASTERS_BINDING: RbacId = { kind: 'ClusterRoleBinding', namespace: null, name: 'cluster-admin' };

/** Many hold something in hundreds of namespaces: of one, only its own bindings are looked at. */
function placedKey(subject: Subject, namespace: string | null): string {
  return `${namespace ?? ''} ${subjectKey(subject)}`;
}

const WITHOUT_URLS = new WeakMap<readonly Rule[], readonly Rule[]>();

/** The same for the same list. */
function withoutUrls(rules: readonly Rule[]): readonly Rule[] {
  if (rules.every(({ kind }) => kind === 'resource')) return rules;
  const known = WITHOUT_URLS.get(rules) ?? rules.filter(({ kind }) => kind === 'resource');
  WITHOUT_URLS.set(rules, known);
  return known;
}

function ownRules({ rules }: RoleContent): RoleRules {
  return rules === null ? UNKNOWN : { rules, isWhole: true };
}

/** `namespace`: of the binding. A ClusterRoleBinding to a Role refers to none. */
export function roleId(
  { kind, name }: NonNullable<BindingContent['role']>,
  namespace: string | null,
): RbacId {
  return kind === 'ClusterRole' ? { kind, namespace: null, name } : { kind, namespace, name };
}

/** What is given everywhere is given in each namespace; what is given in all of them is not given everywhere. */
export function appliesIn(grant: Grant, namespace: string | null): boolean {
  return grant.namespace === null || grant.namespace === namespace;
}

export type Held = 'yes' | 'no' | 'unknown';

/** Whether one of the grants gives the right there. `mayHoldMore`: of the set they are from. */
export function heldBy(
  grants: readonly Grant[],
  right: Rule,
  namespace: string | null,
  mayHoldMore: boolean,
): Held {
  const here = grants.filter((grant) => appliesIn(grant, namespace));
  if (here.some(({ rules }) => rules.some((rule) => covers(rule, right)))) return 'yes';
  return mayHoldMore || here.some(({ isWhole }) => !isWhole) ? 'unknown' : 'no';
}
