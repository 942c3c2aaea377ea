/**
 * What ties a request to others, in its bodies and annotations: owners, the credential it issued or used, the node, the
 * numbers that a controller copies. Null, or an empty list, is "the log does not say".
 */
import type { AuditEvent } from '../../event/event.ts';
import { queryOf } from '../../event/target.ts';
import { at, number, text } from './body.ts';

export interface OwnerRef {
  /** '' core; null when only the uid is told. */
  readonly group: string | null;
  readonly kind: string | null;
  readonly name: string | null;
  readonly uid: string;
  readonly isController: boolean;
}

export interface Ties {
  /** Of the object in the answer, else in the request; those that a patch takes away are among them. */
  readonly owners: readonly OwnerRef[];
  readonly propagation: 'Orphan' | 'Foreground' | 'Background' | null;
  /** TokenRequest: the credential that was given out, as later requests carry it. */
  readonly issued: string | null;
  /** Uid of the pod that the actor's token is bound to. */
  readonly actorPodUid: string | null;
  /** Of a pod, or of its binding: where it runs. */
  readonly node: string | null;
  /** Of a Job: after how long it is cleared away. */
  readonly ttlSeconds: number | null;
  /** Of a ReplicaSet: the Deployment's replicas, as its controller saw them. */
  readonly desiredReplicas: number | null;
  /** Of a HorizontalPodAutoscaler. */
  readonly scaleTarget: { readonly kind: string; readonly name: string } | null;
}

export function tiesOf(event: AuditEvent): Ties | null {
  const bodies = [event.responseObject, event.requestObject];
  const ties: Ties = {
    owners: ownersIn(bodies),
    propagation: propagationOf(event),
    issued: annotationOf(event, ISSUED) ?? annotationOf(event, ISSUED_BEFORE_1_30),
    actorPodUid: text(extraOf(event, POD_UID)),
    node: nodeOf(event),
    ttlSeconds: firstOf(bodies, (body) => number(at(body, 'spec', 'ttlSecondsAfterFinished'))),
    desiredReplicas: desiredReplicasOf(event.responseObject),
    scaleTarget: firstOf(bodies, scaleTargetOf),
  };
  return isEmpty(ties) ? null : ties;
}

const ISSUED = 'authentication.kubernetes.io/issued-credential-id';
/** kubernetes#123098 */
const ISSUED_BEFORE_1_30 = 'issued-credential-id';
const POD_UID = 'authentication.kubernetes.io/pod-uid';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';

function isEmpty({ owners, ...others }: Ties): boolean {
  return owners.length === 0 && Object.values(others).every((value) => value === null);
}

function firstOf<T>(bodies: readonly unknown[], of: (body: unknown) => T | null): T | null {
  for (const body of bodies) {
    const found = of(body);
    if (found !== null) return found;
  }
  return null;
}

/** An object has a handful of owners at most; what claims more is cut. */
const MOST_OWNERS = 10;

function ownersIn(bodies: readonly unknown[]): readonly OwnerRef[] {
  const byUid = new Map<string, OwnerRef>();
  for (const body of bodies) {
    const references = at(body, 'metadata', 'ownerReferences');
    if (!Array.isArray(references)) continue;
    for (const reference of references.slice(0, MOST_OWNERS)) {
      const owner = ownerOf(reference);
      if (owner !== null && !byUid.has(owner.uid)) byUid.set(owner.uid, owner);
    }
  }
  return byUid.size === 0 ? NO_OWNERS : [...byUid.values()];
}

const NO_OWNERS: readonly OwnerRef[] = [];

function ownerOf(reference: unknown): OwnerRef | null {
  const uid = text(at(reference, 'uid'));
  if (uid === null) return null;
  const apiVersion = text(at(reference, 'apiVersion'));
  return shared({
    group: apiVersion === null ? null : apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
    kind: text(at(reference, 'kind')),
    name: text(at(reference, 'name')),
    uid,
    isController: at(reference, 'controller') === true,
  });
}

/** One owner is named by all it owns. */
const SHARED = 10_000;
const known = new Map<string, OwnerRef>();

function shared(owner: OwnerRef): OwnerRef {
  const key = JSON.stringify(owner);
  const same = known.get(key);
  if (same !== undefined) return same;
  if (known.size >= SHARED) known.clear();
  known.set(key, owner);
  return owner;
}

function propagationOf(event: AuditEvent): Ties['propagation'] {
  if (!event.verb.startsWith('delete')) return null;
  const asked = text(at(event.requestObject, 'propagationPolicy')) ?? queryOf(event).get('propagationPolicy');
  return asked === 'Orphan' || asked === 'Foreground' || asked === 'Background' ? asked : null;
}

function nodeOf({ objectRef, requestObject, responseObject }: AuditEvent): string | null {
  if (objectRef?.resource !== 'pods' || objectRef.group !== '') return null;
  if (objectRef.subresource === 'binding') return text(at(requestObject, 'target', 'name'));
  return text(at(responseObject, 'spec', 'nodeName')) ?? text(at(requestObject, 'spec', 'nodeName'));
}

function desiredReplicasOf(body: unknown): number | null {
  const noted = text(at(body, 'metadata', 'annotations', DESIRED_REPLICAS));
  return noted === null || !/^\d{1,9}$/.test(noted) ? null : Number(noted);
}

function scaleTargetOf(body: unknown): Ties['scaleTarget'] {
  const kind = text(at(body, 'spec', 'scaleTargetRef', 'kind'));
  const name = text(at(body, 'spec', 'scaleTargetRef', 'name'));
  return kind === null || name === null ? null : { kind, name };
}

function annotationOf({ annotations }: AuditEvent, key: string): string | null {
  return Object.hasOwn(annotations, key) ? text(annotations[key]) : null;
}

function extraOf({ user }: AuditEvent, key: string): unknown {
  return user !== null && Object.hasOwn(user.extra, key) ? user.extra[key]?.[0] : undefined;
}
