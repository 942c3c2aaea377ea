/**
 * What an index keeps of a line, besides its place and its time: fields that go together, in tables of which each line has one
 * entry. Neither URIs nor bodies nor annotations.
 */
import type { Field } from '../../query/predicate.ts';

/** `isOutcome`, `isLongRunning` and `isStarted`: what event/ says of the line, as `true` and `false`. */
export type IndexedField =
  | 'isOutcome'
  | 'isLongRunning'
  | 'isStarted'
  | Exclude<
      Field,
      | 'auditID'
      | 'requestURI'
      | 'requestPath'
      | 'stage'
      | 'requestObject'
      | 'responseObject'
      | 'annotations'
      | 'requestReceivedTimestamp'
      | 'stageTimestamp'
      | 'dryRun'
    >;

/** Their order is the file's. */
export const TABLES = [
  ['verb', 'level', 'isOutcome', 'isLongRunning', 'isStarted'],
  [
    ...(['user.username', 'user.groups', 'impersonatedUser.username', 'impersonatedUser.groups'] as const),
    'session',
  ],
  ['sourceIPs'],
  ['userAgent'],
  ['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource'],
  ['objectRef.namespace'],
  ['objectRef.name'],
  ['responseStatus.code', 'responseStatus.reason'],
] as const satisfies readonly (readonly IndexedField[])[];

export const SHAPE = 0;
export const WHO = 1;
export const ADDRESSES = 2;
export const AGENT = 3;
export const KIND = 4;
export const NAMESPACE = 5;
export const NAME = 6;
export const STATUS = 7;

/** Of the table SHAPE: nothing is known of the line but its place. It has to be decoded. */
export const ODD = 0;

/** Null: it is not in the index. */
export function placeOf(field: string): { readonly table: number; readonly at: number } | null {
  return PLACES.get(field) ?? null;
}

export function isIndexed(field: string): boolean {
  return PLACES.has(field);
}

const PLACES = new Map<string, { readonly table: number; readonly at: number }>(
  TABLES.flatMap((fields, table) => fields.map((field, at) => [field, { table, at }] as const)),
);

/** Bytes of an audit ID that is a UUID. */
export const ID_BYTES = 16;
