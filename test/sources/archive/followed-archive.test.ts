import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import type { Query } from '../../../src/query/query.ts';
import type { Archive, StoredObject } from '../../../src/sources/archive/archive.ts';
import { openArchiveSource } from '../../../src/sources/archive/archive-source.ts';
import { execLine } from '../../support/exec-events.ts';

const NOW = Date.parse('2026-11-22T10:30:00Z');

/** Objects in memory; the contract is an archive's. */
class Shelf implements Archive {
  readonly name = 's3://logs';
  readonly prefix = '';
  readonly leaps = true;
  readonly explained = 's3';
  readonly objects = new Map<string, StoredObject & { readonly text: Buffer }>();

  put(key: string, ...pods: readonly string[]): void {
    const text = gzipSync(pods.map((pod) => execLine(pod, new Date(NOW))).join(''));
    const tag = `${pods.length}`;
    this.objects.set(key, { key, bytes: text.length, modifiedUs: NOW * 1000, isInParts: false, tag, text });
  }

  async list() {
    return { objects: [...this.objects.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), next: null };
  }

  async open({ key }: StoredObject) {
    const { text } = this.objects.get(key) ?? { text: Buffer.alloc(0) };
    return (async function* () {
      yield text;
    })();
  }

  restoreHint(): string {
    return '';
  }

  async close(): Promise<void> {}
}

it('tells of objects that come, and of those that grow, and of none twice that did not change', async () => {
  const shelf = new Shelf();
  shelf.put('audit/2026-11-22T10-00.json.gz', 'before');
  const source = openArchiveSource(shelf, { lateUs: 3_600e6, maxBytes: null, now: () => NOW, pollMs: 20 });
  expect(source.capabilities.follows).toBe(true);
  const query: Query = {
    ...{ window: { sinceUs: null, untilUs: null }, predicate: EVERYTHING, witness: null, fields: [] },
    ...{ order: 'oldest', limit: null, aggregation: null, following: 'from now' },
  };
  const over = new AbortController();
  const plan = await source.plan(query, over.signal);
  for await (const batch of source.read(plan, over.signal)) expect(batch.events).toEqual([]);
  const pods: string[] = [];
  let looks = 0;
  const act = [
    () => shelf.put('audit/2026-11-22T10-15.json.gz', 'one'),
    () => shelf.put('audit/2026-11-22T10-15.json.gz', 'one', 'two'),
    () => {},
    () => shelf.put('audit/2026-11-22T10-30.json.gz', 'three'),
    () => {},
  ];
  const followed = source.follow?.(plan, () => {}, over.signal);
  if (followed === undefined) throw new Error('it can be followed');
  for await (const { events, readToUs } of followed) {
    pods.push(...events.map(({ objectRef }) => objectRef?.name ?? ''));
    if (readToUs === undefined) continue;
    expect(readToUs).toBe(NOW * 1000 - 3_600e6);
    const next = act[looks++];
    if (next === undefined) break;
    next();
  }
  // What grew is read as a whole: who reads it drops what it has.
  expect(pods).toEqual(['one', 'one', 'two', 'three']);
});
