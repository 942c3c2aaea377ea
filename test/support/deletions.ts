/** Deletions by alice from 2026-11-22T10:00:00Z on, a second apart; the last `atOnce` share one, and what they are named tells them apart. */
import type { EventJson } from './arbitrary.ts';

export const BEGIN_MS = Date.parse('2026-11-22T10:00:00Z');

export function deletions(count: number, atOnce = 0): readonly EventJson[] {
  return Array.from({ length: count }, (_, at) => {
    const time = new Date(BEGIN_MS + Math.min(at, count - atOnce) * 1000).toISOString().replace('Z', '000Z');
    return {
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
      ...{ auditID: `id-${at}`, verb: 'delete', requestURI: '/api/v1/namespaces/a/pods/b' },
      ...{ user: { username: 'alice' }, responseStatus: { metadata: {}, code: 200 } },
      objectRef: { resource: 'pods', namespace: 'a', name: 'b', apiVersion: 'v1' },
      ...{ requestReceivedTimestamp: time, stageTimestamp: time },
    };
  });
}
