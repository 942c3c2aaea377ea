import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Archive, ListFrom, StoredObject } from '../../../src/sources/archive/archive.ts';
import { keyDatesOf } from '../../../src/sources/archive/key-dates.ts';
import { listDated } from '../../../src/sources/archive/list-dated.ts';

interface Listing extends Archive {
  readonly requests: () => number;
}

/** Pages of a few keys, in the order of their bytes or, if `isDisordered`, in the order given. */
function archiveOf(keys: readonly string[], pageSize: number, isDisordered = false, leaps = true): Listing {
  const inOrder = isDisordered ? [...keys] : [...new Set(keys)].sort(byBytes);
  const objects = inOrder.map(
    (key): StoredObject => ({ key, bytes: 1, modifiedUs: 0, isInParts: false, tag: '' }),
  );
  let requests = 0;
  return {
    ...{ name: 'a bucket', prefix: '', leaps, explained: '' },
    requests: () => requests,
    async list(from) {
      requests++;
      const start =
        from === null
          ? 0
          : 'token' in from
            ? Number(from.token)
            : objects.findIndex(({ key }) => byBytes(key, from.after) > 0);
      const first = start < 0 ? objects.length : start;
      const end = first + pageSize;
      return { objects: objects.slice(first, end), next: end < objects.length ? String(end) : null };
    },
    open: () => Promise.reject(new Error('nothing is read')),
    restoreHint: () => '',
    close: async () => {},
  };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

const { signal } = new AbortController();
const us = (time: string): number => Date.parse(time) * 1000;
const WINDOW = { sinceUs: us('2026-11-22T10:00:00Z'), untilUs: us('2026-11-22T12:00:00Z') };

const FORMS: readonly ((time: string) => string)[] = [
  (time) => `${time.slice(0, 13).replaceAll(/[-T]/g, '/')}/x.gz`,
  (time) => `${time.slice(0, 13).replaceAll(/[-T]/g, '')}_0.gz`,
  (time) =>
    `y=${time.slice(0, 4)}/m=${time.slice(5, 7)}/d=${time.slice(8, 10)}/h=${time.slice(11, 13)}/m=00/PT1H.json`,
  (time) => `date=${time.slice(0, 10)}/${Date.parse(time) / 1000}-x.log`,
  (time) => `${Date.parse(time) / 1000}-x.log`,
  (time) => `${time.slice(0, 10)}.log`,
  () => 'stream/000000.gz',
  () => 'z.log',
];

describe('the list of an archive', () => {
  it('is narrowed by dates, and loses nothing that has the right ones or none', async () => {
    const time = fc
      .integer({ min: Date.parse('2024-12-01') / 1000, max: Date.parse('2028-02-01') / 1000 })
      .map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).concat('Z'));
    const near = fc
      .integer({ min: -200_000, max: 200_000 })
      .map(
        (seconds) =>
          `${new Date(Date.parse('2026-11-22T11:00:00Z') + seconds * 1000).toISOString().slice(0, 19)}Z`,
      );
    const key = fc
      .tuple(
        fc.constantFrom('', 'audit/', 'a/', 'é😀-', 'b-', 'prod-20250115/', 'prod-20270115/2025/01/'),
        fc.oneof(time, near),
        fc.constantFrom(...FORMS),
        fc.nat(9),
      )
      .map(([stem, at, form, n]) => `${stem}${form(at)}${n}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (keys, pageSize) => {
          const { objects } = await listDated(archiveOf(keys, pageSize), WINDOW, signal);
          const wanted = [...new Set(keys)].filter((one) => {
            const dates = keyDatesOf(one);
            const isBefore = dates.every((date) => date.toUs <= WINDOW.sinceUs);
            return dates.length === 0 || !(isBefore || dates.every((date) => date.fromUs > WINDOW.untilUs));
          });
          expect(objects.map((object) => object.key).sort()).toEqual(wanted.sort());
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes the date of a cluster for none of its logs', async () => {
    const keys = [
      'eks-prod-20250115/2026/11/22/10/a.gz',
      'eks-prod-20250115/2026/11/22/11/b.gz',
      'eks-prod-20250301/2026/11/22/11/c.gz',
    ];
    const { objects } = await listDated(archiveOf(keys, 1), WINDOW, signal);
    expect(objects.map(({ key }) => key)).toEqual(keys);
  });

  it('ends when the same page comes again', async () => {
    const { signal: never } = new AbortController();
    const archive: Archive = {
      ...archiveOf(['a'], 1),
      list: async () => ({ objects: [], next: 'again' }),
    };
    await expect(listDated(archive, WINDOW, never)).rejects.toThrow('again and again');
  });

  it('takes a few requests, however long the archive is', async () => {
    const hours = Array.from({ length: 26_304 }, (_, n) =>
      new Date(Date.parse('2025-01-01') + n * 3_600_000).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/'),
    );
    const archive = archiveOf(
      hours.map((hour) => `audit/${hour}/x.gz`),
      100,
    );
    const { objects, hasEarlier } = await listDated(archive, WINDOW, signal);
    expect([objects.length, hasEarlier]).toEqual([3, true]);
    expect(archive.requests()).toBeLessThanOrEqual(5);
  });

  it('leaps nowhere when the server keeps to no order', async () => {
    const keys = [
      '2026/11/22/10/a',
      '2026/01/01/01/b',
      '2026/11/22/11/c',
      '2025/01/01/01/d',
      '2026/11/22/10/e',
    ];
    const { objects } = await listDated(archiveOf(keys, 2, true), WINDOW, signal);
    expect(objects.map(({ key }) => key)).toEqual([keys[0], keys[2], keys[4]]);
  });

  it('leaps nowhere when the server cannot', async () => {
    const keys = Array.from({ length: 24 }, (_, hour) => `2026/11/22/${String(hour).padStart(2, '0')}/a`);
    const archive = archiveOf(['2026/01/01/01/b', ...keys], 5, false, false);
    const tokens: ListFrom[] = [];
    const list: Archive['list'] = (from, until) => {
      tokens.push(from);
      return archive.list(from, until);
    };
    const { objects, hasEarlier } = await listDated({ ...archive, list }, WINDOW, signal);
    expect([objects.map(({ key }) => key), hasEarlier]).toEqual([keys.slice(10, 13), true]);
    expect(tokens.filter((from) => from !== null && 'after' in from)).toEqual([]);
  });

  it('ends at a bound, and says so', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => `stream-${n}/000000.gz`);
    const { objects, isCut } = await listDated(archiveOf(keys, 10), WINDOW, signal, 25);
    expect([objects.length, isCut]).toEqual([25, true]);
  });
});
