/**
 * What is asked of an event or request, as frozen data. matches.ts says what it means; sources translate it.
 */

/**
 * Fields of an event by the audit API's own paths. Derived ones: `requestPath`, `dryRun`, and `session`, the person behind a
 * shared login (event/actor.ts).
 */
export type Field =
  | 'auditID'
  | 'level'
  | 'stage'
  | 'verb'
  | 'requestURI'
  | 'requestPath'
  | 'user.username'
  | 'user.groups'
  | 'impersonatedUser.username'
  | 'impersonatedUser.groups'
  | 'session'
  | 'sourceIPs'
  | 'userAgent'
  | 'objectRef.apiGroup'
  | 'objectRef.resource'
  | 'objectRef.subresource'
  | 'objectRef.namespace'
  | 'objectRef.name'
  | 'responseStatus.code'
  | 'responseStatus.reason'
  | 'requestObject'
  | 'responseObject'
  | 'annotations'
  | 'requestReceivedTimestamp'
  | 'stageTimestamp'
  | 'dryRun';

/** Fields that only the outcome is sure to have: at an earlier stage they are unknown, not absent. */
export const OUTCOME_FIELDS: ReadonlySet<Field> = new Set<Field>([
  'responseStatus.code',
  'responseStatus.reason',
  'responseObject',
  'annotations',
  'stage',
  'stageTimestamp',
  // Impersonation and the body come after RequestReceived is written (apiserver, pkg/server/config.go: handler chain).
  'impersonatedUser.username',
  'impersonatedUser.groups',
  'session',
  'requestObject',
  'dryRun',
  // Taken from the body where the URL has none; the name of an object made with generateName is in the response only.
  'objectRef.namespace',
  'objectRef.name',
]);

export type Predicate =
  | { readonly kind: 'all'; readonly of: readonly Predicate[] }
  | { readonly kind: 'any'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  /** True when the field has this value; for a field of several values, when one of them is it. Absent: false. */
  | { readonly kind: 'equals'; readonly field: Field; readonly value: string | boolean }
  | { readonly kind: 'in'; readonly field: Field; readonly values: readonly string[] }
  /** `*` any run of characters, `?` one character; the whole value, case and all unless `ignoreCase`. */
  | { readonly kind: 'glob'; readonly field: Field; readonly pattern: string; readonly ignoreCase: boolean }
  /** Inclusive on both sides. Absent: false. */
  | { readonly kind: 'codeBetween'; readonly from: number; readonly to: number }
  /** The last source address, the only one a client cannot forge, lies in this network. */
  | { readonly kind: 'fromNetwork'; readonly cidr: string }
  | { readonly kind: 'absent'; readonly field: Field }
  /** A CEL expression over the event's own fields. An error in it is no match, and is counted. */
  | { readonly kind: 'cel'; readonly text: string; readonly holds: CelProgram };

/** Compiled by cel.ts. Evaluates over the event's JSON; must not throw. */
export interface CelProgram {
  /** Top-level fields of the event that it reads. */
  readonly names: ReadonlySet<string>;
  test(json: Readonly<Record<string, unknown>>): boolean | 'error';
}

export const EVERYTHING: Predicate = { kind: 'all', of: [] };
export const NOTHING: Predicate = { kind: 'any', of: [] };

export function isEverything(predicate: Predicate): boolean {
  return predicate.kind === 'all' && predicate.of.length === 0;
}

export function isNothing(predicate: Predicate): boolean {
  return predicate.kind === 'any' && predicate.of.length === 0;
}

/** Flattens, and drops what cannot change the outcome. */
export function all(...of: readonly Predicate[]): Predicate {
  const parts = of.flatMap((p) => (p.kind === 'all' ? p.of : [p]));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'all', of: parts };
}

export function any(...of: readonly Predicate[]): Predicate {
  const parts = of.flatMap((p) => (p.kind === 'any' ? p.of : [p]));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'any', of: parts };
}

export const not = (of: Predicate): Predicate => ({ kind: 'not', of });
export const equals = (field: Field, value: string | boolean): Predicate => ({
  kind: 'equals',
  field,
  value,
});
export const oneOf = (field: Field, values: readonly string[]): Predicate => ({ kind: 'in', field, values });
export const absent = (field: Field): Predicate => ({ kind: 'absent', field });
export const glob = (field: Field, pattern: string, ignoreCase = false): Predicate => ({
  kind: 'glob',
  field,
  pattern,
  ignoreCase,
});
