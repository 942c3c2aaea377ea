import { describe, expect, it } from 'vitest';
import { isAsked, parseOptions } from './options.ts';

describe('the command line of the benchmark', () => {
  it('measures 1 GB five times, or with --quick a little twice', () => {
    expect(parseOptions([])).toMatchObject({ bytes: 1e9, runs: 5, cases: [], peers: [], json: null });
    expect(parseOptions(['--quick'])).toMatchObject({ bytes: 1e8, runs: 2 });
    expect(parseOptions(['--quick', '--size', '300MB', '--runs', '3'])).toMatchObject({
      bytes: 3e8,
      runs: 3,
    });
  });

  it('takes a whole name for that case alone, and a part for all that hold it', () => {
    expect(isAsked('deletes-mixed-4', { cases: ['deletes-mixed'] })).toBe(false);
    expect(isAsked('deletes-mixed-4', { cases: ['deletes'] })).toBe(true);
    expect(isAsked('deletes-mixed-4', { cases: [] })).toBe(true);
  });

  it.each([[['--size', '1']], [['--runs', '0']], [['--cases', 'nonsense']], [['--sise', '1GB']]])(
    'refuses %j',
    (args) => {
      expect(() => parseOptions(args)).toThrow();
    },
  );
});
