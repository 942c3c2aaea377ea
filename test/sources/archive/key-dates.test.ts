import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyDatesOf } from '../../../src/sources/archive/key-dates.ts';

/** From and to of each, to the second. */
function spans(key: string): string[] {
  return keyDatesOf(key).map(({ fromUs, toUs }) => [fromUs, toUs].map(second).join(' '));
}

function second(us: number): string {
  return new Date(us / 1000).toISOString().slice(0, 19);
}

const HOUR = '2026-11-23T14:00:00 2026-11-23T15:00:00';
const DAY = '2026-11-23T00:00:00 2026-11-24T00:00:00';

describe('dates in keys', () => {
  it.each([
    [
      'Firehose',
      '2026/11/23/14/k8s-1-2026-11-23-14-05-33-5b1c8f2e',
      [HOUR, '2026-11-23T14:05:33 2026-11-23T14:05:34'],
    ],
    [
      'Fluent Bit',
      'fluent-bit-logs/kube/2026/11/23/14/05/33-objectAb1',
      ['2026-11-23T14:05:00 2026-11-23T14:06:00'],
    ],
    ['Fluentd', 'logs/2026112314_0.gz', [HOUR]],
    ['Fluentd, by day', 'logs/20261123_12.gz', [DAY]],
    [
      'Vector',
      'date=2026-11-23/1795442733-5b1c8f2e.log.gz',
      [DAY, '2026-11-23T14:05:33 2026-11-23T14:05:34'],
    ],
    [
      'AKS',
      'resourceId=/X/y=2026/m=11/d=23/h=14/m=00/PT1H.json',
      ['2026-11-23T14:00:00 2026-11-23T14:01:00'],
    ],
    ['Google Cloud', 'cloudaudit.googleapis.com/activity/2026/11/23/14:00:00_14:59:59_S0.json', [DAY, HOUR]],
    ['Hive', 'k/year=2026/month=11/day=23/hour=14/x.gz', [HOUR]],
    ['Hive, a date', 'k/dt=2026-11-23/hour=14/x.gz', [HOUR]],
    ['a folder for each hour', 'k/2026-11-23-14/x.gz', [HOUR]],
    [
      'the API server',
      'cp-1/audit-2026-11-23T14-05-33.118.log.gz',
      ['2026-11-23T14:05:33 2026-11-23T14:05:34'],
    ],
    ['an archive of a month', 'k/2026/11/x.gz', ['2026-11-01T00:00:00 2026-12-01T00:00:00']],
    ['CloudWatch', 'export/6c0f2026-1234-4123-8123-123456789012/kube-apiserver-audit-0f/000000.gz', []],
    ['a year alone, a number, no such day', '2026/x/12345678/20269999/2026-02-30/a', []],
    ['hexadecimal digits behind a day', 'k/2026-11-23-14ab8f2e-1234.gz', [DAY]],
  ])('%s', (_of, key, wanted) => {
    expect(spans(key)).toEqual(wanted);
  });

  it('are written for other times as the same writer would', () => {
    const [date] = keyDatesOf('k/y=2026/m=11/d=23/h=14/m=00/PT1H.json');
    expect(date?.textAt(Date.parse('2027-01-02T03:04:05Z') * 1000)).toBe('2027/m=01/d=02/h=03/m=04/');
    const [unix] = keyDatesOf('1795442733-5b1c.log');
    expect(unix?.textAt(Date.parse('2026-11-23T14:05:34Z') * 1000)).toBe('1795442734');
  });

  it('are in the order of their texts', () => {
    const ms = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2033-01-01') });
    const key = fc.constantFrom(
      '2026/11/23/14/x',
      '2026-11-23T14-05-33',
      '2026112314_',
      '1795442733-',
      'y=2026/m=11/d=23/h=14/',
    );
    fc.assert(
      fc.property(key, ms, ms, (text, a, b) => {
        const [date] = keyDatesOf(text);
        if (date === undefined) throw new Error(text);
        const [one, other] = [date.textAt(a * 1000), date.textAt(b * 1000)];
        if (a <= b) expect(one <= other).toBe(true);
        const again = keyDatesOf(text.replace(date.text, one))[0];
        expect(again !== undefined && again.fromUs <= a * 1000 && a * 1000 < again.toUs).toBe(true);
      }),
    );
  });
});
