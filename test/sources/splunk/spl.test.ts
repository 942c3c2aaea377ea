import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventLeaf, type EventTest, is, like, missing, no } from '../../../src/query/event-test.ts';
import { narrow } from '../../../src/query/narrow.ts';
import { all, equals, glob, not, type Predicate } from '../../../src/query/predicate.ts';
import { canTest, whereClause } from '../../../src/sources/splunk/spl.ts';
import { splunk } from '../../../src/sources/splunk/splunk.ts';
import { eventJson, hostileText } from '../../support/arbitrary.ts';
import { predicate } from '../../support/arbitrary-predicate.ts';
import { holds } from '../../support/event-test-holds.ts';
import { parseWhere, splitAtPipes } from '../../support/spl.ts';

/** Without what stands before each. */
const own = (predicate: Predicate) => ofTest(narrow(predicate, canTest).test);
const ofTest = (test: EventTest) =>
  whereClause(test).replace(/^where NOT \(match\(.*?"\) AND match\(.*?"\)\) OR /, '');

describe('a test as SPL', () => {
  it('is about what stands in the line', () => {
    expect(
      own(all(equals('verb', 'delete'), { kind: 'codeBetween', from: 403, to: 404 })),
    ).toMatchInlineSnapshot(
      `"(match(_raw, "\\"verb\\":\\"(?:delete)\\"") AND match(_raw, "\\"code\\":(?:403|404)[,}]"))"`,
    );
    expect(own(glob('userAgent', '*helm*/3.?', true))).toMatchInlineSnapshot(
      `"((match(_raw, "(?is)\\"userAgent\\":\\"") AND match(_raw, "(?is)helm") AND match(_raw, "(?is)/3[.].{1,12}\\"")) OR match(_raw, "[^ -~]"))"`,
    );
    expect(own(equals('user.groups', 'ops'))).toMatchInlineSnapshot(`"match(_raw, "\\"(?:ops)\\"")"`);
    expect(own({ kind: 'fromNetwork', cidr: '10.0.3.0/24' })).toMatchInlineSnapshot(
      `"(match(_raw, "(?s)\\"10[.]0[.]3[.]") OR (match(_raw, "(?s):") AND match(_raw, "(?s)[.]")))"`,
    );
    expect(own(equals('objectRef.name', 'api'))).toMatchInlineSnapshot(
      `"(match(_raw, "\\"name\\":\\"(?:api)\\"") OR match(_raw, "\\"verb\\":\\"(?:create)\\""))"`,
    );
    expect(whereClause(narrow(not(glob('user.username', 'system:*')), canTest).test)).toMatchInlineSnapshot(
      `"where NOT (match(_raw, "^[{]\\"kind\\":\\"Event\\",\\"apiVersion\\":\\"audit[.]k8s[.]io/v1\\",\\"level\\":\\"[0-9A-Za-z-]+\\",\\"auditID\\":\\"[0-9A-Za-z-]+\\",\\"stage\\":\\"[0-9A-Za-z-]+\\",\\"requestURI\\":\\"") AND match(_raw, "\\"stageTimestamp\\":\\"")) OR NOT match(_raw, "^[{]\\"kind\\":\\"Event\\",\\"apiVersion\\":\\"audit[.]k8s[.]io/v1\\",\\"level\\":\\"[0-9A-Za-z-]+\\",\\"auditID\\":\\"[0-9A-Za-z-]+\\",\\"stage\\":\\"[0-9A-Za-z-]+\\",\\"requestURI\\":\\"[ !#-Z^-~]*\\",\\"verb\\":\\"[a-z]*\\",\\"user\\":[{]\\"username\\":\\"(?:system:[ !#-Z^-~]*)\\"")"`,
    );
  });

  it('is not made where something could be missed', () => {
    const isNot = (leaf: EventLeaf, isNegated = false) => expect(canTest(leaf, isNegated)).toBe(false);
    isNot(missing('objectRef.name'));
    for (const text of ['a"b', 'a\\b', 'a<b', 'a[b', 'a]b', 'a`b', 'ä', 'a\nb']) isNot(is('userAgent', text));
    isNot(is('userAgent', 'a'), true);
    isNot(like('user.username', '*a*'), true);
    isNot(like('user.username', 'a?'), true);
    isNot({ kind: 'between', path: 'responseStatus.code', from: 0, to: 999 });
  });
});

/** As the API server writes them, or as forwarders do. */
const lines = eventJson().chain((json) =>
  fc.constantFrom(0, 1).map((order) => [json, order === 0 ? goLine(json) : JSON.stringify(json)] as const),
);

const ORDER = [
  ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser'],
  ...['sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'],
  ...['requestReceivedTimestamp', 'stageTimestamp', 'annotations'],
];

/** Go escapes these, and knows no other order. */
function goLine(json: Readonly<Record<string, unknown>>): string {
  const ordered = Object.fromEntries(ORDER.flatMap((key) => (key in json ? [[key, json[key]]] : [])));
  const signs: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
  return JSON.stringify(ordered).replaceAll(/[<>&]/g, (sign) => signs[sign] ?? sign);
}

describe('what passes', () => {
  it('is at least what the test holds of, whole or cut', () => {
    fc.assert(
      fc.property(
        lines,
        predicate(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([json, line], wanted, part) => {
          const { test } = narrow(wanted, canTest);
          const clause = whereClause(test);
          if (clause === '' || !holds(json, test)) return;
          const passes = parseWhere(clause.replace(/^where /, ''));
          expect([passes(line), clause, line]).toEqual([true, clause, line]);
          expect([passes(line.slice(0, Math.floor(line.length * part))), clause]).toEqual([true, clause]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is little else', () => {
    fc.assert(
      fc.property(eventJson(), (json) => {
        // Nobody knows what holds an ID of another kind.
        const line = goLine({ ...json, auditID: '3f2a' });
        const passes = parseWhere(
          whereClause(narrow(equals('verb', 'delete'), canTest).test).replace(/^where /, ''),
        );
        expect(passes(line)).toBe(json.verb === 'delete');
      }),
    );
  });
});

describe('a value', () => {
  const texts = hostileText('" | delete', '[ | makeresults ]', '`macro`', '") OR (1=1', 'a|b', '$x$');
  const leaves = (text: string): readonly EventLeaf[] => [
    ...[
      is('userAgent', text),
      is('verb', text, 'get'),
      is('user.groups', text),
      like('user.username', `${text}*`),
    ],
    ...[
      like('userAgent', `x${text}*`),
      like('objectRef.namespace', `?${text}`),
      like('sourceIPs', text, true),
    ],
  ];

  it('changes no search', () => {
    const shapeOf = (clause: string) => clause.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '"…"');
    fc.assert(
      fc.property(texts, (text) => {
        for (const leaf of leaves(text)) {
          for (const test of [leaf, no(leaf)]) {
            if (!canTest(leaf, test !== leaf)) continue;
            const clause = whereClause(test);
            expect(splitAtPipes(`search x | ${clause}`).length).toBe(2);
            expect(clause.replaceAll('\\"', '')).not.toMatch(/[\\`]/);
            expect(shapeOf(clause)).toMatch(
              /^where NOT \(match\(_raw, "…"\) AND match\(_raw, "…"\)\) OR (?:[()]|match\(_raw, "…"\)|1=1|NOT | OR | AND )+$/,
            );
          }
        }
      }),
    );
  });
});

it('a URL names the management port, and its query the rest', () => {
  expect(splunk.settingsOf(new URL('https://splunk.corp:8089'))).toEqual({ url: 'https://splunk.corp:8089' });
  const parsed = splunk.settings.parse({ url: 'https://splunk.corp:8089', index: 'k8s' });
  expect(parsed).toMatchObject({
    index: ['k8s'],
    sourcetype: ['kube:apiserver-audit', 'kube:apiserver:audit'],
  });
});

it.each([
  ...['a" OR index="b', 'a|b', 'a b', ''].map((index) => ({ index })),
  ...['x | delete', '[ search y ]', '`m`', 'a"', '(x', 'a\\"'].map((filter) => ({ index: 'a', filter })),
])('settings of %j are refused', (more) => {
  expect(splunk.settings.safeParse({ url: 'https://splunk.corp:8089', ...more }).success).toBe(false);
});
