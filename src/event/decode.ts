/**
 * One JSON value → AuditEvent, or a Reject that says why not. Knows audit.k8s.io/v1, v1beta1 and v1alpha1;
 * what forwarders wrap around an event is taken off before (sources/envelope.ts).
 */
import type {
  AuditEvent,
  Cut,
  Level,
  ObjectRef,
  Position,
  Reject,
  ResponseStatus,
  Stage,
  UserInfo,
} from './event.ts';
import { formatMicros, isRfc3339, parseMicros } from './micros.ts';
import { toV1 } from './old-versions.ts';

/** One event that an envelope held. */
export interface Carried {
  /** In any audit.k8s.io version; or text that should have been an event and is cut or broken, to be salvaged. */
  readonly event: { readonly json: unknown } | { readonly broken: string };
  /** The record's own time, RFC 3339: used where the event has none. */
  readonly recordTime: string | null;
  /** Top-level event fields, and `user.groups`, that the envelope is known to have lost, changed or guessed; empty for a faithful one. */
  readonly lost: readonly string[];
  /** The event is told from another format (Cloud Logging): fields are inferred. */
  readonly isReconstructed: boolean;
}

/**
 * Takes one parsed record apart: nothing when it is something else than events (klog text, another log). Must not throw,
 * whatever the record.
 */
export type Unwrap = (record: unknown) => readonly Carried[];

export interface DecodeContext {
  readonly source: string;
  readonly position: Position;
  readonly recordTime: string | null;
  readonly cut: Cut | null;
  /** Known to nest less than MAX_DEPTH, by its text. Default: looked at. */
  readonly isShallow?: boolean;
}

/** Nesting beyond this is taken for an attack on whatever walks through an event. */
export const MAX_DEPTH = 500;

/**
 * Never throws. Fields of a wrong type count as absent. An event needs an auditID, a stage, and a verb or requestURI; a
 * record that calls itself an audit event and lacks them is a 'bad field', any other 'no audit event'.
 */
export function decodeEvent(json: unknown, context: DecodeContext): AuditEvent | Reject {
  if (!isJson(json)) return rejected('no audit event', context);
  if (context.isShallow !== true && isDeeper(json, MAX_DEPTH)) return rejected('too deep', context);
  const v1 = toV1(json);
  const isWhole =
    textOf(v1.auditID) !== null &&
    stageOf(v1.stage) !== null &&
    (textOf(v1.verb) !== null || textOf(v1.requestURI) !== null);
  if (isWhole) return eventOf(v1, context);
  return rejected(isSelfDeclared(json) ? 'bad field' : 'no audit event', context);
}

/** An event with whatever fields there are; what it must have is the caller's to check. */
export function eventOf(v1: Json, context: DecodeContext): AuditEvent {
  const received = timeOf(v1.requestReceivedTimestamp, context.recordTime);
  const staged = timeOf(v1.stageTimestamp, context.recordTime);
  return {
    auditID: textOf(v1.auditID) ?? '',
    level: levelOf(v1.level),
    stage: stageOf(v1.stage) ?? 'ResponseComplete',
    verb: textOf(v1.verb) ?? '',
    requestURI: textOf(v1.requestURI) ?? '',
    user: userOf(v1.user),
    impersonatedUser: userOf(v1.impersonatedUser),
    sourceIPs: textsOf(v1.sourceIPs),
    userAgent: textOf(v1.userAgent),
    objectRef: objectRefOf(v1.objectRef),
    responseStatus: responseStatusOf(v1.responseStatus),
    requestObject: v1.requestObject,
    responseObject: v1.responseObject,
    annotations: annotationsOf(v1.annotations),
    receivedUs: received.us,
    stageUs: staged.us,
    requestReceivedTimestamp: received.text,
    stageTimestamp: staged.text,
    json: v1,
    source: context.source,
    position: context.position,
    cut: context.cut,
  };
}

export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function rejected(reason: Reject['reason'], context: DecodeContext): Reject {
  const { source, position } = context;
  return { source, position, reason, salvaged: null, isUnfinishedTail: false };
}

/** Recursion of at most `depth` calls, whatever the value: the stack holds some thousand. */
function isDeeper(value: object, depth: number): boolean {
  if (depth === 0) return true;
  const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const child of children) {
    if (typeof child === 'object' && child !== null && isDeeper(child, depth - 1)) return true;
  }
  return false;
}

function isSelfDeclared(json: Json): boolean {
  return json.kind === 'Event' && textOf(json.apiVersion)?.startsWith('audit.k8s.io/') === true;
}

export function levelOf(value: unknown): Level {
  return value === 'Request' || value === 'RequestResponse' ? value : 'Metadata';
}

export function stageOf(value: unknown): Stage | null {
  const isStage =
    value === 'RequestReceived' ||
    value === 'ResponseStarted' ||
    value === 'ResponseComplete' ||
    value === 'Panic';
  return isStage ? value : null;
}

/** `{}` stands for nobody: the authenticators failed. */
export function userOf(value: unknown): UserInfo | null {
  if (!isJson(value)) return null;
  const username = textOf(value.username);
  const uid = textOf(value.uid);
  const groups = textsOf(value.groups);
  if (username === null && uid === null && groups.length === 0) return null;
  return { username: username ?? '', uid, groups, extra: extraOf(value.extra) };
}

export function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return NONE;
  return value.every(isText) ? value : value.filter(isText);
}

const NONE: readonly string[] = [];

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function extraOf(value: unknown): UserInfo['extra'] {
  if (!isJson(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, texts]) => (Array.isArray(texts) ? [[key, textsOf(texts)]] : [])),
  );
}

export function objectRefOf(value: unknown): ObjectRef | null {
  if (!isJson(value)) return null;
  const resource = textOf(value.resource);
  if (resource === null) return null;
  return {
    group: textOf(value.apiGroup) ?? '',
    version: textOf(value.apiVersion),
    resource,
    subresource: textOf(value.subresource),
    namespace: textOf(value.namespace),
    name: textOf(value.name),
    uid: textOf(value.uid),
    resourceVersion: textOf(value.resourceVersion),
  };
}

export function responseStatusOf(value: unknown): ResponseStatus | null {
  if (!isJson(value)) return null;
  return {
    code: typeof value.code === 'number' && Number.isInteger(value.code) ? value.code : null,
    status: textOf(value.status),
    reason: textOf(value.reason),
    message: textOf(value.message),
    details: isJson(value.details) ? value.details : null,
  };
}

/** From entries, so that a key like `__proto__` stays a key. */
function annotationsOf(value: unknown): AuditEvent['annotations'] {
  if (!isJson(value)) return {};
  const entries = Object.entries(value);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts);
}

function timeOf(value: unknown, recordTime: string | null): { us: number | null; text: string | null } {
  for (const text of [textOf(value), recordTime]) {
    const us = text === null ? null : parseMicros(text);
    if (text !== null && us !== null) return { us, text: isRfc3339(text) ? text : formatMicros(us) };
  }
  return { us: null, text: null };
}
