import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventLeaf, is, like, missing, no } from '../../src/query/event-test.ts';
import { narrow } from '../../src/query/narrow.ts';
import { all, equals, glob, not, type Predicate } from '../../src/query/predicate.ts';
import { canTest, quoted, timeFilter, toLogsQl } from '../../src/sources/victorialogs/logsql.ts';
import { victoriaLogs } from '../../src/sources/victorialogs/victorialogs.ts';
import { hostileText } from '../support/arbitrary.ts';

const of = (predicate: Predicate, prefix = '') => toLogsQl(narrow(predicate, canTest).test, prefix);

describe('a test as LogsQL', () => {
  it('of fields', () => {
    const deletion: Predicate = all(equals('verb', 'delete'), not(glob('userAgent', 'kube-*')), {
      kind: 'codeBetween',
      from: 400,
      to: 499,
    });
    expect(of(deletion)).toMatchInlineSnapshot(
      `""verb":="delete" (!("userAgent":~"(?s)^kube\\\\-.*$")) "responseStatus.code":range[400,499]"`,
    );
    expect(of(equals('verb', 'delete'), 'audit.')).toMatchInlineSnapshot(`""audit.verb":="delete""`);
    expect(of(glob('userAgent', '*kubectl?*', true))).toMatchInlineSnapshot(
      `""userAgent":~"(?is)^.*kubectl..*$""`,
    );
    expect(toLogsQl(no(missing('objectRef.resource')), '')).toMatchInlineSnapshot(
      `"!("objectRef.resource":="")"`,
    );
  });

  it('of lists, which lie there as JSON', () => {
    expect(of(equals('user.groups', 'ops'))).toMatchInlineSnapshot(
      `""user.groups":~"(?:^\\\\[|,)\\"(?:ops)\\"(?:,|\\\\]$)""`,
    );
    expect(of(glob('sourceIPs', '10.0.*'))).toMatchInlineSnapshot(
      `""sourceIPs":~"(?s)(?:^\\\\[|,)\\"(?:10\\\\.0\\\\.(?:[^\\"\\\\\\\\]|\\\\\\\\u[0-9a-fA-F]{4}(?:\\\\\\\\u[dD][c-fC-F][0-9a-fA-F]{2})?|\\\\\\\\.)*)\\"(?:,|\\\\]$)""`,
    );
    expect(toLogsQl(missing('sourceIPs'), '')).toMatchInlineSnapshot(`""sourceIPs":in("","[]")"`);
  });

  it('is not made where nobody knows how the value was written', () => {
    expect(canTest(is('user.groups', 'a"b'))).toBe(false);
    expect(canTest(is('userAgent', 'a\0b'))).toBe(false);
    expect(canTest(is('userAgent', 'a\ud800b'))).toBe(false);
    expect(canTest(is('userAgent', 'a"b'))).toBe(true);
  });

  it('of a time, to the nanosecond, both ends with it', () => {
    expect(timeFilter({ fromNs: 1_795_341_600_000_050_999n, toNs: -1n })).toBe(
      '_time:[2026-11-22T10:00:00.000050999Z, 1969-12-31T23:59:59.999999999Z]',
    );
    expect(timeFilter({ fromNs: null, toNs: null })).toBe('');
  });
});

describe('a value', () => {
  const texts = hostileText(
    '" or *',
    '\\" | delete',
    '`',
    "'",
    '" | limit 0 #',
    '{a="b"}',
    ') or (*',
    'a\n| stats count()',
  );

  it('stays within its quotes, as Go reads them', () => {
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.isWellFormed());
        const written = quoted(text);
        expect(written).toMatch(/^"(?:[^"\\\n]|\\(?:["\\bfnrt]|u[0-9a-f]{4}))*"$/s);
        expect(JSON.parse(written)).toBe(text);
      }),
    );
  });

  it('changes no query', () => {
    const leaf = (text: string, kind: number): EventLeaf =>
      kind === 0
        ? is('userAgent', text)
        : kind === 1
          ? is('sourceIPs', text, 'y y')
          : kind === 2
            ? is('verb', text, 'y')
            : like('userAgent', `x ${text}y`, true);
    const withoutTexts = (query: string) => query.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '"…"');
    fc.assert(
      fc.property(texts, fc.nat({ max: 3 }), fc.constantFrom('', 'audit.'), (text, kind, prefix) => {
        fc.pre(canTest(leaf(text, kind)));
        const usual = withoutTexts(toLogsQl(leaf('plain', kind), prefix));
        expect(withoutTexts(toLogsQl(leaf(text, kind), prefix))).toBe(usual);
      }),
    );
  });

  it('of a pattern means itself but for * and ?', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // The engine of the tests backtracks, the store's does not.
        fc.pre(text !== '' && text.length < 200 && text.split('*').length < 4);
        fc.pre(canTest(like('userAgent', text, false)));
        const [, pattern = ''] =
          /^"userAgent":~(".*")$/s.exec(toLogsQl(like('userAgent', text, false), '')) ?? [];
        // JavaScript with Unicode knows this escape within classes only.
        const [, written = ''] = /^\(\?s\)(.*)$/s.exec(JSON.parse(pattern) as string) ?? [];
        const regexp = written.replaceAll('\\-', '-');
        expect(new RegExp(regexp, 'su').test(text.replaceAll('*', 'any').replaceAll('?', 'x'))).toBe(true);
        if (!/[*?]/.test(text)) expect(new RegExp(regexp, 'su').test(`${text}x`)).toBe(false);
      }),
    );
  });
});

it('a URL is its address, and settings are of their type', () => {
  expect(victoriaLogs.settingsOf(new URL('https://logs.corp:9428'))).toEqual({
    url: 'https://logs.corp:9428/',
  });
  const url = 'https://logs.corp:9428';
  expect(victoriaLogs.settings.safeParse({ url, account: 7, project: 0, filter: '{a="b"}' }).success).toBe(
    true,
  );
  for (const wrong of [{ account: -1 }, { account: '7' }, { account: 1.5 }, { tenant: 7 }])
    expect(victoriaLogs.settings.safeParse({ url, ...wrong }).success).toBe(false);
});
