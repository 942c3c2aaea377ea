/**
 * The contract of a log store: a server that holds events and can be asked for some of them. What all stores have in common (the
 * pages of a plan as batches, the witness, budgets, following) is store-source.ts's; a store is its language and its paging.
 */
import type { Gap, Note } from '../../event/coverage.ts';
import type { EventLeaf, EventTest } from '../../query/event-test.ts';
import type { Field } from '../../query/predicate.ts';
import type { Window } from '../../query/query.ts';
import type { StageWindow } from '../stage-window.ts';

export interface Store {
  /** For messages and coverage: `loki http://127.0.0.1:3100`. No secrets. */
  readonly name: string;
  /** Reading costs money. */
  readonly billed: boolean;
  /** How late events may come while it is followed, microseconds; default 30 s. */
  readonly lateUs?: number;
  /**
   * Looks at the server, once: which tests it can make depends on how events lie in it. Throws a UserError when nothing can be
   * read at all.
   */
  look(signal: AbortSignal): Promise<Shape>;
  close(): Promise<void>;
}

/** A store whose events lie in a known way. */
export interface Shape {
  /**
   * Whether it can make that test, so that it means just what event-test.ts says; `isNegated`: whether its negation. One that passes
   * more events may be made as well, if the counter refuses it, and if it passes no event of a request whose outcome it does not pass.
   */
  can(leaf: EventLeaf, isNegated: boolean): boolean;
  /** What is worth knowing about how events lie there, or may be missing. */
  readonly findings: { readonly gaps: readonly Gap[]; readonly notes: readonly Note[] };
  /**
   * The records of the events that pass, newest first by the store's own time, a page at a time and none before it is asked
   * for. Records may be what `unwrap` (envelope.ts) knows, and may be of more events than are wanted. Throws a UserError, and the
   * signal's reason.
   */
  pages(ask: Ask, signal: AbortSignal): AsyncIterable<Page>;
  /** The requests that `pages` would send, a line each, as they would be sent; credentials left out. */
  explain(ask: Ask): readonly string[];
  /** Absent: it cannot count exactly. */
  readonly counter?: Counter;
  /** The oldest and the newest event that it holds; null: none, or it cannot tell. */
  extent(signal: AbortSignal): Promise<Extent | null>;
  /** Bytes that reading would touch, where that can be told beforehand. */
  estimate?(ask: Ask, signal: AbortSignal): Promise<number | null>;
  /** Whether asking that is paid for; then it is followed more slowly. Absent, and null: it is free of charge. */
  paidFor?(ask: Ask): Paid | null;
}

export interface Paid {
  /** How it can be had free of charge, for messages; null: it cannot. */
  readonly mend: string | null;
}

/** A note among its findings. `name`: the store's. */
export function holdsNothing(name: string): Note {
  return { code: 'store-empty', text: `${name} holds no audit event` };
}

export interface Ask {
  readonly test: EventTest;
  /** Requests received then are wanted: `sinceUs ≤ requestReceivedTimestamp < untilUs`; long-running ones also when they end then. */
  readonly received: Window;
  /** Only events that were written then can be wanted, by their stageTimestamp. */
  readonly stages: StageWindow;
  /** Long-running requests (watch, exec, …) are among what is asked about. */
  readonly isLongRunning: boolean;
}

/** Counts the events that pass, exactly, by the values that stand in them. */
export interface Counter {
  /** `ask`: which is by those fields. */
  can(by: readonly Field[], ask: CountAsk): boolean;
  /** Null: it turned out that it cannot, or in part only. */
  count(ask: CountAsk, signal: AbortSignal): Promise<Counted | null>;
}

export interface CountAsk {
  readonly test: EventTest;
  /** `sinceUs ≤ requestReceivedTimestamp < untilUs`. */
  readonly window: Window;
  /** Only events that were written then can be among them. */
  readonly stages: StageWindow;
  readonly by: readonly Field[];
  /** Width of a time bucket by requestReceivedTimestamp, microseconds; null: none. */
  readonly bucketUs: number | null;
  /** When the first and the last of a group were received is wanted too. */
  readonly hasSpans: boolean;
}

/** `bytes`: of the answer. */
export interface Counted {
  readonly groups: readonly CountedGroup[];
  /** firstUs and lastUs are cut off at the millisecond. Default: they are not. */
  readonly isToTheMs?: boolean;
  readonly bytes: number;
}

export interface CountedGroup {
  /** A value for each field of `by`; null: the event has none. */
  readonly key: readonly (string | null)[];
  readonly bucketUs: number | null;
  readonly count: number;
  /** Of requestReceivedTimestamp, microseconds; null: it does not tell. */
  readonly firstUs: number | null;
  readonly lastUs: number | null;
}

export interface Page {
  readonly records: readonly unknown[];
  /** Of the answer, as it came. */
  readonly bytes: number;
  /** What is missing in it, as far as the store says so. */
  readonly gaps?: readonly Gap[];
}

/** Microseconds since the epoch. */
export interface Extent {
  readonly oldestUs: number;
  readonly newestUs: number;
}
