import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOf, type EventTest, is, isNone, like, missing, no } from '../../src/query/event-test.ts';
import { parseFilters } from '../../src/query/filters.ts';
import { narrow } from '../../src/query/narrow.ts';
import { canTest, type LineShape, lineFilters, matchersIn, toLogQl } from '../../src/sources/loki/logql.ts';
import { countQueries } from '../../src/sources/loki/loki-counter.ts';
import { limitIn } from '../../src/sources/loki/loki-limits.ts';
import { lokiSettings } from '../../src/sources/loki/loki-settings.ts';
import { receivedBefore, receivedFrom } from '../../src/sources/loki/received-within.ts';
import { eventJson, HOSTILE } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { holds } from '../support/event-test-holds.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const WHOLE: LineShape = { prefix: [], endsWithBodies: true };
const WRAPPED: LineShape = { prefix: ['log', 'k8s-audit'], endsWithBodies: false };

describe('LogQL', () => {
  it('asks for a deletion: texts of the line first, then what they stand for', async () => {
    const { test } = narrow(await parseFilters({ verb: ['delete'], code: ['!2xx'] }), canTest);
    expect(toLogQl(test, WHOLE)).toMatchInlineSnapshot(
      `"|= "delete" | json ka_verb="verb", ka_responseStatus_code="responseStatus.code" | (ka_verb="delete" and (ka_responseStatus_code=~"(?:1[0-9][0-9])(?:[.]0+)?" or ka_responseStatus_code=~"(?:3[0-9][0-9]|4[0-9][0-9]|5[0-9][0-9])(?:[.]0+)?")) or ka_verb="" | drop ka_verb, ka_responseStatus_code, __error__, __error_details__"`,
    );
  });

  it('finds the event where the forwarder put it, and trusts no text of the line there', () => {
    expect(
      toLogQl(anyOf(is('objectRef.name', 'api'), like('userAgent', '*Helm?', true)), WRAPPED),
    ).toMatchInlineSnapshot(
      `"| json ka_verb="log[\\"k8s-audit\\"].verb", ka_objectRef_name="log[\\"k8s-audit\\"].objectRef.name", ka_userAgent="log[\\"k8s-audit\\"].userAgent" | (ka_objectRef_name="api" or ka_userAgent=~"(?is)(?:.*Helm.)") or ka_verb="" | drop ka_verb, ka_objectRef_name, ka_userAgent, __error__, __error_details__"`,
    );
  });

  it('tests lists loosely, and never negated', () => {
    expect(toLogQl(is('user.groups', 'ops', 'a"b'), WHOLE)).toMatchInlineSnapshot(
      `"| json ka_verb="verb", ka_user_groups="user.groups" | ka_user_groups=~"(?s)(?:\\\\[|.*,)\\\\s*\\"(?:ops|a\\"b)\\"\\\\s*(?:,.*|\\\\])" or ka_verb="" | drop ka_verb, ka_user_groups, __error__, __error_details__"`,
    );
    expect(toLogQl(no(is('user.groups', 'ops')), WHOLE)).toBe('');
    expect(toLogQl(missing('user.groups'), WHOLE)).toMatchInlineSnapshot(
      `"| json ka_verb="verb", ka_user_groups="user.groups" | ka_user_groups=~"(?:\\\\[\\\\s*\\\\]|\\\\[(?:\\\\s*\\"\\"\\\\s*,?)*\\\\])?" or ka_verb="" | drop ka_verb, ka_user_groups, __error__, __error_details__"`,
    );
  });

  it('counts up to a moment, and looks for what it could not tell', () => {
    const ask = {
      test: is('verb', 'delete'),
      window: { sinceUs: 1_795_341_600_000_000, untilUs: null },
      stages: { sinceUs: null, untilUs: null },
      by: ['objectRef.resource'] as const,
      ...{ bucketUs: 60_000_000, hasSpans: true },
    };
    const { count, first, invalid } = countQueries(ask, { selector: '{job="a"}', shape: WHOLE }, 1000n);
    expect(count).toMatchInlineSnapshot(
      `"sum by (ka_objectRef_resource, ka_bucket, ka_plain) (count_over_time({job="a"} |= "delete" | json ka_verb="verb", ka_requestReceivedTimestamp="requestReceivedTimestamp", ka_objectRef_resource="objectRef.resource" | (ka_verb="delete" and ka_requestReceivedTimestamp=~"(?:[3-9].{26}|2[1-9].{25}|20[3-9].{24}|202[7-9].{23}|2026-[2-9].{21}|2026-1[2-9].{20}|2026-11-[3-9].{18}|2026-11-2[3-9].{17}|2026-11-22T[2-9].{15}|2026-11-22T1[1-9].{14}|2026-11-22T10:[1-9].{12}|2026-11-22T10:0[1-9].{11}|2026-11-22T10:00:[1-9].{9}|2026-11-22T10:00:0[1-9].{8}|2026-11-22T10:00:00[.][1-9].{6}|2026-11-22T10:00:00[.]0[1-9].{5}|2026-11-22T10:00:00[.]00[1-9].{4}|2026-11-22T10:00:00[.]000[1-9].{3}|2026-11-22T10:00:00[.]0000[1-9].{2}|2026-11-22T10:00:00[.]00000[1-9].{1}|2026-11-22T10:00:00[.]000000Z)") or ka_verb="" or ka_requestReceivedTimestamp!~"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z" | label_format ka_at="{{ .ka_requestReceivedTimestamp | toDate \\"2006-01-02T15:04:05Z07:00\\" | unixEpochNanos }}" | label_format ka_bucket="{{ mul (div .ka_at 60000000000) 60000000 }}" | line_format "{{ .ka_verb }} {{ .ka_requestReceivedTimestamp }}" | regexp "^[^ ].* [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}(?P<ka_plain>Z)$" | drop __error__, __error_details__ [1000ms]))"`,
    );
    expect(first).toMatchInlineSnapshot(
      `"min by (ka_objectRef_resource, ka_bucket) (min_over_time({job="a"} |= "delete" | json ka_verb="verb", ka_requestReceivedTimestamp="requestReceivedTimestamp", ka_objectRef_resource="objectRef.resource" | ka_verb="delete" | ka_requestReceivedTimestamp=~"(?:[3-9].{26}|2[1-9].{25}|20[3-9].{24}|202[7-9].{23}|2026-[2-9].{21}|2026-1[2-9].{20}|2026-11-[3-9].{18}|2026-11-2[3-9].{17}|2026-11-22T[2-9].{15}|2026-11-22T1[1-9].{14}|2026-11-22T10:[1-9].{12}|2026-11-22T10:0[1-9].{11}|2026-11-22T10:00:[1-9].{9}|2026-11-22T10:00:0[1-9].{8}|2026-11-22T10:00:00[.][1-9].{6}|2026-11-22T10:00:00[.]0[1-9].{5}|2026-11-22T10:00:00[.]00[1-9].{4}|2026-11-22T10:00:00[.]000[1-9].{3}|2026-11-22T10:00:00[.]0000[1-9].{2}|2026-11-22T10:00:00[.]00000[1-9].{1}|2026-11-22T10:00:00[.]000000Z)" | label_format ka_at="{{ .ka_requestReceivedTimestamp | toDate \\"2006-01-02T15:04:05Z07:00\\" | unixEpochNanos }}" | label_format ka_bucket="{{ mul (div .ka_at 60000000000) 60000000 }}" | label_format ka_at="{{ .ka_requestReceivedTimestamp | toDate \\"2006-01-02T15:04:05Z07:00\\" | unixEpochNanos }}" | unwrap ka_at [1000ms]) by (ka_objectRef_resource, ka_bucket))"`,
    );
    expect(invalid).toMatchInlineSnapshot(
      `"sum(count_over_time({job="a"} |= "delete" |~ "\\\\\\\\ufffd|\\\\\\\\uFFFD|�" [1000ms]))"`,
    );
  });

  it('is of one form, whatever the values are', () => {
    const hostile = fc.oneof(fc.constantFrom(...HOSTILE, ...HOSTILE_TEXTS), fc.string({ unit: 'binary' }));
    const path = fc.constantFrom('verb', 'objectRef.name', 'user.groups', 'user.extra.arn');
    fc.assert(
      fc.property(hostile, path, fc.boolean(), (value, at, ignoreCase) => {
        for (const leaf of [is(at, value), is(at, value, 'other'), like(at, `${value}*z`, ignoreCase)]) {
          if (!canTest(leaf)) continue;
          const plain =
            leaf.kind === 'is' ? is(at, ...leaf.values.map(() => 'x')) : like(at, 'x*z', ignoreCase);
          expect(skeleton(toLogQl(leaf, WRAPPED))).toBe(skeleton(toLogQl(plain, WRAPPED)));
          expect(skeleton(lineFilters(leaf).join(' '))).toMatch(/^(?:\|[=~] "")?$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('passes over no line that is wanted, however it was written', () => {
    fc.assert(
      fc.property(eventJson(), predicate(), fc.constantFrom(...WRITERS), (json, wanted, write) => {
        const { test } = narrow(wanted, canTest);
        if (isNone(test) || !holds(json, test)) return;
        const line = write(json);
        for (const filter of lineFilters(test))
          expect([filter, passes(line, filter)]).toEqual([filter, true]);
      }),
      { numRuns: 5000 },
    );
  });

  it('tells numbers within bounds by a pattern', () => {
    const code = fc.integer({ min: 0, max: 700 });
    fc.assert(
      fc.property(code, code, code, (from, to, value) => {
        const [, pattern = ''] = /=~("(?:[^"\\]|\\.)*")/.exec(toLogQl(between(from, to), WHOLE)) ?? [];
        const whole = new RegExp(`^(?:${JSON.parse(pattern)})$`);
        expect(whole.test(String(value))).toBe(value >= from && value <= to);
        expect(whole.test(`${value}.0`)).toBe(value >= from && value <= to);
      }),
      { numRuns: 1000 },
    );
  });
});

const between = (from: number, to: number): EventTest => ({
  kind: 'between',
  path: 'responseStatus.code',
  from,
  to,
});

/** Without what stands in quotes. */
function skeleton(query: string): string {
  return query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}

const escapedBy = (chars: RegExp) => (json: unknown) =>
  JSON.stringify(json).replaceAll(chars, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

const WRITERS: readonly ((json: unknown) => string)[] = [
  (json) => JSON.stringify(json),
  (json) => JSON.stringify(json, null, 2),
  // Go, Python, Gson and .NET.
  escapedBy(/[<>&\u2028\u2029]/g),
  escapedBy(/[^ -~]/g),
  escapedBy(/[<>&='\u2028\u2029]/g),
  escapedBy(/[<>&'+`]|[^ -~]/g),
  (json) => JSON.stringify(json).replaceAll('/', '\\/'),
  (json) => JSON.stringify({ log: JSON.stringify(json) }),
  (json) => `2026-11-22T10:00:00Z stdout F ${JSON.stringify(json)}`,
];

function passes(line: string, filter: string): boolean {
  const [, how = '', text = '""'] = /^\|([=~]) (".*")$/s.exec(filter) ?? [];
  const value = JSON.parse(text) as string;
  if (how === '=') return line.includes(value);
  return value.startsWith('(?i)')
    ? new RegExp(value.slice(4), 'iu').test(line)
    : new RegExp(value).test(line);
}

describe('a timestamp by a pattern', () => {
  it('lies before another one or not, as texts do', () => {
    const micros = fc.integer({ min: 1_700_000_000_000_000, max: 1_900_000_000_000_000 });
    const near = fc.oneof(
      micros,
      fc.integer({ min: -20, max: 20 }).map((by) => 1_795_341_600_000_000 + by),
    );
    fc.assert(
      fc.property(near, near, (edge, value) => {
        const [edgeText, text] = [stamp(edge), stamp(value)];
        expect(new RegExp(`^(?:${receivedFrom(edgeText)})$`).test(text)).toBe(value >= edge);
        expect(new RegExp(`^(?:${receivedBefore(edgeText)})$`).test(text)).toBe(value < edge);
      }),
      { numRuns: 3000 },
    );
  });
});

function stamp(us: number): string {
  return `${new Date(Math.floor(us / 1000)).toISOString().slice(0, 23)}${String(us % 1000).padStart(3, '0')}Z`;
}

it('knows the limits by the words of the refusal', () => {
  const refused = (said: string) => limitIn(`Loki at http://a answered 400: ${said}`);
  expect(
    refused('max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)'),
  ).toEqual({ of: 'lines', most: 5000 });
  expect(refused('the query time range exceeds the limit (query length: 744h0m0s, limit: 30d1h)')).toEqual({
    of: 'length',
    mostNs: 721n * 3_600_000_000_000n,
  });
  expect(
    refused('rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5 vs. 4)'),
  ).toEqual({ of: 'answer' });
  expect(refused('maximum number of series (500) reached for a single query')).toEqual({ of: 'groups' });
  expect(refused('the query would read too many bytes (query: 2TB, limit: 1TB)')).toEqual({ of: 'work' });
  expect(refused('parse error at line 1')).toBeNull();
});

it('takes a selector, with filters or without, and nothing else', () => {
  expect(matchersIn('{job="a}|b", x=~`}{`} |= "audit"')).toBe('{job="a}|b", x=~`}{`}');
  const url = 'http://127.0.0.1:3100';
  for (const wrong of ['', 'job="a"', '{}', '{job="a"', 'sum(rate({job="a"}[1m]))'])
    expect(lokiSettings.safeParse({ url, selector: wrong }).success).toBe(false);
  expect(lokiSettings.parse({ url, selector: '{job="a"}', tenant: 7, limit: 100 })).toMatchObject({
    tenant: 7,
  });
});
