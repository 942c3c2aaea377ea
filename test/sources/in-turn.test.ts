import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTurn } from '../../src/sources/in-turn.ts';

/** Pieces `a0`, `a1`, …, each after a while. */
async function* pieces(
  name: string,
  waitsMs: readonly number[],
  ended: string[] = [],
): AsyncGenerator<string> {
  try {
    for (const [n, waitMs] of waitsMs.entries()) {
      await sleep(waitMs);
      yield `${name}${n}`;
    }
  } finally {
    ended.push(name);
  }
}

describe('several readings in turn', () => {
  it('gives the same order however long each takes', async () => {
    const waits = fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 5 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(waits, fc.integer({ min: 1, max: 3 }), async (all, atOnce) => {
        const run = (wait: (ms: number) => number) => {
          const readings = all.map((ms, n) => () => pieces('abcde'[n] ?? '', ms.map(wait)));
          return Array.fromAsync(inTurn(readings, atOnce));
        };
        const found = await run((ms) => ms);
        expect(found).toEqual(await run(() => 0));
        expect(found.toSorted()).toEqual(all.flatMap((ms, n) => ms.map((_, at) => `${'abcde'[n]}${at}`)));
      }),
      { numRuns: 40 },
    );
  });

  it('goes on with one while another is worked on, and begins no more than so many', async () => {
    const begun: string[] = [];
    async function* noted(name: string): AsyncGenerator<string> {
      begun.push(name);
      yield name;
      yield name;
    }
    const reading = inTurn(
      ['a', 'b', 'c'].map((name) => () => noted(name)),
      2,
    );
    expect((await reading.next()).value).toBe('a');
    expect(begun).toEqual(['a', 'b']);
    expect(await Array.fromAsync(reading)).toEqual(['b', 'a', 'b', 'c', 'c']);
  });

  it('ends them all when nobody reads on, and when one fails', async () => {
    const ended: string[] = [];
    for await (const _ of inTurn(
      ['a', 'b'].map((name) => () => pieces(name, [0, 5, 0], ended)),
      2,
    ))
      break;
    expect(ended.sort()).toEqual(['a', 'b']);

    async function* failing(): AsyncGenerator<string> {
      yield 'f';
      throw new Error('EIO');
    }
    const reading = inTurn([failing, () => pieces('c', [0, 5, 0], ended)], 2);
    await expect(Array.fromAsync(reading)).rejects.toThrow('EIO');
    expect(ended).toContain('c');
  });
});
