/**
 * A store whose answers go wrong, at any of its requests, once or from there on: whatever comes of it, a question fails with words
 * of ours, is answered whole, or says what it lacks. Its events are all one question's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { equals } from '../../../src/query/predicate.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { deletions } from '../../support/deletions.ts';
import { aQuery } from '../../support/source-cases.ts';
import { type Fault, startFaultFront } from './fault-front.ts';
import { openStore } from './open-store.ts';

const answer = (status: number, body = '', headers: Record<string, string> = {}): Fault => ({
  answer: { status, body, headers },
});

const FAULTS = {
  '429 that says when to come again': answer(429, 'slow down', { 'retry-after': '0' }),
  'a 503': answer(503, 'overloaded', { 'retry-after': '0' }),
  'a 500': answer(500, '{"error":"internal"}'),
  'an expired token': answer(401, '{"error":"token expired"}'),
  'no right any more': answer(403, '{"error":"forbidden"}'),
  'nothing at all': answer(200),
  'an empty object': answer(200, '{}', { 'content-type': 'application/json' }),
  'an empty list': answer(200, '[]', { 'content-type': 'application/json' }),
  'a page of a proxy': answer(200, '<html><body>Sign in</body></html>', { 'content-type': 'text/html' }),
  'an answer that is cut': { cutAt: 0.5 },
  'an answer that ends at once': { cutAt: 0 },
  'an error behind the answer': { append: '\n{"error":{"message":"out of memory"}}' },
  'a slow answer': { delayMs: 500 },
} satisfies Readonly<Record<string, Fault>>;

const PLACES = ['at 1', 'at 2', 'at 3', 'at 5', 'from 2'] as const;

export interface FaultOptions {
  /** What the settings refer to. */
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** Default 2,500, which is several pages. About half are of one moment: a page ends among them. */
  readonly count?: number;
  /** What in the store's own language says, rightly, that there is nothing: such an answer cannot be told from a true one. */
  readonly saysNone?: readonly (keyof typeof FAULTS)[];
}

/** `load`: puts the events into the store, and resolves to its settings and to its server's URL among them. */
export function describeFaults(
  name: string,
  kind: string,
  load: (events: readonly EventJson[]) => Promise<Readonly<Record<string, unknown>>>,
  { saysNone = [], count = 2_500, ...options }: FaultOptions = {},
): void {
  describe(`${name}, when something is wrong`, () => {
    const events = deletions(count, Math.floor(count * 0.48));
    let settings: Readonly<Record<string, unknown>>;
    let place: 'url' | 'endpoint';
    const stops: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      settings = await load(events);
      place = 'endpoint' in settings ? 'endpoint' : 'url';
    });
    afterAll(async () => {
      await Promise.all(stops.map((stop) => stop()));
    });

    async function asked(fault: Fault | null, at: string) {
      const front = await startFaultFront(String(settings[place]));
      stops.push(front.stop);
      const [how, n = ''] = at.split(' ');
      let requests = 0;
      front.fault = () => {
        requests++;
        return (how === 'at' ? requests === Number(n) : requests >= Number(n)) ? fault : null;
      };
      const ids: string[] = [];
      const signal = AbortSignal.timeout(120_000);
      const query = aQuery({ predicate: equals('verb', 'delete') });
      try {
        const source = await openStore(kind, { ...settings, [place]: front.url }, options);
        try {
          const plan = await source.plan(query, signal);
          let unreadable = 0;
          for await (const batch of source.read(plan, signal)) {
            ids.push(...batch.events.map(({ auditID }) => auditID));
            unreadable += batch.rejects.length;
          }
          const said = source.findings().gaps.map(({ text }) => text);
          const gaps = unreadable === 0 ? said : [...said, `${unreadable} records could not be read`];
          return { ids, gaps, error: null };
        } finally {
          await source.close();
        }
      } catch (error) {
        return { ids, gaps: [], error };
      }
    }

    it('answers whole when nothing is', async () => {
      const { ids, gaps, error } = await asked(null, 'at 1');
      expect([error, gaps, ids.length, new Set(ids).size]).toEqual([null, [], count, count]);
    });

    const faults = Object.entries(FAULTS).filter(([name]) => !saysNone.some((none) => none === name));
    describe.concurrent.each(faults)('%s', (_, fault) => {
      it.each(PLACES)('%s', async (at) => {
        const { ids, gaps, error } = await asked(fault, at);
        expect(new Set(ids).size, 'events told twice').toBe(ids.length);
        if (error !== null) {
          if (!(error instanceof UserError)) throw error;
          return;
        }
        const isWhole = ids.length === count;
        expect(isWhole || gaps.length > 0, `${ids.length} of ${count} events, and no gap`).toBe(true);
      });
    });

    it('stops within seconds of being told to, and gives up what it had asked', async () => {
      const front = await startFaultFront(String(settings[place]));
      stops.push(front.stop);
      front.fault = () => ({ delayMs: 20_000 });
      const stopping = new AbortController();
      const reading = (async () => {
        const source = await openStore(kind, { ...settings, [place]: front.url }, options);
        try {
          const plan = await source.plan(aQuery(), stopping.signal);
          for await (const _ of source.read(plan, stopping.signal));
        } finally {
          await source.close();
        }
      })().catch(() => {});
      await sleep(500);
      const stoppedMs = Date.now();
      stopping.abort();
      await reading;
      // The store is told, too, and may take its time to answer that.
      expect(Date.now() - stoppedMs).toBeLessThan(3_000);
      await sleep(50);
      expect(front.abandoned()).toBeGreaterThan(0);
    });
  });
}
