/** What crosses the asynchronous boundary between reading and assembling: many events at once, and what was passed over. */
import type { AuditEvent, Reject } from './event.ts';

/** What was passed over without being decoded, because nothing in it could match; still part of the coverage. */
export interface Tally {
  readonly bytes: number;
  readonly events: number;
  /** Of those events, the ones that tell an outcome (ResponseComplete, Panic, a 401's ResponseStarted). */
  readonly outcomes: number;
  /** Earliest and latest requestReceivedTimestamp among them, microseconds; null for none. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
}

export interface EventBatch {
  readonly source: string;
  readonly events: readonly AuditEvent[];
  readonly rejects: readonly Reject[];
  /** `bytes` counts all bytes read since the last batch; the rest only what is not in `events`. */
  readonly passedOver: Tally;
}
