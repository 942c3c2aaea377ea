/** What crosses the asynchronous boundary between reading and assembling: many events at once, and what was passed over. */
import type { AuditEvent, Reject } from './event.ts';
import type { Groups } from './groups.ts';
import type { PassedStages } from './passed-stages.ts';

/** What was passed over without being decoded, because nothing in it could match; still part of the coverage. */
export interface Tally {
  readonly bytes: number;
  readonly events: number;
  /** Of those events, the ones that tell an outcome (ResponseComplete, Panic, a 401's ResponseStarted). */
  readonly outcomes: number;
  /** Earliest and latest requestReceivedTimestamp among them, microseconds; null for none. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** Requests of the query's window that its witness holds of, told by those outcomes. */
  readonly witnessed: readonly Witnessed[];
  /** Requests that match the query, told by those outcomes, by its aggregation's groups. */
  readonly counted: readonly Groups[];
}

export interface Witnessed {
  /** As in `Coverage.levels`: `apps/deployments`. */
  readonly resource: string;
  readonly level: string;
  readonly count: number;
  /** Which request it was, where another log may hold it too: `witnessId`. Then the count is 1. */
  readonly id: string | null;
}

/** The same in every log that holds the request. */
export function witnessId(auditID: string, receivedUs: number | null): string {
  return `${receivedUs} ${auditID}`;
}

export interface EventBatch {
  readonly source: string;
  /**
   * The stretch of the source that it is from. Read again in another round, it is counted once. Undefined: a stretch that no
   * other round reads.
   */
  readonly part?: string;
  readonly events: readonly AuditEvent[];
  readonly rejects: readonly Reject[];
  /** `bytes` counts all bytes read since the last batch; the rest only what is not in `events`. */
  readonly passedOver: Tally;
  /** Followed: all that was written to the log before is read, though nothing of it may be in a batch; microseconds. Default: not known. */
  readonly readToUs?: number;
  /** Of requests of which another stage may be among the events, or was counted; and of those that are counted, where they begin. */
  readonly stages: readonly PassedStages[];
}

export const NOTHING_PASSED: Tally = {
  ...{ bytes: 0, events: 0, outcomes: 0, fromUs: null, toUs: null },
  ...{ witnessed: [], counted: [] },
};

/** So that a log is named of which nothing was read, or to tell of bytes alone. */
export function emptyBatch(source: string, bytes = 0): EventBatch {
  const passedOver = { ...NOTHING_PASSED, bytes };
  return { source, events: [], rejects: [], passedOver, stages: [] };
}
