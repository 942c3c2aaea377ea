/** How a request left an object that is being deleted: gone, held by finalizers or a grace period, or it does not say. */
import { actorOf } from '../../event/actor.ts';
import type { AuditEvent } from '../../event/event.ts';
import { queryOf } from '../../event/target.ts';
import { at, isList, isMap } from './json-tree.ts';
import type { Fate } from './logged.ts';
import type { Json } from './step.ts';

/** `body`: the object, or its metadata, as the server answered. Of a request that took effect. Null: no matter of deletion. */
export function fateOf(event: AuditEvent, body: Json | null): Fate | null {
  const { resource, subresource = null } = event.objectRef ?? {};
  if (event.verb === 'create') return subresource === 'eviction' ? 'asked' : null;
  // What holds a namespace is in its spec.
  const isHalf = resource === 'namespaces' && at(body, 'kind') === 'PartialObjectMetadata';
  if (event.verb === 'update' || event.verb === 'patch') {
    if (body === null || isHalf) return releases(event) ? 'released' : null;
    return fateOfWrite(body);
  }
  if (event.verb !== 'delete' || subresource !== null) return null;
  if (body !== null) return isHalf ? 'asked' : fateOfDelete(body);
  if (isKubeletCompletion(event)) return 'completed';
  if (!tellsRemoval(event)) return 'asked';
  return event.requestObject === undefined && event.responseObject === undefined ? 'reported' : 'gone';
}

/** Of an object in the answer to the deletion of its collection, which lists them as they were before. */
export function fateOfListed(event: AuditEvent, item: Json): Fate {
  const options = event.requestObject;
  const policy = at(options, 'propagationPolicy') ?? queryOf(event).get('propagationPolicy');
  if (finalizersOf(item).length > 0 || policy === 'Foreground' || policy === 'Orphan') return 'held';
  // What is being deleted already goes on as it was, but for a grace period that is made shorter.
  const left = at(item, 'metadata', 'deletionGracePeriodSeconds') ?? 0;
  if (left !== 0) return graceOf(event) === 0 ? 'gone' : 'held';
  const isPod = event.objectRef?.resource === 'pods' && event.objectRef.group === '';
  if (!isPod || at(item, 'spec', 'nodeName') === undefined) return 'gone';
  const hasEnded = ENDED.has(at(item, 'status', 'phase'));
  const grace = graceOf(event) ?? at(item, 'spec', 'terminationGracePeriodSeconds') ?? 1;
  return hasEnded || grace === 0 ? 'gone' : 'held';
}

const ENDED: ReadonlySet<unknown> = new Set(['Succeeded', 'Failed']);

/** It says that no finalizers are to be left. */
function releases({ objectRef, requestObject, verb }: AuditEvent): boolean {
  const subresource = objectRef?.subresource ?? null;
  if (subresource === 'finalize') return isNone(at(requestObject, 'spec', 'finalizers'));
  const isCrd = objectRef?.resource === 'customresourcedefinitions';
  if (subresource === 'status' && isCrd)
    return verb === 'update' && isNone(at(requestObject, 'metadata', 'finalizers'));
  if (subresource !== null) return false;
  if (isList(requestObject)) return requestObject.some(removesFinalizers);
  const finalizers = at(requestObject, 'metadata', 'finalizers');
  if (verb === 'patch') return finalizers !== undefined && isNone(finalizers);
  return isMap(at(requestObject, 'metadata')) && isNone(finalizers);
}

function removesFinalizers(operation: unknown): boolean {
  const path = at(operation, 'path');
  if (path === '/metadata/finalizers')
    return at(operation, 'op') === 'remove' || isNone(at(operation, 'value'));
  return path === '/metadata/finalizers/0' && at(operation, 'op') === 'remove';
}

function isNone(list: unknown): boolean {
  return list === undefined || list === null || (isList(list) && list.length === 0);
}

/** What is left of a deleted object goes with its last finalizer (generic registry, ShouldDeleteDuringUpdate). */
export function fateOfWrite(body: Json): Fate | null {
  if (at(body, 'metadata', 'deletionTimestamp') === undefined) return null;
  return fateOfDelete(body);
}

/** Answered with the object: one that went at once has no deletionTimestamp, or no grace left and nothing that holds it. */
function fateOfDelete(body: Json): Fate {
  if (at(body, 'metadata', 'deletionTimestamp') === undefined) return 'gone';
  const finalizers = finalizersOf(body);
  if (finalizers.length > 0) return finalizers.every((one) => one === OWN_FINALIZER) ? 'passing' : 'held';
  return (at(body, 'metadata', 'deletionGracePeriodSeconds') ?? 0) === 0 ? 'gone' : 'held';
}

/** A namespace is held by spec.finalizers too. */
function finalizersOf(body: Json): readonly unknown[] {
  const lists = [at(body, 'metadata', 'finalizers')];
  if (at(body, 'kind') === 'Namespace') lists.push(at(body, 'spec', 'finalizers'));
  return lists.flatMap((list) => (isList(list) ? list : []));
}

/** The API server's own on a CRD: it works it off at once, in a write of the status that not every policy logs. */
const OWN_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** A Status with the object's uid: at Metadata level too (generic registry, finalizeDelete). */
function tellsRemoval({ responseStatus, responseObject }: AuditEvent): boolean {
  return hasUid(responseStatus?.details) || hasUid(at(responseObject, 'details'));
}

function hasUid(details: unknown): boolean {
  const uid = at(details, 'uid');
  return typeof uid === 'string' && uid !== '';
}

/** Grace 0, by the node itself: it completes a deletion that was asked for before. */
function isKubeletCompletion(event: AuditEvent): boolean {
  const { objectRef, requestObject } = event;
  if (objectRef?.resource !== 'pods' || objectRef.group !== '' || event.verb !== 'delete') return false;
  if (actorOf(event).kind !== 'node' || event.impersonatedUser !== null) return false;
  if (requestObject === undefined || requestObject === null) return true;
  return graceOf(event) === 0;
}

function graceOf(event: AuditEvent): number | null {
  const inBody = at(event.requestObject, 'gracePeriodSeconds');
  if (typeof inBody === 'number') return inBody;
  const inQuery = queryOf(event).get('gracePeriodSeconds');
  return inQuery === null || !/^\d{1,9}$/.test(inQuery) ? null : Number(inQuery);
}
