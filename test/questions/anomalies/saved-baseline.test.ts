/** A baseline that is kept: what stands in it, and what is refused. */
import { describe, expect, it } from 'vitest';
import { baselineText, decodeBaseline } from '../../../src/questions/anomalies/baseline-text.ts';
import { DAY_US } from '../../../src/questions/anomalies/days.ts';
import { savedBefore } from '../../../src/questions/anomalies/saved-baseline.ts';
import { anomaliesOf, dayUs, smallWorld, TESTED, weekOf } from './anomalies-support.ts';

const { kept: text } = await anomaliesOf(weekOf(smallWorld()), { keepsHistory: true });
if (text === undefined) throw new Error('nothing was kept');
const read = decodeBaseline(text);
if (read.kind !== 'baseline') throw new Error(read.why);
const { saved } = read;

describe('a baseline', () => {
  it('is read back as it was written', () => {
    expect(baselineText(saved)).toBe(text);
  });

  it('holds the baseline and the day under test, and no names of objects, URLs or addresses', () => {
    expect(saved.days.map(({ day }) => day.startUs)).toEqual(
      Array.from({ length: 8 }, (_, n) => dayUs(TESTED - 7 + n)),
    );
    expect(text).not.toMatch(/thing-\d|own-\d|\/api\/|continue=|"10\.42\.\d+\.\d+"/);
    expect(text).toContain('network 10.42.0.0/24');
  });

  it('is cut where a window under test begins, with what was seen on the days that are left', () => {
    const cut = savedBefore(saved, dayUs(TESTED) + DAY_US - 1, 3);
    expect(cut.days.map(({ day }) => day.startUs)).toEqual([dayUs(5), dayUs(6), dayUs(7)]);
    for (const { days, items } of cut.actors) {
      for (const n of days.keys()) expect(n).toBeLessThan(3);
      for (const bits of items.values()) expect(bits).toBeLessThan(2 ** 3);
    }
    expect(decodeBaseline(baselineText(cut)).kind).toBe('baseline');
  });

  it.each([
    ['nothing', '', 'is no baseline: it is not JSON'],
    ['another document', '{"kind":"Answer"}', 'is no baseline that --save has written'],
    ['another version', text.replace('"version":1', '"version":2'), 'is of version 2'],
    ['days that overlap', text.replace(/\[\[(\d+),(\d+)\]/, '[[$1,$2],[$1,$2]'), 'its days overlap'],
    ['bits of days that are not there', text.replace(/("action [^"]+":)\d+/, '$1999999'), 'a habit is none'],
    [
      'an hour that is not there',
      text.replace(/\[0,\[\d+,/, '[0,[99999,'),
      'an hour that a day does not have',
    ],
    ['a count that is none', text.replace(/\[0,\[(\d+),\d+/, '[0,[$1,-4'), 'a number is missing'],
    ['a cut file', text.slice(0, -20), 'it is not JSON'],
  ])('is refused when it is %s', (_what, wrong, why) => {
    expect(decodeBaseline(wrong)).toEqual({ kind: 'wrong', why: expect.stringContaining(why) });
  });
});
