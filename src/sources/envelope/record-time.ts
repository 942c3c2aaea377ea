/** The time a record itself bears, as RFC 3339: a stand-in for events that have lost theirs. */
import type { Json } from './event-json.ts';

/** The writer's time before the store's own. */
const KEYS = [
  '@timestamp',
  'timestamp',
  'time',
  'Timestamp',
  'TimeGenerated',
  '_time',
  'ts',
  'date',
  'eventTime',
  'StageReceivedTime',
  'receiveTimestamp',
  'timeUnixNano',
  'observedTimeUnixNano',
  'ingestionTime',
  '@ingestionTime',
  '__REALTIME_TIMESTAMP',
] as const;

export function recordTime(record: Json): string | null {
  for (const key of KEYS) {
    const time = Object.hasOwn(record, key) ? toRfc3339(record[key]) : null;
    if (time !== null) return time;
  }
  return null;
}

/** `2026-11-23T08:46:57.1Z stdout F ` → the time. */
export function timeBefore(prefix: string): string | null {
  const found = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/.exec(prefix);
  return found === null ? null : toRfc3339(found[0]);
}

/** Text, or a number of seconds, ms, µs or ns since the epoch, told by its size. Without a zone: UTC. Null: no time. */
function toRfc3339(value: unknown): string | null {
  if (typeof value === 'number') return ofEpoch(value);
  if (typeof value !== 'string' || value.length > 40) return null;
  if (/^\d{9,19}(?:\.\d{1,9})?$/.test(value)) return ofEpoch(Number(value));
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(value);
  if (match === null) return null;
  const [, day = '', clock = '', zone = 'Z'] = match;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const time = `${day}T${clock}${offset}`;
  return Number.isNaN(Date.parse(time)) ? null : time;
}

function ofEpoch(value: number): string | null {
  const unitsPerMs = value < 1e11 ? 1e-3 : value < 1e14 ? 1 : value < 1e17 ? 1e3 : 1e6;
  const date = new Date(value / unitsPerMs);
  // Before 2001 it is a count of something else.
  return value < 1e9 || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
