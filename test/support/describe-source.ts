/**
 * What every source must do, in the same words for all: ask it, assemble what it gives, and hold that against `matches` over
 * the events that were put in.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOutcome } from '../../src/event/assembler.ts';
import type { AuditEvent } from '../../src/event/event.ts';
import { type Group, groupsIn } from '../../src/event/groups.ts';
import type { AuditRequest } from '../../src/event/request.ts';
import { bucketsOf, groupKeyOf } from '../../src/query/group-of.ts';
import { matches } from '../../src/query/matches.ts';
import { all, equals, type Field, type Predicate } from '../../src/query/predicate.ts';
import type { Query, Window } from '../../src/query/query.ts';
import { finalValueOf } from '../../src/query/value-of.ts';
import type { EventBatch, Source } from '../../src/sources/source.ts';
import { type EventJson, logJson } from './arbitrary.ts';
import { predicate } from './arbitrary-predicate.ts';
import { type CountedGroup, countGroups } from './count-groups.ts';
import { decodeJson } from './decode-json.ts';
import { requestsOf } from './memory-source.ts';
import { aQuery, hostilePredicates, LOG, namedPredicates, ORIGIN_US } from './source-cases.ts';

export interface DescribeSourceOptions {
  /** Cases that this source cannot pass, by their name, each with the reason. */
  readonly skip?: readonly { readonly case: string; readonly reason: string }[];
  /** Random logs that are put in; default 25. A slow store may take fewer. */
  readonly runs?: number;
  /** What the source's records tell of the events put in, where that is less. Default: the events as they are. */
  readonly keeps?: (jsons: readonly EventJson[]) => readonly AuditEvent[];
  /** Random predicates that what is left of an event there cannot tell: the reason is the skipped cases'. Default: none. */
  readonly cannotTell?: (predicate: Predicate) => boolean;
}

/** `make` puts the events where the source keeps them, in the order given, and opens it; the suite closes it. */
export function describeSource(
  name: string,
  make: (events: readonly EventJson[]) => Promise<Source>,
  options: DescribeSourceOptions = {},
): void {
  const skipped = new Map((options.skip ?? []).map(({ case: of, reason }) => [of, reason]));
  const known = new Set<string>();
  const kept = options.keeps ?? ((jsons) => jsons.map(decodeJson));

  function test(of: string, run: () => Promise<void>): void {
    known.add(of);
    const reason = skipped.get(of);
    if (reason === undefined) it(of, run);
    else it.skip(`${of} (skipped: ${reason})`, () => {});
  }

  async function withSource(
    jsons: readonly EventJson[],
    use: (source: Source) => Promise<void>,
  ): Promise<void> {
    const source = await make(jsons);
    try {
      await use(source);
    } finally {
      await source.close();
    }
  }

  /** The answer to a query is the reference's. */
  async function agrees(jsons: readonly EventJson[], query: Query): Promise<void> {
    await withSource(jsons, async (source) => {
      const found = await readAll(source, query);
      expect(keysOf(requestsOf(found, query))).toEqual(keysOf(requestsOf(kept(jsons), query)));
    });
  }

  describe(`source ${name}`, async () => {
    for (const [of, wanted] of [...(await namedPredicates()), ...hostilePredicates()]) {
      test(of, () => agrees(LOG, aQuery({ predicate: wanted })));
    }
    for (const [of, window] of WINDOWS) test(of, () => agrees(LOG, aQuery({ window })));

    test('random logs and predicates', async () => {
      const window = fc.record({ sinceUs: edge(), untilUs: edge() });
      await fc.assert(
        fc.asyncProperty(logJson(), predicate(), window, async (jsons, wanted, around) => {
          fc.pre(options.cannotTell?.(wanted) !== true);
          await agrees(jsons, aQuery({ predicate: wanted, window: around }));
        }),
        { numRuns: options.runs ?? 25 },
      );
    });

    test('nothing in it', () => agrees([], aQuery()));
    test('every event twice', () => agrees([...LOG, ...LOG], aQuery()));
    test('oldest first asked for', () => agrees(LOG, aQuery({ order: 'oldest' })));

    test('the declared order, to within its slack', () =>
      withSource(LOG, async (source) => {
        const { order, slackUs } = source.capabilities;
        if (order === 'none' || typeof slackUs !== 'number') return;
        const times = (await readAll(source, aQuery())).map((event) => event.receivedUs ?? 0);
        const signed = order === 'newest' ? times : times.map((us) => -us);
        let least = Number.POSITIVE_INFINITY;
        for (const us of signed) {
          expect(us).toBeLessThanOrEqual(least + slackUs);
          least = Math.min(least, us);
        }
      }));

    test('a limit: the first ones, at least', () =>
      withSource(LOG, async (source) => {
        const query = aQuery({ predicate: equals('user.username', 'alice'), limit: 3 });
        const wanted = requestsOf(kept(LOG), query).sort((a, b) => (b.receivedUs ?? 0) - (a.receivedUs ?? 0));
        const needed = source.capabilities.order === query.order ? wanted.slice(0, 3) : wanted;
        const found = keysOf(requestsOf(await readAll(source, query), query));
        expect(found).toEqual(expect.arrayContaining(keysOf(needed)));
      }));

    test('the witness comes along', () =>
      withSource(LOG, async (source) => {
        const query = aQuery({ predicate: equals('verb', 'delete'), witness: equals('verb', 'list') });
        const batches = await batchesOfQuery(source, query);
        const witnesses = { ...query, predicate: equals('verb', 'list') };
        const counted = batches.flatMap(({ passedOver }) => passedOver.witnessed);
        const found = requestsOf(eventsOf(batches), witnesses).length;
        const passedOver = counted.reduce((sum, { count }) => sum + count, 0);
        expect(found + passedOver).toBe(requestsOf(kept(LOG), witnesses).length);
      }));

    test('every field that was asked for, as it was written', () =>
      withSource(LOG, async (source) => {
        const query = aQuery({ fields: FIELDS });
        const written = byKey(requestsOf(kept(LOG), query));
        for (const { key, event } of requestsOf(await readAll(source, query), query)) {
          const original = written.get(key);
          for (const field of FIELDS) {
            expect([field, finalValueOf(event, field)]).toEqual([
              field,
              original && finalValueOf(original, field),
            ]);
          }
        }
      }));

    test('what is pushed and what is left mean the whole', () =>
      withSource(LOG, async (source) => {
        for (const [, wanted] of await namedPredicates()) {
          const { pushed, residual } = await source.plan(
            aQuery({ predicate: wanted }),
            new AbortController().signal,
          );
          for (const event of kept(LOG)) {
            expect(matches(event, all(pushed, residual))).toBe(matches(event, wanted));
          }
        }
      }));

    test('ends without complaint when nobody reads on', () =>
      withSource(LOG, async (source) => {
        const { signal } = new AbortController();
        for await (const batch of source.read(await source.plan(aQuery(), signal), signal)) {
          if (batch.events.length > 0) break;
        }
        source.findings();
      }));

    test('throws when aborted', () =>
      withSource(LOG, async (source) => {
        const controller = new AbortController();
        const plan = await source.plan(aQuery(), controller.signal);
        controller.abort();
        await expect(batchesOf(source.read(plan, controller.signal))).rejects.toThrow();
      }));

    test('reads again, and gives the same', () =>
      withSource(LOG, async (source) => {
        if (!source.capabilities.rereads) return;
        const first = await readAll(source, aQuery());
        const second = await readAll(source, aQuery());
        expect(keysOf(requestsOf(second, aQuery()))).toEqual(keysOf(requestsOf(first, aQuery())));
      }));

    for (const [of, by, bucketUs] of COUNTS) {
      test(of, () =>
        withSource(LOG, async (source) => {
          const fields: readonly Field[] = [...FIELDS, 'requestObject', 'responseObject'];
          const wantedOf = equals('user.username', 'alice');
          const query = aQuery({ predicate: wantedOf, aggregation: { by, bucketUs }, fields });
          const batches = await batchesOfQuery(source, query);
          const events = requestsOf(eventsOf(batches), query).filter(({ event }) => isOutcome(event));
          const counted = groupsIn(batches.flatMap(({ passedOver }) => passedOver.counted));
          const wanted = requestsOf(kept(LOG), query).filter(({ event }) => isOutcome(event));
          expect(countsOf(events, query, [...counted])).toEqual(countsOf(wanted, query, []));
        }),
      );
    }

    it('skips only what there is, each with a reason', () => {
      for (const [of, reason] of skipped)
        expect([of, known.has(of), reason.trim().length > 10]).toEqual([of, true, true]);
    });
  });
}

const WINDOWS: readonly (readonly [string, Window])[] = [
  ['window: from the microsecond on', { sinceUs: ORIGIN_US, untilUs: null }],
  ['window: up to and without the microsecond', { sinceUs: null, untilUs: ORIGIN_US }],
  ['window: of one microsecond', { sinceUs: ORIGIN_US, untilUs: ORIGIN_US + 1 }],
  ['window: between two events', { sinceUs: ORIGIN_US + 2, untilUs: ORIGIN_US + 3 }],
  ['window: before everything', { sinceUs: 0, untilUs: ORIGIN_US - 10_000_000 }],
  ['window: after everything', { sinceUs: ORIGIN_US + 60_000_000, untilUs: null }],
];

const FIELDS: readonly Field[] = [
  ...([
    'auditID',
    'level',
    'stage',
    'verb',
    'requestURI',
    'user.username',
    'user.groups',
    'sourceIPs',
  ] as const),
  ...(['impersonatedUser.username', 'impersonatedUser.groups', 'userAgent', 'objectRef.apiGroup'] as const),
  ...(['objectRef.resource', 'objectRef.subresource', 'objectRef.namespace', 'objectRef.name'] as const),
  ...(['responseStatus.code', 'responseStatus.reason', 'annotations', 'requestReceivedTimestamp'] as const),
];

const COUNTS: readonly (readonly [string, readonly Field[], number | null])[] = [
  ['counts by verb', ['verb'], null],
  ['counts by user, resource and code', ['user.username', 'objectRef.resource', 'responseStatus.code'], null],
  ['counts by namespace and group, in buckets', ['objectRef.namespace', 'objectRef.apiGroup'], 1000],
  ['counts by name', ['objectRef.name'], null],
  ['counts by last address', ['sourceIPs', 'userAgent'], null],
];

async function readAll(source: Source, query: Query): Promise<AuditEvent[]> {
  return eventsOf(await batchesOfQuery(source, query));
}

async function batchesOfQuery(source: Source, query: Query): Promise<EventBatch[]> {
  const { signal } = new AbortController();
  return await batchesOf(source.read(await source.plan(query, signal), signal));
}

/** Those salvaged from cut records included. */
function eventsOf(batches: readonly EventBatch[]): AuditEvent[] {
  return batches.flatMap(({ events, rejects }) => [
    ...events,
    ...rejects.flatMap(({ salvaged }) => (salvaged === null ? [] : [salvaged])),
  ]);
}

async function batchesOf(reading: AsyncIterable<EventBatch>): Promise<EventBatch[]> {
  const batches: EventBatch[] = [];
  for await (const batch of reading) batches.push(batch);
  return batches;
}

function countsOf(
  requests: readonly AuditRequest[],
  { aggregation }: Query,
  counted: readonly Group[],
): Record<string, Pick<CountedGroup, 'count' | 'buckets'>> {
  if (aggregation === null) throw new Error('nothing is to be counted');
  const ofRequests = requests.map(({ event, receivedUs }): Group => {
    const atUs = receivedUs ?? 0;
    const span = { firstUs: atUs, lastUs: atUs };
    return { key: groupKeyOf(event, aggregation), count: 1, buckets: bucketsOf(atUs, aggregation), ...span };
  });
  const all = Object.entries(countGroups([...ofRequests, ...counted]));
  return Object.fromEntries(all.map(([key, { count, buckets }]) => [key, { count, buckets }]));
}

function keysOf(requests: readonly AuditRequest[]): string[] {
  return requests.map(({ key, event }) => `${key} ${event.stage}`).sort();
}

function byKey(requests: readonly AuditRequest[]): Map<string, AuditEvent> {
  return new Map(requests.map(({ key, event }) => [key, event]));
}

/** At, or next to, an event of a random log; null for none. */
function edge(): fc.Arbitrary<number | null> {
  return fc.option(
    fc.nat({ max: 50 }).map((us) => ORIGIN_US + us),
    { nil: null, freq: 2 },
  );
}
