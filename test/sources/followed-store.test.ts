/** A store that is followed: each event once, however late; and what the store leaves out is told, once too. */
import { expect, it } from 'vitest';
import { emptyBatch } from '../../src/event/batch.ts';
import type { Gap } from '../../src/event/coverage.ts';
import type { AuditEvent } from '../../src/event/event.ts';
import { ANY_EVENT } from '../../src/query/event-test.ts';
import { FollowedStore } from '../../src/sources/store/followed-store.ts';
import { SeenEvents, type StoreBatch } from '../../src/sources/store/seen-events.ts';
import type { Ask } from '../../src/sources/store/store.ts';
import { decodeJson } from '../support/decode-json.ts';
import { LOG, ORIGIN_US } from '../support/source-cases.ts';

const events: readonly AuditEvent[] = LOG.slice(0, 3).map(decodeJson);
const HOUR_US = 3600 * 1_000_000;

const batchOf = (some: readonly AuditEvent[]): StoreBatch => ({
  ...emptyBatch('store'),
  events: some,
  rejectKeys: [],
});
const takeNew = (seen: SeenEvents, some: readonly AuditEvent[]) => seen.takeNew(batchOf(some)).events;

it('gives out once what comes again and again, however long ago it was written', () => {
  const seen = new SeenEvents(ORIGIN_US + HOUR_US);
  expect(takeNew(seen, events)).toEqual(events);
  for (let asks = 0; asks < 3; asks++) {
    seen.endAsk(true, 0);
    expect(takeNew(seen, events)).toEqual([]);
  }
});

it('gives out once what came in an ask that broke off', () => {
  const seen = new SeenEvents(ORIGIN_US + HOUR_US);
  takeNew(seen, events);
  seen.endAsk(true, 0);
  expect(takeNew(seen, events.slice(0, 1))).toEqual([]);
  expect(takeNew(seen, events)).toEqual([]);
});

it('forgets what does not come again', () => {
  const seen = new SeenEvents(ORIGIN_US + HOUR_US);
  takeNew(seen, events);
  seen.endAsk(true, 0);
  takeNew(seen, events.slice(1));
  seen.endAsk(true, 0);
  expect(takeNew(seen, events)).toEqual(events.slice(0, 1));
});

it('asks for what may come as late as it was told', () => {
  const ask = {
    test: { kind: 'all', of: [] },
    received: { sinceUs: ORIGIN_US, untilUs: null },
    stages: { sinceUs: ORIGIN_US, untilUs: null },
    isLongRunning: false,
  } as const;
  const seen = new SeenEvents(ORIGIN_US, 180_000_000);
  expect(seen.askFor(ask).stages.sinceUs).toBe(ORIGIN_US - 180_000_000);
});

it('asks again from where all was given, until all was given that is newer', () => {
  const ask: Ask = {
    test: ANY_EVENT,
    received: { sinceUs: null, untilUs: null },
    stages: { sinceUs: null, untilUs: null },
    isLongRunning: false,
  };
  const newest = events[0] as AuditEvent;
  const newestUs = newest.stageUs ?? newest.receivedUs ?? 0;
  const seen = new SeenEvents(newestUs - HOUR_US, 0);
  // The newest page came, and the next did not.
  takeNew(seen, [newest]);
  expect(seen.askFor(ask).stages.sinceUs).toBe(newestUs - HOUR_US);
  seen.endAsk(false, newestUs);
  expect(seen.askFor(ask).stages.sinceUs).toBe(newestUs);
});

it('asks from no later than it asked last, where one server is ahead of the others', () => {
  const newest = events[0] as AuditEvent;
  const newestUs = newest.stageUs ?? newest.receivedUs ?? 0;
  const ask: Ask = {
    test: ANY_EVENT,
    received: { sinceUs: null, untilUs: null },
    stages: { sinceUs: null, untilUs: null },
    isLongRunning: false,
  };
  const seen = new SeenEvents(newestUs - HOUR_US, 0);
  takeNew(seen, [newest]);
  seen.endAsk(true, newestUs - 60_000_000);
  expect(seen.askFor(ask).stages.sinceUs).toBe(newestUs - 60_000_000);
});

it('does not look through all of the time in which nothing was found, again and again', () => {
  const ask: Ask = {
    test: ANY_EVENT,
    received: { sinceUs: null, untilUs: null },
    stages: { sinceUs: null, untilUs: null },
    isLongRunning: false,
  };
  const seen = new SeenEvents(ORIGIN_US, 0);
  seen.endAsk(true, ORIGIN_US + 60_000_000);
  // Clocks differ: ours may be ahead.
  expect(seen.askFor(ask).stages.sinceUs).toBe(ORIGIN_US);
  seen.endAsk(true, ORIGIN_US + 10 * HOUR_US);
  expect(seen.askFor(ask).stages.sinceUs).toBe(ORIGIN_US + 9.75 * HOUR_US);
  expect(seen.longestUs(60_000_000)).toBe(0.25 * HOUR_US + 60_000_000);
});

it('remembers no more than it may, first what came last, and says when that was too little', () => {
  const seen = new SeenEvents(ORIGIN_US + HOUR_US, 0, 2);
  takeNew(seen, events.slice(0, 2));
  // Not whole: nothing is forgotten unless there is need.
  seen.endAsk(false, 0);
  expect(takeNew(seen, events.slice(1, 2))).toEqual([]);
  expect(takeNew(seen, events.slice(2))).toEqual(events.slice(2));
  expect(seen.hasForgotten).toBe(false);
  expect(takeNew(seen, events.slice(1))).toEqual([]);
  expect(takeNew(seen, events.slice(0, 1))).toEqual(events.slice(0, 1));
  expect(seen.hasForgotten).toBe(true);
});

it('tells once what is missing in what it gives', async () => {
  const ended = new AbortController();
  const gap: Gap = { code: 'source-unreadable', text: 'gave a part of what was asked for', source: 'store' };
  const news: string[] = [];
  let polls = 0;
  const followed = new FollowedStore(
    {
      source: 'store',
      ask: {
        test: ANY_EVENT,
        received: { sinceUs: null, untilUs: null },
        stages: { sinceUs: null, untilUs: null },
        isLongRunning: false,
      },
      ...{ now: () => 0, paidFor: () => null, paidBytes: null, maxBytes: null },
      onNews: ({ text }) => news.push(text),
      fetch: async function* (_, gaps) {
        gaps.push(gap);
        yield batchOf([]);
        if (++polls === 3) ended.abort();
      },
    },
    new SeenEvents(0),
  );
  const following = (async () => {
    for await (const _ of followed.follow(ended.signal));
  })();
  await expect(following).rejects.toThrow('aborted');
  expect(news).toEqual(['store gave a part of what was asked for']);
  expect(followed.findings().gaps).toEqual([gap]);
}, 20_000);
