/** Which class a refusal is in, and what is said to be missing. */
import { describe, expect, it } from 'vitest';
import { parseBy } from '../../../src/query/by.ts';
import type { ObjectQuery } from '../../../src/query/object-query.ts';
import {
  DAY,
  event,
  failedAuthOf,
  forbidden,
  type Json,
  status,
  unauthenticated,
} from './failed-auth-support.ts';

const PODS = { verb: 'create', resource: 'pods', namespace: 'prod', name: 'web' };
const ROLES = {
  verb: 'create',
  resource: 'rbac.authorization.k8s.io/roles',
  namespace: 'prod',
  name: 'more',
};

async function classAndMissing(json: Json): Promise<[string, string] | null> {
  const { rows } = await failedAuthOf([json]);
  const [row] = rows;
  return row === undefined ? null : [row.class, row.missing];
}

describe('a missing right in words', () => {
  it.each<[Parameters<typeof forbidden>[1], string]>([
    [
      { verb: 'create', resource: 'apps/deployments', namespace: 'prod' },
      'create deployments.apps in namespace prod',
    ],
    [{ verb: 'list', resource: 'secrets' }, 'list secrets in all namespaces'],
    [{ verb: 'get', resource: 'nodes', name: 'cp-1' }, 'get nodes "cp-1" cluster-wide'],
    [
      { verb: 'patch', resource: 'apps/deployments/scale', namespace: 'prod', name: 'api' },
      'patch deployments.apps/scale "api" in namespace prod',
    ],
    [
      { verb: 'delete', resource: 'configmaps', namespace: 'prod', name: 'flags' },
      'delete configmaps "flags" in namespace prod',
    ],
    [
      { verb: 'list', resource: 'shop.example.com/widgets', namespace: 'prod' },
      'list widgets.shop.example.com in namespace prod',
    ],
    [{ verb: 'get', path: '/metrics' }, 'get /metrics'],
  ])('%j', async (asked, missing) => {
    expect(await classAndMissing(forbidden(0, asked))).toEqual(['rbac', missing]);
  });

  it('names some objects and counts the others', async () => {
    const events = ['a', 'b', 'c', 'd', 'e'].map((name, n) =>
      forbidden(n, { verb: 'get', resource: 'secrets', namespace: 'prod', name }),
    );
    const { rows } = await failedAuthOf(events);
    expect(rows.map(({ missing, count }) => [missing, count])).toEqual([
      ['get secrets "a", "b", "c" and 2 more in namespace prod', 5],
    ]);
  });

  it('says that a request without a login is not a failed login', async () => {
    const asked = { verb: 'list', resource: 'pods', namespace: 'prod' };
    const { rows, notes, says } = await failedAuthOf([forbidden(0, asked, 'system:anonymous')]);
    expect(rows.map((row) => [row.class, row.missing])).toEqual([
      ['rbac', 'list pods in namespace prod, without a login'],
    ]);
    expect(notes.map(({ code }) => code)).toContain('anonymous');
    expect(says).toBe('1 identity was refused once (RBAC 1); no failed login is in this log');
  });

  it("takes kubectl's second try of an exec for the same thing", async () => {
    const exec = { resource: 'pods/exec', namespace: 'prod', name: 'web-1' };
    const { rows, notes } = await failedAuthOf([
      forbidden(1, { verb: 'get', ...exec }),
      forbidden(1.002, { verb: 'create', ...exec }),
    ]);
    expect(rows.map(({ missing, count, verbs }) => [missing, count, verbs])).toEqual([
      ['create, get pods/exec "web-1" in namespace prod', 2, ['create', 'get']],
    ]);
    expect(notes.map(({ code }) => code)).toContain('tried-twice');
  });

  it('knows the second check of an exec (1.35) by its message', async () => {
    const exec = { resource: 'pods/exec', namespace: 'prod', name: 'web-1' };
    const message =
      'pods "web-1" is forbidden: User "alice" cannot create resource "pods/exec" in API group "" in the namespace "prod"';
    const json = forbidden(1, { verb: 'get', ...exec }, 'alice', status(403, message, 'forbid'));
    expect(await classAndMissing(json)).toEqual(['rbac', 'create pods/exec "web-1" in namespace prod']);
  });
});

describe('a refusal that is no lack of a right', () => {
  it.each<[number, string, string, string]>([
    [
      403,
      'admission webhook "validate.kyverno.svc" denied the request: no latest tag',
      'admission',
      'create pods "web" in namespace prod: webhook validate.kyverno.svc: no latest tag',
    ],
    [
      500,
      'admission webhook "w" denied the request without explanation',
      'admission',
      'create pods "web" in namespace prod: webhook w',
    ],
    [
      422,
      `pods "web" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too big`,
      'admission',
      'create pods "web" in namespace prod: policy p (binding b): too big',
    ],
    [
      403,
      'pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
      'admission',
      'create pods "web" in namespace prod: quota small: requested: pods=1, used: pods=1, limited: pods=1',
    ],
    [
      403,
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": privileged (container "c" must not set it)',
      'admission',
      'create pods "web" in namespace prod: Pod Security restricted:latest: privileged (container "c" must not set it)',
    ],
    [403, 'no', 'other', 'create pods "web" in namespace prod: no'],
  ])('%i %s', async (code, message, by, missing) => {
    expect(await classAndMissing(event(0, PODS, status(code, message, 'allow')))).toEqual([by, missing]);
  });

  it('is an escalation when the rights to be granted are not held', async () => {
    const message =
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "alice" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["apps" ""], Resources:["deployments" "pods"], Verbs:["get" "list"]}';
    const { rows } = await failedAuthOf([event(0, ROLES, status(403, message, 'allow'))]);
    expect(rows.map((row) => [row.class, row.missing, row.signs])).toEqual([
      [
        'escalation',
        'create roles.rbac.authorization.k8s.io "more" in namespace prod: needs escalate, or to hold: get, list deployments.apps, deployments (core), pods.apps, pods (core)',
        ['escalation-attempt'],
      ],
    ]);
  });

  it.each([
    [
      'users "root" is forbidden: User "alice" cannot impersonate resource "users" in API group "" at the cluster scope',
      'impersonate users "root" cluster-wide',
    ],
    [
      'serviceaccounts "ci" is forbidden: User "alice" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "build"',
      'impersonate serviceaccounts "ci" in namespace build',
    ],
    [
      'users.authentication.k8s.io "root" is forbidden: User "alice" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
      'impersonate:user-info users.authentication.k8s.io "root" cluster-wide',
    ],
  ])('is one row whatever was to be done as the other: %s', async (message, missing) => {
    const { rows } = await failedAuthOf([
      event(0, { verb: 'list', resource: 'pods', namespace: 'prod' }, status(403, message)),
      event(1, { verb: 'get', resource: 'secrets', namespace: 'prod', name: 'x' }, status(403, message)),
    ]);
    expect(rows.map((row) => [row.class, row.count, row.missing, row.signs, row.verbs])).toEqual([
      ['escalation', 2, missing, ['impersonation-attempt'], ['get', 'list']],
    ]);
  });

  it('is not a failed login when a backend behind a proxy answers 401', async () => {
    const asked = { verb: 'get', resource: 'pods/proxy', namespace: 'prod', name: 'grafana' };
    const { rows, says } = await failedAuthOf([event(0, asked, status(401, 'Unauthorized', 'allow'))]);
    expect(rows.map((row) => [row.class, row.who.user])).toEqual([['other', 'alice']]);
    expect(says).not.toContain('without a valid login');
  });

  it.each<[number, string]>([
    [304, ''],
    [404, 'pods "web" not found'],
    [409, 'Operation cannot be fulfilled'],
    [422, 'Pod "web" is invalid: spec'],
    [429, 'too many requests'],
    [500, 'Internal error occurred'],
    [504, 'timeout'],
    [201, ''],
  ])('is none at %i %s', async (code, message) => {
    expect(await classAndMissing(event(0, PODS, status(code, message, 'allow')))).toBeNull();
  });
});

describe('failed logins', () => {
  it('are one row at URLs, whatever the path, and one for each resource', async () => {
    const { rows, says } = await failedAuthOf([
      unauthenticated(0, { verb: 'get', path: '/api' }),
      unauthenticated(1, { verb: 'get', path: '/apis' }, { sourceIPs: ['10.0.0.2'], userAgent: 'curl/8' }),
      unauthenticated(2, { verb: 'list', resource: 'pods', namespace: 'prod' }),
    ]);
    expect(rows.map((row) => [row.missing, row.count])).toEqual([
      ['a valid login, for: list pods in namespace prod (kubectl/v1.34.4)', 1],
      ['a valid login, for: get /api, /apis (curl/8; kubectl/v1.34.4)', 2],
    ]);
    expect(says).toMatch(
      /^nobody was refused anything .*; 3 requests without a valid login from 2 addresses$/,
    );
  });

  it('say what was tried where the log does', async () => {
    const json = unauthenticated(
      0,
      { verb: 'get', path: '/api' },
      status(401, 'Authentication failed, attempted: bearer'),
    );
    expect((await failedAuthOf([json])).rows[0]?.missing).toContain(
      '(Authentication failed, attempted: bearer)',
    );
  });

  it('at discovery may have been meant for any namespace', async () => {
    const events = [
      unauthenticated(0, { verb: 'get', path: '/api' }),
      forbidden(1, { verb: 'list', resource: 'pods', namespace: 'dev' }),
    ];
    const { rows, notes } = await failedAuthOf(events, { object: { kind: 'anything', namespace: 'prod' } });
    expect(rows.map((row) => row.class)).toEqual(['unauthenticated']);
    expect(notes.find(({ code }) => code === 'elsewhere')?.text).toBe(
      '1 other refusal is not what was asked for',
    );
  });

  it('are known to be logged when one is seen anywhere, and else nobody knows', async () => {
    const filters = parseBy('alice');
    const mine = forbidden(1, { verb: 'list', resource: 'pods', namespace: 'dev' });
    const without = await failedAuthOf([mine], { filters });
    const withOne = await failedAuthOf([mine, unauthenticated(0, { verb: 'get', path: '/api' })], {
      filters,
    });
    expect(without.says).toBe('1 identity was refused once (RBAC 1); no failed login is in this log');
    expect(without.notes.map(({ code }) => code)).toContain('no-failed-logins');
    expect(withOne.says).toBe('1 identity was refused once (RBAC 1)');
    expect(withOne.notes.map(({ code }) => code)).not.toContain('no-failed-logins');
  });
});

describe('nothing', () => {
  it('is only said with a witness', async () => {
    const object: ObjectQuery = {
      kind: 'resource',
      typed: 'cm',
      resources: ['configmaps'],
      group: '',
      isNamespaced: true,
      subresource: null,
      name: null,
      namespace: 'prod',
    };
    const read = { verb: 'list', resource: 'configmaps', namespace: 'prod' };
    const done = event(1, read, { responseStatus: { code: 200 } });
    const seen = await failedAuthOf([done], { object });
    expect(seen.says).toMatch(/^nobody was refused anything on configmaps in prod between /);
    expect(seen.coverage.complete).toBe(true);
    const pods = event(1, { ...read, resource: 'pods' }, { responseStatus: { code: 200 } });
    const unseen = await failedAuthOf([pods], { object });
    expect(unseen.says).toMatch(/^this log cannot tell whether anybody was refused on configmaps in prod/);
    expect(unseen.coverage.complete).toBe(false);
  });

  it('is not said of a time that the log does not hold', async () => {
    const old = forbidden(0, { verb: 'list', resource: 'pods', namespace: 'prod' });
    const sinceUs = Date.parse(`${DAY}T06:00:00Z`) * 1000;
    const asked = await failedAuthOf([old], { window: { sinceUs, untilUs: null, isDefault: false } });
    expect(asked.says).toMatch(
      /^this log cannot tell whether anybody was refused: it holds nothing of that time/,
    );
    expect(asked.coverage.complete).toBe(false);
    const byDefault = await failedAuthOf([old], { window: { sinceUs, untilUs: null, isDefault: true } });
    expect(byDefault.rows).toHaveLength(1);
    expect(byDefault.notes.map(({ code }) => code)).toContain('widened');
  });

  it('is looked for earlier when it is about one object', async () => {
    const object: ObjectQuery = {
      kind: 'resource',
      typed: 'pod',
      resources: ['pods'],
      group: '',
      isNamespaced: true,
      subresource: null,
      name: 'web',
      namespace: 'prod',
    };
    const sinceUs = Date.parse(`${DAY}T06:00:00Z`) * 1000;
    const window = { sinceUs, untilUs: null, isDefault: true };
    const old = forbidden(0, { verb: 'get', resource: 'pods', namespace: 'prod', name: 'web' });
    const later = event(30_000, { verb: 'list', resource: 'pods' }, { responseStatus: { code: 200 } });
    expect((await failedAuthOf([old, later], { object, window })).rows).toHaveLength(1);
    expect((await failedAuthOf([old, later], { window })).rows).toHaveLength(0);
  });
});
