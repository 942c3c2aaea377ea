/** The fields that a row about a request is made of: a source may leave all others out. */
import type { Field } from '../../query/predicate.ts';

export const REQUEST_FIELDS: readonly Field[] = [
  'auditID',
  'level',
  'stage',
  'verb',
  'requestURI',
  'user.username',
  'user.groups',
  'impersonatedUser.username',
  'impersonatedUser.groups',
  'sourceIPs',
  'userAgent',
  'objectRef.apiGroup',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.namespace',
  'objectRef.name',
  'responseStatus.code',
  'responseStatus.reason',
  'requestObject',
  'responseObject',
  'annotations',
  'requestReceivedTimestamp',
  'stageTimestamp',
];
