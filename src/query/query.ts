/**
 * A query: frozen data that a question asks of its sources. How a source splits it is plan.ts's.
 */
import type { Field, Predicate } from './predicate.ts';

/** `sinceUs ≤ received < untilUs`, in microseconds since the epoch. Null: no bound on that side. */
export interface Window {
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}

/**
 * Requests wanted by their number only. A source may count those that it is sure of (`Tally.counted`) and hands out the others
 * as events; only requests whose outcome is in the log are counted.
 */
export interface Aggregation {
  /** What requests are told apart by: group-of.ts says which group one is in. */
  readonly by: readonly Field[];
  /** Width of a time bucket in microseconds, all of which begin at multiples of it; null for none. */
  readonly bucketUs: number | null;
  /** Wider ones that do as well where what is covered of the window is long, narrowest first; multiples of `bucketUs`. Default: none do. */
  readonly wider?: readonly WiderBucket[];
}

/** Microseconds. */
export interface WiderBucket {
  readonly bucketUs: number;
  /** What the logs cover of the window lasts longer than that. */
  readonly overUs: number;
}

export interface Query {
  readonly window: Window;
  readonly predicate: Predicate;
  /** It only says what is worth reading: the question judges each request by itself, and is given all that is read. Default no. */
  readonly isRough?: boolean;
  /**
   * Requests that show that the log would hold a match had there been one: the same resource and verb class.
   * Counted, never handed to the question. Null: no such count is wanted.
   */
  readonly witness: Predicate | null;
  /**
   * Fields the question reads; a source may leave all others out. With a witness, `level` and those of `objectRef` are
   * among them: witnesses are counted by resource and level.
   */
  readonly fields: readonly Field[];
  readonly order: 'newest' | 'oldest' | 'none';
  /** Requests wanted at most; null for all. */
  readonly limit: number | null;
  readonly aggregation: Aggregation | null;
  /**
   * What is written from now on is wanted too. 'from now': nothing else, whatever the window's beginning; 'since': first what
   * is there of the window. Default: only what is there.
   */
  readonly following?: 'from now' | 'since';
}
