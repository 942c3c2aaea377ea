/**
 * What one request tells about its object, small enough to keep: a question holds facts, never events.
 * Undefined or null is "the log does not say" (level, cut, or no body), which is not "no".
 */

import { actorOf } from '../event/actor.ts';
import type { AuditEvent } from '../event/event.ts';
import { redactEvent } from '../event/redact.ts';
import type { AuditRequest } from '../event/request.ts';
import { fieldManagerOf, queryOf, type Target, targetOf } from '../event/target.ts';
import { type Effect, effectOf } from './effect.ts';
import { type RequestRow, requestRow } from './request-row.ts';
import { wordOf } from './word-of.ts';

export interface Fact {
  readonly key: string;
  /** The time it is ordered by: receipt, else the stage's time, else 0. */
  readonly atUs: number;
  readonly row: RequestRow;
  /** Not redacted: for comparing, never for printing. */
  readonly target: Target;
  readonly effect: Effect;
  /** 201: the request made the object. */
  readonly isCreation: boolean;
  /** `metadata.generateName` of the request, when its body is known. */
  readonly generateName: string | null;
  readonly fieldManager: string | null;
  /** The request's body is in the log. */
  readonly hasBody: boolean;
  /** State of the object in the answer; null when the answer's body is not known or is not the object. */
  readonly after: ObjectState | null;
  readonly asked: AskedChange;
  /** deletecollection: what it took, by name; null when not known. */
  readonly took: readonly string[] | null;
  readonly selector: string | null;
  /** DELETE: the object went at once (Status with its uid), as far as known. */
  readonly isRemovedAtOnce: boolean | null;
  /** DELETE by a kubelet that completes an earlier request: no grace left, and for exactly this uid. */
  readonly isKubeletCompletion: boolean;
  /** The bound role, of a role binding. */
  readonly roleRef: { readonly kind: string; readonly name: string } | null;
  /** Impersonation that was refused: the message names whom. */
  readonly wantedToBe: string | null;
  readonly event: AuditEvent['json'] | null;
}

export interface ObjectState {
  readonly resourceVersion: string | null;
  readonly isTerminating: boolean;
  readonly finalizers: number;
  readonly replicas: number | null;
  readonly template: string | null;
  readonly restartedAt: string | null;
  readonly unschedulable: boolean;
  readonly isMirrorPod: boolean;
}

/** What the request's body asks for; `undefined`: it does not speak of it. */
export interface AskedChange {
  readonly isEmpty: boolean;
  readonly resourceVersion: string | null;
  readonly replicas: number | undefined;
  readonly touchesTemplate: boolean;
  readonly touchesFinalizers: boolean;
  readonly restartedAt: string | undefined;
  readonly unschedulable: boolean | undefined;
}

export function factOf(request: AuditRequest, keep: { events: boolean; isRevealed: boolean }): Fact {
  const { event } = request;
  const target = targetOf(event);
  const effect = effectOf(request);
  const after = stateOf(event.responseObject);
  return {
    key: request.key,
    atUs: event.receivedUs ?? event.stageUs ?? 0,
    row: requestRow(request, wordOf(event), keep.isRevealed),
    target,
    effect,
    isCreation: event.responseStatus?.code === 201 && target.subresource === null && event.verb !== 'delete',
    generateName: text(at(event.requestObject, 'metadata', 'generateName')),
    fieldManager: fieldManagerOf(event),
    hasBody: event.requestObject !== undefined,
    after,
    asked: askedOf(event.requestObject),
    took: tookOf(event),
    selector: queryOf(event).get('labelSelector'),
    isRemovedAtOnce: removedAtOnce(event, after),
    isKubeletCompletion: isKubeletCompletion(event, target, after),
    roleRef: roleRefOf(event),
    wantedToBe: wantedToBe(event),
    event: keep.events ? (keep.isRevealed ? event.json : redactEvent(event.json)) : null,
  };
}

/** Orders by time; ties by the rest of what tells requests apart, so that the order of reading never shows. */
export function byTime(a: Fact, b: Fact): number {
  return a.atUs - b.atUs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

function stateOf(body: unknown): ObjectState | null {
  const kind = text(at(body, 'kind'));
  if (kind === null || kind === 'Status' || kind === 'Table' || kind.endsWith('List')) return null;
  const metadata = at(body, 'metadata');
  if (typeof metadata !== 'object' || metadata === null) return null;
  const finalizers = at(metadata, 'finalizers');
  const held = at(body, 'spec', 'finalizers');
  const template = at(body, 'spec', 'template');
  return {
    resourceVersion: text(at(metadata, 'resourceVersion')),
    isTerminating: text(at(metadata, 'deletionTimestamp')) !== null,
    // A namespace is held by spec.finalizers too.
    finalizers:
      (Array.isArray(finalizers) ? finalizers.length : 0) +
      (kind === 'Namespace' && Array.isArray(held) ? held.length : 0),
    replicas: replicasOf(body),
    template: template === undefined ? null : JSON.stringify(template),
    restartedAt: text(at(template, 'metadata', 'annotations', RESTARTED_AT)),
    unschedulable: at(body, 'spec', 'unschedulable') === true,
    isMirrorPod: at(metadata, 'annotations', 'kubernetes.io/config.mirror') !== undefined,
  };
}

/** A Scale of 0 has an empty spec: zero is left out on the wire. */
function replicasOf(body: unknown): number | null {
  const replicas = at(body, 'spec', 'replicas');
  if (typeof replicas === 'number') return replicas;
  return at(body, 'kind') === 'Scale' && at(body, 'spec') !== undefined ? 0 : null;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
/** A strategic merge patch takes single finalizers away by a directive of its own. */
const FINALIZER_KEYS = ['finalizers', '$deleteFromPrimitiveList/finalizers'];

function askedOf(body: unknown): AskedChange {
  if (Array.isArray(body)) return askedOfJsonPatch(body);
  const template = at(body, 'spec', 'template');
  const unschedulable = at(body, 'spec', 'unschedulable');
  return {
    isEmpty: typeof body === 'object' && body !== null && Object.keys(body).length === 0,
    resourceVersion: text(at(body, 'metadata', 'resourceVersion')),
    replicas: replicasOf(body) ?? undefined,
    touchesTemplate: template !== undefined,
    touchesFinalizers: FINALIZER_KEYS.some((key) => at(body, 'metadata', key) !== undefined),
    restartedAt: text(at(template, 'metadata', 'annotations', RESTARTED_AT)) ?? undefined,
    // A patch takes it away with null, an update by leaving it out: only the first is said here.
    unschedulable: unschedulable === undefined ? undefined : unschedulable === true,
  };
}

function askedOfJsonPatch(operations: readonly unknown[]): AskedChange {
  let replicas: number | undefined;
  let unschedulable: boolean | undefined;
  let restartedAt: string | undefined;
  let touchesTemplate = false;
  let touchesFinalizers = false;
  for (const operation of operations) {
    if (at(operation, 'op') === 'test') continue;
    const path = text(at(operation, 'path')) ?? '';
    const value = at(operation, 'value');
    if (path === '/spec/replicas' && typeof value === 'number') replicas = value;
    if (path === '/spec/unschedulable') unschedulable = value === true;
    if (path === '/spec/template' || path.startsWith('/spec/template/')) touchesTemplate = true;
    if (path.startsWith('/metadata/finalizers')) touchesFinalizers = true;
    if (path.endsWith('/kubectl.kubernetes.io~1restartedAt')) restartedAt = text(value) ?? undefined;
  }
  return {
    isEmpty: operations.length === 0,
    resourceVersion: null,
    replicas,
    touchesTemplate,
    touchesFinalizers,
    restartedAt,
    unschedulable,
  };
}

function tookOf(event: AuditEvent): readonly string[] | null {
  if (event.verb !== 'deletecollection') return null;
  const items = at(event.responseObject, 'items');
  if (!Array.isArray(items)) {
    // Go leaves an empty list's items out or null; any other answer does not say.
    const kind = text(at(event.responseObject, 'kind'));
    return kind?.endsWith('List') === true && items === null ? [] : null;
  }
  const names = items.map((item) => text(at(item, 'metadata', 'name')));
  return names.every((name) => name !== null) ? names : null;
}

/**
 * A delete that removes at once answers with a Status that holds the object's uid, at Metadata level too; pods, and what
 * a finalizer or a foreground deletion holds, answer with the object (observed on 1.34 and 1.36).
 */
function removedAtOnce(event: AuditEvent, after: ObjectState | null): boolean | null {
  if (event.verb !== 'delete') return null;
  if (text(at(event.responseStatus?.details, 'uid')) !== null) return true;
  if (text(at(event.responseObject, 'details', 'uid')) !== null) return true;
  if (after !== null) return !after.isTerminating || (after.finalizers === 0 && graceOf(event) === 0);
  return event.responseStatus?.code === 200 ? false : null;
}

function graceOf(event: AuditEvent): number | null {
  const inBody = at(event.requestObject, 'gracePeriodSeconds');
  if (typeof inBody === 'number') return inBody;
  const inQuery = queryOf(event).get('gracePeriodSeconds');
  return inQuery === null || !/^\d{1,9}$/.test(inQuery) ? null : Number(inQuery);
}

/**
 * By the authenticated identity, never by the user agent. Where the body is logged it must look as a kubelet's final
 * delete does; a node's credential used for anything else is a deed. A mirror pod is the kubelet's own.
 */
function isKubeletCompletion(event: AuditEvent, target: Target, after: ObjectState | null): boolean {
  if (
    event.verb !== 'delete' ||
    target.resource !== 'pods' ||
    target.group !== '' ||
    target.subresource !== null
  )
    return false;
  if (actorOf(event).kind !== 'node' || event.impersonatedUser !== null) return false;
  if (after?.isMirrorPod === true) return false;
  if (event.requestObject === undefined) return true;
  return graceOf(event) === 0 && text(at(event.requestObject, 'preconditions', 'uid')) !== null;
}

function roleRefOf(event: AuditEvent): Fact['roleRef'] {
  for (const body of [event.responseObject, event.requestObject]) {
    const kind = text(at(body, 'roleRef', 'kind'));
    const name = text(at(body, 'roleRef', 'name'));
    if (kind !== null && name !== null) return { kind, name };
  }
  return null;
}

/** `users "alice" is forbidden: User "bob" cannot impersonate resource "users" …`, and 1.36's wording of it. */
function wantedToBe(event: AuditEvent): string | null {
  const message = event.responseStatus?.message ?? '';
  if (
    event.responseStatus?.code !== 403 ||
    event.impersonatedUser !== null ||
    !message.includes('impersonate')
  )
    return null;
  return /^\S+ "([^"]*)" is forbidden/.exec(message)?.[1] ?? '';
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
