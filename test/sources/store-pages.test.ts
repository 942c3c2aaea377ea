import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Nanos } from '../../src/sources/store/nanos.ts';
import { pagesByTime, type TimedRecord } from '../../src/sources/store/pages-by-time.ts';

/** A store that gives the newest ones, those of one moment in whatever order. */
function someStore(records: readonly TimedRecord[], shuffled: () => number) {
  let asked = 0;
  return {
    asked: () => asked,
    fetch: async (
      { fromNs, toNs }: { readonly fromNs: Nanos | null; readonly toNs: Nanos | null },
      limit: number,
    ) => {
      asked++;
      const within = records.filter(
        ({ atNs }) => (fromNs === null || atNs >= fromNs) && (toNs === null || atNs <= toNs),
      );
      const newest = within
        .map((record) => ({ record, place: shuffled() }))
        .sort((a, b) => Number(b.record.atNs - a.record.atNs) || a.place - b.place)
        .slice(0, limit);
      return { records: newest.map(({ record }) => record), bytes: newest.length };
    },
  };
}

it('gives every record once, however many share a moment, and says when it cannot', async () => {
  let gaps = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 3 }), { maxLength: 80, size: 'max' }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 8, max: 14 }),
      fc.option(fc.nat({ max: 3 }), { nil: null }),
      fc.option(fc.nat({ max: 3 }), { nil: null }),
      fc.constantFrom(0, 10),
      fc.infiniteStream(fc.nat()),
      async (times, pageSize, mostAtOnce, from, to, growsTo, random) => {
        const records = times.map((at, id) => ({ atNs: BigInt(at), identity: String(id), record: id }));
        const [fromNs, toNs] = [from, to].map((at) => (at === null ? null : BigInt(at)));
        const store = someStore(records, () => random.next().value ?? 0);
        const given: unknown[] = [];
        const told: string[] = [];
        const ends = { fromNs: fromNs ?? null, toNs: toNs ?? null };
        const paging = { ...ends, pageSize, growsTo, mostAtOnce, source: 'store' };
        for await (const page of pagesByTime({ ...paging, fetch: store.fetch })) {
          given.push(...page.records);
          told.push(...(page.gaps ?? []).map(({ text }) => text));
          expect(store.asked()).toBeLessThan(200);
        }
        expect(new Set(given).size).toBe(given.length);
        gaps += told.length;
        const wanted = records.filter(
          ({ atNs }) => (from === null || atNs >= BigInt(from)) && (to === null || atNs <= BigInt(to)),
        );
        const missing = wanted.filter(({ record }) => !given.includes(record));
        const moments = new Set(missing.map(({ atNs }) => atNs));
        expect(told.length).toBeGreaterThanOrEqual(moments.size);
        if (told.length === 0) expect(missing).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
  expect(gaps).toBeGreaterThan(10);
});

it('asks for more at a time, where that is told, until a page is large', async () => {
  const records = Array.from({ length: 2000 }, (_, at) => ({
    atNs: BigInt(at),
    identity: `${at}`,
    record: at,
  }));
  const store = someStore(records, () => 0);
  const limits: number[] = [];
  const fetch: typeof store.fetch = async (stretch, limit) => {
    limits.push(limit);
    const page = await store.fetch(stretch, limit);
    return { ...page, bytes: page.records.length * 100_000 };
  };
  const paging = { fromNs: null, toNs: null, pageSize: 10, growsTo: 1000, mostAtOnce: 5000, source: 'store' };
  const given: unknown[] = [];
  for await (const page of pagesByTime({ ...paging, fetch })) given.push(...page.records);
  expect(given.length).toBe(2000);
  expect(limits.slice(0, 4)).toEqual([10, 41, 161, 161]);
});
