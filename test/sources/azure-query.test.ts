import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventLeaf, is, like, missing, no } from '../../src/query/event-test.ts';
import { narrow } from '../../src/query/narrow.ts';
import { all, equals, glob, not, type Predicate } from '../../src/query/predicate.ts';
import { azure } from '../../src/sources/azure/azure.ts';
import { canTest, datetime, quoted, toKql } from '../../src/sources/azure/kql.ts';
import { AKS_AUDIT, placeOfLine } from '../../src/sources/azure/places.ts';
import { hostileText } from '../support/arbitrary.ts';

const LINE = placeOfLine(true);
const places = [AKS_AUDIT, LINE];

describe('a test as KQL', () => {
  const deletion: Predicate = all(equals('verb', 'delete'), not(glob('userAgent', 'kube-*')), {
    kind: 'codeBetween',
    from: 400,
    to: 499,
  });
  const of = (predicate: Predicate, place = AKS_AUDIT) =>
    toKql(narrow(predicate, (leaf) => canTest(leaf, place)).test, place);

  it('of columns', () => {
    expect(of(deletion)).toMatchInlineSnapshot(
      `"(Verb == "delete") and (not(UserAgent matches regex "(?s)^kube\\\\-.*$")) and (isnotnull(toint(ResponseStatus.code)) and toint(ResponseStatus.code) between (400 .. 499))"`,
    );
    expect(of(equals('user.groups', 'ops'))).toMatchInlineSnapshot(
      `"tostring(User.groups) matches regex "(?:^\\\\[|,)\\\\s*\\"(?:ops)\\"\\\\s*(?:,|\\\\]$)""`,
    );
    expect(of(glob('userAgent', '*kubectl?*', true))).toMatchInlineSnapshot(
      `"UserAgent matches regex "(?s)^.*[kKK][uU][bB][eE][cC][tT][lL]..*$""`,
    );
    expect(toKql(no(missing('objectRef.resource')), AKS_AUDIT)).toMatchInlineSnapshot(
      `"not(tostring(ObjectRef.resource) == "")"`,
    );
  });

  it('of a line', () => {
    expect(of(deletion, LINE)).toMatchInlineSnapshot(
      `"(log_s has "delete" and tostring(parse_json(log_s).verb) == "delete") and (not(tostring(parse_json(log_s).userAgent) matches regex "(?s)^kube\\\\-.*$")) and (isnotnull(toint(parse_json(log_s).responseStatus.code)) and toint(parse_json(log_s).responseStatus.code) between (400 .. 499))"`,
    );
    expect(toKql(missing('sourceIPs'), LINE)).toMatchInlineSnapshot(
      `"tostring(parse_json(log_s).sourceIPs) in ("", "[]")"`,
    );
  });

  it('is not made where the value has no place, or nobody knows how it is compared', () => {
    expect(canTest(is('impersonatedUser.username', 'a'), AKS_AUDIT)).toBe(false);
    expect(canTest(is('user.groups', 'a"b'), AKS_AUDIT)).toBe(false);
    expect(canTest(like('userAgent', 'İ*', true), AKS_AUDIT)).toBe(false);
    expect(canTest(is('userAgent', 'a\u2028b'), AKS_AUDIT)).toBe(false);
    expect(canTest(is('verb', 'get'), placeOfLine(false))).toBe(false);
  });

  it('of a time, to 100 nanoseconds', () => {
    expect(datetime(1_795_341_600_000_050_999n)).toBe('datetime(2026-11-22T10:00:00.0000509Z)');
    expect(datetime(-1n)).toBe('datetime(1969-12-31T23:59:59.9999999Z)');
  });
});

describe('a value', () => {
  const texts = hostileText('" or true //', '\\" | take 1', '@"', "h'x'", '```');

  it('stays within its quotes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(quoted(text)).toMatch(/^"(?:[^"\\\n\r\t]|\\["\\nrt])*"$/);
        const signs: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
        const read = quoted(text)
          .slice(1, -1)
          .replaceAll(/\\(.)/g, (_, sign: string) => signs[sign] ?? sign);
        expect(read).toBe(text);
      }),
    );
  });

  it('changes no query', () => {
    const leaf = (text: string, kind: number): EventLeaf =>
      kind === 0
        ? is('userAgent', text)
        : kind === 1
          ? is('sourceIPs', text, 'y y')
          : like('userAgent', `x ${text}y`, true);
    const withoutTexts = (query: string) => query.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '"…"');
    fc.assert(
      fc.property(texts, fc.nat({ max: 2 }), fc.constantFrom(...places), (text, kind, place) => {
        fc.pre(text !== '' && canTest(leaf(text, kind), place));
        const usual = ['plain', 'not plain'].map((value) => withoutTexts(toKql(leaf(value, kind), place)));
        expect(usual).toContain(withoutTexts(toKql(leaf(text, kind), place)));
      }),
    );
  });
});

it('a URL names workspace and table, and the endpoint where it is another', () => {
  const of = (url: string) => azure.settingsOf(new URL(url));
  const workspace = '0c3fcd3d-0a7c-4d1b-8ae6-b5a2b3a60f52';
  expect(of(`azure://${workspace}`)).toEqual({ workspace });
  expect(of(`azure://${workspace}/AKSAuditAdmin`)).toEqual({ workspace, table: 'AKSAuditAdmin' });
  expect(of(`https://api.loganalytics.us/${workspace}`)).toEqual({
    url: 'https://api.loganalytics.us',
    workspace,
  });
});

it('asks as whoever is logged in, unless told otherwise', () => {
  const settings = azure.settings.parse({ workspace: 'w' });
  expect(settings).toMatchObject({
    url: 'https://api.loganalytics.azure.com',
    auth: { bearer: { exec: expect.arrayContaining(['az', 'get-access-token']) } },
  });
  expect(azure.settings.safeParse({ workspace: 'w', table: 'a | take 1' }).success).toBe(false);
  expect(azure.settings.safeParse({ workspace: 'w', resource: '/a" or true' }).success).toBe(false);
});
