/**
 * What a predicate's field is in an event: its values, or absent, or unknown because the stage is too early or the record
 * was cut. What is made of the values is matches.ts's.
 */
import { actorOf } from '../event/actor.ts';
import type { AuditEvent, UserInfo } from '../event/event.ts';
import { CONNECTIONS, isDryRun, requestPath, targetOf } from '../event/target.ts';
import { type Field, OUTCOME_FIELDS } from './predicate.ts';

export const ABSENT: unique symbol = Symbol('absent');
export const UNKNOWN: unique symbol = Symbol('unknown');

/** No values at all: the field is there, but is no text to compare (a body). */
export type Value = readonly string[] | typeof ABSENT | typeof UNKNOWN;

/** What of the event must not be lost for a field's value to be trusted: top-level fields, and groups by themselves. */
const ORIGINS: Record<Field, readonly string[]> = {
  auditID: ['auditID'],
  level: ['level'],
  stage: ['stage'],
  verb: ['verb'],
  requestURI: ['requestURI'],
  requestPath: ['requestURI'],
  'user.username': ['user'],
  'user.groups': ['user', 'user.groups'],
  'impersonatedUser.username': ['impersonatedUser'],
  'impersonatedUser.groups': ['impersonatedUser'],
  session: ['user', 'impersonatedUser'],
  sourceIPs: ['sourceIPs'],
  userAgent: ['userAgent'],
  'objectRef.apiGroup': ['objectRef'],
  'objectRef.resource': ['objectRef'],
  'objectRef.subresource': ['objectRef'],
  'objectRef.namespace': ['objectRef'],
  'objectRef.name': ['objectRef'],
  'responseStatus.code': ['responseStatus'],
  'responseStatus.reason': ['responseStatus'],
  requestObject: ['requestObject'],
  responseObject: ['responseObject'],
  annotations: ['annotations'],
  requestReceivedTimestamp: ['requestReceivedTimestamp'],
  stageTimestamp: ['stageTimestamp'],
  dryRun: ['verb'],
};

/** Where else these may stand: a created object's name, and what makes a write a dry run. */
const NAME_BODIES = ['requestObject', 'responseObject'];
const DRY_RUN_SIGNS = ['requestURI', 'objectRef', 'annotations'];
const READS: readonly string[] = ['get', 'list', 'watch'];

/** Of the request's outcome: `event` is the best there is, and what it lacks is absent, unless it was cut. */
export function finalValueOf(event: AuditEvent, field: Field): Value {
  const value = rawValue(event, field);
  return event.cut !== null && isLost(event, field, event.cut.lost, value) ? UNKNOWN : value;
}

/** Of a stage before the outcome: what only the outcome is sure to have is unknown. */
export function earlyValueOf(event: AuditEvent, field: Field): Value {
  if (!OUTCOME_FIELDS.has(field)) return finalValueOf(event, field);
  if (!isFixedOncePresent(field)) return UNKNOWN;
  const value = finalValueOf(event, field);
  return value === ABSENT ? UNKNOWN : value;
}

/** A later stage may add these, and does not change them. */
function isFixedOncePresent(field: Field): boolean {
  return field.startsWith('objectRef.') || field.startsWith('impersonatedUser.') || field === 'session';
}

function isLost(event: AuditEvent, field: Field, lost: readonly string[], value: Value): boolean {
  // What targetOf finds without the reference (in the URL), it finds for good.
  if (field.startsWith('objectRef.') && value !== ABSENT) return false;
  if (ORIGINS[field].some((name) => lost.includes(name))) return true;
  return elsewhereOf(event, field).some((name) => lost.includes(name));
}

function elsewhereOf(event: AuditEvent, field: Field): readonly string[] {
  if (field === 'objectRef.name' && event.verb === 'create') return NAME_BODIES;
  return field === 'dryRun' && !READS.includes(event.verb) ? dryRunSigns(event) : [];
}

/** Where a dry run is asked for: in the URL; of deletions and evictions in the body too; of exec and the like, nowhere. */
function dryRunSigns(event: AuditEvent): readonly string[] {
  const { subresource } = targetOf(event);
  if (CONNECTIONS.has(subresource ?? '')) return [];
  const hasOptions = event.verb.startsWith('delete') || subresource === 'eviction';
  return hasOptions ? [...DRY_RUN_SIGNS, 'requestObject'] : DRY_RUN_SIGNS;
}

function rawValue(event: AuditEvent, field: Field): Value {
  switch (field) {
    case 'auditID':
    case 'level':
    case 'stage':
    case 'verb':
    case 'requestURI':
    case 'userAgent':
    case 'requestReceivedTimestamp':
    case 'stageTimestamp':
      return one(event[field]);
    case 'requestPath':
      return one(requestPath(event));
    case 'user.username':
      return one(event.user?.username);
    case 'user.groups':
      return groupsOf(event.user);
    case 'impersonatedUser.username':
      return one(event.impersonatedUser?.username);
    case 'impersonatedUser.groups':
      return groupsOf(event.impersonatedUser);
    case 'session':
      return one(actorOf(event).session);
    case 'sourceIPs':
      return many(event.sourceIPs);
    case 'objectRef.apiGroup':
      return one(targetOf(event).group);
    case 'objectRef.resource':
      return one(targetOf(event).resource);
    case 'objectRef.subresource':
      return one(targetOf(event).subresource);
    case 'objectRef.namespace':
      return one(targetOf(event).namespace);
    case 'objectRef.name':
      return one(targetOf(event).name);
    case 'responseStatus.code':
      return one(event.responseStatus?.code?.toString());
    case 'responseStatus.reason':
      return one(event.responseStatus?.reason);
    case 'requestObject':
    case 'responseObject':
      return event[field] === undefined ? ABSENT : [];
    case 'annotations':
      return many(Object.entries(event.annotations).map(([key, text]) => `${key}=${text}`));
    case 'dryRun':
      return [isDryRun(event) ? 'true' : 'false'];
  }
}

function groupsOf(user: UserInfo | null): Value {
  return user === null ? ABSENT : many(user.groups);
}

function one(text: string | null | undefined): Value {
  return text === null || text === undefined ? ABSENT : [text];
}

function many(texts: readonly string[]): Value {
  return texts.length === 0 ? ABSENT : texts;
}
