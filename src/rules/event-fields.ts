/** Which fields of a query bring the top-level fields of an event's JSON. */
import type { Field } from '../query/predicate.ts';

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  auditID: ['auditID'],
  level: ['level'],
  stage: ['stage'],
  verb: ['verb'],
  requestURI: ['requestURI'],
  userAgent: ['userAgent'],
  sourceIPs: ['sourceIPs'],
  user: ['user.username', 'user.groups'],
  impersonatedUser: ['impersonatedUser.username', 'impersonatedUser.groups'],
  objectRef: [
    ...(['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource'] as const),
    ...(['objectRef.namespace', 'objectRef.name'] as const),
  ],
  responseStatus: ['responseStatus.code', 'responseStatus.reason'],
  requestObject: ['requestObject'],
  responseObject: ['responseObject'],
  annotations: ['annotations'],
  requestReceivedTimestamp: ['requestReceivedTimestamp'],
  stageTimestamp: ['stageTimestamp'],
};

/** All that an event has at its top. */
export const TOP_LEVEL: readonly string[] = Object.keys(FIELDS);

export function fieldsOf(names: Iterable<string>): readonly Field[] {
  return [...new Set([...names].flatMap((name) => FIELDS[name] ?? []))];
}
