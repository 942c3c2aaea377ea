/** The one sentence about an object that is gone: who began its end, not what brought it to it. */
import { expect, it } from 'vitest';
import type { Scene } from '../story.ts';
import { changed } from './what-changed-support.ts';

const URI = '/apis/apps/v1/namespaces/shop/deployments/web';
const GC = 'system:serviceaccount:kube-system:generic-garbage-collector';

function deployment(metadata: object) {
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '9', ...metadata },
    spec: { replicas: 1 },
  };
}

const ending = { deletionTimestamp: '2026-11-24T08:00:01Z' };
const deletion: Scene = {
  ...{ at: 1, user: 'alice', verb: 'delete', uri: URI, body: { propagationPolicy: 'Foreground' } },
  answer: deployment({ ...ending, finalizers: ['foregroundDeletion'] }),
};
const again: Scene = { ...deletion, at: 2, user: 'bob' };
const release: Scene = {
  ...{ at: 3, user: GC, verb: 'patch', uri: URI, body: { metadata: { finalizers: null } } },
  answer: deployment(ending),
};

it('names who deleted it first', async () => {
  const { says } = await changed('deploy/web', [deletion, again, release]);
  expect(says).toMatch(/^shop\/deploy\/web: deleted by alice 4 hours ago, and gone since; /);
});

it('tells what there is where that is not in the log', async () => {
  const { says } = await changed('deploy/web', [release]);
  expect(says).toBe(
    'shop/deploy/web: gone 4 hours ago, when sa:kube-system/generic-garbage-collector removed its last finalizer; who began it is not in what was read',
  );
});

it('takes a collection for the beginning that may have taken it', async () => {
  const pods = '/api/v1/namespaces/shop/pods';
  const { says } = await changed('pod/web-1', [
    { at: 1, user: 'alice', verb: 'deletecollection', uri: pods },
    { at: 30, user: 'system:node:n1', verb: 'delete', uri: `${pods}/web-1` },
  ]);
  expect(says).toMatch(
    /^shop\/pod\/web-1: most likely deleted, with a whole collection, by alice 4 hours ago, and gone since; /,
  );
});
