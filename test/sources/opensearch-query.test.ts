import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventTest, is, like, missing, no } from '../../src/query/event-test.ts';
import { matchesGlob } from '../../src/query/glob.ts';
import { narrow } from '../../src/query/narrow.ts';
import { all, equals, glob, not, type Predicate } from '../../src/query/predicate.ts';
import { Fields } from '../../src/sources/opensearch/fields.ts';
import type { Json } from '../../src/sources/opensearch/json-in.ts';
import { leafQuery } from '../../src/sources/opensearch/leaf-query.ts';
import { lineLeaf } from '../../src/sources/opensearch/line-query.ts';
import { elasticsearch, openSearch } from '../../src/sources/opensearch/opensearch.ts';
import { pagesByKey } from '../../src/sources/opensearch/pages-by-key.ts';
import { toRegexps } from '../../src/sources/opensearch/patterns.ts';
import { exactUnless, type LeafToQuery, toQuery } from '../../src/sources/opensearch/test-query.ts';
import { HOSTILE } from '../support/arbitrary.ts';

/** What an index says of its fields, by their types: `text` has a companion, as dynamic mapping makes it. */
function fieldsOf(types: Readonly<Record<string, string>>, more: Json = {}): Fields {
  const caps: Record<string, Json> = {};
  const root: Record<string, unknown> = { ...more, properties: {} };
  for (const [name, type] of Object.entries(types)) {
    caps[name] = capsOf(type);
    if (type === 'text') caps[`${name}.keyword`] = capsOf('keyword');
    let at = root;
    for (const part of name.split('.').slice(0, -1)) {
      const properties = at.properties as Record<string, Record<string, unknown>>;
      properties[part] ??= { properties: {} };
      at = properties[part];
    }
    const companion = { fields: { keyword: { type: 'keyword', ignore_above: 256 } } };
    Object.assign(at.properties as object, {
      [name.split('.').at(-1) ?? '']: { type, ...(type === 'text' ? companion : {}) },
    });
  }
  return new Fields('', { fields: caps }, [root]);
}

function capsOf(type: string): Json {
  return { [type]: { type, searchable: true, aggregatable: type !== 'text' } };
}

const AS_IT_COMES = fieldsOf({
  ...{ verb: 'text', userAgent: 'text', 'user.username': 'text', 'user.groups': 'text', stage: 'text' },
  ...{ 'objectRef.name': 'text', 'objectRef.resource': 'text', 'responseStatus.code': 'long' },
});
const TEMPLATE = fieldsOf(
  { verb: 'keyword', userAgent: 'keyword', 'user.groups': 'keyword', 'responseStatus.code': 'keyword' },
  { dynamic: false },
);

const by =
  (fields: Fields): LeafToQuery =>
  (leaf) =>
    leafQuery(leaf, fields);
const byLine: LeafToQuery = (leaf) => lineLeaf(leaf, 'message');

function said(test: EventTest, leafOf: LeafToQuery): string {
  return JSON.stringify(toQuery(test, leafOf));
}

function asked(predicate: Predicate, leafOf: LeafToQuery): string {
  const can = (leaf: Parameters<LeafToQuery>[0], isNegated: boolean) =>
    leafOf(leaf)[isNegated ? 'under' : 'over'] !== null;
  return said(narrow(predicate, can).test, leafOf);
}

describe('a test as a query', () => {
  const deletion: Predicate = all(equals('verb', 'delete'), not(glob('userAgent', 'kube-*')), {
    kind: 'codeBetween',
    from: 403,
    to: 404,
  });

  it('of values that lie there with their words', () => {
    expect(asked(deletion, by(AS_IT_COMES))).toMatchInlineSnapshot(
      `"{"bool":{"filter":[{"terms":{"verb.keyword":["delete"]}},{"bool":{"must_not":[{"wildcard":{"userAgent.keyword":{"value":"kube-*"}}}]}},{"range":{"responseStatus.code":{"gte":403,"lte":404}}}]}}"`,
    );
    expect(asked(glob('userAgent', '*Kit?\\', true), by(AS_IT_COMES))).toMatchInlineSnapshot(
      `"{"bool":{"should":[{"regexp":{"userAgent.keyword":{"value":".*[kKK][iIİ][tT].?\\\\\\\\","flags":"NONE"}}},{"bool":{"filter":[{"exists":{"field":"userAgent"}}],"must_not":[{"exists":{"field":"userAgent.keyword"}}]}}],"minimum_should_match":1}}"`,
    );
    expect(said(missing('user.username'), by(AS_IT_COMES))).toMatchInlineSnapshot(
      `"{"bool":{"should":[{"bool":{"must_not":[{"exists":{"field":"user.username.keyword"}},{"exists":{"field":"user.username"}}]}},{"terms":{"user.username.keyword":[""]}}],"minimum_should_match":1}}"`,
    );
    expect(said(no(missing('user.groups')), by(AS_IT_COMES))).toMatchInlineSnapshot(
      `"{"bool":{"must_not":[{"bool":{"must_not":[{"exists":{"field":"user.groups.keyword"}},{"exists":{"field":"user.groups"}}]}}]}}"`,
    );
  });

  it('of values alone', () => {
    expect(asked(deletion, by(TEMPLATE))).toMatchInlineSnapshot(
      `"{"bool":{"filter":[{"terms":{"verb":["delete"]}},{"bool":{"must_not":[{"wildcard":{"userAgent":{"value":"kube-*"}}}]}},{"terms":{"responseStatus.code":["403","404"]}}]}}"`,
    );
    expect(said(is('user.groups', 'ops', 'dev'), by(TEMPLATE))).toMatchInlineSnapshot(
      `"{"terms":{"user.groups":["ops","dev"]}}"`,
    );
  });

  it('of what is in no field: nothing is asked', () => {
    expect(asked(equals('user.username', 'alice'), by(TEMPLATE))).toBe('{"match_all":{}}');
    // A field that the first such value makes.
    expect(said(is('impersonatedUser.username', 'bob'), by(AS_IT_COMES))).toMatchInlineSnapshot(
      `"{"bool":{"should":[{"exists":{"field":"impersonatedUser.username"}},{"term":{"_ignored":"impersonatedUser.username"}}],"minimum_should_match":1}}"`,
    );
  });

  it('of lines', () => {
    expect(asked(deletion, byLine)).toMatchInlineSnapshot(
      `"{"bool":{"filter":[{"match_phrase":{"message":{"query":"\\"verb\\":\\"delete\\"","zero_terms_query":"all"}}},{"bool":{"should":[{"match_phrase":{"message":{"query":"\\"code\\":\\"403\\"","zero_terms_query":"all"}}},{"match_phrase":{"message":{"query":"\\"code\\":\\"404\\"","zero_terms_query":"all"}}}],"minimum_should_match":1}}]}}"`,
    );
    expect(asked(equals('objectRef.name', 'api'), byLine)).toMatchInlineSnapshot(
      `"{"bool":{"should":[{"match_phrase":{"message":{"query":"\\"name\\":\\"api\\"","zero_terms_query":"all"}}},{"match_phrase":{"message":{"query":"\\"verb\\":\\"create\\"","zero_terms_query":"all"}}}],"minimum_should_match":1}}"`,
    );
    expect(asked(equals('user.groups', 'system:masters'), byLine)).toMatchInlineSnapshot(
      `"{"match_phrase":{"message":{"query":"system:masters","zero_terms_query":"all"}}}"`,
    );
    expect(asked(equals('userAgent', 'a"b'), byLine)).toBe('{"match_all":{}}');
  });

  it('is counted only where it is exact, but for values that are too long for a field', () => {
    expect(exactUnless(is('verb', 'get'), by(AS_IT_COMES))).toEqual([]);
    expect(exactUnless(no(missing('verb')), by(AS_IT_COMES))).toEqual([]);
    expect(exactUnless(like('verb', 'g*'), by(AS_IT_COMES))).toHaveLength(1);
    expect(exactUnless(like('verb', 'g?t'), by(AS_IT_COMES))).toEqual([]);
    expect(exactUnless(is('verb', 'get'), byLine)).toBeNull();
    expect(exactUnless(is('user.username', 'x'), by(TEMPLATE))).toBeNull();
  });
});

describe('values', () => {
  const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 30 }));

  it('do not change the shape of a query', () => {
    const shape = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shape)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
          : typeof value;
    fc.assert(
      fc.property(
        text,
        fc.boolean(),
        fc.constantFrom(by(AS_IT_COMES), by(TEMPLATE), byLine),
        (value, ignoreCase, leafOf) => {
          const parsed = (test: EventTest) => shape(JSON.parse(said(test, leafOf)));
          const [same, likeSame] = [
            parsed(is('userAgent', 'x')),
            parsed(like('userAgent', 'x*', ignoreCase)),
          ];
          expect([same, { match_all: {} }].map((one) => JSON.stringify(one))).toContain(
            JSON.stringify(parsed(is('userAgent', value))),
          );
          const pattern = `${value.replaceAll('*', '')}x*`;
          expect([likeSame, shape({ match_all: {} })].map((one) => JSON.stringify(one))).toContain(
            JSON.stringify(parsed(like('userAgent', pattern, ignoreCase))),
          );
        },
      ),
    );
  });

  it('in any case, pass what they must and nothing that they must not', () => {
    const sign = fc.constantFrom(...'aAkK\u212aiI\u0130\u0131sſ.*?[\\é\u0307É😀');
    const some = fc.array(sign, { maxLength: 5 }).map((signs) => signs.join(''));
    fc.assert(
      fc.property(some, some, (value, pattern) => {
        const { over, under, isExact } = toRegexps(pattern);
        const fits = (regexp: string) => new RegExp(`^(?:${unescaped(regexp)})$`, 'su').test(value);
        const wanted = matchesGlob(value, pattern, true);
        if (wanted) expect([value, pattern, fits(over)]).toEqual([value, pattern, true]);
        if (!wanted) expect([value, pattern, fits(under)]).toEqual([value, pattern, false]);
        if (isExact) expect(fits(over)).toBe(wanted);
      }),
      { numRuns: 3000 },
    );
  });

  /** JavaScript knows no escapes of signs that are not special. */
  function unescaped(regexp: string): string {
    return regexp.replaceAll(/\\(["#@&<>~-])/g, '$1');
  }
});

describe('an ad hoc URL', () => {
  it.each([
    ['http://127.0.0.1:9200/k8s-audit-*', 'http://127.0.0.1:9200', 'k8s-audit-*'],
    ['https://logs.corp/search/a,b/', 'https://logs.corp/search', 'a,b'],
    ['https://logs.corp/%3Clogs-%7Bnow%7D%3E', 'https://logs.corp', '<logs-{now}>'],
    ['service://logging/opensearch:9200/audit', 'service://logging/opensearch:9200', 'audit'],
    ['forward+https://logging/es:9200/base/audit', 'forward+https://logging/es:9200/base', 'audit'],
    ['service://logging/opensearch:9200', 'service://logging/opensearch:9200', undefined],
    ['http://127.0.0.1:9200', 'http://127.0.0.1:9200', undefined],
  ])('%s', (text, url, index) => {
    expect(openSearch.settingsOf(new URL(text))).toEqual({ url, ...(index === undefined ? {} : { index }) });
  });

  it('has to say the index', () => {
    const { error } = elasticsearch.settings.safeParse({ url: 'http://127.0.0.1:9200' });
    expect(error?.issues[0]?.message).toContain('such as k8s-audit-*');
  });
});

describe('pages by key', () => {
  it('give each record once, in order, however many share a place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 6 }), { maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 9, max: 60 }),
        async (places, firstSize, mostAtOnce) => {
          const sorted = places
            .map((place, id) => ({ key: [place], record: id }))
            .sort((a, b) => (a.key[0] ?? 0) - (b.key[0] ?? 0));
          const pages = pagesByKey({
            ...{ firstSize, pageBytes: 200, mostAtOnce },
            fetch: async (after, size) => {
              const rest =
                after === null ? sorted : sorted.filter(({ key }) => (key[0] ?? 0) > Number(after[0]));
              const records = rest.slice(0, size);
              return { records, bytes: records.length * 10 + 1 };
            },
          });
          const got: unknown[] = [];
          let cuts = 0;
          for await (const { records, isCut } of pages) {
            got.push(...records.map(({ record }) => record));
            cuts += Number(isCut);
          }
          if (cuts === 0) expect(got).toEqual(sorted.map(({ record }) => record));
          else expect(new Set(got).size).toBe(got.length);
          const most = Math.max(
            0,
            ...[...new Set(places)].map((place) => places.filter((one) => one === place).length),
          );
          if (most < mostAtOnce) expect(cuts).toBe(0);
        },
      ),
    );
  });
});
