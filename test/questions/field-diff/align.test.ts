/** Lists laid side by side, against the plain way to do it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from '../../../src/questions/field-diff/align.ts';
import { Sameness } from '../../../src/questions/field-diff/sameness.ts';
import { isSame } from '../../../src/questions/field-diff/scalar.ts';

/** The length of the longest sequence that both have. */
function longestCommon(before: readonly unknown[], after: readonly unknown[]): number {
  let last = new Array<number>(after.length + 1).fill(0);
  for (const was of before) {
    const next = [0];
    for (const [j, is] of after.entries())
      next.push(isSame(was, is) ? (last[j] ?? 0) + 1 : Math.max(last[j + 1] ?? 0, next[j] ?? 0));
    last = next;
  }
  return last.at(-1) ?? 0;
}

const anyItem = fc.oneof(
  fc.constantFrom<unknown>('a', 'b', 'c', 1, null),
  fc.record({ a: fc.nat(2), b: fc.constantFrom(1, 'x') }, { requiredKeys: [] }),
  fc.array(fc.nat(2), { maxLength: 2 }),
);
const anyList = fc.array(anyItem, { maxLength: 30 });

describe('lists side by side', () => {
  it('keep as many items as can be kept, in their order', () => {
    fc.assert(
      fc.property(anyList, anyList, (before, after) => {
        const aligned = align(before, after, new Sameness()) ?? [];
        expect(aligned).toHaveLength(after.length);
        const kept = aligned.flatMap(({ from }) => from ?? []);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        for (const [index, { from, isSame: isKept }] of aligned.entries())
          if (isKept) expect(before[from ?? -1]).toEqual(after[index]);
        expect(aligned.filter((one) => one.isSame).length).toBe(longestCommon(before, after));
      }),
      { numRuns: 1_000 },
    );
  });

  it('take what is alike for what it was', () => {
    const rule = (resource: string, ...verbs: string[]) => ({
      apiGroups: [''],
      resources: [resource],
      verbs,
    });
    const before = [rule('pods', 'get'), rule('nodes', 'get', 'list')];
    const after = [rule('secrets', '*'), rule('pods', 'get', 'list'), rule('nodes', 'get')];
    expect(align(before, after, new Sameness())?.map(({ from }) => from)).toEqual([null, 0, 1]);
  });

  it('are given up when too much differs, soon', () => {
    const [before, after] = ['a', 'b'].map((name) => Array.from({ length: 50_000 }, (_, n) => `${name}${n}`));
    const start = performance.now();
    expect(align(before ?? [], after ?? [], new Sameness())).toBeNull();
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

const anyValue = fc.jsonValue({ maxDepth: 6 });

describe('sameness', () => {
  it('is that of JSON', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (one, other) => {
        const copy: unknown = JSON.parse(JSON.stringify(one));
        const sameness = new Sameness();
        expect(sameness.isSame(one, copy)).toBe(true);
        expect(sameness.printOf(one)).toBe(sameness.printOf(copy));
        expect(sameness.isSame(one, other)).toBe(isSame(one, other));
      }),
    );
  });

  it('of what is large is told by its print, whatever the order of fields', () => {
    const fields = Array.from({ length: 500 }, (_, n): [string, unknown] => [
      `f${n}`,
      { n, list: [n, `${n}`] },
    ]);
    const [one, other] = [Object.fromEntries(fields), Object.fromEntries(fields.toReversed())];
    const sameness = new Sameness();
    expect(sameness.isSame(one, other)).toBe(true);
    expect(sameness.isSame(one, { ...other, f250: { n: 250, list: [250, 250] } })).toBe(false);
    expect(sameness.isSame([one], [other, other])).toBe(false);
  });

  it('tells 1 from "1", null from nothing, [] from {}', () => {
    const sameness = new Sameness();
    for (const [one, other] of [
      [1, '1'],
      [[1], ['1']],
      [{ a: null }, {}],
      [[], {}],
      [{ a: [] }, { a: {} }],
      [true, 'true'],
    ])
      expect(sameness.isSame(one, other)).toBe(false);
    expect(sameness.isSame({ a: undefined }, {})).toBe(true);
  });
});
