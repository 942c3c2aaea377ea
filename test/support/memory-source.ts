/**
 * A source over events in memory, as hard to please as a source may be: any batch boundaries, any order, and reading a field
 * that the query did not ask for throws.
 */
import { Assembler, isOutcome } from '../../src/event/assembler.ts';
import { NOTHING_PASSED } from '../../src/event/batch.ts';
import { decodeEvent } from '../../src/event/decode.ts';
import type { AuditEvent, Reject } from '../../src/event/event.ts';
import { type Group, GroupList } from '../../src/event/groups.ts';
import type { PassedStages } from '../../src/event/passed-stages.ts';
import type { AuditRequest } from '../../src/event/request.ts';
import { isLongRunning, stagesKey } from '../../src/event/request.ts';
import { bucketsOf, groupKeyOf } from '../../src/query/group-of.ts';
import { isInWindow } from '../../src/query/in-window.ts';
import { matches, mayMatch } from '../../src/query/matches.ts';
import { splitPredicate } from '../../src/query/plan.ts';
import { any, type Predicate } from '../../src/query/predicate.ts';
import type { Aggregation, Query, Window } from '../../src/query/query.ts';
import type { Capabilities, EventBatch, Findings, Source, SourcePlan } from '../../src/sources/source.ts';
import { onlyFields } from './only-fields.ts';
import { type Random, seededRandom } from './seeded-random.ts';

export interface MemorySourceOptions {
  readonly name?: string;
  /** Default 'newest'. */
  readonly order?: Capabilities['order'];
  /** What it filters by itself. Default: nothing. */
  readonly canPush?: (leaf: Predicate) => boolean;
  /** Decides batch boundaries, and the order when there is none. Default 1. */
  readonly seed?: number;
  readonly rejects?: readonly Reject[];
  readonly findings?: Partial<Findings>;
  readonly rereads?: boolean;
  /** For a query with an aggregation: counts some of the requests by itself, whichever chance picks. Default false. */
  readonly counts?: boolean;
  /** It is paid for, and reading it takes so many bytes. */
  readonly billedBytes?: number | null;
}

export interface MemorySource extends Source {
  /** Written from now on: what `follow` waits for. */
  append(jsons: readonly unknown[]): void;
}

export function memorySource(jsons: readonly unknown[], options: MemorySourceOptions = {}): MemorySource {
  const name = options.name ?? 'memory';
  const order = options.order ?? 'newest';
  const random = seededRandom(options.seed ?? 1);
  const kept = jsons.map((json, i) => decoded(json, name, i));
  /** How much there was. */
  const planned = new WeakMap<SourcePlan, number>();
  let wake = (): void => {};

  return {
    name,
    capabilities: {
      order,
      slackUs: 0,
      rereads: options.rereads ?? true,
      billed: options.billedBytes !== undefined,
      follows: true,
    },
    async plan(query) {
      const { pushed, residual } = splitPredicate(query.predicate, options.canPush ?? (() => false));
      const bytes = options.billedBytes === undefined ? kept.length * BYTES_EACH : options.billedBytes;
      const estimate = { bytes, parts: 1 };
      const text = `${kept.length} events in memory`;
      const plan = { query, pushed, residual, estimate, explain: async () => [text] };
      planned.set(plan, kept.length);
      return plan;
    },
    async *read(plan, signal) {
      signal.throwIfAborted();
      const there = plan.query.following === 'from now' ? [] : kept.slice(0, planned.get(plan));
      const records = ordered([...there, ...(options.rejects ?? [])], order, random);
      yield* batchesOf(records, plan, { name, random, signal, counts: options.counts ?? false });
    },
    async *follow(plan, _onNews, signal) {
      let seen = planned.get(plan) ?? 0;
      const how = { name, random, signal, counts: false };
      while (!signal.aborted) {
        const fresh = kept.slice(seen);
        seen = kept.length;
        if (fresh.length > 0) yield* batchesOf(fresh, plan, how);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
      }
    },
    findings: () => ({ gaps: [], notes: [], holdsEarlier: [], ...options.findings }),
    append(more) {
      kept.push(...more.map((json, i) => decoded(json, name, kept.length + i)));
      wake();
    },
    async close() {},
  };
}

const BYTES_EACH = 1000;

/** The requests that a query is really about: what every source is held against. */
export function requestsOf(events: readonly AuditEvent[], query: Query): AuditRequest[] {
  const requests: AuditRequest[] = [];
  const assembler = new Assembler({
    concerns: () => true,
    emit: (request) => requests.push(request),
    isFollowing: false,
  });
  for (const event of events) assembler.add(event);
  assembler.end();
  return requests.filter(
    (request) => isInWindow(request, query.window) && matches(request.event, query.predicate),
  );
}

type LogRecord = AuditEvent | Reject;

function decoded(json: unknown, source: string, index: number): LogRecord {
  return decodeEvent(json, {
    source,
    position: { file: source, line: index + 1 },
    recordTime: null,
    cut: null,
  });
}

function isEvent(record: LogRecord): record is AuditEvent {
  return !('reason' in record);
}

interface Batching {
  readonly name: string;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly counts: boolean;
}

async function* batchesOf(
  records: readonly LogRecord[],
  plan: SourcePlan,
  how: Batching,
): AsyncGenerator<EventBatch> {
  for (let at = 0; at < records.length; ) {
    how.signal.throwIfAborted();
    const size = 1 + how.random(5);
    yield batchOf(records.slice(at, at + size), plan, how);
    at += size;
    await Promise.resolve();
  }
}

function batchOf(
  records: readonly LogRecord[],
  plan: SourcePlan,
  { name, random, counts }: Batching,
): EventBatch {
  const { query, pushed } = plan;
  const concern = query.witness === null ? pushed : any(pushed, query.witness);
  const events = records.filter(isEvent);
  const own = new Set(counts ? events.filter((event) => isCountable(event, query) && random(2) === 0) : []);
  const wanted = events.filter(
    (event) => !own.has(event) && isRead(event, query.window) && mayMatch(event, concern),
  );
  const passed = events.filter((event) => !wanted.includes(event));
  const times = passed.flatMap((event) => (event.receivedUs === null ? [] : [event.receivedUs]));
  return {
    source: name,
    events: wanted.map((event) => onlyFields(event, query)),
    rejects: records.filter((record): record is Reject => !isEvent(record)),
    stages: [...own].map(endOf),
    passedOver: {
      ...NOTHING_PASSED,
      counted: [groupsOf([...own], query)],
      bytes: records.length * BYTES_EACH,
      events: passed.length,
      outcomes: passed.filter(isOutcome).length,
      fromUs: times.length === 0 ? null : Math.min(...times),
      toUs: times.length === 0 ? null : Math.max(...times),
    },
  };
}

function endOf(event: AuditEvent): PassedStages {
  const { auditID, receivedUs, verb, user } = event;
  const key = stagesKey(auditID, receivedUs ?? 0, verb, user?.username ?? '');
  return { passed: isLongRunning(event) ? 'ended long-running' : 'ended', count: 1, keys: [key] };
}

/** An outcome that a source is sure of. */
function isCountable(event: AuditEvent, query: Query): boolean {
  const isSure = isOutcome(event) && event.cut === null && event.receivedUs !== null;
  return query.aggregation !== null && isSure && requestsOf([event], query).length > 0;
}

/** The end of a long-running request may lie in a window that it began before. */
function isRead(event: AuditEvent, window: Window): boolean {
  const at = event.receivedUs;
  if (at === null) return true;
  if (window.untilUs !== null && at >= window.untilUs) return false;
  return window.sinceUs === null || at >= window.sinceUs || isLongRunning(event);
}

function ordered(records: readonly LogRecord[], order: Capabilities['order'], random: Random): LogRecord[] {
  const shuffled = records
    .map((record) => ({ record, place: random(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ record }) => record);
  if (order === 'none') return shuffled;
  const sign = order === 'newest' ? -1 : 1;
  return shuffled.sort((a, b) => sign * (timeOf(a) - timeOf(b)));
}

function timeOf(record: LogRecord): number {
  return isEvent(record) ? (record.receivedUs ?? 0) : (record.salvaged?.receivedUs ?? 0);
}

function groupsOf(events: readonly AuditEvent[], query: Query): readonly Group[] {
  return query.aggregation === null ? [] : counted(requestsOf(events, query), query.aggregation);
}

function counted(requests: readonly AuditRequest[], aggregation: Aggregation): readonly Group[] {
  const groups = new GroupList();
  for (const { event, receivedUs } of requests) {
    const atUs = receivedUs ?? 0;
    const key = groupKeyOf(event, aggregation);
    groups.add({ key, count: 1, buckets: bucketsOf(atUs, aggregation), firstUs: atUs, lastUs: atUs });
  }
  return groups.list();
}
