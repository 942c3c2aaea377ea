/** Permissions → the fewest rules that allow them and nothing else. */
import type { Permission } from './missing-permission.ts';

/** Of a Role or ClusterRole (rbac.authorization.k8s.io/v1). */
export type Rule =
  | {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      readonly resourceNames?: readonly string[];
      readonly verbs: readonly string[];
    }
  | { readonly nonResourceURLs: readonly string[]; readonly verbs: readonly string[] };

/** Without repetition, and without what a wider one of them allows already. */
export function withoutCovered(permissions: readonly Permission[]): Permission[] {
  const distinct = new Map(permissions.map((permission) => [JSON.stringify(permission), permission]));
  return [...distinct.values()].filter((one) =>
    wider(one).every((other) => !distinct.has(JSON.stringify(other))),
  );
}

/** What would allow it too: everywhere, whichever the name, both. */
function wider(permission: Permission): Permission[] {
  if (permission.kind === 'path') return [];
  const { namespace, name } = permission;
  return [
    ...(name === null ? [] : [{ ...permission, name: null }]),
    ...(namespace === null ? [] : [{ ...permission, namespace: null }]),
    ...(name === null || namespace === null ? [] : [{ ...permission, name: null, namespace: null }]),
  ];
}

/** Of one scope: a namespace, or the cluster. What shares a rule has the same verbs for each of its resources or names. */
export function rulesFor(permissions: readonly Permission[]): Rule[] {
  return [...resourceRules(permissions), ...urlRules(permissions)];
}

function resourceRules(permissions: readonly Permission[]): Rule[] {
  const verbs = new Grouping();
  for (const p of permissions) {
    if (p.kind !== 'resource') continue;
    const resource = p.subresource === null ? p.resource : `${p.resource}/${p.subresource}`;
    verbs.add([p.group, resource, p.name], p.verb);
  }
  const names = new Grouping();
  for (const [[group = null, resource = null, name = null], list] of verbs.entries())
    names.add([group, resource, ...list], name);
  const resources = new Grouping();
  for (const [[group = null, resource = null, ...list], named] of names.entries()) {
    // The two kinds are apart, so that one rule holds either names or none.
    if (named.includes(null)) resources.add([group, null, list.join(' ')], resource);
    const some = named.filter((name) => name !== null);
    if (some.length > 0) resources.add([group, JSON.stringify(some), list.join(' ')], resource);
  }
  return resources.entries().map(([[group, some, list], of]) => ({
    apiGroups: [group ?? ''],
    resources: of.filter((resource) => resource !== null),
    ...(some == null ? {} : { resourceNames: JSON.parse(some) as string[] }),
    verbs: (list ?? '').split(' '),
  }));
}

function urlRules(permissions: readonly Permission[]): Rule[] {
  const verbs = new Grouping();
  for (const p of permissions) if (p.kind === 'path') verbs.add([p.path], p.verb);
  const paths = new Grouping();
  for (const [[path], list] of verbs.entries()) paths.add(list, path ?? null);
  return paths.entries().map(([list, of]) => ({
    nonResourceURLs: of.filter((path) => path !== null),
    verbs: list.filter((verb) => verb !== null),
  }));
}

type Key = readonly (string | null)[];

/** What belongs to the same key, sorted, as the keys are. */
class Grouping {
  readonly #groups = new Map<string, { key: Key; of: Set<string | null> }>();

  add(key: Key, value: string | null): void {
    const id = JSON.stringify(key);
    const group = this.#groups.get(id) ?? { key, of: new Set<string | null>() };
    group.of.add(value);
    this.#groups.set(id, group);
  }

  entries(): (readonly [Key, (string | null)[]])[] {
    return [...this.#groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { key, of }]) => [key, [...of].sort()] as const);
  }
}
