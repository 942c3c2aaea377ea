/**
 * What one request tells about its object, small enough to keep: a question holds facts, never events.
 * Undefined or null is "the log does not say" (level, cut, or no body), which is not "no".
 */

import { actorOf } from '../../event/actor.ts';
import type { AuditEvent } from '../../event/event.ts';
import { type RefusedImpersonation, refusedImpersonationOf } from '../../event/outcome.ts';
import { redactEvent, redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import { fieldManagerOf, queryOf, type Target, targetOf } from '../../event/target.ts';
import { type AskedChange, askedOf } from './asked-change.ts';
import { at, namesIn, text } from './body.ts';
import { type Effect, effectOf } from './effect.ts';
import { type ObjectState, stateOf } from './object-state.ts';
import { type RequestRow, requestRow } from './request-row.ts';
import { type Ties, tiesOf } from './ties.ts';
import { wordOf } from './word-of.ts';

export interface Fact {
  readonly key: string;
  /** The time it is ordered by: receipt, else the stage's time, else 0. */
  readonly atUs: number;
  /** When it was answered; what it changed, it had changed just before. */
  readonly endUs: number;
  readonly row: RequestRow;
  /** Not redacted: for comparing, never for printing. */
  readonly target: Target;
  /** `v1`: of the group, as the request named it. */
  readonly apiVersion: string | null;
  readonly effect: Effect;
  /** 201: the request made the object. */
  readonly isCreation: boolean;
  /** `metadata.generateName` of the request, when its body is known. */
  readonly generateName: string | null;
  readonly fieldManager: string | null;
  /** The request's body is in the log. */
  readonly hasBody: boolean;
  /** Bodies were logged and then cut away, by the server's limit for events or on the way. */
  readonly isCut: boolean;
  /** State of the object in the answer; null when the answer's body is not known or is not the object. */
  readonly after: ObjectState | null;
  readonly asked: AskedChange;
  /** deletecollection: what it took, by name; null when not known. */
  readonly took: readonly string[] | null;
  /** A list or watch, by the names in its answer: whether the object asked about was in it; null when not known. */
  readonly holdsWanted: boolean | null;
  /** Redacted: for printing. */
  readonly selector: string | null;
  readonly fieldSelector: string | null;
  /** DELETE: the object went at once (Status with its uid), as far as known. */
  readonly isRemovedAtOnce: boolean | null;
  /** DELETE by a kubelet that completes an earlier request: no grace left, and for exactly this uid. */
  readonly isKubeletCompletion: boolean;
  /** A static pod's mirror, by its answer or, below that level, by its name (kubelet: NAME-NODE) and who deletes it. */
  readonly isMirrorPod: boolean;
  /** The bound role, of a role binding. */
  readonly roleRef: { readonly kind: string; readonly name: string } | null;
  /** Groups of the impersonated user. */
  readonly asGroups: readonly string[];
  readonly wantedToBe: RefusedImpersonation | null;
  /** What ties it to other requests. */
  readonly ties: Ties | null;
  readonly event: AuditEvent['json'] | null;
}

export interface Keep {
  readonly events: boolean;
  readonly isRevealed: boolean;
  /** Null: every object is wanted. */
  readonly isWanted: ((name: string) => boolean) | null;
}

export function factOf(request: AuditRequest, keep: Keep): Fact {
  const { event } = request;
  const target = targetOf(event);
  const effect = effectOf(request);
  const after = stateOf(event.responseObject);
  return {
    key: request.key,
    atUs: event.receivedUs ?? event.stageUs ?? 0,
    endUs: request.endedUs ?? event.receivedUs ?? event.stageUs ?? 0,
    row: requestRow(request, wordOf(event), keep.isRevealed),
    target,
    apiVersion: event.objectRef?.version ?? null,
    effect,
    isCreation:
      event.responseStatus?.code === 201 && target.subresource === null && MAKING_VERBS.includes(event.verb),
    generateName: text(at(event.requestObject, 'metadata', 'generateName')),
    fieldManager: fieldManagerOf(event),
    hasBody: event.requestObject !== undefined,
    isCut: isCut(event),
    after,
    asked: askedOf(event.requestObject),
    took: event.verb === 'deletecollection' ? namesIn(event.responseObject) : null,
    holdsWanted: holdsWanted(event, keep.isWanted),
    selector: cleanOf(queryOf(event).get('labelSelector'), keep.isRevealed),
    fieldSelector: text(queryOf(event).get('fieldSelector')),
    isRemovedAtOnce: removedAtOnce(event, after),
    isKubeletCompletion: isKubeletCompletion(event, target, after),
    isMirrorPod: isMirrorPod(event, target, after),
    roleRef: roleRefOf(event),
    asGroups: event.impersonatedUser?.groups ?? [],
    wantedToBe: refusedImpersonationOf(event),
    ties: tiesOf(event),
    event: keep.events ? (keep.isRevealed ? event.json : redactEvent(event.json)) : null,
  };
}

/** The order in which requests that overlap took effect, as far as the log tells: they are answered when they have. */
export function byEnd(a: Fact, b: Fact): number {
  return a.endUs - b.endUs || byTime(a, b);
}

const MAKING_VERBS = ['create', 'update', 'patch'];

/** Orders by time; ties by the rest of what tells requests apart, so that the order of reading never shows. */
export function byTime(a: Fact, b: Fact): number {
  return a.atUs - b.atUs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
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

function isMirrorPod(event: AuditEvent, target: Target, after: ObjectState | null): boolean {
  if (target.resource !== 'pods' || target.group !== '' || target.subresource !== null) return false;
  if (after !== null) return after.isMirrorPod;
  const node = /^system:node:(.+)$/.exec(event.user?.username ?? '')?.[1];
  return node !== undefined && target.name?.endsWith(`-${node}`) === true;
}

/** The API server marks what it cut (plugin/pkg/audit/truncate). */
function isCut({ annotations, cut }: AuditEvent): boolean {
  if (Object.hasOwn(annotations, TRUNCATED) && annotations[TRUNCATED] === 'true') return true;
  return cut?.lost.some((name) => name === 'requestObject' || name === 'responseObject') === true;
}

const TRUNCATED = 'audit.k8s.io/truncated';

function cleanOf(selector: string | null, isRevealed: boolean): string | null {
  const known = text(selector);
  return known === null || isRevealed ? known : redactText(known);
}

function holdsWanted(event: AuditEvent, isWanted: Keep['isWanted']): boolean | null {
  if (event.verb !== 'list' || isWanted === null) return null;
  return namesIn(event.responseObject)?.some(isWanted) ?? null;
}

function roleRefOf(event: AuditEvent): Fact['roleRef'] {
  for (const body of [event.responseObject, event.requestObject]) {
    const kind = text(at(body, 'roleRef', 'kind'));
    const name = text(at(body, 'roleRef', 'name'));
    if (kind !== null && name !== null) return { kind, name };
  }
  return null;
}
