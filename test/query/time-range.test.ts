import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { formatWindow, parseTime, parseWindow } from '../../src/query/time-range.ts';
import { instantsAt, offsetAt, wallAt } from '../../src/query/zone.ts';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
/** A Monday, 12:00 in Berlin. */
const NOW = us('2026-11-23T11:00:00Z');

function us(text: string): number {
  return Date.parse(text) * 1000;
}

function read(text: string, timeZone = BERLIN, nowUs = NOW, which: 'since' | 'until' = 'since'): string {
  return new Date(parseTime(text, nowUs, () => timeZone, which) / 1000).toISOString().replace('.000Z', 'Z');
}

describe('parseTime', () => {
  it.each([
    ['30s', '2026-11-23T10:59:30Z'],
    ['15m', '2026-11-23T10:45:00Z'],
    ['2h', '2026-11-23T09:00:00Z'],
    ['1h30m', '2026-11-23T09:30:00Z'],
    ['1.5h', '2026-11-23T09:30:00Z'],
    ['3d', '2026-11-20T11:00:00Z'],
    ['1w', '2026-11-16T11:00:00Z'],
    ['2h ago', '2026-11-23T09:00:00Z'],
    ['now', '2026-11-23T11:00:00Z'],
    ['today', '2026-11-22T23:00:00Z'],
    ['yesterday', '2026-11-21T23:00:00Z'],
    ['yesterday 14:00', '2026-11-22T13:00:00Z'],
    ['14:00 yesterday', '2026-11-22T13:00:00Z'],
    ['Yesterday  9:05', '2026-11-22T08:05:00Z'],
    ['10:00', '2026-11-23T09:00:00Z'],
    ['13:00', '2026-11-22T12:00:00Z'],
    ['monday 09:00', '2026-11-23T08:00:00Z'],
    ['monday 13:00', '2026-11-16T12:00:00Z'],
    ['mon', '2026-11-22T23:00:00Z'],
    ['sunday', '2026-11-21T23:00:00Z'],
    ['2026-11-22', '2026-11-21T23:00:00Z'],
    ['2026-11-22 10:00', '2026-11-22T09:00:00Z'],
    ['2026-11-22T10:00', '2026-11-22T09:00:00Z'],
    ['2026-11-22T10:00Z', '2026-11-22T10:00:00Z'],
    ['2026-11-22t10:00:30.250z', '2026-11-22T10:00:30.250Z'],
    ['2026-11-22T10:00:00+05:30', '2026-11-22T04:30:00Z'],
    ['2026-11-22 10:00:00 UTC', '2026-11-22T10:00:00Z'],
    ['2026-11-22T10:00-0500', '2026-11-22T15:00:00Z'],
    ['2026-11-22T10:00-05', '2026-11-22T15:00:00Z'],
    ['2026-11-22 10:00:00.5 +0100 CET', '2026-11-22T09:00:00.500Z'],
    ['Sun, 22 Nov 2026 14:40:41 +0100', '2026-11-22T13:40:41Z'],
    ['22 November 2026', '2026-11-21T23:00:00Z'],
    ['90min', '2026-11-23T09:30:00Z'],
    ['2 hours ago', '2026-11-23T09:00:00Z'],
    ['1 day', '2026-11-22T11:00:00Z'],
    ['1d 12h', '2026-11-21T23:00:00Z'],
    ['0.5d', '2026-11-22T23:00:00Z'],
    ['-2h', '2026-11-23T09:00:00Z'],
    ['now-2h', '2026-11-23T09:00:00Z'],
    ['yesterday at 14:00', '2026-11-22T13:00:00Z'],
    ['9am', '2026-11-23T08:00:00Z'],
    ['yesterday 2:30 pm', '2026-11-22T13:30:00Z'],
    ['12am', '2026-11-22T23:00:00Z'],
    ['10:30Z', '2026-11-23T10:30:00Z'],
    ['11:30 UTC', '2026-11-22T11:30:00Z'],
    ['yesterday 23:30Z', '2026-11-22T23:30:00Z'],
    ['today 00:30+05:30', '2026-11-22T19:00:00Z'],
    ['1795345200', '2026-11-22T11:00:00Z'],
    ['@1795345200.25', '2026-11-22T11:00:00.250Z'],
    ['1795345200000', '2026-11-22T11:00:00Z'],
    ['1795345200000000', '2026-11-22T11:00:00Z'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('is exact to the microsecond', () => {
    expect(parseTime('2026-11-22T10:00:00.123456Z', NOW, () => BERLIN, 'since')).toBe(
      us('2026-11-22T10:00:00Z') + 123_456,
    );
    expect(parseTime('2026-11-22T10:00:00.123456789Z', NOW, () => BERLIN, 'since')).toBe(
      us('2026-11-22T10:00:00Z') + 123_456,
    );
    expect(parseTime('2026-11-22 11:00:00.000001', NOW, () => BERLIN, 'since')).toBe(
      us('2026-11-22T10:00:00Z') + 1,
    );
    expect(parseTime('2h', NOW + 7, () => BERLIN, 'since')).toBe(us('2026-11-23T09:00:00Z') + 7);
  });

  it('takes a day for 24 hours and a date for midnight there, also when the clocks change', () => {
    const afterChange = us('2026-10-26T12:00:00Z');
    expect(read('yesterday', BERLIN, afterChange)).toBe('2026-10-24T22:00:00Z');
    expect(read('today', BERLIN, afterChange)).toBe('2026-10-25T23:00:00Z');
    expect(read('1d', BERLIN, afterChange)).toBe('2026-10-25T12:00:00Z');
  });

  it('widens the window where the clocks are set back: 02:30 is twice', () => {
    expect(read('2026-10-25 02:30', BERLIN, NOW, 'since')).toBe('2026-10-25T00:30:00Z');
    expect(read('2026-10-25 02:30', BERLIN, NOW, 'until')).toBe('2026-10-25T01:30:00Z');
    expect(read('2026-11-01 01:30', NEW_YORK, NOW, 'since')).toBe('2026-11-01T05:30:00Z');
    expect(read('2026-11-01 01:30', NEW_YORK, NOW, 'until')).toBe('2026-11-01T06:30:00Z');
  });

  it('widens the window where the clocks are set forward: 02:30 is not there', () => {
    expect(read('2026-03-29 02:30', BERLIN, NOW, 'since')).toBe('2026-03-29T00:30:00Z');
    expect(read('2026-03-29 02:30', BERLIN, NOW, 'until')).toBe('2026-03-29T01:30:00Z');
    expect(read('2026-03-08 02:30', NEW_YORK, NOW, 'since')).toBe('2026-03-08T06:30:00Z');
    expect(read('2026-03-08 02:30', NEW_YORK, NOW, 'until')).toBe('2026-03-08T07:30:00Z');
  });

  it.each([
    ['', '--since 2h'],
    ['soon', '--since 2h'],
    ['30', '--since 30m'],
    ['2026-13-01', '--since 2h'],
    ['2026-02-29', '--since 2h'],
    ['25:00', '--since 2h'],
    ['2026-11-22T10:61Z', '--since 2h'],
    ['2026-11-22Z', '--since 2h'],
    ['m', '--since 2h'],
    ['1M', '--since 1m, or --since 30d'],
    ['-2 M', '--since 2m, or --since 60d'],
    ['now-1M', '--since 1m, or --since 30d'],
    ['3M ago', '--since 3m, or --since 90d'],
    ['mo 10:00', '--since 2h'],
    ['today yesterday', '--since 2h'],
    ['10:00 11:00', '--since 2h'],
    ['99999999999d', '--since 2h'],
    ['+2h', '--since 2h'],
    ['1h1h', '--since 2h'],
    ['2mo', '--since 2h'],
    ['ago', '--since 2h'],
    ['13pm', '--since 2h'],
    ['31 Nov 2026', '--since 2h'],
    ['22 Foo 2026', '--since 2h'],
    ['2026-11-22 10:00 CET', 'zones are Z, UTC or +01:00'],
    ['2026-11-22 10:00 Europe/Berlin', 'zones are Z, UTC or +01:00'],
  ])('refuses %j', (text, hint) => {
    const error = caught(() => read(text));
    expect(error).toMatchObject({ code: 'AUDIT_BAD_TIME', hint: expect.stringContaining(hint) });
    expect((error as UserError).message).toContain(JSON.stringify(text));
  });

  it('reads back every instant as it is printed', () => {
    const instant = fc.integer({
      min: us('2020-01-01T00:00:00Z') / 1e6,
      max: us('2030-01-01T00:00:00Z') / 1e6,
    });
    fc.assert(
      fc.property(
        instant,
        fc.constantFrom(BERLIN, NEW_YORK, 'UTC', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        (seconds, zone) => {
          const from = formatWindow({ sinceUs: seconds * 1e6, untilUs: null }, zone);
          const typed = /^from (.*) to now$/.exec(from)?.[1] ?? '';
          expect(parseTime(typed, NOW, () => zone, 'since')).toBe(seconds * 1e6);
        },
      ),
    );
  });
});

describe('parseWindow', () => {
  it('is the last 24 hours, open at the end, when nothing is said', () => {
    expect(parseWindow({}, NOW, () => BERLIN)).toEqual({
      sinceUs: NOW - 24 * 3600e6,
      untilUs: null,
      isDefault: true,
    });
    expect(parseWindow({ since: null, until: null }, NOW, () => BERLIN).isDefault).toBe(true);
  });

  it('is 24 hours long when only its end is said', () => {
    const until = us('2026-11-20T10:00:00Z');
    expect(parseWindow({ until: '2026-11-20T10:00Z' }, NOW, () => BERLIN)).toEqual({
      sinceUs: until - 24 * 3600e6,
      untilUs: until,
      isDefault: false,
    });
  });

  it('takes a bare end for the first such time after the beginning', () => {
    const at = (text: string) => us(text);
    expect(parseWindow({ since: '09:00', until: '17:00' }, NOW, () => BERLIN)).toMatchObject({
      sinceUs: at('2026-11-23T08:00:00Z'),
      untilUs: at('2026-11-23T16:00:00Z'),
    });
    expect(parseWindow({ since: '9am', until: '5pm' }, NOW, () => BERLIN)).toMatchObject({
      sinceUs: at('2026-11-23T08:00:00Z'),
      untilUs: at('2026-11-23T16:00:00Z'),
    });
    expect(
      parseWindow({ since: '22:00', until: '23:00' }, us('2026-11-23T02:12:00Z'), () => BERLIN),
    ).toMatchObject({
      sinceUs: at('2026-11-22T21:00:00Z'),
      untilUs: at('2026-11-22T22:00:00Z'),
    });
  });

  it('refuses an end that is not after the beginning, and shows how both were read', () => {
    const error = caught(() => parseWindow({ since: '1h', until: '2h' }, NOW, () => BERLIN));
    expect(error).toMatchObject({
      code: 'AUDIT_BAD_TIME',
      hint: 'they were read as 2026-11-23 11:00:00+01:00 and 2026-11-23 10:00:00+01:00',
    });
    expect(caught(() => parseWindow({ since: '1h', until: '1h' }, NOW, () => BERLIN))).toBeInstanceOf(
      UserError,
    );
  });

  it('refuses a beginning in the future, and lets the end lie there', () => {
    expect(caught(() => parseWindow({ since: '2027-01-01' }, NOW, () => BERLIN))).toMatchObject({
      code: 'AUDIT_BAD_TIME',
    });
    expect(parseWindow({ until: '2027-01-01T00:00Z' }, NOW, () => BERLIN).untilUs).toBe(
      us('2027-01-01T00:00:00Z'),
    );
  });
});

describe('formatWindow', () => {
  it('names both ends with the offset that the clock had then', () => {
    const window = { sinceUs: us('2026-07-01T10:00:00Z'), untilUs: us('2026-11-23T11:00:00Z') };
    expect(formatWindow(window, BERLIN)).toBe('from 2026-07-01 12:00:00+02:00 to 2026-11-23 12:00:00+01:00');
    expect(formatWindow({ sinceUs: null, untilUs: null }, BERLIN)).toBe('from the beginning to now');
  });
});

describe('wall clocks', () => {
  it('show every instant as one that can mean it', () => {
    const instant = fc.integer({ min: 0, max: Date.parse('2035-01-01T00:00:00Z') });
    fc.assert(
      fc.property(instant, fc.constantFrom(BERLIN, NEW_YORK, 'Australia/Lord_Howe', 'UTC'), (ms, zone) => {
        expect(instantsAt(wallAt(ms, zone), zone)).toContain(ms);
      }),
      { numRuns: 2000 },
    );
  });

  it('know the offset before 1970 and at odd minutes', () => {
    expect(offsetAt(Date.parse('1969-07-20T20:17:40.123Z'), 'America/New_York')).toBe(-4 * 3600_000);
    expect(offsetAt(Date.parse('2026-01-01T00:00:00Z'), 'Asia/Kathmandu')).toBe(345 * 60_000);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
}
