import { expect, it } from 'vitest';
import type { Aggregation } from '../../../src/query/query.ts';
import { countGroups } from '../../../src/sources/store/count-groups.ts';
import type { CountAsk, Extent, Shape } from '../../../src/sources/store/store.ts';
import { aQuery } from '../../support/source-cases.ts';

const MINUTE_US = 60 * 1_000_000;
const HOUR_US = 60 * MINUTE_US;
const AGGREGATION: Aggregation = {
  by: ['verb'],
  bucketUs: MINUTE_US,
  wider: [
    { bucketUs: 5 * MINUTE_US, overUs: 24 * MINUTE_US },
    { bucketUs: 15 * MINUTE_US, overUs: 2 * HOUR_US },
  ],
};

/** What the store is asked to count by. */
async function bucketFor(sinceUs: number | null, untilUs: number | null, extent: Extent | null) {
  const asked: CountAsk[] = [];
  const shape: Shape = {
    can: () => true,
    findings: { gaps: [], notes: [] },
    pages: async function* () {},
    explain: () => [],
    extent: async () => extent,
    counter: {
      can: () => true,
      count: async (ask) => {
        asked.push(ask);
        return { groups: [], bytes: 0 };
      },
    },
  };
  const query = aQuery({ aggregation: AGGREGATION, window: { sinceUs, untilUs } });
  await countGroups(shape, query, extent, new AbortController().signal);
  return (asked[0]?.bucketUs ?? 0) / MINUTE_US;
}

it('counts in no narrower parts of time than what it covers of the window asks for', async () => {
  const day = { oldestUs: 0, newestUs: 24 * HOUR_US };
  expect(await bucketFor(0, 24 * HOUR_US, day)).toBe(15);
  expect(await bucketFor(22 * HOUR_US, null, day)).toBe(5);
  expect(await bucketFor(22 * HOUR_US - 1, null, day)).toBe(15);
  expect(await bucketFor(null, 20 * MINUTE_US, day)).toBe(1);
  // A window of a day, and a log of some minutes.
  expect(await bucketFor(0, 24 * HOUR_US, { oldestUs: HOUR_US, newestUs: HOUR_US + MINUTE_US })).toBe(1);
  expect(await bucketFor(0, 24 * HOUR_US, null)).toBe(1);
});
