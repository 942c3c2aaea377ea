/** Counts in bounded memory: exact while there is room, and beyond it never wrong by more than is said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketCells } from '../../../src/questions/top/bucket-cells.ts';
import { GroupCounts } from '../../../src/questions/top/group-counts.ts';
import { askedWidth, TimeAxis } from '../../../src/questions/top/time-axis.ts';

const SECOND_US = 1_000_000;

function axisOf(maxBuckets: number, widthUs = SECOND_US, fromUs = 0): TimeAxis {
  return new TimeAxis({ widthUs, fromUs, maxBuckets });
}

function moment(atUs: number) {
  return { atUs, firstUs: atUs, lastUs: atUs };
}

const times = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    atUs: fc.integer({ min: -90_000 * SECOND_US, max: 90_000 * SECOND_US }),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('GroupCounts', () => {
  it('counts into the buckets that the axis has in the end, whatever the order', () => {
    fc.assert(
      fc.property(
        times,
        fc.constantFrom(2, 24, 100, 1500),
        fc.nat({ max: 3600 }).map((seconds) => seconds * SECOND_US),
        (list, maxBuckets, fromUs) => {
          const axis = axisOf(maxBuckets, SECOND_US, fromUs);
          const counts = new GroupCounts({ axis });
          for (const { key, atUs } of list) counts.add(key, 1, moment(atUs));
          expect(axis.size).toBeLessThanOrEqual(maxBuckets);
          const groups = [...counts.drain()];
          for (const { key, count, firstUs, lastUs, buckets } of groups) {
            const own = list.filter((one) => one.key === key).map(({ atUs }) => atUs);
            const expected = new Array<number>(axis.size).fill(0);
            for (const atUs of own) {
              const bucket = Math.floor((atUs - fromUs) / axis.widthUs) - axis.first;
              expected[bucket] = (expected[bucket] ?? 0) + 1;
            }
            expect([count, firstUs, lastUs]).toEqual([own.length, Math.min(...own), Math.max(...own)]);
            expect(buckets).toEqual(expected);
          }
          expect(groups.map(({ key }) => key).sort()).toEqual(
            [...new Set(list.map(({ key }) => key))].sort(),
          );
        },
      ),
    );
  });

  it('loses no request when groups fall out, and is too low by no more than it says', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.nat({ max: 40 }).map((n) => Math.floor((n * n) / 40)),
          { maxLength: 400 },
        ),
        fc.integer({ min: 2, max: 20 }),
        (list, maxGroups) => {
          const axis = axisOf(24);
          const counts = new GroupCounts({ axis, maxGroups });
          for (const [n, id] of list.entries()) counts.add(`k${id}`, 1, moment(n * SECOND_US));
          const truth = new Map<string, number>();
          for (const id of list) truth.set(`k${id}`, (truth.get(`k${id}`) ?? 0) + 1);
          const { fallen, total } = counts;
          const groups = [...counts.drain()];
          const held = groups.reduce((sum, { count }) => sum + count, 0);
          expect(groups.length).toBeLessThanOrEqual(maxGroups);
          expect([total, held + fallen.requests]).toEqual([list.length, list.length]);
          for (const { key, count, buckets } of groups) {
            const real = truth.get(key) ?? 0;
            expect(count).toBeLessThanOrEqual(real);
            expect(real - count).toBeLessThanOrEqual(fallen.tooLowBy);
            expect(buckets.reduce((sum, n) => sum + n, 0)).toBe(count);
          }
          const here = new Set(groups.map(({ key }) => key));
          for (const [key, real] of truth) if (real > fallen.tooLowBy) expect(here).toContain(key);
          expect(truth.size - here.size).toBeLessThanOrEqual(fallen.groups);
        },
      ),
    );
  });

  it('tells fewer groups apart when each has many buckets', () => {
    const counts = new GroupCounts({ axis: axisOf(1500), maxCells: 24 * 40 });
    for (let n = 0; n < 40; n++) counts.add(`k${n}`, 40 - n, moment(0));
    expect(counts.size).toBe(40);
    counts.add('k0', 1, moment(95 * SECOND_US));
    expect(counts.size).toBeLessThanOrEqual(10);
    const [most] = counts.drain();
    expect([most?.key, most?.count, most?.buckets.at(0), most?.buckets.at(95)]).toEqual(['k0', 41, 40, 1]);
  });

  it('bounds the keys too, which clients choose the length of', () => {
    const counts = new GroupCounts({ axis: axisOf(24), maxKeyCharacters: 1000 });
    for (let n = 0; n < 50; n++) counts.add(`${n} ${'x'.repeat(90)}`, 1, moment(0));
    counts.add('short', 3, moment(0));
    const { fallen, total } = counts;
    const groups = [...counts.drain()];
    expect(groups.reduce((sum, { key }) => sum + key.length, 0)).toBeLessThanOrEqual(1000);
    expect(groups[0]?.key).toBe('short');
    expect(groups.reduce((sum, { count }) => sum + count, fallen.requests)).toBe(total);
  });

  it('makes one of what is renamed alike', () => {
    const counts = new GroupCounts({ axis: axisOf(24) });
    for (const [n, key] of ['x1', 'y', 'x2', 'x'].entries()) counts.add(key, 1, moment(n * SECOND_US));
    counts.rename((key) => key.slice(0, 1));
    expect([...counts.drain()].map(({ key, count, buckets }) => [key, count, buckets])).toEqual([
      ['x', 3, [1, 0, 1, 1]],
      ['y', 1, [0, 1, 0, 0]],
    ]);
  });

  it('counts what is not known to be of any time', () => {
    const counts = new GroupCounts({ axis: axisOf(24) });
    counts.add('a', 2, null);
    expect([...counts.drain()]).toEqual([{ key: 'a', count: 2, firstUs: null, lastUs: null, buckets: [] }]);
  });
});

describe('BucketCells', () => {
  it('holds counts of any size', () => {
    const cells = new BucketCells(48, 24);
    cells.add(0, -1, 7);
    for (const [count, sum] of [
      [60_000, 60_000],
      [60_000, 120_000],
      [2 ** 32, 2 ** 32 + 120_000],
    ] as const) {
      cells.add(1, -1, count);
      expect([cells.read(1, -1, 0), cells.read(0, -1, -1)]).toEqual([[sum, 0], [7]]);
    }
  });

  it('holds what two buckets have together, also when that is too much for one', () => {
    const cells = new BucketCells(48, 24);
    for (const bucket of [-2, -1]) cells.add(1, bucket, 60_000);
    cells.fold(2, -2, -1, 2, 24);
    expect([cells.read(1, -1, -1), cells.read(0, -1, -1)]).toEqual([[120_000], [0]]);
  });
});

describe('TimeAxis', () => {
  it('has a width to count by whose buckets, from nought on, each lie within one of its own', () => {
    const minutes = (count: number) => count * 60 * SECOND_US;
    const common = (width: number, from: number) =>
      axisOf(24, minutes(width), minutes(from)).commonUs / minutes(1);
    // Days and hours of UTC, Berlin, Kolkata and Kathmandu.
    expect([0, -60, -330, -345].map((from) => common(24 * 60, from))).toEqual([24 * 60, 60, 30, 15]);
    expect([0, -60, -330, -345].map((from) => common(60, from))).toEqual([60, 60, 30, 15]);
    expect(common(1, -345)).toBe(1);
  });
});

describe('askedWidth', () => {
  it.each([
    [15 * 60, 1],
    [3600, 5],
    [24 * 3600, 60],
    [365 * 24 * 3600, 60],
  ])('of %i seconds is %i', (span, width) => {
    expect(askedWidth(span * SECOND_US)).toBe(width * SECOND_US);
  });

  it('of a window without a beginning is a minute: the log may hold little of it', () => {
    expect(askedWidth(null)).toBe(60 * SECOND_US);
  });
});
