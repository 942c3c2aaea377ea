/** The same requests, in any order and batches, counted here or by the source: the same answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNT_FIELDS, parseCountFields } from '../../../src/query/count-fields.ts';
import { requestJson } from '../../support/arbitrary.ts';
import type { Json } from '../failed-auth/failed-auth-support.ts';
import { MIDNIGHT_US, topOf } from './top-support.ts';

/** Requests with all their stages, over half a day; each has an ID of its own, for a repeated event is no other request. */
const requests = fc
  .array(fc.record({ stages: requestJson(), atUs: fc.nat({ max: 43_200_000_000 }) }), { maxLength: 40 })
  .map((list) => list.map(({ stages, atUs }, n) => stages.map((event) => moved(event, n, atUs))));

function moved(event: Json, n: number, atUs: number): Json {
  const after = (us: number) => `${new Date((MIDNIGHT_US + us) / 1000).toISOString().slice(0, -1)}000Z`;
  const isLate = event.stage === 'ResponseComplete' || event.stage === 'Panic';
  return {
    ...event,
    auditID: `id-${n}`,
    requestReceivedTimestamp: after(atUs),
    stageTimestamp: after(atUs + (isLate ? 3_600_000_000 : 0)),
  };
}

const fields = fc.subarray(
  COUNT_FIELDS.map(({ name }) => name),
  { minLength: 1 },
);
const edge = fc.option(fc.nat({ max: 43_200_000_000 }).map((us) => MIDNIGHT_US + us));

describe('top', () => {
  it('does not depend on order, batches, and on who counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        requests,
        fields,
        edge,
        fc.constantFrom(null, 1_000_000, 7_000_000, 3_600_000_000),
        fc.constantFrom(0, 5_400_000_000),
        fc.integer(),
        async (logged, by, sinceUs, bucketUs, bucketFromUs, seed) => {
          const events = logged.flat();
          const window = { sinceUs, untilUs: null, isDefault: false };
          const params = { by: parseCountFields(by), window, bucketUs, bucketFromUs };
          const here = await topOf(events, params, { order: 'newest', seed: 1 });
          const there = await topOf(events, params, { order: 'none', seed, counts: true });
          expect(there.rows).toEqual(here.rows);
          expect([there.says, there.next, there.total]).toEqual([here.says, here.next, here.total]);
          expect(there.coverage.requests).toBe(here.coverage.requests);
          const counted = here.rows.reduce((sum, { count }) => sum + count, 0);
          const inBuckets = here.rows.flatMap(({ buckets }) => buckets).reduce((sum, n) => sum + n, 0);
          expect(inBuckets).toBe(counted);
        },
      ),
      { numRuns: 150 },
    );
  });
});
