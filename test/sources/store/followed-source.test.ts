/** A followed store as a source: what cannot be read counts once, and what is paid for is asked for seldom, and no further than allowed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EventBatch } from '../../../src/event/batch.ts';
import type { Paid, Shape, Store } from '../../../src/sources/store/store.ts';
import { openStoreSource } from '../../../src/sources/store/store-source.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { aQuery, LOG } from '../../support/source-cases.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

interface Kept {
  /** Changed by the test as the store's holdings are. */
  records: unknown[];
  fails?: boolean;
}

function storeOf(kept: Kept, { billed = false, paid = null }: { billed?: boolean; paid?: Paid | null } = {}) {
  const asked: number[] = [];
  const shape: Shape = {
    can: () => false,
    findings: { gaps: [], notes: [] },
    async *pages() {
      asked.push(Date.now());
      yield { records: kept.records.slice(0, 2), bytes: 100 };
      yield { records: kept.records.slice(2), bytes: 100 };
    },
    explain: ({ stages }) => [`since ${stages.sinceUs}`],
    extent: async () => null,
    // So much is written each hour.
    estimate: async ({ stages: { sinceUs } }) =>
      sinceUs === null ? 90e9 : Math.round(((Date.now() * 1000 - sinceUs) / 3600e6) * 10e9),
    paidFor: () => paid,
  };
  const store: Store = { name: 'logs', billed, look: async () => shape, close: async () => {} };
  return { store, asked };
}

/** From now on, for so long; and what came. */
async function followed(
  store: Store,
  seconds: number,
  {
    maxBytes = null,
    meanwhile = () => {},
  }: { maxBytes?: number | null; meanwhile?: (second: number) => void } = {},
) {
  const ended = new AbortController();
  const source = openStoreSource(store, { maxBytes, io: { ...fixedIo(), now: () => Date.now() } });
  const plan = await source.plan(
    aQuery({ following: 'from now', window: { sinceUs: null, untilUs: null } }),
    ended.signal,
  );
  const batches: EventBatch[] = [];
  const news: string[] = [];
  for await (const _ of source.read(plan, ended.signal));
  const following = (async () => {
    for await (const batch of source.follow?.(plan, ({ text }) => news.push(text), ended.signal) ?? [])
      batches.push(batch);
    return 'ended by itself';
  })().catch((error: unknown) => String(error));
  for (let second = 0; second < seconds; second++) {
    meanwhile(second);
    await vi.advanceTimersByTimeAsync(1000);
  }
  ended.abort(new Error('enough'));
  const how = await following;
  return {
    ...{ plan, news, how, findings: source.findings() },
    rejects: batches.flatMap(({ rejects }) => rejects),
    events: batches.flatMap(({ events }) => events),
  };
}

it('counts a record that nobody can read once, and each of several that say the same', async () => {
  const kept: Kept = { records: ['before'] };
  const { store, asked } = storeOf(kept);
  const { rejects, events } = await followed(store, 60, {
    meanwhile: (second) => {
      if (second === 5) kept.records = [LOG[0], 'klog', 'klog', 'before'];
      if (second === 30) kept.records = [LOG[0], 'another', 'klog', 'klog', 'before'];
    },
  });
  expect(asked.length).toBeGreaterThan(20);
  expect(events).toHaveLength(1);
  expect(rejects.map(({ reason }) => reason)).toEqual(['no audit event', 'no audit event', 'no audit event']);
});

it('counts what cannot be read again when it comes after all that was like it has gone', async () => {
  const kept: Kept = { records: [] };
  const { store } = storeOf(kept);
  const { rejects } = await followed(store, 60, {
    meanwhile: (second) => {
      kept.records = second === 10 || second === 11 || second === 40 || second === 41 ? ['klog'] : [];
    },
  });
  expect(rejects).toHaveLength(2);
});

it('is asked every two seconds where that is free of charge', async () => {
  const { store, asked } = storeOf({ records: [] });
  const { news } = await followed(store, 60);
  expect(asked.length).toBe(31);
  expect(news).toEqual([]);
});

it('is asked once a minute where each time is paid for, says so, and what it was in the end', async () => {
  const { store, asked } = storeOf({ records: [] }, { billed: true, paid: { mend: 'read=filter is free' } });
  const { news, findings } = await followed(store, 290);
  // Once for what was there before.
  expect(asked.length).toBe(1 + 4);
  expect(news).toEqual([
    'logs is asked every 60 s, as each time is paid for (up to about 2.8 GB); read=filter is free',
  ]);
  expect(findings.notes.map(({ text }) => text)).toContain(
    'logs was asked 4 times while it was followed, each paid for, up to about 11 GB together',
  );
});

it('is estimated by what is asked, and not by all that it holds', async () => {
  const { store } = storeOf({ records: [] }, { billed: true, paid: { mend: null } });
  const { plan } = await followed(store, 1);
  // 30 s, and 16.5 minutes each minute.
  expect(plan.estimate).toEqual({ bytes: 83_333_333, parts: null, bytesPerHour: 2_750_000_000 * 60 });
  expect(await plan.explain()).not.toContain('since null');
});

it('is no longer followed when more would be paid for than --max-bytes allows', async () => {
  const { store, asked } = storeOf({ records: [] }, { billed: true, paid: { mend: null } });
  const { how, findings, news } = await followed(store, 600, { maxBytes: 6e9 });
  expect(how).toBe('ended by itself');
  expect(asked.length).toBe(1 + 2);
  const text = 'is not followed any longer: 8.3 GB would be paid for; --max-bytes allows 6.0 GB';
  expect(findings.gaps).toEqual([{ code: 'budget', text, source: 'logs' }]);
  expect(news.at(-1)).toBe(`logs ${text}`);
});
