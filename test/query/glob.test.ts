import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasGlob, matchesGlob } from '../../src/query/glob.ts';

describe('matchesGlob', () => {
  it('takes * for any run of characters and ? for one, and the whole text', () => {
    expect(matchesGlob('web-1', 'web-?')).toBe(true);
    expect(matchesGlob('web-', 'web-?')).toBe(false);
    expect(matchesGlob('system:serviceaccount:ci:runner', 'system:serviceaccount:ci:*')).toBe(true);
    expect(matchesGlob('my-web-1', 'web*')).toBe(false);
    expect(matchesGlob('', '*')).toBe(true);
    expect(matchesGlob('', '?')).toBe(false);
    expect(matchesGlob('', '')).toBe(true);
  });

  it('knows no other signs', () => {
    expect(matchesGlob('a.c', 'a.c')).toBe(true);
    expect(matchesGlob('abc', 'a.c')).toBe(false);
    expect(matchesGlob('b', '[a-z]')).toBe(false);
    expect(matchesGlob('a\\b', 'a\\b')).toBe(true);
  });

  it('takes a character beyond 16 bits as one', () => {
    expect(matchesGlob('😀', '?')).toBe(true);
    expect(matchesGlob('a😀b', 'a?b')).toBe(true);
  });

  it('minds the case unless told not to', () => {
    expect(matchesGlob('Helm/3', 'helm*')).toBe(false);
    expect(matchesGlob('Helm/3', 'hELM*', true)).toBe(true);
  });

  it('agrees with the plain recursive meaning', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (text, pattern) => {
        expect(matchesGlob(text, pattern)).toBe(fitsPlainly([...text], [...pattern]));
      }),
      { numRuns: 3000 },
    );
  });

  it('is not slowed down by a text made for it', () => {
    const startedAt = performance.now();
    expect(matchesGlob('a'.repeat(20_000), `${'*a'.repeat(500)}*b`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('hasGlob', () => {
  it('tells a pattern from a name', () => {
    expect(['web-*', 'web-?', 'web-1', '[a]'].map(hasGlob)).toEqual([true, true, false, false]);
  });
});

function fitsPlainly(text: readonly string[], pattern: readonly string[]): boolean {
  const [sign, ...rest] = pattern;
  if (sign === undefined) return text.length === 0;
  if (sign === '*') {
    return fitsPlainly(text, rest) || (text.length > 0 && fitsPlainly(text.slice(1), pattern));
  }
  const [character, ...others] = text;
  return character !== undefined && (sign === '?' || sign === character) && fitsPlainly(others, rest);
}
