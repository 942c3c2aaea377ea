/**
 * What is asked of CloudWatch. Its languages run nowhere but at AWS: they are held against the tests' own reading of AWS's
 * documentation (cloudwatch-language.ts), for moto ignores what it is asked but for phrases.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventLeaf, type EventTest, is, like, missing, no } from '../../src/query/event-test.ts';
import { narrow } from '../../src/query/narrow.ts';
import { all, equals, glob, not, oneOf, type Predicate } from '../../src/query/predicate.ts';
import { cloudWatch } from '../../src/sources/cloudwatch/cloudwatch.ts';
import { canFilter, toFilterPattern } from '../../src/sources/cloudwatch/filter-pattern.ts';
import { canQuery, toInsightsQuery } from '../../src/sources/cloudwatch/insights-query.ts';
import { type EventJson, hostileText, logJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { passesPattern, rowsOf } from '../support/cloudwatch-language.ts';
import { holds } from '../support/event-test-holds.ts';

const can = (leaf: EventLeaf, isNegated: boolean) => canFilter(leaf, isNegated) || canQuery(leaf, isNegated);
const testOf = (wanted: Predicate) => narrow(wanted, can).test;
const NO_BOUNDS = { fromMs: null, toMs: null };
const queryOf = (test: EventTest) => toInsightsQuery(test, 'kube-apiserver-audit-', NO_BOUNDS, 10_000);

/** As Go writes it: `<`, `>`, `&` and what ends lines as escapes. */
function goJson(json: EventJson): string {
  return JSON.stringify(json).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const deletion: Predicate = all(equals('verb', 'delete'), not(glob('userAgent', 'kube-*')), {
  kind: 'codeBetween',
  from: 400,
  to: 499,
});

describe('a test as a filter pattern', () => {
  const of = (test: EventTest) => toFilterPattern(test);

  it('of texts, numbers and what is not there', () => {
    expect(of(testOf(deletion))).toMatchInlineSnapshot(
      `"{ (($.verb = "delete")) && (($.responseStatus.code >= 400) && ($.responseStatus.code <= 499)) }"`,
    );
    expect(of(testOf(not(oneOf('verb', ['get', 'list']))))).toMatchInlineSnapshot(
      `"{ ($.verb NOT EXISTS) || (($.verb != "get") && ($.verb != "list")) }"`,
    );
    expect(of(missing('objectRef.subresource'))).toMatchInlineSnapshot(
      `"{ $.objectRef.subresource NOT EXISTS }"`,
    );
    expect(of(no(missing('impersonatedUser.username')))).toMatchInlineSnapshot(
      `"{ $.impersonatedUser.username = "*" }"`,
    );
    expect(of(like('user.username', 'system:*'))).toMatchInlineSnapshot(`"{ $.user.username = "system:*" }"`);
    expect(of(like('user.username', '*:runner'))).toMatchInlineSnapshot(`"{ $.user.username = "*:runner" }"`);
    expect(of(like('user.username', '*runner*'))).toMatchInlineSnapshot(`"{ $.user.username = "*runner*" }"`);
  });

  it('asks for the plain part of what is not plain, and never for the opposite of that', () => {
    expect(of(is('userAgent', 'kubectl/v1.34 (linux)'))).toBe('{ ($.userAgent = "kubectl/v1.34*") }');
    expect(of(is('userAgent', '("; x'))).toBe('{ ($.userAgent = "*x") }');
    expect(of(no(is('userAgent', 'a"b')))).toBeNull();
    expect(of(like('userAgent', 'a?c*'))).toBe('{ $.userAgent = "a*" }');
  });

  it('asks for no text that could be taken for a number, for no element of a list, for no other case', () => {
    expect(of(is('objectRef.name', '1234'))).toBe('{ ($.objectRef.name = "1234*") }');
    expect(of(no(is('objectRef.name', '1e3')))).toBeNull();
    expect(of(is('user.groups', 'ops'))).toBeNull();
    expect(of(like('userAgent', '*Helm*', true))).toBeNull();
  });

  it('is never longer than AWS takes: what is longest is left out, and asked of nobody', () => {
    const names = Array.from({ length: 80 }, (_, at) => `a-rather-long-name-of-a-pod-${at}`);
    const pattern = of(testOf(all(equals('verb', 'delete'), oneOf('objectRef.name', names)))) ?? '';
    expect(pattern).toBe('{ ($.verb = "delete") }');
    expect(of(is('objectRef.name', ...names))).toBeNull();
  });
});

describe('a test as a query of Logs Insights', () => {
  it('of the message’s text', () => {
    expect(queryOf(testOf(deletion))).toMatchInlineSnapshot(
      `"fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit-/ | filter ((@message like /\\Wverb\\W:\\Wdelete\\W/) and (@message like /\\Wcode\\W:[4-4][0-9][0-9]\\W/)) or @message not like /[}]\\s*$/ | sort @timestamp desc | limit 10000"`,
    );
    expect(queryOf(like('userAgent', '*helm*', true))).toMatchInlineSnapshot(
      `"fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit-/ | filter (@message like /\\WuserAgent\\W:\\W[\\w\\W]*[hH][eE][lL][mM][\\w\\W]*\\W/) or @message not like /[}]\\s*$/ | sort @timestamp desc | limit 10000"`,
    );
    expect(queryOf(is('user.groups', 'system:masters'))).toMatchInlineSnapshot(
      `"fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit-/ | filter (@message like /\\Wgroups\\W:[\\w\\W]*\\Wsystem:masters\\W/) or @message not like /[}]\\s*$/ | sort @timestamp desc | limit 10000"`,
    );
    expect(toInsightsQuery({ kind: 'all', of: [] }, '', { fromMs: 1, toMs: 2 }, 5)).toMatchInlineSnapshot(
      `"fields @timestamp, @message | filter toMillis(@timestamp) >= 1 and toMillis(@timestamp) <= 2 | sort @timestamp desc | limit 5"`,
    );
  });
});

describe('whatever is asked', () => {
  const passes = (json: EventJson, test: EventTest): readonly boolean[] => {
    const message = goJson(json);
    const pattern = toFilterPattern(test);
    const row = { timestamp: 0, message, logStream: 'kube-apiserver-audit-1' };
    return [pattern === null || passesPattern(message, pattern), rowsOf(queryOf(test), [row]).length === 1];
  };

  it('passes every event that is wanted', () => {
    fc.assert(
      fc.property(logJson(), predicate(), (jsons, wanted) => {
        const test = testOf(wanted);
        for (const json of jsons) if (holds(json, test)) expect(passes(json, test)).toEqual([true, true]);
      }),
      { numRuns: 300 },
    );
  });

  it('passes no event of a request whose outcome it does not pass', () => {
    const started = { stage: 'RequestReceived', responseStatus: undefined, annotations: undefined };
    fc.assert(
      fc.property(logJson(), predicate(), (jsons, wanted) => {
        const test = testOf(wanted);
        for (const json of jsons.filter(({ stage }) => stage === 'ResponseComplete')) {
          const received = JSON.parse(JSON.stringify({ ...json, ...started })) as EventJson;
          const [before, after] = [passes(received, test), passes(json, test)];
          expect(before.map((one, at) => !one || after[at])).toEqual([true, true]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has no more of a value in it than signs without a meaning', () => {
    const texts = hostileText('" || $.a = "*', '") }', '/ or 1=1', '*', '%.*%', '|limit 1');
    const leaf = (text: string, kind: number): EventLeaf =>
      kind === 0
        ? is('userAgent', text)
        : kind === 1
          ? is('user.groups', text, 'y y')
          : like('userAgent', `x ${text}y`, kind === 2);
    fc.assert(
      fc.property(texts, fc.nat({ max: 3 }), fc.boolean(), (text, kind, isNegated) => {
        const of = leaf(text, kind);
        const pattern = toFilterPattern(isNegated ? no(of) : of);
        if (pattern !== null)
          expect(pattern.replaceAll(/"\*?[A-Za-z0-9_:/@=+,. -]*\*?"/g, '""')).toMatch(
            /^\{ (?:\(?\$\.userAgent = ""\)?|\(\$\.userAgent NOT EXISTS\) \|\| \(\(\$\.userAgent != ""\)\)) \}$/,
          );
        const literal = /\/[A-Za-z0-9_ :=@,.^$\\[\]{}*-]*\//g;
        expect(queryOf(of).replaceAll(literal, '//')).toMatch(
          /^fields @timestamp, @message \| filter @logStream like \/\/(?: \| filter \(@message like \/\/(?: or @message like \/\/)*\) or @message not like \/\/)? \| sort @timestamp desc \| limit 10000$/,
        );
      }),
    );
  });
});

it('a URL names region and group', () => {
  const of = (url: string) => cloudWatch.settingsOf(new URL(url));
  expect(of('cloudwatch://eu-west-1/aws/eks/prod/cluster')).toEqual({
    region: 'eu-west-1',
    group: '/aws/eks/prod/cluster',
  });
  expect(of('cloudwatch://eu-west-1/my-group')).toEqual({ region: 'eu-west-1', group: 'my-group' });
  expect(of('cloudwatch://eu-west-1//my/group')).toEqual({ region: 'eu-west-1', group: '/my/group' });
});

it('takes EKS’ streams, and decides itself how to read, unless told otherwise', () => {
  expect(cloudWatch.settings.parse({ group: '/aws/eks/a/cluster' })).toMatchObject({
    ...{ streams: 'kube-apiserver-audit-', read: 'auto' },
  });
  expect(cloudWatch.settings.safeParse({ group: 'a b' }).success).toBe(false);
  expect(cloudWatch.settings.safeParse({ group: 'a', region: 'eu west' }).success).toBe(false);
  expect(cloudWatch.settings.safeParse({ group: 'a', streams: 'a*' }).success).toBe(false);
});
