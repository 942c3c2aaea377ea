/**
 * Whether a file looks as if it were in order, by a few places spread over it. An API server's own log is; but a file that
 * somebody made out of several, or sorted, would lead a search by time astray without its noticing.
 */
import { beginsWith, EVENT_HEAD } from './json-bytes.ts';
import { type ReadableAt, stampedLines } from './time-probe.ts';
import { MOST_SLACK_US } from './time-search.ts';

/** Holds some whole lines as a rule; where it does not, that place tells nothing. */
export const SOUNDING_BYTES = 8 * 1024;

export interface Soundings {
  /** What speaks against a search by time; null: nothing. */
  readonly why: 'no order' | 'no times' | 'other form' | null;
  /** The largest step backwards between two lines that were seen, microseconds. */
  readonly disorderUs: number;
}

/** At `places` of it, the first and the last included; all are read at once. Two parts of it that overlap in time are noticed when they span two places. */
export async function sound(
  source: ReadableAt,
  bytes: number,
  places: number,
  signal: AbortSignal,
): Promise<Soundings> {
  const step = Math.max(0, bytes - SOUNDING_BYTES) / Math.max(1, places - 1);
  const reads = Array.from({ length: places }, async (_, n) => {
    const at = Math.floor(n * step);
    return { at, seen: Buffer.from(await source.readAt(at, SOUNDING_BYTES, signal)) };
  });
  let latestUs = Number.NEGATIVE_INFINITY;
  let disorderUs = 0;
  for (const { at, seen } of await Promise.all(reads)) {
    const whole = seen.subarray(0, seen.lastIndexOf(0x0a) + 1);
    if (at === 0 && isWrapping(seen)) return { why: 'other form', disorderUs };
    for (const { start, end, stampUs } of stampedLines(whole, at, at === 0 ? 0 : null)) {
      if (start !== null && !isOwnForm(whole.subarray(start - at, end - at)))
        return { why: 'other form', disorderUs };
      disorderUs = Math.max(disorderUs, latestUs - stampUs);
      latestUs = Math.max(latestUs, stampUs);
    }
    if (disorderUs > MOST_SLACK_US) return { why: 'no order', disorderUs };
  }
  return { why: Number.isFinite(latestUs) ? null : 'no times', disorderUs };
}

/** A log that begins with JSON that is no event, or with white space: a list over many lines, records of forwarders. */
function isWrapping(first: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?[\s{[]/.test(first.toString('latin1', 0, 4)) && !startsAsEvent(first);
}

/** An event of its own on a line of its own: what is cut before or behind it stays whole. */
function isOwnForm(line: Buffer): boolean {
  return startsAsEvent(line) && /\}\r?\n$/.test(line.toString('latin1', Math.max(0, line.length - 3)));
}

function startsAsEvent(bytes: Buffer): boolean {
  return beginsWith(bytes, 0, EVENT_HEAD);
}
