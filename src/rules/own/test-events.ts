/** The events of a rule's test as they are written, with what is left out filled in → audit events. */

import type { KeyPath, Places } from '../../config/places.ts';
import { decodeEvent } from '../../event/decode.ts';
import type { AuditEvent } from '../../event/event.ts';
import { formatMicros } from '../../event/micros.ts';
import { parsePath } from '../../event/request-path.ts';
import { parseResource } from '../../event/resource-names.ts';
import { EVENT_FIELDS } from '../../query/cel-fields.ts';
import { parseDuration } from '../../query/duration.ts';
import { didYouMean } from '../../query/nearest.ts';
import { isObject, type Json } from '../json.ts';
import type { RuleTest } from '../rule.ts';
import { ASKED_NAMES } from '../rule-tests.ts';
import type { TestText } from './rules-schema.ts';

/** 2026-01-05T12:00:00Z, a Monday. */
const BEGIN_US = 1_767_614_400_000_000;
const DAY_US = 86_400_000_000;
const SECOND_US = 1_000_000;

/** Throws UserError AUDIT_BAD_RULE. */
export function testOf(
  { name, before = [], events, findings }: TestText,
  path: KeyPath,
  places: Places,
  file: string,
): RuleTest {
  const place = { file, line: places.lineOf(path) };
  for (const [n, wanted] of (typeof findings === 'number' ? [] : findings).entries()) {
    const odd = Object.keys(wanted).find((key) => !ASKED_NAMES.includes(key));
    if (odd !== undefined)
      throw places.refuse(
        [...path, 'findings', n, odd],
        `nothing of a finding is called that${didYouMean(odd, ASKED_NAMES)}`,
        `any of ${ASKED_NAMES.join(', ')}`,
      );
  }
  return {
    name,
    before: eventsOf(before, BEGIN_US - DAY_US, [...path, 'before'], places),
    events: eventsOf(events, BEGIN_US, [...path, 'events'], places),
    findings,
    place,
  };
}

function eventsOf(
  texts: readonly Json[],
  beginUs: number,
  path: KeyPath,
  places: Places,
): readonly AuditEvent[] {
  let lastUs = beginUs - SECOND_US;
  return texts.map((text, n) => {
    const here = [...path, n];
    const { at, ...event } = text;
    checkNames(event, here, places);
    lastUs = at === undefined ? lastUs + SECOND_US : beginUs + offsetOf(at, [...here, 'at'], places);
    const position = { file: 'test', line: n + 1 };
    const decoded = decodeEvent(filledIn(event, lastUs, n), {
      ...{ source: 'test', position, recordTime: null, cut: null },
    });
    if ('reason' in decoded) throw places.refuse(here, `this is no audit event: ${decoded.reason}`);
    return decoded;
  });
}

function checkNames(event: Json, path: KeyPath, places: Places): void {
  const known = [...EVENT_FIELDS.keys(), 'at'];
  for (const [name, value] of Object.entries(event)) {
    if (!known.includes(name))
      throw places.refuse(
        [...path, name],
        `there is no such field in an event${didYouMean(name, known)}`,
        `fields are ${known.join(', ')}`,
      );
    const kind = EVENT_FIELDS.get(name)?.kind;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const isBody = name === 'requestObject' || name === 'responseObject';
    if ((kind === 'object' && !isBody && !isObject) || (kind === 'list' && !Array.isArray(value)))
      throw places.refuse([...path, name], kind === 'list' ? 'a list is wanted' : 'an object is wanted');
  }
}

function offsetOf(text: unknown, path: KeyPath, places: Places): number {
  const ms = text === '0' ? 0 : typeof text === 'string' ? parseDuration(text) : null;
  if (ms !== null) return ms * 1000;
  throw places.refuse(path, 'so long after the first is wanted', 'at: 90s');
}

function filledIn(event: Json, atUs: number, n: number): Json {
  const verb = typeof event.verb === 'string' ? event.verb : 'get';
  const objectRef = isObject(event.objectRef) ? withGroup(event.objectRef) : refOf(event.requestURI);
  const requestURI = event.requestURI ?? uriOf(objectRef, verb);
  const hasBody = event.requestObject !== undefined || event.responseObject !== undefined;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: hasBody ? 'RequestResponse' : 'Metadata',
    auditID: `test-${n + 1}`,
    stage: 'ResponseComplete',
    requestReceivedTimestamp: formatMicros(atUs),
    stageTimestamp: formatMicros(atUs + 5000),
    verb,
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
    user: { username: 'alice', groups: ['system:authenticated'] },
    ...event,
    ...(objectRef === undefined ? {} : { objectRef }),
    requestURI: requestURI ?? '/',
    responseStatus: {
      metadata: {},
      code: 200,
      ...(isObject(event.responseStatus) ? event.responseStatus : {}),
    },
  };
}

/** `{ resource: deployments }` is of apps. */
function withGroup(ref: Json): Json {
  if (ref.apiGroup !== undefined || typeof ref.resource !== 'string') return ref;
  const { group } = parseResource(ref.resource);
  return group === null || group === '' ? ref : { ...ref, apiGroup: group };
}

function refOf(uri: unknown): Json | undefined {
  const ref = typeof uri === 'string' ? parsePath(uri.split('?', 1)[0] ?? '') : null;
  if (ref === null) return undefined;
  const { group, version, resource, subresource, namespace, name } = ref;
  return present({ apiGroup: group, apiVersion: version, resource, subresource, namespace, name });
}

function present(of: Readonly<Record<string, string | null>>): Json {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null && value !== ''));
}

function uriOf(ref: unknown, verb: string): string | undefined {
  if (!isObject(ref)) return undefined;
  const { apiGroup = '', apiVersion = 'v1', resource, namespace, name, subresource } = ref;
  const root = apiGroup === '' ? `/api/${apiVersion}` : `/apis/${apiGroup}/${apiVersion}`;
  const within = namespace === undefined || resource === 'namespaces' ? '' : `/namespaces/${namespace}`;
  const isCreation = verb === 'create' && subresource === undefined;
  const rest = [resource, isCreation ? undefined : name, subresource].filter((part) => part !== undefined);
  return `${root}${within}/${rest.join('/')}${verb === 'watch' ? '?watch=true' : ''}`;
}
