/** -o custom-columns: kubectl's layout over the rows. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { customColumns } from '../../src/render/custom-columns.ts';
import { answerOf, EMPTY, HOSTILE, OPTIONS, ORDINARY, textOf } from '../support/answers.ts';

const ASIDES = { says: 's', near: '', note: '', next: '', gap: '', log: '' };

function print(template: string, answer = ORDINARY, noHeaders = false): string {
  return textOf(customColumns.render(answer, { ...OPTIONS, template, noHeaders }));
}

describe('custom-columns', () => {
  it('aligns columns three spaces apart', () => {
    expect(print('WHEN:.when,WHO:.who.user,CODE:.result.code')).toMatchInlineSnapshot(`
      "WHEN                          WHO                                                             CODE
      2026-11-23T02:58:11.120000Z   alice@example.com                                               200
      2026-11-23T01:10:00.000000Z   system:serviceaccount:ci/deployer-of-everything-in-production   403
      "
    `);
  });

  it('prints <none> for what is missing or null', () => {
    expect(print('AS:.who.as,NO:.missing.deeper,CODE:.result.code')).toBe(
      'AS       NO       CODE\n<none>   <none>   200\n<none>   <none>   403\n',
    );
  });

  it('takes a path with braces, relaxed, with commas and colons of its own', () => {
    const spec =
      "A:{.result.code},B:{result.code},C:.result['code','decision'],D:.from.chain[0:1],E:.who.groups[*]";
    expect(print(spec)).toMatchInlineSnapshot(`
      "A     B     C            D             E
      200   200   200,allow    203.0.113.7   ops,system:authenticated
      403   403   403,forbid   203.0.113.7   ops,system:authenticated
      "
    `);
  });

  it('never makes a column narrower than six', () => {
    expect(print('A:.a,B:.b', answerOf([{ a: 1, b: 2 }], ASIDES))).toBe('A     B\n1     2\n');
  });

  it('prints objects as compact JSON, and wide characters as wide', () => {
    const answer = answerOf(
      [
        { a: { x: ['\u202e'] }, b: 1 },
        { a: '部署', b: 2 },
      ],
      ASIDES,
    );
    expect(print('A:.a,B:.b', answer)).toBe(
      'A                  B\n{"x":["\\u202e"]}   1\n部署               2\n',
    );
  });

  it('leaves heads out with --no-headers, and prints them when there are no rows', () => {
    expect(print('CODE:.result.code', ORDINARY, true)).toBe('200\n403\n');
    expect(print('CODE:.result.code', EMPTY)).toBe('CODE\n');
  });

  it('prints a hostile row on one line', () => {
    expect(print('U:.who.user,W:.with', HOSTILE).split('\n')).toHaveLength(4);
  });

  it.each(['WHO', 'WHO:', 'WHO: ', 'WHO:{}', 'WHO:.who,', 'WHO:.who,CODE', ',A:.a'])(
    'refuses %j',
    (template) => {
      expect(() => print(template)).toThrow(UserError);
      expect(() => print(template)).toThrow('unexpected custom-columns spec');
    },
  );

  it.each(['A:.a[', 'A:{.a', 'A:{.a}{.b}', 'A:.a b'])('refuses the path of %j', (template) => {
    expect(() => print(template)).toThrow('bad JSONPath');
  });
});
