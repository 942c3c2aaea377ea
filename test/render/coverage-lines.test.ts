import { describe, expect, it } from 'vitest';
import { coverageLines } from '../../src/render/coverage-lines.ts';
import { HOSTILE, OPTIONS, ORDINARY } from '../support/answers.ts';

describe('coverageLines', () => {
  it('are lines that act on no terminal: formats without a place for them have them printed as they are', () => {
    const source = '/var/log/\u001b]0;x\u0007\n\u202eaudit.log';
    const [log] = ORDINARY.coverage.sources;
    const coverage = { ...ORDINARY.coverage, sources: log === undefined ? [] : [{ ...log, name: source }] };
    for (const answer of [{ ...ORDINARY, coverage }, HOSTILE])
      for (const line of coverageLines(answer, OPTIONS)) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('name a dozen gaps, count the others, and end with what they mean', () => {
    const gaps = Array.from({ length: 500 }, (_, n) => ({
      code: 'log-starts-late' as const,
      text: `gap ${n}`,
      source: null,
    }));
    const lines = coverageLines({ ...ORDINARY, coverage: { ...ORDINARY.coverage, gaps } }, OPTIONS);
    expect(lines.slice(-3)).toEqual([
      'gap 11',
      'and 488 more gaps (-o json)',
      'INCOMPLETE: a match could be missing here (exit 3)',
    ]);
  });
});

describe('the logs that were read', () => {
  const namesOf = (...names: string[]): string[] => {
    const [source] = ORDINARY.coverage.sources;
    if (source === undefined) throw new Error('the answer has no log');
    const sources = names.map((name) => ({ ...source, name }));
    const lines = coverageLines({ ...ORDINARY, coverage: { ...ORDINARY.coverage, sources } }, OPTIONS);
    return lines.slice(0, names.length).map((line) => line.split(':')[0] ?? '');
  };

  it.each([
    [
      ['/logs/cp-1/audit.log', '/logs/cp-2/audit.log'],
      ['cp-1/audit.log', 'cp-2/audit.log'],
    ],
    [
      ['/a/b', 'c/d'],
      ['/a/b', 'c/d'],
    ],
    [
      ['/a', '/b'],
      ['/a', '/b'],
    ],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['x/a', 'y/a'],
      ['x/a', 'y/a'],
    ],
  ])('%j are told apart as %j', (names, told) => {
    expect(namesOf(...names)).toEqual(told);
  });
});
