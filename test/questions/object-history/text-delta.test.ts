/** A text told by its difference from another one is the same text again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromDelta, toDelta } from '../../../src/questions/object-history/text-delta.ts';

const unit = fc.constantFrom('grapheme', 'binary') as fc.Arbitrary<'grapheme'>;
const text = unit.chain((one) => fc.string({ unit: one, maxLength: 200 }));

/** Another text made of stretches of the base and of new ones. */
const related = fc
  .tuple(text, fc.array(fc.tuple(fc.nat(200), fc.nat(60), text), { maxLength: 8 }))
  .map(([base, parts]) => ({
    base: base.repeat(3),
    text: parts.map(([from, length, more]) => base.repeat(3).slice(from, from + length) + more).join(''),
  }));

/** As JSON writes it, half a surrogate pair never stands alone. */
function isWellFormed(value: string): boolean {
  return value.isWellFormed();
}

describe('a delta', () => {
  it('gives the text back, also after it has been written down in UTF-8', () => {
    fc.assert(
      fc.property(related, ({ base, text: other }) => {
        fc.pre(isWellFormed(base) && isWellFormed(other));
        const delta = toDelta(base, other);
        expect(fromDelta(base, delta)).toBe(other);
        expect(fromDelta(base, Buffer.from(delta, 'utf8').toString('utf8'))).toBe(other);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of any two texts', () => {
    fc.assert(
      fc.property(text, text, (base, other) => {
        fc.pre(isWellFormed(base) && isWellFormed(other));
        expect(fromDelta(base, toDelta(base, other))).toBe(other);
      }),
    );
  });

  it('never cuts a surrogate pair in two', () => {
    const base = '{"a":"😀😀😀😀😀😀😀😀😀😀😀😀"}';
    const other = '{"a":"😀😀😀😀😀😀😀😀😀😀😀😁"}';
    expect(toDelta(base, other).isWellFormed()).toBe(true);
  });

  it('is small where little differs', () => {
    const body = (version: number) =>
      JSON.stringify({
        metadata: { name: 'web', resourceVersion: String(version) },
        spec: 'x'.repeat(2_000),
      });
    expect(toDelta(body(1_000_001), body(1_000_777)).length).toBeLessThan(60);
  });
});
