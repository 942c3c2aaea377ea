/**
 * What is kept of a request for the history of one object: a head that orders it and says what came of it, and the bodies.
 * Making it of a request is logged-request.ts's, packing it request-log.ts's.
 */
import type { Effect } from '../fact/effect.ts';
import type { Ownership } from './ownership.ts';
import type { Admission, Json } from './step.ts';

export interface Head {
  readonly key: string;
  readonly atUs: number;
  readonly endUs: number;
  readonly verb: string;
  readonly subresource: string | null;
  readonly effect: Effect;
  readonly code: number | null;
  /** Of the object that it was done to, as the server told it. */
  readonly uid: string | null;
  /** Of what it left behind. */
  readonly resourceVersion: string | null;
  readonly shows: Shows;
  /** How a deletion, or the removal of a finalizer, left it; null: neither, or not known. */
  readonly fate: Fate | null;
  /** `apps/v1`: of the request. */
  readonly apiVersion: string;
  readonly fieldManager: string | null;
  /** `force` stands in the query, whatever its value: only server-side apply may have it. */
  readonly saysForce: boolean;
  /** Which of two records of one request counts: the one that knows more of its end. */
  readonly rank: number;
  /** Its bodies were let go. */
  readonly isDropped: boolean;
}

/**
 * What the answer's body is. meta: only the metadata, the whole of it. listed: the object as it was before its collection was
 * deleted. absence: that there is none.
 */
export type Shows = 'object' | 'meta' | 'scale' | 'listed' | 'absence' | 'nothing';

/**
 * How a request left an object that is to be deleted. held: by finalizers, a grace period. asked: whether it is gone is not
 * said. completed: by the node, gone unless finalizers hold it. reported: gone, if it was no dry run, which only the body would tell. released: it has no finalizers left. passing:
 * held by the API server itself, which seldom logs how it goes on.
 */
export type Fate = 'gone' | 'held' | 'asked' | 'reported' | 'released' | 'passing' | 'completed';

export interface Bodies {
  /** Without managedFields; with apiVersion and kind. */
  readonly answer: Json | null;
  /** Undefined: not in the log, or not needed beside the answer. */
  readonly request: unknown;
  /** By the answer's managedFields; null: it has none. */
  readonly ownership: Ownership | null;
  readonly admission: readonly Admission[];
}

export interface Logged {
  readonly head: Head;
  readonly bodies: Bodies;
}

export const NO_BODIES: Bodies = { answer: null, request: undefined, ownership: null, admission: [] };
/** They were there, and have been let go. */
export const DROPPED: Bodies = { ...NO_BODIES };

/** It may have changed the object. */
export function isEffective({ effect, verb }: Head): boolean {
  return effect === 'done' && verb !== 'get';
}

/** Of one object, as far as both uids are known. */
export function mayBeSame(a: Head, b: Head): boolean {
  return a.uid === null || b.uid === null || a.uid === b.uid;
}

/** A deletion of a whole collection, which may have taken it, and does not say so. */
export function isCollection({ verb, shows }: Head): boolean {
  return verb === 'deletecollection' && shows === 'nothing';
}

/** 201 to a request on the object itself: it made it. */
export function isCreation(head: Head): boolean {
  return (
    isEffective(head) && head.code === 201 && head.subresource === null && !head.verb.startsWith('delete')
  );
}
