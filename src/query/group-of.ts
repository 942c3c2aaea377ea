/** Which group of an aggregation a request is counted in. */
import type { AuditEvent } from '../event/event.ts';
import type { Aggregation } from './query.ts';
import { finalValueOf } from './value-of.ts';

/** A value for each field, of several the first; null where there is none, or it is not known. */
export function groupKeyOf(event: AuditEvent, { by }: Aggregation): readonly (string | null)[] {
  return by.map((field) => {
    const value = finalValueOf(event, field);
    return typeof value === 'symbol' ? null : (value[0] ?? null);
  });
}

/** Where the time bucket begins, microseconds since the epoch; null where there are none. */
export function bucketOf(receivedUs: number, { bucketUs }: Aggregation): number | null {
  return bucketUs === null ? null : Math.floor(receivedUs / bucketUs) * bucketUs;
}
