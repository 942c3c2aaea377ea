import { describe, expect, it } from 'vitest';
import { liveObjectOf } from '../../src/cluster/live-object.ts';

const metadata = { name: 'api', uid: 'u-1', creationTimestamp: '2026-11-24T03:01:20Z' };
const argo = 'argocd.argoproj.io';

describe('an object as it is now', () => {
  it('has its uid, its age and its owner', () => {
    const ownerReferences = [
      { kind: 'Cache', name: 'x' },
      { kind: 'ReplicaSet', name: 'api-7675c5784c', controller: true },
    ];
    expect(liveObjectOf({ kind: 'Pod', metadata: { ...metadata, ownerReferences } }, null)).toEqual({
      kind: 'object',
      uid: 'u-1',
      createdAt: '2026-11-24T03:01:20Z',
      isTerminating: false,
      isReady: null,
      readiness: null,
      owner: 'ReplicaSet api-7675c5784c',
      managedBy: null,
    });
  });

  it.each([
    ['Deployment', { spec: { replicas: 3 }, status: { readyReplicas: 3 } }, true, '3/3 ready'],
    ['Deployment', { spec: {}, status: {} }, false, '0/1 ready'],
    ['StatefulSet', { spec: { replicas: 0 }, status: {} }, true, '0/0 ready'],
    ['DaemonSet', { status: { desiredNumberScheduled: 5, numberReady: 4 } }, false, '4/5 ready'],
    ['Pod', { status: { phase: 'Running', conditions: [ready('True')] } }, true, 'Running, ready'],
    ['Pod', { status: { phase: 'Pending' } }, false, 'Pending, not ready'],
    ['Pod', { status: { phase: 'Succeeded', conditions: [ready('False')] } }, false, 'completed'],
    ['Job', { status: { active: 2 } }, false, '2 active'],
    ['Job', { status: { conditions: [{ type: 'Failed', status: 'True' }] } }, false, 'failed'],
    ['Namespace', { status: { phase: 'Terminating' } }, false, 'Terminating'],
    ['Node', { status: { conditions: [ready('Unknown')] } }, false, 'not ready'],
    ['Widget', { status: { conditions: [ready('True')] } }, true, 'ready'],
    ['ConfigMap', { data: { a: 'b' } }, null, null],
  ])('%s knows whether it is ready: %j', (kind, body, isReady, readiness) => {
    expect(liveObjectOf({ kind, metadata, ...body }, null)).toMatchObject({ isReady, readiness });
  });

  it.each([
    [
      { annotations: { [`${argo}/tracking-id`]: 'prod_api:apps/Deployment:prod/api' } },
      'Argo CD application prod/api',
    ],
    [{ labels: { [`${argo}/instance`]: 'api' } }, 'Argo CD application api'],
    [
      {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'apps',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
      'Flux Kustomization flux-system/apps',
    ],
    [{ labels: { 'helm.toolkit.fluxcd.io/name': 'api' } }, 'Flux HelmRelease api'],
    [
      { annotations: { 'meta.helm.sh/release-name': 'api', 'meta.helm.sh/release-namespace': 'prod' } },
      'Helm release prod/api',
    ],
    [{ labels: { app: 'api' } }, null],
  ])('%j is put back by %s', (marks, owner) => {
    expect(liveObjectOf({ metadata: { ...metadata, ...marks } }, null)?.managedBy).toBe(owner);
  });

  it('says that it is on its way out', () => {
    const deletionTimestamp = '2026-11-24T03:05:00Z';
    expect(liveObjectOf({ metadata: { ...metadata, deletionTimestamp } }, null)?.isTerminating).toBe(true);
  });

  it.each([null, 'text', [], { kind: 'Status', code: 200 }, { kind: 'Table', rows: [] }])(
    '%j is none',
    (body) => {
      expect(liveObjectOf(body, null)).toBeNull();
    },
  );
});

function ready(status: string) {
  return { type: 'Ready', status };
}
