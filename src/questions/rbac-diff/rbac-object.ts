/** What an RBAC object's body says, as far as rights go. `null` is what is not known of it. */
import { at, text } from '../fact/body.ts';
import { type Rule, rulesFrom } from './rule.ts';
import { type Subject, subjectsFrom } from './subject.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
export const KINDS = {
  roles: 'Role',
  clusterroles: 'ClusterRole',
  rolebindings: 'RoleBinding',
  clusterrolebindings: 'ClusterRoleBinding',
} as const;

export type RbacResource = keyof typeof KINDS;
export type RbacKind = (typeof KINDS)[RbacResource];

export interface RbacId {
  readonly kind: RbacKind;
  /** Null for the cluster-wide kinds. */
  readonly namespace: string | null;
  readonly name: string;
}

export type Labels = ReadonlyMap<string, string>;

/** metav1.LabelSelector, its two parts in one form. */
export type LabelSelector = readonly LabelTerm[];

export interface LabelTerm {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

export interface RoleContent {
  readonly kind: 'role';
  readonly rules: readonly Rule[] | null;
  readonly labels: Labels | null;
  /** Which ClusterRoles a controller gathers the rules from; empty: none, they stand in the role itself. */
  readonly selectors: readonly LabelSelector[] | null;
}

export interface BindingContent {
  readonly kind: 'binding';
  readonly role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string } | null;
  readonly subjects: readonly Subject[] | null;
  /** Of those of a binding that are not all known: whom it was seen to allow something. */
  readonly seen?: readonly Subject[];
}

export type Content = RoleContent | BindingContent;

/** As far as they are known. */
export function knownSubjects({ subjects, seen = [] }: BindingContent): readonly Subject[] {
  return subjects ?? seen;
}

export function idKey({ kind, namespace, name }: RbacId): string {
  return `${kind} ${namespace ?? ''}/${name}`;
}

export function resourceOf(kind: RbacKind): RbacResource {
  return RESOURCES.find((resource) => KINDS[resource] === kind) ?? 'roles';
}

const RESOURCES = Object.keys(KINDS) as RbacResource[];

/** As histories of objects name it. */
export function objectIdOf({ kind, namespace, name }: RbacId) {
  return { group: RBAC_GROUP, resource: resourceOf(kind), namespace, name };
}

export function isRbacResource(resource: string | null): resource is RbacResource {
  return resource !== null && Object.hasOwn(KINDS, resource);
}

export function isRole(kind: RbacKind): boolean {
  return kind === 'Role' || kind === 'ClusterRole';
}

/** Nothing is known of it but that it is there. */
export function unknownContent(kind: RbacKind): Content {
  return isRole(kind)
    ? { kind: 'role', rules: null, labels: null, selectors: kind === 'Role' ? [] : null }
    : { kind: 'binding', role: null, subjects: null };
}

/** `isWhole`: what does not stand in the body is not there; else it is not known. */
export function contentOf({ kind, namespace }: RbacId, body: unknown, isWhole: boolean): Content {
  const field = <T>(name: string, decode: (value: unknown) => T): T | null => {
    const value = at(body, name);
    return value === undefined && !isWhole ? null : decode(value);
  };
  if (!isRole(kind))
    return {
      kind: 'binding',
      role: field('roleRef', roleRefFrom),
      subjects: field('subjects', (value) => subjectsFrom(value, namespace)),
    };
  const labels = at(body, 'metadata', 'labels');
  return {
    kind: 'role',
    rules: field('rules', rulesFrom),
    labels: labels === undefined && !isWhole ? null : labelsFrom(labels),
    selectors: kind === 'Role' ? [] : field('aggregationRule', selectorsFrom),
  };
}

function roleRefFrom(value: unknown): BindingContent['role'] {
  const kind = at(value, 'kind');
  const name = text(at(value, 'name'));
  return (kind === 'Role' || kind === 'ClusterRole') && name !== null ? { kind, name } : null;
}

function labelsFrom(value: unknown): Labels {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function selectorsFrom(value: unknown): readonly LabelSelector[] {
  const selectors = at(value, 'clusterRoleSelectors');
  return Array.isArray(selectors) ? selectors.map(selectorFrom) : [];
}

function selectorFrom(value: unknown): LabelSelector {
  const expressions = at(value, 'matchExpressions');
  return [
    ...[...labelsFrom(at(value, 'matchLabels'))].map(
      ([key, one]): LabelTerm => ({ key, operator: 'In', values: [one] }),
    ),
    ...(Array.isArray(expressions) ? expressions.flatMap(termFrom) : []),
  ];
}

function termFrom(value: unknown): LabelTerm[] {
  const key = text(at(value, 'key'));
  const operator = OPERATORS.find((one) => one === at(value, 'operator'));
  const values = at(value, 'values');
  if (key === null || operator === undefined) return [];
  return [
    { key, operator, values: Array.isArray(values) ? values.filter((one) => typeof one === 'string') : [] },
  ];
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** As apimachinery's LabelSelectorAsSelector: an empty selector of a list selects everything. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return selector.every((term) => holds(term, labels.get(term.key)));
}

function holds({ operator, values }: LabelTerm, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
