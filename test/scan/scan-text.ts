/** Runs the scanner over text or bytes, in chunks of any size, and gathers what comes out. */
import type { EventBatch } from '../../src/event/batch.ts';
import type { Unwrap } from '../../src/event/decode.ts';
import type { AuditEvent, Reject } from '../../src/event/event.ts';
import { groupsIn } from '../../src/event/groups.ts';
import { keysOf, type Passed } from '../../src/event/passed-stages.ts';
import { type ScanOptions, scan } from '../../src/scan/scan.ts';
import { type CountedGroup, countGroups } from '../support/count-groups.ts';

export interface Scanned {
  readonly events: AuditEvent[];
  readonly rejects: Reject[];
  readonly ids: string[];
  readonly reasons: string[];
  readonly passed: number;
  readonly outcomesPassed: number;
  /** Of what was passed over. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly bytes: number;
  readonly batches: number;
  readonly witnessed: Readonly<Record<string, number>>;
  /** By the group's key and bucket: how many, from when, to when. */
  readonly counted: Readonly<Record<string, CountedGroup>>;
  /** Keys of requests, by how they were passed over; in any order. */
  readonly ended: readonly (readonly [string, Passed])[];
  readonly begun: Readonly<Record<string, Passed>>;
  readonly troubles: string[];
}

/** Takes a record with an auditID for an event, and one with `log` or `broken` as a forwarder's. */
const plainUnwrap: Unwrap = (record) => {
  const json = typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {};
  const faithful = { recordTime: null, lost: [], isReconstructed: false };
  if (typeof json.broken === 'string') return [{ ...faithful, event: { broken: json.broken } }];
  if (typeof json.log === 'string') return [{ ...faithful, event: { json: JSON.parse(json.log) } }];
  return typeof json.auditID === 'string' ? [{ ...faithful, event: { json } }] : [];
};

export async function scanText(
  text: string | Uint8Array,
  options: Partial<ScanOptions> & { readonly cuts?: readonly number[] } = {},
): Promise<Scanned> {
  const troubles: string[] = [];
  const scanned = { events: [] as AuditEvent[], rejects: [] as Reject[] };
  let [passed, outcomesPassed, bytes, batches] = [0, 0, 0, 0];
  const times: number[] = [];
  const counts = noCounts();
  const { cuts = [], ...rest } = options;
  const reading = scan(chunksOf(Buffer.from(text), cuts), {
    source: 'cp-1',
    file: 'audit.log',
    unwrap: plainUnwrap,
    sieve: null,
    onTrouble: (why) => troubles.push(why),
    signal: new AbortController().signal,
    ...rest,
  });
  for await (const batch of reading) {
    scanned.events.push(...batch.events);
    scanned.rejects.push(...batch.rejects);
    passed += batch.passedOver.events;
    outcomesPassed += batch.passedOver.outcomes;
    addCounts(counts, batch);
    const { fromUs, toUs } = batch.passedOver;
    times.push(...[fromUs, toUs].filter((us) => us !== null));
    bytes += batch.passedOver.bytes;
    batches++;
  }
  return {
    ...scanned,
    ids: scanned.events.map((event) => event.auditID),
    reasons: scanned.rejects.map((reject) => reject.reason),
    passed,
    outcomesPassed,
    fromUs: times.length === 0 ? null : Math.min(...times),
    toUs: times.length === 0 ? null : Math.max(...times),
    bytes,
    batches,
    ...counts,
    ended: counts.ended.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    troubles,
  };
}

function noCounts() {
  return {
    witnessed: {} as Record<string, number>,
    counted: {} as Record<string, CountedGroup>,
    ended: [] as (readonly [string, Passed])[],
    begun: {} as Record<string, Passed>,
  };
}

function addCounts(counts: ReturnType<typeof noCounts>, { passedOver, stages: told }: EventBatch): void {
  for (const stages of told) {
    const isBegun = stages.passed === 'begun' || stages.passed === 'running';
    for (const key of keysOf(stages)) {
      if (!isBegun) counts.ended.push([key, stages.passed]);
      else if (counts.begun[key] !== 'running') counts.begun[key] = stages.passed;
    }
  }
  for (const { resource, level, count, id } of passedOver.witnessed) {
    const key = [resource, level, ...(id === null ? [] : [id])].join(' ');
    counts.witnessed[key] = (counts.witnessed[key] ?? 0) + count;
  }
  countGroups(groupsIn(passedOver.counted), counts.counted);
}

/** Every chunk lies in the same memory, which is overwritten by the next: as a file's does. */
async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(bytes.length);
  const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  let start = 0;
  for (const end of ends) {
    bytes.copy(memory, 0, start, end);
    const chunk = memory.subarray(0, end - start);
    if (end > start) yield chunk;
    memory.fill(0x58, 0, end - start);
    start = end;
  }
}

/** One event as the API server writes it. */
export function line(auditID: string, over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/prod/pods/p1?pretty={"',
    verb: 'delete',
    user: { username: 'alice "the \\ admin"', groups: ['a,b'] },
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl } ] é',
    objectRef: { resource: 'pods', namespace: 'prod', name: 'p1', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestObject: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 30 },
    responseObject: {
      kind: 'Pod',
      metadata: { name: 'p1', labels: {} },
      list: [1, -2.5e3, true, null, [], {}],
    },
    requestReceivedTimestamp: '2026-01-02T15:04:05.123456Z',
    stageTimestamp: '2026-01-02T15:04:05.223456Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    ...over,
  });
}
