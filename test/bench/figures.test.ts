import { describe, expect, it } from 'vitest';
import { compare, isMet, spreadOf } from './figures.ts';

const runs = [
  { oursMs: 100, theirsMs: 1000 },
  { oursMs: 200, theirsMs: 1000 },
  { oursMs: 100, theirsMs: 400 },
];

describe('the figures of the benchmark', () => {
  it('are medians of the ratios of neighbouring runs, not ratios of medians', () => {
    expect(compare('theirs / ours', runs)).toEqual({ median: 5, min: 4, max: 10 });
    expect(compare('ours / theirs', runs)).toEqual({ median: 0.2, min: 0.1, max: 0.25 });
    expect(compare('ours - theirs', runs)).toEqual({ median: -800, min: -900, max: -300 });
  });

  it('lie between the two in the middle of an even number of runs', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('cannot be made of no run, nor of a time that is none', () => {
    expect(() => compare('theirs / ours', [])).toThrow('no run');
    expect(() => compare('theirs / ours', [{ oursMs: 0, theirsMs: 0 }])).toThrow('NaN');
  });

  it('meet an aim from the side it is set on', () => {
    expect(isMet('theirs / ours', { median: 25 }, 25)).toBe(true);
    expect(isMet('theirs / ours', { median: 24.9 }, 25)).toBe(false);
    expect(isMet('ours / theirs', { median: 1.2 }, 1.2)).toBe(true);
    expect(isMet('ours / theirs', { median: 1.3 }, 1.2)).toBe(false);
    expect(isMet('ours - theirs', { median: 41 }, 40)).toBe(false);
    expect(isMet('theirs / ours', { median: 25 }, null)).toBeNull();
  });
});
