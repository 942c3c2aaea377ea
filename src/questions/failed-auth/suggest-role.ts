/**
 * The smallest Roles that would allow what rows show as refused by RBAC, as data. Never applied, and never for what looks
 * like scanning or guessing, for requests without a login, or for nodes. Which rules those are is role-rules.ts's.
 */
import type { Row } from '../../answer.ts';
import { whoText } from '../who-did/who-did-row.ts';
import { type FailedAuthRow, lackingOfRow } from './failed-auth-row.ts';
import type { Permission } from './missing-permission.ts';
import { type Rule, rulesFor, withoutCovered } from './role-rules.ts';

/** An object for kubectl apply. */
export type Manifest = Readonly<Record<string, unknown>>;

export interface SuggestedRoles {
  readonly objects: readonly Manifest[];
  /** What they are from, and what was left out and why; a line each. */
  readonly comments: readonly string[];
}

export function isSuggestible(row: FailedAuthRow): boolean {
  return row.class === 'rbac' && whyNot(row) === null;
}

/** `rows`: failed-auth's own, as it gave them. */
export function suggestRoles(rows: readonly Row[]): SuggestedRoles {
  const refused = (rows as readonly FailedAuthRow[]).filter((row) => row.class === 'rbac');
  const subjects = new Map<string, Permission[]>();
  const comments = new Set<string>();
  for (const row of refused) {
    const lacking = lackingOfRow(row);
    const reason = whyNot(row);
    if (reason !== null || lacking === null) {
      comments.add(`left out: ${whoText(row.who)}, ${row.missing}: ${reason ?? 'nobody known'}`);
      continue;
    }
    if (lacking.isWidened)
      comments.add(`${lacking.user}, ${row.missing}: too many names to list, so it is for all names`);
    subjects.set(lacking.user, [
      ...(subjects.get(lacking.user) ?? []),
      ...lacking.permissions.map(asGrantable),
    ]);
  }
  for (const row of rows as readonly FailedAuthRow[]) {
    const user = row.who.as ?? row.who.user;
    if (user === null || !subjects.has(user) || row.signs.length === 0) continue;
    comments.add(`look again: ${whoText(row.who)} also shows signs of ${row.signs.join(', ')}`);
  }
  if ([...subjects.values()].flat().some(isPodByName))
    comments.add('the name of a pod lasts as long as the pod: without resourceNames it is for every pod');
  const objects = [...subjects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([user, permissions]) => objectsFor(user, withoutCovered(permissions)));
  return { objects, comments: [...comments].sort() };
}

function isPodByName(permission: Permission): boolean {
  if (permission.kind === 'path') return false;
  const { group, resource, name } = permission;
  return group === '' && resource === 'pods' && name !== null;
}

function whyNot(row: FailedAuthRow): string | null {
  const lacking = lackingOfRow(row);
  if (lacking === null) return 'nobody known';
  if (row.signs.includes('scanning') || row.signs.includes('guessing'))
    return `signs of ${row.signs.join(', ')}`;
  if (lacking.user === 'system:anonymous') return 'a request without a login';
  if (lacking.user.startsWith('system:node:'))
    return "a node's rights come from the Node authorizer, not from Roles";
  if (lacking.permissions.length === 0) return 'what it asked for is not known';
  if (!isPlain(lacking.user) || lacking.user === '') return 'the name holds what no name should';
  return lacking.permissions.every(isExact) ? null : 'no Role can name exactly this';
}

/**
 * A client can ask for a resource named `*`, and a Role that allows that allows everything. Only what is spelt as an API
 * spells it is put into a rule.
 */
function isExact(permission: Permission): boolean {
  if (permission.kind === 'path')
    return HTTP_METHODS.has(permission.verb) && isPlain(permission.path) && !permission.path.includes('*');
  const { verb, group, resource, subresource, namespace, name } = permission;
  return (
    API_VERBS.has(verb) &&
    /^[a-z0-9.-]*$/.test(group) &&
    /^[a-z0-9][a-z0-9-]*$/.test(resource) &&
    (subresource === null || /^[a-z0-9][a-z0-9/-]*$/.test(subresource)) &&
    (namespace === null || /^[a-z0-9][a-z0-9-]{0,62}$/.test(namespace)) &&
    (name === null || (isPlain(name) && name.length <= 253))
  );
}

const API_VERBS: ReadonlySet<string> = new Set([
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
]);
const HTTP_METHODS: ReadonlySet<string> = new Set([
  'get',
  'head',
  'post',
  'put',
  'patch',
  'delete',
  'options',
]);

/** Nothing unseen, and nothing that redaction put there. */
function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u.test(text) && !text.includes('<redacted>');
}

/** A collection has no names; and at a creation the name is not known yet, but for what is below an object. */
function asGrantable(permission: Permission): Permission {
  if (permission.kind === 'path') return permission;
  const isNameless =
    ['list', 'watch', 'deletecollection'].includes(permission.verb) ||
    (permission.verb === 'create' && permission.subresource === null);
  return isNameless ? { ...permission, name: null } : permission;
}

/** Cluster-wide rights first; then a Role where one namespace needs it, a ClusterRole bound in each where several do. */
function objectsFor(user: string, permissions: readonly Permission[]): Manifest[] {
  const base = roleName(user);
  const subject = subjectFor(user);
  const isClusterWide = (p: Permission) => p.kind === 'path' || p.namespace === null;
  const cluster = permissions.filter(isClusterWide);
  const shared = new Map<string, { rules: readonly Rule[]; namespaces: string[] }>();
  for (const namespace of namespacesOf(permissions)) {
    const rules = rulesFor(permissions.filter((p) => p.kind === 'resource' && p.namespace === namespace));
    const key = JSON.stringify(rules);
    const same = shared.get(key) ?? { rules, namespaces: [] };
    same.namespaces.push(namespace);
    shared.set(key, same);
  }
  const objects: Manifest[] = [];
  let clusterRoles = 0;
  const nextName = () => (++clusterRoles === 1 ? base : `${base}-${clusterRoles}`);
  if (cluster.length > 0) {
    const name = nextName();
    objects.push(role('ClusterRole', name, null, rulesFor(cluster)));
    objects.push(binding('ClusterRoleBinding', name, null, 'ClusterRole', subject));
  }
  for (const { rules, namespaces } of shared.values()) {
    const [only = ''] = namespaces;
    const kind = namespaces.length === 1 ? 'Role' : 'ClusterRole';
    const name = kind === 'Role' ? base : nextName();
    objects.push(role(kind, name, kind === 'Role' ? only : null, rules));
    for (const namespace of namespaces) objects.push(binding('RoleBinding', name, namespace, kind, subject));
  }
  return objects;
}

function namespacesOf(permissions: readonly Permission[]): string[] {
  const names = permissions.flatMap((p) =>
    p.kind === 'resource' && p.namespace !== null ? [p.namespace] : [],
  );
  return [...new Set(names)].sort();
}

const RBAC = 'rbac.authorization.k8s.io';

function role(kind: string, name: string, namespace: string | null, rules: readonly Rule[]): Manifest {
  return { apiVersion: `${RBAC}/v1`, kind, metadata: metadata(name, namespace), rules };
}

function binding(
  kind: string,
  name: string,
  namespace: string | null,
  roleKind: string,
  subject: Manifest,
): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: metadata(name, namespace),
    roleRef: { apiGroup: RBAC, kind: roleKind, name },
    subjects: [subject],
  };
}

function metadata(name: string, namespace: string | null): Manifest {
  return namespace === null ? { name } : { name, namespace };
}

function subjectFor(user: string): Manifest {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return account === null
    ? { kind: 'User', apiGroup: RBAC, name: user }
    : { kind: 'ServiceAccount', namespace: account[1], name: account[2] };
}

/** So that applying them touches no role that was there before. */
const PREFIX = 'audit-suggested';

/** Readable, and another one for every user: `Alice` and `alice` are two. */
function roleName(user: string): string {
  const account = user.replace(/^system:serviceaccount:/, '');
  const slug = account
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return [PREFIX, slug, slug === user ? '' : shortHash(user)].filter((part) => part !== '').join('-');
}

/** FNV-1a: to tell names apart, not to keep a secret. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
