/**
 * The contract of a source: where events are kept. A source narrows what is fetched and never decides what is true:
 * the whole predicate and the window are applied again behind it.
 */
import type { EventBatch } from '../event/batch.ts';
import type { Gap, Note } from '../event/coverage.ts';
import type { Predicate } from '../query/predicate.ts';
import type { Query } from '../query/query.ts';

// Defined in event/, because the scanner, which makes them, knows no sources.
export type { EventBatch, Tally } from '../event/batch.ts';

export interface Capabilities {
  /** The order in which events come, to within `slackUs`. 'none': any. Default 'none': the question sorts. */
  readonly order: 'newest' | 'oldest' | 'none';
  /**
   * Microseconds by which an event may stand away from its place by requestReceivedTimestamp, and by which the source
   * widens the window it reads. 'measured': each file shows its own, and one that shows no bound is read whole. Null:
   * unbounded, everything is read.
   */
  readonly slackUs: number | 'measured' | null;
  /** Can be asked a second time (a file can, standard input cannot). No: a question gets one round. */
  readonly rereads: boolean;
  /** Reading costs money. Yes: never read beyond the window, and asked about before a large estimate. */
  readonly billed: boolean;
  /** New events can be awaited. No: `--follow` is refused by name. */
  readonly follows: boolean;
}

export interface SourcePlan {
  readonly query: Query;
  /** What the source itself filters by, and what is left to be filtered here. pushed ∧ residual ≡ predicate. */
  readonly pushed: Predicate;
  readonly residual: Predicate;
  /** What reading will touch; null where it cannot be told. */
  readonly estimate: {
    readonly bytes: number | null;
    readonly parts: number | null;
    /** About, at most, while it is followed, where that is paid for; null, and absent: nothing, or nobody knows. */
    readonly bytesPerHour?: number | null;
  };
  /** It would cost more than it may, and reading it reads nothing but says so. Default no. */
  readonly isRefused?: boolean;
  /** For `--explain` alone: what will be sent or opened, a line each, as it will be. */
  explain(): Promise<readonly string[]>;
}

export interface Source {
  /** For messages. Rows and coverage name the logs within it: `EventBatch.source`, one for each API server's log. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Must not read events; may look at names, sizes and a few places. Throws a UserError when nothing can be read at all. */
  plan(query: Query, signal: AbortSignal): Promise<SourcePlan>;
  /** Batches in the declared order. Ends early, without an error, when the consumer returns. Throws when aborted. */
  read(plan: SourcePlan, signal: AbortSignal): AsyncIterable<EventBatch>;
  /**
   * What is written after that which `read` of the same plan reads, as soon as it is there; for plans of queries with
   * `following`. Ends when nothing can come any more (standard input), throws when aborted. What cannot be read for a time is
   * told as news when that begins and ends. Present when `capabilities.follows`.
   */
  follow?(plan: SourcePlan, onNews: (news: News) => void, signal: AbortSignal): AsyncIterable<EventBatch>;
  /** After reading, or following: what could not be read, and what is worth knowing. What was read is counted from the batches. */
  findings(): Findings;
  close(): Promise<void>;
}

/** What becomes of a log while it is followed. */
export interface News {
  /** As in `EventBatch.source`. */
  readonly source: string;
  readonly text: string;
}

export interface Findings {
  readonly gaps: readonly Gap[];
  readonly notes: readonly Note[];
  /** Logs (by `EventBatch.source`) known to hold events from before the window, although they were not read. */
  readonly holdsEarlier: readonly string[];
}
