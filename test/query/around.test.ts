import { describe, expect, it } from 'vitest';
import { parseAround } from '../../src/query/around.ts';

const NOW_US = Date.parse('2026-11-24T09:00:00Z') * 1000;
const MINUTE_US = 60_000_000;
const parse = (text: string) => parseAround(text, NOW_US, () => 'UTC');

describe('--around', () => {
  it.each([
    ['2026-11-23T03:12Z', '2026-11-23T03:12:00Z', 10],
    ['03:12', '2026-11-24T03:12:00Z', 10],
    ['03:12 ±5m', '2026-11-24T03:12:00Z', 5],
    ['03:12±1h', '2026-11-24T03:12:00Z', 60],
    ['yesterday 14:00 +-90m', '2026-11-23T14:00:00Z', 90],
    ['2026-11-23T04:12+01:00 +/-2m', '2026-11-23T03:12:00Z', 2],
  ])('%s is as long before as after', (text, at, minutes) => {
    const us = Date.parse(at) * 1000;
    const width = minutes * MINUTE_US;
    expect(parse(text)).toEqual({ sinceUs: us - width, untilUs: us + width + 1, isDefault: false });
  });

  it('holds both readings of a time that the clocks have twice', () => {
    const { sinceUs, untilUs } = parseAround('2026-10-25 02:30', NOW_US, () => 'Europe/Berlin');
    expect(sinceUs).toBe(Date.parse('2026-10-25T00:20:00Z') * 1000);
    expect(untilUs).toBe(Date.parse('2026-10-25T01:40:00Z') * 1000 + 1);
  });

  it.each(['', '±5m', '03:12 ±', '03:12 ±5', '03:12 ±-5m', 'noonish', '03:12 ±5m ±6m'])(
    'refuses %j with the mend',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'AUDIT_BAD_TIME' }));
    },
  );
});
