import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventLeaf, type EventTest, is, like, missing, no } from '../../src/query/event-test.ts';
import { narrow } from '../../src/query/narrow.ts';
import { all, equals, glob, not, oneOf, type Predicate } from '../../src/query/predicate.ts';
import { clickHouse } from '../../src/sources/clickhouse/clickhouse.ts';
import type { Place } from '../../src/sources/clickhouse/place.ts';
import { placeOfColumns, placeOfJson, placeOfLine, placeOfMap } from '../../src/sources/clickhouse/places.ts';
import { escapedValue, quotedName, Values } from '../../src/sources/clickhouse/sql.ts';
import { canTest, toSql } from '../../src/sources/clickhouse/test-sql.ts';
import { hostileText } from '../support/arbitrary.ts';

const column = (name: string, type: string) => ({ name, type, isSorting: false });
const LINE = placeOfLine(column('line', 'String'), true);
const JSONS = placeOfJson(column('event', 'JSON'));
const MAP = placeOfMap(column('LogAttributes', 'Map(LowCardinality(String), String)'), [
  { auditID: 'a', sourceIPs: '["::1"]' },
]);
const COLUMNS = placeOfColumns([
  column('auditID', 'UUID'),
  column('stage', 'LowCardinality(String)'),
  column('verb', 'LowCardinality(Nullable(String))'),
  column('objectRef_name', 'String'),
  column('user_groups', 'Array(Nullable(String))'),
  column('responseStatus_code', 'UInt16'),
]);

function said(test: EventTest, place: Place | null): string {
  if (place === null) throw new Error('no place');
  const values = new Values();
  const sql = toSql(test, place, values);
  return [sql, ...values.all.map(([name, value]) => `${name}=${value}`)].join('\n');
}

describe('a test as SQL', () => {
  const deletion: Predicate = all(equals('verb', 'delete'), not(glob('userAgent', 'kube-*')), {
    kind: 'codeBetween',
    from: 400,
    to: 499,
  });
  const of = (predicate: Predicate, place: Place) =>
    said(narrow(predicate, (leaf) => canTest(leaf, place)).test, place);

  it('of a line', () => {
    expect(of(deletion, LINE)).toMatchInlineSnapshot(`
      "(position(\`line\`, {v0:String}) > 0 AND JSONExtractString(\`line\`, 'verb') = {v0:String}) AND (NOT (match(JSONExtractString(\`line\`, 'userAgent'), {v1:String}))) AND (ifNull(JSONExtract(\`line\`, 'responseStatus', 'code', 'Nullable(Int64)') BETWEEN {v2:Int64} AND {v3:Int64}, 0))
      v0=delete
      v1=(?s)^kube\\\\-.*$
      v2=400
      v3=499"
    `);
    expect(of(oneOf('user.groups', ['ops', 'a"b']), LINE)).toMatchInlineSnapshot(`
      "has(JSONExtract(\`line\`, 'user', 'groups', 'Array(String)'), {v0:String}) OR has(JSONExtract(\`line\`, 'user', 'groups', 'Array(String)'), {v1:String})
      v0=ops
      v1=a"b"
    `);
    expect(of(glob('userAgent', '*Helm?*', true), LINE)).toMatchInlineSnapshot(`
      "match(lowerUTF8(JSONExtractString(\`line\`, 'userAgent')), {v0:String})
      v0=(?s)^.*helm..*$"
    `);
  });

  it('of JSON, of attributes, and of columns', () => {
    expect(of(deletion, JSONS)).toMatchInlineSnapshot(`
      "(ifNull(toString(\`event\`.\`verb\`), '') = {v0:String}) AND (NOT (match(ifNull(toString(\`event\`.\`userAgent\`), ''), {v1:String}))) AND (ifNull(toInt64OrNull(ifNull(toString(\`event\`.\`responseStatus\`.\`code\`), '')) BETWEEN {v2:Int64} AND {v3:Int64}, 0))
      v0=delete
      v1=(?s)^kube\\\\-.*$
      v2=400
      v3=499"
    `);
    expect(said(is('user.groups', 'ops'), JSONS)).toMatchInlineSnapshot(`
      "has(JSONExtract(ifNull(toJSONString(\`event\`.\`user\`.\`groups\`), '[]'), 'Array(String)'), {v0:String})
      v0=ops"
    `);
    expect(said(is('objectRef.name', 'api'), MAP)).toMatchInlineSnapshot(`
      "JSONExtractString(\`LogAttributes\`['objectRef'], 'name') = {v0:String}
      v0=api"
    `);
    expect(said(like('sourceIPs', '10.*'), MAP)).toMatchInlineSnapshot(`
      "arrayExists(e -> match(e, {v0:String}), JSONExtract(\`LogAttributes\`['sourceIPs'], 'Array(String)'))
      v0=(?s)^10\\\\..*$"
    `);
    expect(said(no(missing('verb')), COLUMNS)).toMatchInlineSnapshot(`"NOT (ifNull(\`verb\`, '') = '')"`);
    expect(
      said({ kind: 'between', path: 'responseStatus.code', from: 200, to: 299 }, COLUMNS),
    ).toMatchInlineSnapshot(`
      "ifNull(toInt64OrNull(if(\`responseStatus_code\` = 0, '', toString(\`responseStatus_code\`))) BETWEEN {v0:Int64} AND {v1:Int64}, 0)
      v0=200
      v1=299"
    `);
    expect(said(missing('user.groups'), COLUMNS)).toMatchInlineSnapshot(
      `"NOT arrayExists(e -> e != '', arrayMap(e -> ifNull(toString(e), ''), \`user_groups\`))"`,
    );
  });

  it('is not made where the value has no place, or may be written otherwise there', () => {
    if (COLUMNS === null) throw new Error('no columns');
    expect(canTest(is('objectRef.namespace', 'a'), COLUMNS)).toBe(false);
    expect(
      canTest(is('sourceIPs', 'a'), placeOfMap(column('LogAttributes', 'Map(String, String)'), [])),
    ).toBe(false);
    expect(canTest(is('userAgent', '2024-01-01T10:00:00Z'), JSONS)).toBe(false);
    expect(canTest(like('userAgent', '2024-*'), JSONS)).toBe(false);
    expect(canTest(like('userAgent', '*'), JSONS)).toBe(true);
    expect(canTest(is('userAgent', 'nul \0'), LINE)).toBe(false);
    expect(canTest(is('userAgent', 'a'), placeOfLine(column('line', 'String'), false))).toBe(false);
  });
});

describe('a value', () => {
  const texts = hostileText('{v0:String}', "') OR 1=1 --", '\\N', '`', '\r\n--kubectl-audit-0--');
  const places = [LINE, JSONS, MAP];

  it('changes no query', () => {
    const leaf = (text: string, kind: number): EventLeaf =>
      kind === 0
        ? is('userAgent', text)
        : kind === 1
          ? is('sourceIPs', text, 'y y')
          : like('userAgent', `x ${text}y`, true);
    fc.assert(
      fc.property(texts, fc.nat({ max: 2 }), fc.constantFrom(...places), (text, kind, place) => {
        fc.pre(text !== '' && canTest(leaf(text, kind), place));
        const sql = toSql(leaf(text, kind), place, new Values());
        const usual = ['plain', 'not plain', 'y y'].map((value) =>
          toSql(leaf(value, kind), place, new Values()),
        );
        expect(usual).toContain(sql);
      }),
    );
  });

  it('is read as it was', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const escaped = escapedValue(text);
        expect(escaped).not.toMatch(/[\t\n\r\0]/);
        const signs: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', 0: '\0' };
        expect(escaped.replaceAll(/\\(.)/gs, (_, sign: string) => signs[sign] ?? sign)).toBe(text);
      }),
    );
  });

  it('of a name stays within its quotes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(quotedName(text)).toMatch(/^`(?:[^`\\]|\\[\\`])*`$/s);
      }),
    );
  });
});

it('a URL names server, database and table', () => {
  const of = (url: string) => clickHouse.settingsOf(new URL(url));
  expect(of('http://127.0.0.1:8123')).toEqual({ url: 'http://127.0.0.1:8123' });
  expect(of('http://127.0.0.1:8123/logs.audit')).toEqual({
    ...{ url: 'http://127.0.0.1:8123', database: 'logs', table: 'audit' },
  });
  expect(of('https://corp/ch/audit')).toEqual({ url: 'https://corp/ch', table: 'audit' });
  expect(of('service://logging/clickhouse:8123/otel.otel_logs')).toEqual({
    ...{ url: 'service://logging/clickhouse:8123', database: 'otel', table: 'otel_logs' },
  });
});
