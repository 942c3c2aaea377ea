/** The suggested Roles: with them each refused request is allowed, without any one of their rules one is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailedAuthRow } from '../../../src/questions/failed-auth/failed-auth-row.ts';
import { lackingOfRow } from '../../../src/questions/failed-auth/failed-auth-row.ts';
import type { Permission } from '../../../src/questions/failed-auth/missing-permission.ts';
import { type Manifest, suggestRoles } from '../../../src/questions/failed-auth/suggest-role.ts';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.ts';
import { failedAuthOf, forbidden, type Json, unauthenticated } from './failed-auth-support.ts';

interface Rule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}
interface Role {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules: Rule[];
}
interface Binding {
  kind: string;
  metadata: { name: string; namespace?: string };
  roleRef: { apiGroup: string; kind: string; name: string };
  subjects: { kind: string; apiGroup?: string; name: string; namespace?: string }[];
}

/** RBAC, as the API server evaluates it (plugin/pkg/auth/authorizer/rbac). */
function isAllowed(objects: readonly Manifest[], user: string, asked: Permission): boolean {
  const roles = objects.filter((o) => String(o.kind).endsWith('Role')) as unknown as Role[];
  const bindings = objects.filter((o) => String(o.kind).endsWith('Binding')) as unknown as Binding[];
  return bindings.some((binding) => {
    const { namespace } = binding.metadata;
    const isHere =
      binding.kind === 'ClusterRoleBinding' || (asked.kind === 'resource' && asked.namespace === namespace);
    if (!isHere || !binding.subjects.some((subject) => nameOf(subject) === user)) return false;
    const role = roles.find(
      ({ kind, metadata }) =>
        kind === binding.roleRef.kind &&
        metadata.name === binding.roleRef.name &&
        (kind === 'ClusterRole' || metadata.namespace === namespace),
    );
    return role?.rules.some((rule) => allows(rule, asked, binding.kind === 'ClusterRoleBinding')) === true;
  });
}

function allows(rule: Rule, asked: Permission, isEverywhere: boolean): boolean {
  if (!rule.verbs.includes(asked.verb)) return false;
  if (asked.kind === 'path') return isEverywhere && rule.nonResourceURLs?.includes(asked.path) === true;
  const resource = asked.subresource === null ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const isNamed = rule.resourceNames === undefined || rule.resourceNames.includes(asked.name ?? '');
  return (
    rule.apiGroups?.includes(asked.group) === true && rule.resources?.includes(resource) === true && isNamed
  );
}

function nameOf(subject: Binding['subjects'][number]): string {
  return subject.kind === 'ServiceAccount'
    ? `system:serviceaccount:${subject.namespace}:${subject.name}`
    : subject.name;
}

/** Each way to leave one rule, one verb, one resource or one name out. */
function lessened(objects: readonly Manifest[]): Manifest[][] {
  return objects.flatMap((object, at) => {
    const without = (rules: readonly unknown[]) =>
      objects.map((other, n) => (n === at ? { ...object, rules } : other));
    const rules = (object.rules ?? []) as Rule[];
    return rules.flatMap((rule, r) => [
      without(rules.filter((_, n) => n !== r)),
      ...(['verbs', 'resources', 'resourceNames', 'nonResourceURLs'] as const).flatMap((field) =>
        (rule[field] ?? []).map((_, v) => {
          const fewer = { ...rule, [field]: (rule[field] ?? []).filter((_value, n) => n !== v) };
          return without(rules.map((one, n) => (n === r ? fewer : one)));
        }),
      ),
    ]);
  });
}

function refusedOf(rows: readonly FailedAuthRow[]): { user: string; permission: Permission }[] {
  return rows.flatMap((row) => {
    const lacking = lackingOfRow(row);
    return (lacking?.permissions ?? []).map((permission) => ({ user: lacking?.user ?? '', permission }));
  });
}

async function suggested(events: readonly Json[]) {
  const { rows } = await failedAuthOf(events);
  return { rows, ...suggestRoles(rows) };
}

const inOne = { resource: 'secrets', namespace: 'prod' };
const kindsOf = (objects: readonly Manifest[]) =>
  objects.map(({ kind, metadata }) => {
    const { namespace } = metadata as { namespace?: string };
    return namespace === undefined ? kind : `${kind} in ${namespace}`;
  });

const asked = fc
  .record({
    user: fc.constantFrom('alice', 'bob', 'system:serviceaccount:ci:runner'),
    verb: fc.constantFrom('get', 'list', 'create', 'delete', 'patch'),
    resource: fc.constantFrom(
      'pods',
      'secrets',
      'apps/deployments',
      'pods/exec',
      'apps/deployments/scale',
      'nodes',
      null,
    ),
    namespace: fc.constantFrom('a', 'b', 'c', null),
    name: fc.constantFrom('x', 'y'),
    path: fc.constantFrom('/metrics', '/logs'),
  })
  .map(({ user, verb, resource, namespace, name, path }) => {
    const isNamed = resource?.includes('/') === true || (verb !== 'list' && verb !== 'create');
    const method = resource === null ? 'get' : verb;
    return {
      user,
      asked: {
        verb: method,
        resource,
        namespace: resource === 'nodes' ? null : namespace,
        name: isNamed ? name : null,
        path,
      },
    };
  });

describe('suggested Roles', () => {
  it('allow all that was refused, and need every rule, verb, resource and name for it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 12 }), async (requests) => {
        // Far apart, so that nothing looks like scanning.
        const events = requests.map((one, n) => forbidden(n * 3600, one.asked, one.user));
        const { rows, objects } = await suggested(events);
        const refused = refusedOf(rows);
        for (const { user, permission } of refused) expect(isAllowed(objects, user, permission)).toBe(true);
        for (const fewer of lessened(objects)) {
          expect(refused.every(({ user, permission }) => isAllowed(fewer, user, permission))).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('allow nothing else', async () => {
    const { objects } = await suggested([
      forbidden(0, { verb: 'get', ...inOne, name: 'db' }),
      forbidden(1, { verb: 'list', resource: 'pods', namespace: 'dev' }),
    ]);
    const right = {
      kind: 'resource',
      verb: 'get',
      group: '',
      resource: 'secrets',
      subresource: null,
    } as const;
    expect(isAllowed(objects, 'alice', { ...right, namespace: 'prod', name: 'db' })).toBe(true);
    expect(isAllowed(objects, 'alice', { ...right, namespace: 'prod', name: 'other' })).toBe(false);
    expect(isAllowed(objects, 'alice', { ...right, namespace: 'dev', name: 'db' })).toBe(false);
    expect(isAllowed(objects, 'bob', { ...right, namespace: 'prod', name: 'db' })).toBe(false);
  });

  it('are a Role in one namespace, a ClusterRole bound in each of several, and one for the cluster', async () => {
    const list = (namespace: string | null) => forbidden(0, { verb: 'list', resource: 'secrets', namespace });
    expect(kindsOf((await suggested([list('prod')])).objects)).toEqual([
      'Role in prod',
      'RoleBinding in prod',
    ]);
    expect(kindsOf((await suggested([list('prod'), list('dev')])).objects)).toEqual([
      'ClusterRole',
      'RoleBinding in dev',
      'RoleBinding in prod',
    ]);
    expect(kindsOf((await suggested([list('prod'), list(null)])).objects)).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
    ]);
    expect(kindsOf((await suggested([forbidden(0, { verb: 'get', path: '/metrics' })])).objects)).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
    ]);
  });

  it('restrict by name where the server knows the name, and only there', async () => {
    const { objects } = await suggested([
      forbidden(0, { verb: 'delete', ...inOne, name: 'db' }),
      forbidden(1, { verb: 'watch', ...inOne, name: 'db' }),
      forbidden(2, { verb: 'create', resource: 'serviceaccounts/token', namespace: 'prod', name: 'ci' }),
    ]);
    expect(objects[0]?.rules).toEqual([
      { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['ci'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['db'], verbs: ['delete'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['watch'] },
    ]);
  });

  it('are for whom the server judged: the impersonated user', async () => {
    const json = forbidden(0, { verb: 'list', ...inOne }, 'carol', {
      user: { username: 'alice', groups: [] },
      impersonatedUser: { username: 'carol', groups: ['dev'] },
    });
    const { objects } = await suggested([json]);
    expect(objects[1]?.subjects).toEqual([
      { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'carol' },
    ]);
  });

  it('have another name for every user', async () => {
    const { objects } = await suggested([
      forbidden(0, { verb: 'list', ...inOne }, 'Alice'),
      forbidden(1, { verb: 'list', ...inOne }, 'alice'),
      forbidden(2, { verb: 'list', ...inOne }, 'system:serviceaccount:a:lice'),
      forbidden(3, { verb: 'list', ...inOne }, '@@@'),
    ]);
    const names = objects.map(({ metadata }) => (metadata as { name: string }).name);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^audit-suggested-[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
  });
});

describe('no Role is suggested', () => {
  it.each<[string, Json[]]>([
    ['for a request without a login', [forbidden(0, { verb: 'list', ...inOne }, 'system:anonymous')]],
    ['for a failed login', [unauthenticated(0, { verb: 'list', ...inOne })]],
    ['for a node', [forbidden(0, { verb: 'list', ...inOne }, 'system:node:cp-1')]],
    [
      'for what looks like scanning',
      Array.from({ length: 20 }, (_, n) =>
        forbidden(n, { verb: 'list', resource: `k-${n}`, namespace: 'a' }),
      ),
    ],
    ['for a resource called *', [forbidden(0, { verb: 'list', resource: '*', namespace: 'prod' })]],
    ['in a group called *', [forbidden(0, { verb: 'list', resource: '*.*/secrets', namespace: 'prod' })]],
    [
      'for a subresource called *',
      [forbidden(0, { verb: 'get', resource: 'pods/*', namespace: 'prod', name: 'x' })],
    ],
    ['for a path that ends in *', [forbidden(0, { verb: 'get', path: '/*' })]],
    ['for a verb called *', [forbidden(0, { verb: '*', path: '/metrics' })]],
  ])('%s', async (_why, events) => {
    const { objects } = await suggested(events);
    expect(objects).toEqual([]);
  });

  it('and it is said why', async () => {
    const { comments } = await suggested([forbidden(0, { verb: 'list', ...inOne }, 'system:anonymous')]);
    expect(comments).toEqual([
      'left out: system:anonymous, list secrets in namespace prod, without a login: a request without a login',
    ]);
  });

  it('names that act on what shows them are in no rule', async () => {
    const events = HOSTILE_TEXTS.map((name, n) =>
      forbidden(n * 3600, { verb: 'get', ...inOne, name }, `u-${n}`),
    );
    const { objects } = await suggested(events);
    const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;
    const names = objects.flatMap(({ rules }) =>
      ((rules ?? []) as Rule[]).flatMap((rule) => rule.resourceNames ?? []),
    );
    expect(names.filter((name) => unseen.test(name))).toEqual([]);
  });
});
