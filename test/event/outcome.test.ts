import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/event/outcome.ts';
import { anEvent, aStatus, aUser } from './an-event.ts';

const DECISION = 'authorization.k8s.io/decision';

function deniedBy(code: number, message: string, decision?: string) {
  const annotations: Record<string, string> = decision === undefined ? {} : { [DECISION]: decision };
  return outcomeOf(anEvent({ responseStatus: aStatus(code, { message }), annotations })).deniedBy;
}

describe('who said no', () => {
  it.each([
    [
      403,
      'secrets is forbidden: User "dave" cannot list resource "secrets" in API group "" in the namespace "shop"',
      'forbid',
      'rbac',
    ],
    [403, 'forbidden: User "system:anonymous" cannot get path "/metrics"', 'forbid', 'rbac'],
    // The annotations of a cut line are lost.
    [
      403,
      'secrets is forbidden: User "dave" cannot list resource "secrets" in API group ""',
      undefined,
      'rbac',
    ],
    [
      403,
      'pods is forbidden: User "a \\"b\\"" cannot list resource "pods" in API group ""',
      undefined,
      'rbac',
    ],
    [
      403,
      'users "alice" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
      undefined,
      'escalation',
    ],
    [
      403,
      'users.authentication.k8s.io "alice" is forbidden: User "bob" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
      undefined,
      'escalation',
    ],
    [
      403,
      'pods "foo" is forbidden: User "bob" cannot impersonate-on:user-info:create resource "pods" in API group "" in the namespace "bar"',
      undefined,
      'escalation',
    ],
    [
      403,
      'roles.rbac.authorization.k8s.io "x" is forbidden: user "bob" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"]}',
      'allow',
      'escalation',
    ],
    [
      403,
      'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
      'allow',
      'admission',
    ],
    [
      403,
      'pods "x" is forbidden: failed quota: small: must specify limits.cpu for: main',
      'allow',
      'admission',
    ],
    [
      403,
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged (container "c" …)',
      'allow',
      'admission',
    ],
    [
      403,
      'pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
      'allow',
      'admission',
    ],
    [400, 'admission webhook "validate.kyverno.svc" denied the request: no latest', 'allow', 'admission'],
    [403, 'admission webhook "validation.gatekeeper.sh" denied the request: [x] no', 'allow', 'admission'],
    [500, 'admission webhook "w" denied the request without explanation', 'allow', 'admission'],
    [
      422,
      "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      'allow',
      'admission',
    ],
    [
      401,
      "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      'allow',
      'admission',
    ],
    [
      403,
      'configmaps "x" is forbidden: unable to create new content in namespace scratch because it is being terminated',
      'allow',
      'admission',
    ],
    [403, 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"', 'allow', 'admission'],
    [
      403,
      'pods "x" is forbidden: error looking up service account shop/dep: serviceaccount "dep" not found',
      'allow',
      'admission',
    ],
    [
      403,
      'pods "x-" is forbidden: unable to validate against any security context constraint: [provider "anyuid": …]',
      'allow',
      'admission',
    ],
    [
      403,
      'certificatesigningrequests.certificates.k8s.io "f" is forbidden: user not permitted to approve requests with signerName "x/y"',
      'allow',
      'admission',
    ],
    [
      403,
      'clusterroles.rbac.authorization.k8s.io "x" is forbidden: must have cluster-admin privileges to use an aggregationRule',
      'allow',
      'escalation',
    ],
    [
      403,
      'pods "x" is forbidden: User "carol" cannot create resource "pods/exec" in API group "" in the namespace "shop"',
      'allow',
      'rbac',
    ],
    [403, '', 'allow', 'other'],
    [403, '', undefined, 'other'],
    [200, '', 'allow', null],
    [304, '', 'allow', null],
    [404, 'configmaps "x" not found', 'allow', null],
    [409, 'Operation cannot be fulfilled', 'allow', null],
    [422, 'Deployment.apps "broken" is invalid: spec', 'allow', null],
    [429, "Cannot evict pod as it would violate the pod's disruption budget.", 'allow', null],
    [500, 'Internal error occurred: failed calling webhook "w": timeout', 'allow', null],
  ])('%i %s (decision %s): %s', (code, message, decision, expected) => {
    expect(deniedBy(code, message, decision)).toBe(expected);
  });

  it("a 401 is a failed login, unless the user was let in: then it is a backend's behind a proxy", () => {
    const of = (over: Parameters<typeof anEvent>[0]) =>
      outcomeOf(anEvent({ responseStatus: aStatus(401, { message: 'Unauthorized' }), ...over })).deniedBy;
    const allowed = { [DECISION]: 'allow' };
    expect([
      of({ user: null, annotations: {} }),
      of({ user: aUser('alice'), annotations: allowed }),
      of({ user: aUser('alice'), annotations: {} }),
      // The user of a cut line may be lost.
      of({ user: null, annotations: allowed }),
    ]).toEqual(['unauthenticated', 'other', 'other', 'other']);
  });

  it.each([
    // Names are the client's choice, and messages quote them.
    [
      403,
      'configmaps "attempting to grant RBAC permissions not currently held" is forbidden: User "m" cannot get resource',
      'forbid',
      'rbac',
    ],
    [
      403,
      'configmaps "User "x" cannot impersonate " is forbidden: User "m" cannot get resource "configmaps"',
      'forbid',
      'rbac',
    ],
    [
      403,
      'configmaps "x is forbidden: User "m" cannot " is forbidden: exceeded quota: small',
      'allow',
      'admission',
    ],
    [404, 'configmaps "admission webhook "w" denied the request" not found', 'allow', null],
    [404, 'configmaps "x is forbidden: ValidatingAdmissionPolicy \'" not found', 'allow', null],
  ])('%i %s is not fooled', (code, message, decision, expected) => {
    expect(deniedBy(code, message, decision)).toBe(expected);
  });

  it('is quick on hostile messages', () => {
    const started = performance.now();
    for (const bait of ['User "', 'User "\\"', 'maximum ', ' is forbidden: ', '"', 'a "b" ']) {
      deniedBy(403, bait.repeat(1e6 / bait.length));
    }
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('the result', () => {
  it('has every field', () => {
    const status = aStatus(403, { reason: 'Forbidden' });
    expect(outcomeOf(anEvent({ responseStatus: status, annotations: { [DECISION]: 'forbid' } }))).toEqual({
      code: 403,
      reason: 'Forbidden',
      decision: 'forbid',
      deniedBy: 'rbac',
    });
    expect(outcomeOf(anEvent({ responseStatus: null }))).toEqual({
      code: null,
      reason: null,
      decision: null,
      deniedBy: null,
    });
  });
});
