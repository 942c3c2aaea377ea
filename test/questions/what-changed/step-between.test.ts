/** Between two moments a difference is told by who made it, not by who wrote last. */
import { describe, expect, it } from 'vitest';
import { anObject, type Scene } from '../story.ts';
import { changed, secondUs } from './what-changed-support.ts';

const URI = '/apis/apps/v1/namespaces/shop/deployments/web';
const web = (version: number, spec: object, over: object = {}, more: object = {}) =>
  anObject('Deployment', 'web', {
    apiVersion: 'apps/v1',
    metadata: { resourceVersion: String(version), ...over },
    spec,
    ...more,
  });
const DYING = { deletionTimestamp: '2026-11-24T08:00:06Z', finalizers: ['foregroundDeletion'] };
const scenes: readonly Scene[] = [
  {
    verb: 'create',
    uri: URI.replace('/web', ''),
    at: 1,
    user: 'ci',
    code: 201,
    answer: web(1, { replicas: 2 }),
  },
  { verb: 'patch', uri: URI, at: 2, user: 'bob', body: {}, answer: web(2, { replicas: 0 }) },
  { verb: 'patch', uri: URI, at: 3, user: 'ann', body: {}, answer: web(3, { replicas: 0, paused: true }) },
  {
    ...{
      verb: 'update',
      uri: `${URI}/status`,
      at: 4,
      user: 'system:serviceaccount:kube-system:deployment-controller',
    },
    answer: web(4, { replicas: 0, paused: true }, {}, { status: { replicas: 0 } }),
  },
  { verb: 'patch', uri: URI, at: 5, user: 'eve', body: {}, code: 403, message: 'no' },
  { verb: 'delete', uri: URI, at: 6, user: 'carol', body: {}, answer: web(5, { replicas: 0 }, DYING) },
  {
    ...{
      verb: 'patch',
      uri: URI,
      at: 7,
      user: 'system:serviceaccount:kube-system:generic-garbage-collector',
    },
    ...{
      body: { metadata: { finalizers: null } },
      answer: web(6, { replicas: 0 }, { ...DYING, finalizers: undefined }),
    },
  },
];

const between = async (from: number, to: number) => {
  const mode = { kind: 'between', fromUs: secondUs(from), toUs: secondUs(to) } as const;
  return changed('deploy/web', scenes, { mode });
};

describe('what differs between two moments', () => {
  it.each([
    [0.5, 1.5, 'create', 'ci'],
    [1.5, 2.5, 'change', 'bob'],
    [1.5, 5.5, 'change', 'ann'],
    [2.5, 5.5, 'change', 'ann'],
    [5.5, 8, 'delete', 'carol'],
    [0.5, 5.5, 'create', 'ci'],
  ])('from %d s to %d s: %s by %s', async (from, to, word, user) => {
    const { rows } = await between(from, to);
    expect(rows.map(({ did, who }) => [did.word, who.user])).toEqual([[word, user]]);
  });

  it('is followed by what was done in between', async () => {
    const { next } = await between(1.5, 5.5);
    expect(next).toEqual([
      'kubectl audit what-changed deploy/web -n shop --since 2026-11-24T08:00:01.5Z --until 2026-11-24T08:00:05.5Z',
    ]);
  });
});

it('names what left a state, not what was refused since', async () => {
  const { rows, says } = await changed('deploy/web', scenes, { mode: { kind: 'at', atUs: secondUs(5.5) } });
  expect(rows[0]?.who.user).toContain('deployment-controller');
  expect(says).not.toContain('eve');
});
