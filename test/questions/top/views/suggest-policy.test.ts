import { describe, expect, it } from 'vitest';
import { VIEWS } from '../../../../src/questions/top/views/registry.ts';
import { suggestPolicy } from '../../../../src/questions/top/views/suggest-policy.ts';
import { type Asked, event, type Json } from '../../failed-auth/failed-auth-support.ts';
import { topOf } from '../top-support.ts';

const PODS = { verb: 'list', resource: 'pods', namespace: 'prod' };

function by(username: string, over: Json = {}): Json {
  return { user: { username }, ...over };
}

async function suggested(events: readonly Json[], namespace: string | null = null) {
  const { rows } = await topOf(events, { view: VIEWS.noise, by: VIEWS.noise.by });
  return suggestPolicy(rows, namespace);
}

describe('the policy that would stop noise', () => {
  it('is as narrow as what was counted, and says what would no longer be known', async () => {
    const events = [
      event(1, { verb: 'get', resource: 'nodes/status', name: 'n1' }, by('system:node:n1')),
      event(2, { verb: 'watch', resource: 'apps/replicasets' }, by('system:kube-scheduler')),
      event(3, { verb: 'watch', resource: 'apps/replicasets' }, by('system:kube-scheduler')),
    ];
    const { rules, comments } = await suggested(events);
    expect(rules).toEqual([
      {
        level: 'None',
        users: ['system:kube-scheduler'],
        verbs: ['watch'],
        resources: [{ group: 'apps', resources: ['replicasets'] }],
      },
      {
        level: 'None',
        users: ['system:node:n1'],
        verbs: ['get'],
        resources: [{ group: '', resources: ['nodes/status'] }],
      },
    ]);
    expect(comments[0]).toMatch(/^rule 1, None: 2 requests, 67% of those counted\. No longer known: that /);
  });

  it('is for the namespace that was counted only', async () => {
    const { rules } = await suggested([event(1, PODS, by('system:kube-scheduler'))], 'prod');
    expect(rules[0]?.namespaces).toEqual(['prod']);
  });

  it('keeps who asked, of people and service accounts, and leaves out the bodies only', async () => {
    const level = { level: 'RequestResponse' };
    const users = ['alice', 'system:serviceaccount:ci:runner', 'system:admin', 'system:bootstrap:abcdef'];
    const bodies = await suggested(users.map((user, n) => event(n, PODS, by(user, level))));
    expect(bodies.rules.map((rule) => rule.level)).toEqual(users.map(() => 'Metadata'));
    const none = await suggested(users.map((user, n) => event(n, PODS, by(user))));
    expect(none.rules).toEqual([]);
  });

  it.each<readonly [string, Asked]>([
    ['a write', { verb: 'update', resource: 'coordination.k8s.io/leases', name: 'x' }],
    ['a write to many', { verb: 'deletecollection', resource: 'pods', namespace: 'prod' }],
    ['secrets', { verb: 'list', resource: 'secrets' }],
    ['configmaps', { verb: 'list', resource: 'configmaps' }],
    ['secrets of another group', { verb: 'list', resource: 'bitnami.com.x/sealedsecrets' }],
    ['OpenShift’s logins', { verb: 'list', resource: 'oauth.openshift.io/oauthclients' }],
    ['service accounts', { verb: 'get', resource: 'serviceaccounts', name: 'x' }],
    ['RBAC', { verb: 'watch', resource: 'rbac.authorization.k8s.io/roles' }],
    ['admission', { verb: 'list', resource: 'admissionregistration.k8s.io/mutatingwebhookconfigurations' }],
    ['certificates', { verb: 'get', resource: 'certificates.k8s.io/certificatesigningrequests' }],
    ['exec by websocket', { verb: 'get', resource: 'pods/exec', name: 'x' }],
    ['logs', { verb: 'get', resource: 'pods/log', name: 'x' }],
    ['a node’s proxy', { verb: 'get', resource: 'nodes/proxy', name: 'x' }],
    ['no object', { verb: 'get', path: '/api' }],
  ])('is never for %s', async (_what, asked) => {
    const events = ['system:kube-scheduler', 'system:node:n1', 'alice'].map((user, n) =>
      event(n, asked, by(user, { level: 'RequestResponse' })),
    );
    expect((await suggested(events)).rules).toEqual([]);
  });

  it('is never for requests without a login, nor for whoever also acts in another’s name', async () => {
    const as = { impersonatedUser: { username: 'alice' } };
    const events = [
      event(1, PODS, by('system:anonymous')),
      event(2, PODS, { user: {} }),
      event(3, PODS, by('system:kube-proxy')),
      event(4, { verb: 'get', resource: 'nodes' }, by('system:kube-proxy', as)),
    ];
    expect((await suggested(events)).rules).toEqual([]);
  });

  it('leaves out what makes up little', async () => {
    const rest = Array.from({ length: 200 }, (_, n) => event(n, { ...PODS, verb: 'update' }));
    expect((await suggested([...rest, event(1, PODS, by('system:kube-scheduler'))])).rules).toEqual([]);
  });
});
