import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from '../../src/query/nearest.ts';

const NAMES = ['delete', 'create', 'exec', 'evict', 'logs'];

describe('nearestName', () => {
  it.each([
    ['delet', 'delete'],
    ['dleete', 'delete'],
    ['Deleted', 'delete'],
    ['craete', 'create'],
    ['log', 'logs'],
    ['exce', 'exec'],
    ['xyzzy', null],
    ['e', null],
    ['', null],
  ])('%j is %j', (typed, name) => {
    expect(nearestName(typed, NAMES)).toBe(name);
  });

  it('asks only when something is near', () => {
    expect([didYouMean('delet', NAMES), didYouMean('xyzzy', NAMES)]).toEqual(['; did you mean delete?', '']);
  });
});
