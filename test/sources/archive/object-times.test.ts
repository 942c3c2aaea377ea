import { describe, expect, it } from 'vitest';
import { keyDatesOf } from '../../../src/sources/archive/key-dates.ts';
import { planArchive } from '../../../src/sources/archive/plan-archive.ts';

const us = (time: string): number => Date.parse(time) * 1000;
const HOUR_US = 3_600_000_000;
const WINDOW = { sinceUs: us('2026-11-22T10:00:00Z'), untilUs: us('2026-11-22T11:00:00Z') };

type Written = readonly [key: string, at: string, isInParts?: boolean];

/** Keys of the objects that are read for the window. */
function read(objects: readonly Written[], lateUs = HOUR_US): string[] {
  const listed = {
    objects: objects.map(([key, at, isInParts = false]) => ({
      ...{ key, bytes: 1, modifiedUs: us(at), isInParts, tag: '' },
      dates: keyDatesOf(key),
    })),
    ...{ hasEarlier: false, isCut: false, requests: 1 },
  };
  return planArchive(listed, WINDOW, lateUs, null).read.map(({ key }) => key);
}

describe('which objects can hold events of a window', () => {
  it('not one that was written before it began', () => {
    expect(read([['stream/000000.gz', '2026-11-22T09:58:00Z']])).toEqual([]);
    expect(read([['stream/000000.gz', '2026-11-22T09:59:30Z']])).toHaveLength(1);
    expect(read([['stream/000000.gz', '2026-12-24T10:00:00Z']])).toHaveLength(1);
  });

  it('one in parts may go on after its time, which is that of its beginning', () => {
    expect(read([['stream/000000.gz', '2026-11-22T09:30:00Z', true]])).toHaveLength(1);
    expect(read([['stream/000000.gz', '2026-11-22T08:30:00Z', true]])).toEqual([]);
  });

  it('not one that bears a later time than what is late would', () => {
    expect(read([['2026/11/22/12/x', '2026-11-22T13:00:00Z']])).toHaveLength(1);
    expect(read([['2026/11/22/13/x', '2026-11-22T13:10:00Z']])).toEqual([]);
    expect(read([['2026/11/22/13/x', '2026-11-22T13:10:00Z']], 3 * HOUR_US)).toHaveLength(1);
  });

  it('one that bears the time of a zone ahead of UTC, or behind it', () => {
    expect(read([['2026/11/22/19/tokyo', '2026-11-22T10:40:00Z']])).toHaveLength(1);
    expect(read([['2026/11/22/05/new-york', '2026-11-22T10:40:00Z']])).toHaveLength(1);
    // Written at the end of a day there, at once.
    expect(read([['20261123/tokyo.gz', '2026-11-23T14:58:00Z']])).toHaveLength(1);
  });

  it('not those of the next day, where a day is seen to begin in UTC', () => {
    const day: Written[] = [
      ['20261123/1.gz', '2026-11-23T00:10:00Z'],
      ['20261123/2.gz', '2026-11-23T14:58:00Z'],
    ];
    expect(read(day)).toEqual([]);
  });

  it('not one of long before, in a copy that was written since', () => {
    expect(read([['2026/11/01/10/x', '2026-12-01T00:00:00Z']])).toEqual([]);
  });

  it("one whose folder bears its events' day, and whose name that on which they came", () => {
    expect(read([['date=2026-11-22/1795700000-x.log', '2026-11-26T13:33:20Z']])).toHaveLength(1);
  });
});
