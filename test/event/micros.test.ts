import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros, isRfc3339, parseMicros } from '../../src/event/micros.ts';

describe('times in microseconds', () => {
  it('reads the form that the API server writes', () => {
    expect(parseMicros('2026-11-23T08:46:51.869237Z')).toBe(
      Date.UTC(2026, 10, 23, 8, 46, 51) * 1000 + 869237,
    );
  });

  it.each([
    ['2026-11-23T08:46:51Z', 0],
    ['2026-11-23T08:46:51.8Z', 800_000],
    ['2026-11-23T08:46:51.869237999Z', 869_237],
    ['2026-11-23T10:46:51.000001+02:00', 1],
    ['2026-11-23T03:16:51-05:30', 0],
    ['2026-11-23 08:46:51Z', 0],
    ['2026-11-23t08:46:51z', 0],
  ])('reads %s', (text, micros) => {
    expect(parseMicros(text)).toBe(Date.UTC(2026, 10, 23, 8, 46, 51) * 1000 + micros);
  });

  it.each([
    '',
    'yesterday',
    '2026-11-23',
    '2026-11-23T08:46:51',
    '2026-02-30T08:46:51.000000Z',
    '2026-11-23T24:46:51.000000Z',
    '2026-11-23T08:46:51.00000xZ',
    '2026-13-23T08:46:51Z',
    '0001-01-01T00:00:00Z',
    '2026-11-23T08:46:51+99:00',
  ])('has nothing for %s', (text) => {
    expect(parseMicros(text)).toBeNull();
  });

  it('reads back what it writes, for every microsecond of 200 years', () => {
    const micros = fc.integer({ min: -3_155_760_000_000_000, max: 3_155_760_000_000_000 });
    fc.assert(fc.property(micros, (us) => parseMicros(formatMicros(us)) === us));
  });

  it('reads the fast form as it reads any other', () => {
    const micros = fc.integer({ min: 0, max: 4_000_000_000_000_000 });
    fc.assert(
      fc.property(micros, (us) => {
        const text = formatMicros(us);
        return parseMicros(text) === parseMicros(`${text.slice(0, -1)}000Z`);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => typeof parseMicros(text) !== 'undefined'));
  });

  it('knows what may stay as written', () => {
    expect(isRfc3339('2026-11-23T08:46:51+01:00')).toBe(true);
    expect(isRfc3339('2026-11-23 08:46:51Z')).toBe(false);
  });
});
