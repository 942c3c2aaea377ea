/** The same requests, in any order and batches, counted here or by the source: the same answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plantIn } from '../../support/world/plants.ts';
import { anomaliesOf, dayUs, smallWorld, TESTED, weekOf } from './anomalies-support.ts';

const world = smallWorld({ people: 4, programs: 3, nodes: 1, machines: 0.002 });
const plants = (['new', 'token', 'rare'] as const).flatMap(
  (kind) => plantIn(world, TESTED, kind, 4)?.requests ?? [],
);
/** Five days of baseline: the memory source takes its time. */
const events = weekOf(world, plants, TESTED - 5);

describe('anomalies', () => {
  it('does not depend on order, batches, and on who counts', async () => {
    // A window that begins within an hour, too.
    for (const sinceUs of [dayUs(TESTED), dayUs(TESTED) + 1_234_567_890]) {
      const params = { tested: { sinceUs, untilUs: dayUs(TESTED + 1) } };
      const here = await anomaliesOf(events, params, { order: 'newest', seed: 1 });
      expect(here.rows.length).toBeGreaterThan(0);
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, counts) => {
          const there = await anomaliesOf(events, params, { order: 'none', seed, counts });
          expect(there.rows).toEqual(here.rows);
          expect([there.says, there.notes, there.next]).toEqual([here.says, here.notes, here.next]);
        }),
        { numRuns: 2 },
      );
    }
  });

  it('finds the same in what can be read only once, but for pages and audit IDs', async () => {
    const seconds = { tested: { sinceUs: dayUs(TESTED) + 1_234_000_000, untilUs: dayUs(TESTED + 1) } };
    for (const params of [{}, seconds]) {
      const twice = await anomaliesOf(events, params);
      const once = await anomaliesOf(events, params, { order: 'oldest', rereads: false, counts: true });
      const brief = ({ rows }: typeof once) =>
        rows.map(({ kind, value, baseline, falseAlarms }) => [kind, value, baseline, falseAlarms]);
      expect(brief(once)).toEqual(brief(twice));
      expect(once.notes.map(({ code }) => code)).toContain('no-pages');
    }
  });
});
