/** What the deployment controller puts back, because somebody wrote to a ReplicaSet behind its back. */
import { describe, expect, it } from 'vitest';
import { removed } from '../story.ts';
import { causesIn, DEPLOYMENTS, deployment, paths, replicaSet, type Told } from './told.ts';

const { APPS } = paths;
const SET = `${APPS}/replicasets/web-cccc`;
const HOURS = 3600;

function synced(at: number, replicas: number, uid = 'uid-web'): Told {
  const answer = replicaSet('web-cccc', 'web', replicas, 3, uid);
  return { verb: 'update', uri: SET, at, user: DEPLOYMENTS, body: {}, answer };
}

const ROLLED_OUT: readonly Told[] = [
  {
    ...{ verb: 'create', uri: `${APPS}/deployments`, ref: { name: 'web' }, at: -100, code: 201, user: 'ci' },
    ...{ body: {}, answer: deployment('web', 3) },
  },
  {
    ...{ verb: 'patch', uri: `${APPS}/deployments/web`, at: 0, user: 'bob' },
    ...{ body: { spec: { template: {} } }, answer: deployment('web', 3, 'v2', 2) },
  },
  {
    ...{ verb: 'create', uri: `${APPS}/replicasets`, ref: { name: 'web-cccc' }, at: 0.1, code: 201 },
    ...{ user: DEPLOYMENTS, body: {}, answer: replicaSet('web-cccc', 'web', 1, 3) },
  },
  synced(5, 3),
];
const scaled: Told = {
  ...{ verb: 'patch', uri: `${SET}/scale`, at: 2 * HOURS, user: 'alice', body: { spec: { replicas: 0 } } },
  answer: { kind: 'Scale', metadata: { name: 'web-cccc', uid: 'uid-web-cccc' }, spec: {} },
};

describe.each([
  ['with bodies', false],
  ['without bodies', true],
] as const)('%s', (_name, isStripped) => {
  it('is put back because of who scaled the ReplicaSet, not of the last rollout', () => {
    const scenes = [...ROLLED_OUT, scaled, synced(2 * HOURS + 0.2, 3)];
    const { lines } = causesIn(scenes, scenes.length - 1, isStripped);
    expect(lines).toEqual(['1 alice patch replicasets/scale/web-cccc likely']);
  });

  it('is made again because of who deleted the ReplicaSet', () => {
    const scenes: readonly Told[] = [
      ...ROLLED_OUT,
      { verb: 'delete', uri: SET, at: 2 * HOURS, user: 'alice', body: {}, answer: removed('uid-web-cccc') },
      {
        ...{ verb: 'create', uri: `${APPS}/replicasets`, ref: { name: 'web-cccc' }, at: 2 * HOURS + 0.2 },
        ...{ code: 201, user: DEPLOYMENTS, body: {}, answer: replicaSet('web-cccc', 'web', 3) },
      },
    ];
    const { lines } = causesIn(scenes, scenes.length - 1, isStripped);
    expect(lines).toEqual(['1 alice delete replicasets/web-cccc likely']);
  });

  it('may be of both where a rollout is going on', () => {
    const scenes = [...ROLLED_OUT, { ...scaled, at: 6 }, synced(6.2, 3)];
    const { lines } = causesIn(scenes, scenes.length - 1, isStripped);
    expect(lines.toSorted()).toEqual([
      '1 alice patch replicasets/scale/web-cccc likely',
      '1 bob patch deployments/web likely',
    ]);
  });
});

it('a rollout is no proven cause of what its controller does hours later, out of nothing', () => {
  const scenes = [...ROLLED_OUT, synced(2 * HOURS, 2)];
  expect(causesIn(scenes).lines).toEqual(['1 bob patch deployments/web likely']);
});
