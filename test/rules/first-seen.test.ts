/** What is new: not there before, of the same key, for as long as the rule looks back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hit } from '../../src/rules/correlate.ts';
import { FirstSeen } from '../../src/rules/first-seen.ts';

const LOOK_BACK = { kind: 'first seen', lookBackUs: 10, key: [], values: [] } as const;

let count = 0;
const hit = (atUs: number, value: string | null, key = 'alice'): Hit<null> => ({
  ...{ atUs, id: `${count++}`, step: 0, key, values: [value], item: null },
});

/** The times at which something was new. */
function newIn(hits: readonly Hit<null>[], slackUs = 0, most?: number): readonly number[] {
  const seen = new FirstSeen<null>(LOOK_BACK, slackUs, most);
  return hits.flatMap((one) => seen.add(one).map(({ atUs }) => atUs));
}

describe('FirstSeen', () => {
  it('tells of a value once, and again only after it was away for longer than it looks back', () => {
    expect(newIn([hit(0, 'x'), hit(5, 'x'), hit(15, 'x'), hit(25, 'x'), hit(36, 'x')])).toEqual([0, 36]);
  });

  it('counts from when it was seen last, not first', () => {
    expect(newIn([hit(0, 'x'), hit(9, 'x'), hit(18, 'x'), hit(27, 'x')])).toEqual([0]);
  });

  it('tells keys and values apart', () => {
    expect(newIn([hit(0, 'x'), hit(1, 'x', 'bob'), hit(2, 'y'), hit(3, 'y', 'bob'), hit(4, 'x')])).toEqual([
      0, 1, 2, 3,
    ]);
    // However they are put together.
    expect(newIn([hit(0, 'b\n["c"]', 'a'), hit(1, 'c', 'a\n["b')])).toEqual([0, 1]);
  });

  it('takes what is not there for nothing new, unless something else is', () => {
    expect(newIn([hit(0, null)])).toEqual([]);
    expect(newIn([{ ...hit(0, null), values: [null, 'x'] }])).toEqual([0]);
  });

  it('does not take what comes out of order for new, nor for the last time', () => {
    expect(newIn([hit(20, 'x'), hit(12, 'x'), hit(31, 'x')])).toEqual([20, 31]);
    expect(newIn([hit(20, 'x'), hit(12, 'x'), hit(29, 'x')])).toEqual([20]);
    // Followed: what was away for longer may come yet.
    expect(newIn([hit(20, 'x'), hit(32, 'x')], 5)).toEqual([20]);
  });

  it('gives each find an episode of its own', () => {
    const seen = new FirstSeen<null>(LOOK_BACK, 0);
    const episodes = [hit(0, 'x'), hit(1, 'y')].flatMap((one) => seen.add(one).map(({ episode }) => episode));
    expect(episodes).toEqual([0, 1]);
  });

  it('forgets what was seen longest ago when there is too much, and says so', () => {
    const seen = new FirstSeen<null>(LOOK_BACK, 0, 2);
    for (const one of [hit(0, 'x'), hit(1, 'y'), hit(2, 'x'), hit(3, 'z')]) seen.add(one);
    expect(seen.forgotten).toBe(1);
    // y was let go, x was not.
    expect(seen.add(hit(4, 'x'))).toEqual([]);
    expect(seen.add(hit(5, 'y'))).toHaveLength(1);
  });

  it('says the same as looking at all that came before', () => {
    const hits = fc.array(
      fc.tuple(fc.nat(60), fc.constantFrom('x', 'y', 'z'), fc.constantFrom('alice', 'bob')),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(hits, (made) => {
        const inOrder = made.map(([at, value, key]) => hit(at, value, key)).sort((a, b) => a.atUs - b.atUs);
        const plain = inOrder.filter(
          (one, n) =>
            !inOrder
              .slice(0, n)
              .some(
                (before) =>
                  before.key === one.key &&
                  before.values[0] === one.values[0] &&
                  one.atUs - before.atUs <= LOOK_BACK.lookBackUs,
              ),
        );
        expect(newIn(inOrder)).toEqual(plain.map(({ atUs }) => atUs));
      }),
    );
  });
});
