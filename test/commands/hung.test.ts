import { describe, expect, it } from 'vitest';
import { hung } from '../../src/commands/hung.ts';

describe('hung', () => {
  it('begins later lines under the first', () => {
    expect(hung('label', 'one two three four', 20, 2, 10)).toEqual([
      '  label   one two',
      '          three four',
    ]);
  });

  it('lets a word that is too long stand out, and has always a line', () => {
    expect(hung('', `a ${'b'.repeat(30)} c`, 20, 0, 4)).toEqual(['    a', `    ${'b'.repeat(30)}`, '    c']);
    expect(hung('x', '', 20, 0, 4)).toEqual(['x   ']);
  });
});
