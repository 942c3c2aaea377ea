/** A request → what is kept of it for each object it was about. Null bodies: the level, a cut, or no need. */
import type { AuditEvent } from '../../event/event.ts';
import type { AuditRequest } from '../../event/request.ts';
import { fieldManagerOf, queryOf, targetOf } from '../../event/target.ts';
import { type Effect, effectOf } from '../fact/effect.ts';
import { admissionOf } from './admission-notes.ts';
import { fateOf, fateOfListed } from './fate.ts';
import { at, isList, isMap } from './json-tree.ts';
import { type Bodies, type Fate, type Head, type Logged, NO_BODIES, type Shows } from './logged.ts';
import { objectIdOf, sameObject } from './object-id.ts';
import { ownershipOf } from './ownership.ts';
import type { Json, ObjectId } from './step.ts';

export interface LoggedFor extends Logged {
  readonly id: ObjectId;
}

export function loggedFor(request: AuditRequest): readonly LoggedFor[] {
  const { event } = request;
  if (!concernsHistory(event)) return [];
  if (event.verb === 'deletecollection') return victimsOf(request);
  const id = objectIdOf(event);
  if (id === null) return [];
  const answer = isAbsence(event, id.name) ? ABSENCE : answerOf(event, id.name);
  // Reads count where they show the object, or that there is none.
  if (event.verb === 'get' && answer.shows !== 'object' && answer.shows !== 'absence') return [];
  return [{ id, head: headOf(request, answer), bodies: bodiesOf(event, answer) }];
}

const VERBS: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'get',
]);
/** They reach through an object, or issue something for it, and leave it as it is. */
const LEAVES_AS_IS: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'proxy', 'log', 'token']);

function concernsHistory({ verb, objectRef }: AuditEvent): boolean {
  return VERBS.has(verb) && !LEAVES_AS_IS.has(objectRef?.subresource ?? '');
}

/** A 404 that names the object: of a type or a subresource that is not served it says nothing. */
function isAbsence({ responseStatus, objectRef }: AuditEvent, name: string): boolean {
  if (responseStatus?.code !== 404 || (objectRef?.subresource ?? null) !== null) return false;
  return responseStatus.reason === 'NotFound' && at(responseStatus.details, 'name') === name;
}

export interface Answer {
  readonly shows: Shows;
  readonly body: Json | null;
}

export const NO_ANSWER: Answer = { shows: 'nothing', body: null };
const ABSENCE: Answer = { shows: 'absence', body: null };
/** Subresources whose answer is the object itself. */
const OWN_BODIES: ReadonlySet<string | null> = new Set([
  null,
  'status',
  'approval',
  'finalize',
  'ephemeralcontainers',
  'resize',
]);

function answerOf({ responseObject: body, objectRef, responseStatus }: AuditEvent, name: string): Answer {
  const code = responseStatus?.code ?? 0;
  if (!isMap(body) || code < 200 || code > 299) return NO_ANSWER;
  const kind = at(body, 'kind');
  const metadata = at(body, 'metadata');
  if (typeof kind !== 'string' || !isMap(metadata) || at(metadata, 'name') !== name) return NO_ANSWER;
  const subresource = objectRef?.subresource ?? null;
  if (kind === 'Scale' && subresource === 'scale') return { shows: 'scale', body };
  if (!OWN_BODIES.has(subresource) || NO_OBJECTS.has(kind) || isList(at(body, 'items'))) return NO_ANSWER;
  return { shows: kind === 'PartialObjectMetadata' ? 'meta' : 'object', body };
}

const NO_OBJECTS: ReadonlySet<string> = new Set(['Status', 'Table', 'Scale', 'DeleteOptions']);

export function headOf(request: AuditRequest, { shows, body }: Answer): Head {
  const { event, key } = request;
  const effect = effectOf(request);
  const atUs = event.receivedUs ?? event.stageUs ?? 0;
  const ref = event.objectRef;
  return {
    key,
    atUs,
    endUs: request.endedUs ?? atUs,
    verb: event.verb,
    subresource: ref?.subresource ?? null,
    effect,
    code: event.responseStatus?.code ?? null,
    uid: effect === 'done' ? uidOf(event, body) : null,
    resourceVersion: text(at(body, 'metadata', 'resourceVersion')),
    shows: effect === 'done' || shows === 'absence' ? shows : 'nothing',
    fate: effect === 'done' ? fateBy(event, shows, body) : null,
    apiVersion: ref?.version == null ? '' : ref.group === '' ? ref.version : `${ref.group}/${ref.version}`,
    fieldManager: fieldManagerOf(event),
    saysForce: event.requestURI.includes('force=') && queryOf(event).has('force'),
    rank: rankOf(request, effect),
    isDropped: false,
  };
}

function fateBy(event: AuditEvent, shows: Shows, body: Json | null): Fate | null {
  if (shows === 'listed' && body !== null) return fateOfListed(event, body);
  return fateOf(event, shows === 'object' || shows === 'meta' ? body : null);
}

/** Only what the server told: what bodies of requests claim is checked by it on update, but not otherwise. */
function uidOf(event: AuditEvent, body: Json | null): string | null {
  const told = text(at(body, 'metadata', 'uid')) ?? text(at(event.responseStatus?.details, 'uid'));
  if (told !== null) return told;
  const removed =
    at(event.responseObject, 'kind') === 'Status' ? text(at(event.responseObject, 'details', 'uid')) : null;
  if (removed !== null) return removed;
  const { verb, objectRef, requestObject } = event;
  // Checked against the object's before anything is done.
  if (verb === 'delete') return text(at(requestObject, 'preconditions', 'uid'));
  if (verb === 'update' && OWN_BODIES.has(objectRef?.subresource ?? null)) return objectRef?.uid ?? null;
  if (verb === 'patch') return text(at(requestObject, 'metadata', 'uid'));
  return null;
}

function rankOf({ event, endedUs }: AuditRequest, effect: Effect): number {
  const bodies = (event.responseObject === undefined ? 0 : 1) + (event.requestObject === undefined ? 0 : 1);
  return (endedUs === null ? 0 : 10) + (effect === 'unknown' || effect === 'open' ? 0 : 5) + bodies;
}

function bodiesOf(event: AuditEvent, { shows, body }: Answer): Bodies {
  const code = event.responseStatus?.code;
  const isRefused = code !== undefined && code !== null && code >= 400 && code !== 504;
  if (isRefused) return NO_BODIES;
  // An object as it was to be tells nothing beside the object as it is.
  const isTold = shows === 'object' && (event.verb === 'create' || event.verb === 'update');
  return {
    answer: body === null ? null : stored(body),
    request: isTold || event.verb === 'get' ? undefined : event.requestObject,
    ownership: shows === 'object' ? ownershipOf(at(body, 'metadata')) : null,
    admission: admissionOf(event),
  };
}

function stored(body: Json): Json {
  const metadata = at(body, 'metadata');
  if (!isMap(metadata) || !Object.hasOwn(metadata, 'managedFields')) return body;
  // A spread defines and never assigns, as mapFrom does, and costs a fifth of it: this is done for every answer.
  const { managedFields: _owners, ...rest } = metadata;
  return { ...body, metadata: rest };
}

/** As the answer's list has them; of built-in types its items have no kind of their own. */
function victimsOf(request: AuditRequest): LoggedFor[] {
  const { event } = request;
  const items = itemsOf(event.responseObject);
  const { group, resource, namespace } = targetOf(event);
  if (items === null || group === null || resource === null || effectOf(request) !== 'done') return [];
  return items.flatMap((item) => {
    const metadata = at(item, 'metadata');
    const name = text(at(metadata, 'name'));
    if (!isMap(item) || !isMap(metadata) || name === null) return [];
    const body = namedType(item, event.responseObject);
    const id = sameObject({ group, resource, namespace: text(at(metadata, 'namespace')) ?? namespace, name });
    const answer: Answer = { shows: 'listed', body };
    return [
      { id, head: headOf(request, answer), bodies: { ...bodiesOf(event, answer), answer: stored(body) } },
    ];
  });
}

function namedType(item: Json, list: unknown): Json {
  const kind = text(at(list, 'kind'));
  const apiVersion = text(at(list, 'apiVersion'));
  if (at(item, 'kind') !== undefined || kind === null || apiVersion === null) return item;
  return { kind: kind.replace(/List$/, ''), apiVersion, ...item };
}

export function itemsOf(body: unknown): readonly unknown[] | null {
  const items = at(body, 'items');
  if (isList(items)) return items;
  const kind = at(body, 'kind');
  return typeof kind === 'string' && kind.endsWith('List') && (items === null || items === undefined)
    ? []
    : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
