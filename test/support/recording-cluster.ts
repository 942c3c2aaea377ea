/** A cluster that answers from a list, and remembers what it was asked. */
import type { LiveCluster, LiveFinding, LiveKey, LiveObject, RbacSnapshot } from '../../src/live.ts';

export interface RecordingCluster extends LiveCluster {
  readonly asked: LiveKey[];
}

/** What nothing is said of is unknown. */
export function recordingCluster(
  answerTo: (key: LiveKey) => LiveFinding | undefined,
  rbac: RbacSnapshot = NO_RBAC,
): RecordingCluster {
  const asked: LiveKey[] = [];
  return {
    asked,
    rbac: async () => rbac,
    async look(keys) {
      asked.push(...keys);
      return new Map(
        keys.map((key) => [key, answerTo(key) ?? { kind: 'unknown', why: 'no answer in time' }]),
      );
    },
  };
}

const NO_RBAC: RbacSnapshot = {
  roles: null,
  clusterRoles: null,
  roleBindings: null,
  clusterRoleBindings: null,
  missing: ['no answer in time'],
};

export function liveObject(over: Partial<LiveObject> = {}): LiveObject {
  return {
    kind: 'object',
    uid: 'uid-now',
    createdAt: '2026-11-24T09:00:00Z',
    isTerminating: false,
    isReady: null,
    readiness: null,
    owner: null,
    managedBy: null,
    ...over,
  };
}
