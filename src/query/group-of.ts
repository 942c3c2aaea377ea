/**
 * Which group of an aggregation a request is counted in: one meaning for questions, which count what they are given, and for
 * sources, which count where they read.
 */
import type { AuditEvent } from '../event/event.ts';
import type { Bucket } from '../event/groups.ts';
import type { Aggregation } from './query.ts';
import { finalValueOf, UNKNOWN } from './value-of.ts';

/**
 * A value for each field; null where there is none, or it is not known. Of addresses the last one counts, which no client can
 * forge; of any other field that has several values the first.
 */
export function groupKeyOf(event: AuditEvent, { by }: Pick<Aggregation, 'by'>): readonly (string | null)[] {
  return by.map((field) => {
    const value = finalValueOf(event, field);
    if (typeof value === 'symbol') return null;
    return (field === 'sourceIPs' ? value.at(-1) : value[0]) ?? null;
  });
}

/** Whether a cut took away what the group would be told by. */
export function isGroupLost(event: AuditEvent, { by }: Pick<Aggregation, 'by'>): boolean {
  return event.cut !== null && by.some((field) => finalValueOf(event, field) === UNKNOWN);
}

/** The time bucket of one request that was received then; none where none are asked for. */
export function bucketsOf(receivedUs: number, { bucketUs }: Aggregation): readonly Bucket[] {
  return bucketUs === null ? [] : [{ fromUs: bucketStart(receivedUs, bucketUs), count: 1 }];
}

/** Microseconds since the epoch. */
export function bucketStart(receivedUs: number, bucketUs: number): number {
  return Math.floor(receivedUs / bucketUs) * bucketUs;
}
