import { expect, it } from 'vitest';
import type { Shape, Store } from '../../../src/sources/store/store.ts';
import { openStoreSource } from '../../../src/sources/store/store-source.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { aQuery } from '../../support/source-cases.ts';

/** Looks through 42 GB for whatever it is asked. */
function costly(billed: boolean) {
  let asked = 0;
  const shape: Shape = {
    can: () => false,
    findings: { gaps: [], notes: [] },
    async *pages() {
      asked++;
      yield { records: [], bytes: 100 };
    },
    explain: () => ['POST /query'],
    extent: async () => null,
    estimate: async () => 42e9,
  };
  const store: Store = { name: 'logs', billed, look: async () => shape, close: async () => {} };
  return { store, asked: () => asked };
}

async function read(billed: boolean, maxBytes: number | null) {
  const { store, asked } = costly(billed);
  const source = openStoreSource(store, { maxBytes, io: fixedIo() });
  const { signal } = new AbortController();
  const plan = await source.plan(aQuery(), signal);
  for await (const _ of source.read(plan, signal));
  return { asked: asked(), explained: await plan.explain(), ...source.findings() };
}

it('is not asked when it would be paid for beyond --max-bytes, and says so', async () => {
  const text = 'not read: 42 GB would be looked through, and paid for; --max-bytes allows 10 GB';
  expect(await read(true, 10e9)).toMatchObject({
    ...{ asked: 0, explained: [text], holdsEarlier: ['logs'] },
    gaps: [{ code: 'budget', text, source: 'logs' }],
  });
});

it('is asked within --max-bytes, without it, and when nothing is paid for', async () => {
  for (const [billed, maxBytes] of [
    [true, 42e9],
    [true, null],
    [false, 10e9],
  ] as const)
    expect(await read(billed, maxBytes)).toMatchObject({ asked: 1, explained: ['POST /query'], gaps: [] });
});
