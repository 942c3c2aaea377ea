/** How an object stands after a request, from the answer's body. */
import { digest } from '../../event/digest.ts';
import { at, number, text } from './body.ts';

export interface ObjectState {
  readonly resourceVersion: string | null;
  readonly generation: number | null;
  readonly isTerminating: boolean;
  readonly finalizers: number;
  readonly replicas: number | null;
  /** Of the pod template; to be compared. */
  readonly template: string | null;
  readonly restartedAt: string | null;
  readonly unschedulable: boolean;
  /** Of a role binding: whom it binds, each as one text. */
  readonly subjects: readonly string[];
  readonly isMirrorPod: boolean;
}

export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** Null: a Status, a Table, a list, or no body. */
export function stateOf(body: unknown): ObjectState | null {
  const kind = text(at(body, 'kind'));
  if (kind === null || kind === 'Status' || kind === 'Table' || kind.endsWith('List')) return null;
  const metadata = at(body, 'metadata');
  if (typeof metadata !== 'object' || metadata === null) return null;
  const template = at(body, 'spec', 'template');
  return {
    resourceVersion: text(at(metadata, 'resourceVersion')),
    generation: number(at(metadata, 'generation')),
    isTerminating: text(at(metadata, 'deletionTimestamp')) !== null,
    finalizers: finalizersOf(body, kind),
    replicas: replicasOf(body),
    template: template === undefined ? null : digest(JSON.stringify(template)),
    restartedAt: text(at(template, 'metadata', 'annotations', RESTARTED_AT)),
    unschedulable: at(body, 'spec', 'unschedulable') === true,
    subjects: subjectsOf(body),
    isMirrorPod: at(metadata, 'annotations', 'kubernetes.io/config.mirror') !== undefined,
  };
}

/** A Scale of 0 has an empty spec: zero is left out on the wire. */
export function replicasOf(body: unknown): number | null {
  const replicas = at(body, 'spec', 'replicas');
  if (typeof replicas === 'number') return replicas;
  return at(body, 'kind') === 'Scale' && at(body, 'spec') !== undefined ? 0 : null;
}

/** The API server's own on a CRD: it works it off at once, and logs nothing of it. */
const OWN_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** A namespace is held by spec.finalizers too. */
function finalizersOf(body: unknown, kind: string): number {
  const lists = [
    at(body, 'metadata', 'finalizers'),
    kind === 'Namespace' ? at(body, 'spec', 'finalizers') : [],
  ];
  return lists.flat().filter((finalizer) => typeof finalizer === 'string' && finalizer !== OWN_FINALIZER)
    .length;
}

function subjectsOf(body: unknown): readonly string[] {
  const subjects = at(body, 'subjects');
  if (!Array.isArray(subjects)) return [];
  return subjects.map((subject) =>
    JSON.stringify(['kind', 'namespace', 'name'].map((name) => text(at(subject, name)))),
  );
}
