/** How events lie there, told by a few lines: as the line's JSON or within it, and by which clock. */
import { parseMicros } from '../../event/micros.ts';
import { clockOf, type StoreClock } from '../store/store-clock.ts';
import type { LineShape } from './logql.ts';
import type { Line } from './query-loki.ts';

export interface Sampled {
  readonly shape: LineShape;
  readonly clock: StoreClock;
  /** Every line is JSON with the event at the same place, as the API server writes it. */
  readonly isPlain: boolean;
}

type Json = Readonly<Record<string, unknown>>;

export function sampledFrom(lines: readonly Line[]): Sampled {
  const events = lines.map(({ record }) => eventIn(record));
  const [first = null] = events;
  const prefix = first?.prefix ?? [];
  const isSame = events.every((event) => event?.prefix.join('\0') === prefix.join('\0'));
  return {
    shape: { prefix, endsWithBodies: events.every((event) => event === null || endsWithBodies(event.json)) },
    clock: clockOf(lines.map((line, at) => stampedOf(line, events[at]?.json ?? null))),
    isPlain: isSame && first !== null && events.every((event) => event !== null && isPlain(event.json)),
  };
}

interface Found {
  readonly json: Json;
  readonly prefix: readonly string[];
}

/** How deep it may lie within the line's JSON. */
const MAX_DEPTH = 3;
const PLAIN_KEY = /^[\w@ ./-]+$/;

function eventIn(line: string): Found | null {
  try {
    return within(JSON.parse(line), []);
  } catch {
    return null;
  }
}

function within(json: unknown, prefix: readonly string[]): Found | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const record = json as Json;
  if (typeof record.auditID === 'string' && typeof record.verb === 'string') return { json: record, prefix };
  if (prefix.length >= MAX_DEPTH) return null;
  for (const [key, value] of Object.entries(record)) {
    const found = PLAIN_KEY.test(key) ? within(value, [...prefix, key]) : null;
    if (found !== null) return found;
  }
  return null;
}

const BEFORE = ['verb', 'user', 'userAgent', 'sourceIPs', 'objectRef', 'responseStatus', 'requestURI'];

function endsWithBodies(event: Json): boolean {
  const keys = Object.keys(event);
  // Most events have no body: the time of receipt stands behind it where the API server wrote, and not where keys were sorted.
  const behind = ['requestObject', 'responseObject', 'requestReceivedTimestamp']
    .map((key) => keys.indexOf(key))
    .filter((at) => at >= 0);
  return BEFORE.every((key) => behind.every((at) => keys.indexOf(key) < at));
}

const LEVELS: ReadonlySet<unknown> = new Set(['Metadata', 'Request', 'RequestResponse']);

function isPlain({ level, requestReceivedTimestamp: received }: Json): boolean {
  return LEVELS.has(level) && typeof received === 'string' && RECEIVED.test(received);
}

/** Kubernetes' MicroTime. */
const RECEIVED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function stampedOf({ atNs, record }: Line, json: Json | null) {
  const timeOf = (name: string): number | null => {
    const text = json === null ? stampIn(record, name) : json[name];
    return typeof text === 'string' ? parseMicros(text) : null;
  };
  return {
    storeUs: Number(atNs / 1000n),
    receivedUs: timeOf('requestReceivedTimestamp'),
    stageUs: timeOf('stageTimestamp'),
  };
}

/** Behind a prefix, or as a text within JSON. */
function stampIn(line: string, name: string): string | undefined {
  return [...line.matchAll(new RegExp(`"${name}\\\\*"\\s*:\\s*\\\\*"([^"\\\\]+)`, 'g'))].at(-1)?.[1];
}
