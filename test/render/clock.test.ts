/** Ages as kubectl tells them; local times across a change of the clock, with the day where it is needed. */
import { describe, expect, it } from 'vitest';
import { ageOf, clockFor } from '../../src/render/clock.ts';

const NOW = Date.parse('2026-11-23T04:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('ageOf', () => {
  // apimachinery, pkg/util/duration/duration_test.go, TestHumanDuration and its boundaries.
  it.each([
    [SECOND, '1s'],
    [70 * SECOND, '70s'],
    [119.9 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [190 * SECOND, '3m10s'],
    [70 * MINUTE, '70m'],
    [10 * MINUTE - SECOND, '9m59s'],
    [10 * MINUTE, '10m'],
    [3 * HOUR - SECOND, '179m'],
    [3 * HOUR, '3h'],
    [3 * HOUR + 30 * MINUTE, '3h30m'],
    [8 * HOUR - SECOND, '7h59m'],
    [8 * HOUR, '8h'],
    [47 * HOUR, '47h'],
    [48 * HOUR, '2d'],
    [49 * HOUR, '2d1h'],
    [8 * DAY - HOUR, '7d23h'],
    [8 * DAY, '8d'],
    [367 * DAY, '367d'],
    [2 * 365 * DAY, '2y'],
    [4 * 365 * DAY, '4y'],
    [4 * 365 * DAY + DAY, '4y1d'],
    [8 * 365 * DAY, '8y'],
    [80 * 365 * DAY, '80y'],
    [0, '0s'],
    [-SECOND, '0s'],
    [-1.9 * SECOND, '0s'],
    [-2 * SECOND, 'in future'],
  ])('%i ms → %s', (ms, age) => {
    expect(ageOf(new Date(NOW - ms).toISOString(), NOW)).toBe(age);
  });

  it('says so when there is no time', () => {
    expect(ageOf('', NOW)).toBe('<unknown>');
  });
});

describe('clockFor', () => {
  it('leaves the day out when all is today, there', () => {
    const clock = clockFor(['2026-11-23T03:00:00Z', '2026-11-22T23:30:00Z'], NOW, 'Europe/Berlin');
    expect(clock.zone).toBe('CET');
    expect(clock.time('2026-11-22T23:30:00.123456Z')).toBe('00:30:00');
  });

  it('shows the day for all when one is not of today', () => {
    const clock = clockFor(['2026-11-23T03:00:00Z', '2026-11-22T22:30:00Z'], NOW, 'Europe/Berlin');
    expect(clock.time('2026-11-23T03:00:00Z')).toBe('11-23 04:00:00');
    expect(clock.time('2026-11-22T22:30:00Z')).toBe('11-22 23:30:00');
  });

  it('shows the year for all when one is not of this year', () => {
    const clock = clockFor(['2026-11-23T03:00:00Z', '2025-12-31T22:59:59Z'], NOW, 'Europe/Berlin');
    expect(clock.time('2025-12-31T22:59:59Z')).toBe('2025-12-31 23:59:59');
  });

  it("names the zone of the times, not of today's clock", () => {
    expect(clockFor(['2026-07-01T10:00:00Z'], NOW, 'Europe/Berlin').zone).toBe('CEST');
    expect(clockFor([], NOW, 'Europe/Berlin').zone).toBe('CET');
    expect(clockFor(['2026-07-01T10:00:00Z'], NOW, 'UTC').zone).toBe('UTC');
  });

  it('tells the hour that comes twice apart', () => {
    const times = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'];
    const clock = clockFor(times, NOW, 'Europe/Berlin');
    expect(times.map((at) => clock.time(at))).toEqual(['10-25 02:30:00 CEST', '10-25 02:30:00 CET']);
    expect(clock.zone).toBe('CEST/CET');
  });

  it('skips the hour that never was', () => {
    const clock = clockFor(['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'], NOW, 'Europe/Berlin');
    expect(clock.time('2026-03-29T00:59:59Z')).toBe('03-29 01:59:59 CET');
    expect(clock.time('2026-03-29T01:00:00Z')).toBe('03-29 03:00:00 CEST');
  });

  it('leaves what is no time as it is', () => {
    expect(clockFor(['nonsense'], NOW, 'UTC').time('nonsense')).toBe('nonsense');
  });
});
