/** Points in time as stores have them: whole nanoseconds since the epoch, which is beyond what a number holds. */
import { parseMicros } from '../../event/micros.ts';

export type Nanos = bigint;

const SECOND_NS = 1_000_000_000n;

/** RFC 3339 in UTC; digits beyond those that are asked for are cut off. */
export function rfc3339(ns: Nanos, digits: number): string {
  const seconds = ns / SECOND_NS - (ns < 0n && ns % SECOND_NS !== 0n ? 1n : 0n);
  const fraction = String(ns - seconds * SECOND_NS)
    .padStart(9, '0')
    .slice(0, digits);
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** RFC 3339 with any number of digits, of which nine count; 0 for anything else. */
export function nanosOf(text: string): Nanos {
  const us = parseMicros(text);
  if (us === null) return 0n;
  const beyond = /\.\d{6}(\d{1,3})/.exec(text)?.[1] ?? '';
  return BigInt(us) * 1000n + BigInt(beyond.padEnd(3, '0'));
}
