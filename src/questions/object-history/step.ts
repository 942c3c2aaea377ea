/**
 * One step of an object's history: what a request did to it, and how it stood before and after, as far as the log tells.
 * Types only. States are raw, secrets included: redaction is field-diff's, before anything of them gets into an answer.
 */

/** Of the object itself, whatever the subresource; `extensions` and `apps` of one object are one (the newer group). */
export interface ObjectId {
  /** '' for the core group. */
  readonly group: string;
  readonly resource: string;
  /** Null for cluster-scoped objects. */
  readonly namespace: string | null;
  readonly name: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** `object` never has `metadata.managedFields`. */
export type State =
  /**
   * exact: as the server answered. computed: a whole state plus what a request asked for; `metadata.resourceVersion` is
   * left out where it is not known, what admission may have done without a word in the log cannot be in it.
   */
  | { readonly kind: 'exact' | 'computed'; readonly object: Json }
  /** Only what is known stands in `object`: fields, and items of keyed lists, may be missing from it. */
  | { readonly kind: 'partial'; readonly object: Json; readonly why: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly why: string };

/** What admission webhooks did to the request on its way, by annotation. */
export interface Admission {
  /** Of the webhook: `inject.example.com`. */
  readonly name: string;
  readonly configuration: string | null;
  /** Null: not said. */
  readonly mutated: boolean | null;
  /** Its JSON patch; null: none, or not logged at this level. */
  readonly patch: readonly unknown[] | null;
}

export interface Step {
  /** Of the request, as AuditRequest has it. */
  readonly key: string;
  /** Microseconds: receipt, and when it was answered. */
  readonly atUs: number;
  readonly endUs: number;
  /**
   * seen: a read that shows the state. delete: also one that only begins (after has a deletionTimestamp then), and the
   * removal of the last finalizer. none: dry run, refused, failed, without effect, outcome not known.
   */
  readonly kind: 'create' | 'change' | 'delete' | 'seen' | 'none';
  /** Null: of the object itself. */
  readonly subresource: string | null;
  /** Counted from 1: a name given to another object starts a new life. */
  readonly life: number;
  /** Of that life's object, if anything in the log tells. */
  readonly uid: string | null;
  readonly before: State;
  readonly after: State;
  /**
   * Of what is known of the change: exact: both states are; computed: both states are whole, one of them computed;
   * request: only what was asked for; fact: only that it happened.
   */
  readonly basis: 'exact' | 'computed' | 'request' | 'fact';
  /** Steps of metadata.generation since the last one known that no event accounts for; null where it is not known. */
  readonly unlogged: number | null;
  /** It succeeded, and changed nothing. */
  readonly noOp: boolean;
  /** What the request asked for: a patch of any kind, the object as it was to be, DeleteOptions. Undefined: not known. */
  readonly request: unknown;
  /** How `request` is to be read. */
  readonly requestKind: RequestKind;
  readonly admission: readonly Admission[];
}

export type RequestKind =
  | 'json patch'
  | 'merge patch'
  | 'strategic merge patch'
  /** Either of the two: they would not have come to the same. */
  | 'merge or strategic merge patch'
  | 'apply'
  /** A whole object: create, update. */
  | 'object'
  | 'scale'
  | 'options'
  | 'unknown';
