import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimeAxis } from '../../../src/questions/top/time-axis.ts';

const SECOND_US = 1_000_000;
const DAY_US = 24 * 3600 * SECOND_US;
const NOW_US = Date.parse('2026-11-22T10:30:00Z') * 1000;

it('tells of no wider bucket that would not lie within one of its own, once it reaches so far', () => {
  let wider = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(1, 5, 15, 60, 300, 3600),
      // Midnights of all zones.
      fc.integer({ min: -56, max: 56 }).map((quarters) => quarters * 900 * SECOND_US),
      fc.constantFrom(24, 1500),
      fc.integer({ min: 0, max: DAY_US }),
      fc.integer({ min: 0, max: 40 * DAY_US }),
      (seconds, offsetUs, maxBuckets, beginUs, spanUs) => {
        const dayUs = Math.floor(NOW_US / DAY_US) * DAY_US;
        const axis = new TimeAxis({ widthUs: seconds * SECOND_US, fromUs: dayUs + offsetUs, maxBuckets });
        const fit = axis.wider.filter(({ overUs }) => spanUs > overUs);
        axis.reach(NOW_US + beginUs);
        axis.reach(NOW_US + beginUs + spanUs);
        for (const { bucketUs } of fit) {
          wider++;
          expect(axis.commonUs % bucketUs).toBe(0);
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(wider).toBeGreaterThan(1000);
});

it('tells of each step wider, as long as there are many buckets', () => {
  const axis = new TimeAxis({ widthUs: 60 * SECOND_US, fromUs: 0, maxBuckets: 24 });
  const minutes = axis.wider.map(({ bucketUs, overUs }) =>
    [bucketUs, overUs].map((us) => us / 60 / SECOND_US),
  );
  expect(minutes.slice(0, 3)).toEqual([
    [5, 24],
    [15, 120],
    [30, 360],
  ]);
});
