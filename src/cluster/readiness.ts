/** Whether an object does its work, by kind; in kubectl's own words where it has some. */
import { at, listAt, numberAt, textAt } from './json.ts';

export interface Readiness {
  readonly isReady: boolean;
  readonly text: string;
}

/** Null for kinds that know no readiness. */
export function readinessOf(body: unknown, kind: string): Readiness | null {
  switch (kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'ReplicationController':
      return replicas(
        numberAt(body, 'status', 'readyReplicas') ?? 0,
        numberAt(body, 'spec', 'replicas') ?? 1,
      );
    case 'DaemonSet':
      return replicas(
        numberAt(body, 'status', 'numberReady') ?? 0,
        numberAt(body, 'status', 'desiredNumberScheduled') ?? 0,
      );
    case 'Pod':
      return podReadiness(body);
    case 'Job':
      return jobReadiness(body);
    case 'Namespace':
    case 'PersistentVolumeClaim':
    case 'PersistentVolume':
      return phase(textAt(body, 'status', 'phase'));
    default:
      return byCondition(body);
  }
}

function replicas(ready: number, wanted: number): Readiness {
  return { isReady: ready >= wanted, text: `${ready}/${wanted} ready` };
}

function podReadiness(body: unknown): Readiness | null {
  const phaseText = textAt(body, 'status', 'phase');
  if (phaseText === null) return null;
  if (phaseText === 'Succeeded') return { isReady: false, text: 'completed' };
  const isReady = conditionOf(body, 'Ready') === 'True';
  return { isReady, text: isReady ? `${phaseText}, ready` : `${phaseText}, not ready` };
}

function jobReadiness(body: unknown): Readiness {
  if (conditionOf(body, 'Complete') === 'True') return { isReady: true, text: 'complete' };
  if (conditionOf(body, 'Failed') === 'True') return { isReady: false, text: 'failed' };
  return { isReady: false, text: `${numberAt(body, 'status', 'active') ?? 0} active` };
}

function phase(text: string | null): Readiness | null {
  return text === null ? null : { isReady: text === 'Active' || text === 'Bound', text };
}

/** Nodes, custom resources of well-mannered operators: a condition of type Ready. */
function byCondition(body: unknown): Readiness | null {
  const status = conditionOf(body, 'Ready');
  if (status === null) return null;
  return { isReady: status === 'True', text: status === 'True' ? 'ready' : 'not ready' };
}

function conditionOf(body: unknown, type: string): string | null {
  const condition = listAt(body, 'status', 'conditions').find((one) => at(one, 'type') === type);
  return textAt(condition, 'status');
}
