import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../src/questions/top/latencies.ts';
import { VIEWS } from '../../../src/questions/top/views/registry.ts';
import { durationText } from '../../../src/questions/top/views/slow.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { type Asked, DAY, event, type Json } from '../failed-auth/failed-auth-support.ts';
import { topOf } from './top-support.ts';

const SLOW = { view: VIEWS.slow, by: VIEWS.slow.by };
const GET = { verb: 'get', resource: 'pods', namespace: 'prod', name: 'api-1' };
const LIST = { verb: 'list', resource: 'pods', namespace: 'prod' };

/** A request that took so many microseconds. */
function took(us: number, asked: Asked = GET, annotations: Record<string, string> = {}): Json {
  const atUs = Date.parse(`${DAY}T03:00:00Z`) * 1000;
  const text = (micros: number) =>
    `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}.${String(micros % 1_000_000).padStart(6, '0')}Z`;
  const times = { requestReceivedTimestamp: text(atUs), stageTimestamp: text(atUs + us) };
  return event(0, asked, { ...times, annotations });
}

/** Nearest rank, over all of them. */
function exactMs(us: readonly number[], share: number): number {
  const sorted = us.toSorted((a, b) => a - b);
  return (sorted[Math.ceil(sorted.length * share) - 1] ?? 0) / 1000;
}

describe('how long requests took', () => {
  it.each([1, 2, 20, 21, 500])('is within 1%% of an exact count of %i requests', async (count) => {
    const random = seededRandom(count);
    const us = Array.from({ length: count }, () => Math.floor(10 ** (random(8000) / 1000)));
    const { rows } = await topOf(
      us.map((one) => took(one)),
      SLOW,
    );
    const latency = rows[0]?.latency ?? null;
    expect(latency).toMatchObject({ measured: count, slowestMs: Math.max(...us) / 1000 });
    expect(latency?.over500ms).toBe(us.filter((one) => one > 500_000).length);
    for (const [found, share] of [
      [latency?.medianMs, 0.5],
      [latency?.p95Ms, 0.95],
    ] as const) {
      const exact = exactMs(us, share);
      // Times are kept to the microsecond.
      expect(Math.abs((found ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.0101 + 0.001);
    }
  });

  it('is nothing, or next to it, where both times are the same or the clock was set back', async () => {
    const { rows } = await topOf([took(0), took(-5)], SLOW);
    expect(rows[0]?.latency).toMatchObject({ medianMs: 0, p95Ms: 0, slowestMs: 0, over500ms: 0 });
  });

  it('puts first what was slow most often, whichever is more frequent', async () => {
    const events = [...Array.from({ length: 9 }, () => took(2000)), took(900_000, LIST), took(10, LIST)];
    const { rows } = await topOf(events, { ...SLOW, limit: 1 });
    expect(rows.map(({ group, count }) => [group.verb, count])).toEqual([['list', 2]]);
  });

  it('tells what took the time of the slow ones, whatever unit it is in', async () => {
    const layer = (name: string) => `apiserver.latency.k8s.io/${name}`;
    const events = [
      took(1_500_000, GET, { [layer('etcd')]: '900ms', [layer('total')]: '1.5s', [layer('x')]: 'no time' }),
      took(61_000_000, GET, { [layer('validating-webhook')]: '1m0.5s', [layer('etcd')]: '780ns' }),
      // Too quick to count, whatever it says.
      took(1000, GET, { [layer('authentication')]: '5h' }),
    ];
    const { rows } = await topOf(events, SLOW);
    expect(rows[0]?.latency).toMatchObject({ over500ms: 2, mostly: 'validating-webhook' });
  });

  it('says so when a request lacks a time', async () => {
    const { stageTimestamp: _, ...without } = took(5000);
    const { rows, notes } = await topOf([without, took(5000)], SLOW);
    expect(rows[0]?.latency).toMatchObject({ measured: 1 });
    expect(rows[0]?.count).toBe(2);
    expect(notes.map(({ code }) => code)).toContain('not-measured');
  });

  it('tells the same of requests in any order, and of none with another view', async () => {
    const us = [5, 70, 900_000, 4000, 4000, 31];
    const [one, other] = await Promise.all(
      [us, us.toReversed()].map(async (list, seed) =>
        topOf(
          list.map((of) => took(of)),
          SLOW,
          { order: 'none', seed: seed + 1 },
        ),
      ),
    );
    expect(one?.rows[0]?.latency).toEqual(other?.rows[0]?.latency);
    const { rows } = await topOf([took(5)]);
    expect(rows[0]?.latency).toBeNull();
  });

  it('measures so many groups, and counts what is beyond', () => {
    const latencies = new Latencies(2);
    const of = { receivedUs: 0, stageUs: 7, annotations: {} } as Parameters<Latencies['add']>[1];
    for (const key of ['a', 'b', 'c', 'a', 'c']) latencies.add(key, of);
    expect(latencies.beyond).toBe(2);
    expect([latencies.of('a')?.measured, latencies.of('c')]).toEqual([2, null]);
  });

  it('is one where two groups become one', () => {
    const latencies = new Latencies();
    const of = (us: number) =>
      ({ receivedUs: 0, stageUs: us, annotations: {} }) as Parameters<Latencies['add']>[1];
    latencies.add('a', of(10));
    latencies.add('b', of(1_000_000));
    latencies.rename(() => 'b');
    expect(latencies.of('b')).toMatchObject({ measured: 2, over500ms: 1, slowestMs: 1000 });
    expect(latencies.of('a')).toBeNull();
  });

  it.each([
    [0, '0us'],
    [0.85, '850us'],
    [9.94, '9.9ms'],
    [12.4, '12ms'],
    [999.6, '1.0s'],
    [59_960, '1m0s'],
    [130_000, '2m10s'],
  ])('is told shortly: %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
