import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/event/event.ts';
import { type EventLeaf, is, like, missing, no } from '../../../src/query/event-test.ts';
import { verdictOf } from '../../../src/query/matches.ts';
import { narrow } from '../../../src/query/narrow.ts';
import { absent, all, equals, glob, not, oneOf, type Predicate } from '../../../src/query/predicate.ts';
import { entriesFilter } from '../../../src/sources/gcl/entries-filter.ts';
import { canTest, toFilter } from '../../../src/sources/gcl/filter.ts';
import { gcl } from '../../../src/sources/gcl/gcl.ts';
import { type EventJson, HOSTILE, hostileText, logJson, NAMES, USERS } from '../../support/arbitrary.ts';
import { predicate } from '../../support/arbitrary-predicate.ts';
import { gkeEntries, gkeEntry, toldBy } from '../../support/gke-entry.ts';
import { filterMeaning } from '../../support/logging-filter.ts';

const passes = (filter: string, entry: EventJson, missing: 'fails' | 'unknown' = 'fails') =>
  filterMeaning(filter, missing)(entry);
const settings = { project: 'corp-prod', cluster: 'prod-1', url: 'https://logging.googleapis.com' };
const filterOf = (predicate: Predicate) =>
  entriesFilter(settings, {
    logs: ['activity', 'data_access'],
    window: { sinceUs: null, untilUs: null },
    more: [toFilter(narrow(predicate, canTest).test)],
  });
const own = (predicate: Predicate) => toFilter(narrow(predicate, canTest).test);

describe('a test as a filter', () => {
  it('is about what the entry is told as', () => {
    expect(
      own(
        all(
          oneOf('verb', ['delete', 'deletecollection']),
          equals('objectRef.resource', 'deployments'),
          equals('objectRef.namespace', 'prod'),
          glob('objectRef.name', 'api-*'),
        ),
      ),
    ).toMatchInlineSnapshot(
      `"(protoPayload.methodName=~"(?s)(?:^|[.])(?:delete|deletecollection)$" AND protoPayload.resourceName=~"(?s)(?:^|/)(?:deployments)(?:/|$)" AND protoPayload.resourceName=~"(?s)(?:^|/)namespaces/+(?:prod)(?:/|$)" AND (protoPayload.resourceName=~"(?s)(?:^|/)(?:api-[^/]*)(?:/|$)" OR protoPayload.methodName=~"(?s)(?:^|[.])(?:create)$"))"`,
    );
    expect(own(equals('objectRef.name', 'api'))).toMatchInlineSnapshot(
      `"(protoPayload.resourceName=~"(?s)(?:^|/)(?:api)(?:/|$)" OR protoPayload.methodName=~"(?s)(?:^|[.])(?:create)$")"`,
    );
    expect(own(not(glob('userAgent', 'kube-*')))).toMatchInlineSnapshot(
      `"(NOT protoPayload.requestMetadata.callerSuppliedUserAgent:* OR NOT protoPayload.requestMetadata.callerSuppliedUserAgent=~"(?s)^(?:kube-.*)$")"`,
    );
    expect(own(glob('userAgent', '*kubectl*', true))).toMatchInlineSnapshot(
      `"(protoPayload.requestMetadata.callerSuppliedUserAgent=~"(?is)^(?:.*kubectl.*)$" OR protoPayload.requestMetadata.callerSuppliedUserAgent=~"[^ -~]")"`,
    );
    expect(own({ kind: 'codeBetween', from: 400, to: 499 })).toMatchInlineSnapshot(
      `"(protoPayload.status.code=1 OR protoPayload.status.code=3 OR protoPayload.status.code=5 OR protoPayload.status.code=6 OR protoPayload.status.code=7 OR protoPayload.status.code=8 OR protoPayload.status.code=9 OR protoPayload.status.code=10 OR protoPayload.status.code=11 OR protoPayload.status.code=16 OR (protoPayload.response.code>=400 AND protoPayload.response.code<=499))"`,
    );
    expect(own({ kind: 'fromNetwork', cidr: '10.0.3.0/24' })).toMatchInlineSnapshot(
      `"(protoPayload.requestMetadata.callerIp=~"(?s)^(?:10[.]0[.]3[.].*)$" OR protoPayload.requestMetadata.callerIp=~"(?s)^(?:.*:.*[.].*)$")"`,
    );
    expect(own(absent('user.username'))).toMatchInlineSnapshot(
      `"((NOT protoPayload.authenticationInfo.principalEmail:* OR NOT protoPayload.authenticationInfo.principalEmail=~"(?s).") AND (NOT protoPayload.authenticationInfo.principalSubject:* OR NOT protoPayload.authenticationInfo.principalSubject=~"(?s)."))"`,
    );
    expect(own(equals('userAgent', HOSTILE[1]))).toMatchInlineSnapshot(
      `"protoPayload.requestMetadata.callerSuppliedUserAgent=~"(?s)^(?:a.b'c.d.e)$""`,
    );
  });

  it('is not made where entries do not tell, or not for sure', () => {
    const isNot = (leaf: EventLeaf, isNegated = false) => expect(canTest(leaf, isNegated)).toBe(false);
    isNot(is('user.groups', 'ops'));
    isNot(is('impersonatedUser.username', 'alice'));
    isNot(is('level', 'Metadata'));
    isNot(is('requestURI', '/healthz'));
    isNot({ kind: 'between', path: 'responseStatus.code', from: 200, to: 299 });
    isNot({ kind: 'between', path: 'responseStatus.code', from: 403, to: 403 }, true);
    isNot(is('objectRef.resource', 'pods'), true);
    isNot(is('userAgent', 'a"b'), true);
    isNot(like('userAgent', 'helm*', true), true);
    isNot(is('userAgent', 'a'.repeat(5000)));
  });

  it('fits into what the service takes', () => {
    const parts = Array.from({ length: 12 }, (_, at) => like('userAgent', `${at}${'a'.repeat(2000)}*`));
    const filter = entriesFilter(settings, {
      logs: ['activity'],
      window: { sinceUs: 0, untilUs: null },
      more: [...parts.map(toFilter), toFilter(is('verb', 'delete'))],
    });
    expect(filter.length).toBeLessThanOrEqual(20_000);
    expect(filter.match(/userAgent/gi)?.length).toBe(9);
    expect(filter).toContain('delete');
  });
});

/** Paths as nobody should write them. */
const ODD_NAMES = [
  ...['core//v1/namespaces/prod//pods/api', '/core/v1/pods', 'core/v1/watch/namespaces/prod/pods', ''],
  ...['core/v1/namespaces/prod/status', 'core/v1/namespaces/pods', 'apis/apps/v1/deployments', 'apps/v1'],
  ...['metrics.k8s.io/v1beta1/namespaces/prod/pods/api', 'core/v1/namespaces/prod/pods/pods/exec/more'],
  ...['core/v1/namespaces/prod/pods/ä😀\n"\\', 'healthz/etcd', 'apps/v1/namespaces/prod/deployments/'],
];
const ODD_METHODS = ['io.k8s.core.v1.pods.delete', 'delete', 'io.k8s.', '', 'io.k8s.core.v1.pods.Delete'];

/** GKE's entries, and such as it hardly writes. */
function entries(): fc.Arbitrary<readonly EventJson[]> {
  const oddly = fc.record({
    resourceName: fc.constantFrom(undefined, ...ODD_NAMES),
    methodName: fc.constantFrom(undefined, ...ODD_METHODS),
    principalSubject: fc.constantFrom(undefined, '', ...USERS),
    status: fc.constantFrom(undefined, {}, { code: 0 }, { code: 7 }, { code: 5 }, { code: 99 }, { code: -1 }),
    callerIp: fc.constantFrom(undefined, '', 'gce-internal-ip', '10.0.3.7'),
  });
  return fc.tuple(logJson(), fc.array(oddly, { minLength: 1, maxLength: 3 })).map(([jsons, odd]) =>
    jsons.flatMap((json, at) => {
      const entry = gkeEntry(json);
      if (entry === null) return [];
      const payload = entry.protoPayload as EventJson;
      const { callerIp, ...more } = odd[at % odd.length] ?? {};
      const changed = {
        ...payload,
        ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
        ...(callerIp === undefined ? {} : { requestMetadata: { callerIp } }),
      };
      return at % 2 === 0 ? [entry] : [{ ...entry, protoPayload: changed }];
    }),
  );
}

describe('what passes a filter', () => {
  it('is at least what could match, of what is told', () => {
    fc.assert(
      fc.property(entries(), predicate(), fc.constantFrom('fails', 'unknown'), (all, wanted, missing) => {
        const filter = filterOf(wanted);
        for (const entry of all) {
          const [event] = toldBy([entry]);
          if (event === undefined || verdictOf(event, wanted) === false) continue;
          expect([passes(filter, entry, missing), filter, entry]).toEqual([true, filter, entry]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is little else, for what people ask', () => {
    fc.assert(
      fc.property(logJson(), fc.constantFrom(...NAMES.slice(0, 3)), (jsons, name) => {
        const wanted = all(oneOf('verb', ['delete', 'patch']), equals('objectRef.name', name));
        const isOther = (event: AuditEvent) =>
          !['delete', 'patch'].includes(event.verb) || !event.requestURI.split('/').includes(name);
        const passed = gkeEntries(jsons).filter((entry) => passes(filterOf(wanted), entry));
        expect(toldBy(passed).filter(isOther)).toEqual([]);
      }),
    );
  });
});

describe('a value', () => {
  const texts = hostileText('" OR resource.type:*', '\\" OR NOT "', '-- x', '"--', ')" OR (');
  const leaves = (text: string): readonly EventLeaf[] => [
    ...[
      is('userAgent', text),
      is('verb', text, 'get'),
      is('user.username', text),
      is('objectRef.name', text),
    ],
    ...[
      like('userAgent', `x${text}*`),
      like('objectRef.namespace', `?${text}`),
      like('sourceIPs', text, true),
    ],
  ];

  it('brings neither a quote nor a backslash nor a comment into a filter', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const leaf of leaves(text)) {
          for (const test of [leaf, no(leaf)]) {
            if (!canTest(leaf, test !== leaf)) continue;
            const filter = String(toFilter(test));
            expect(filter).not.toMatch(/\\|--|\n/);
            // Outside quotes: fields, signs and words of ours alone.
            expect(filter.replaceAll(/"[^"]*"/g, '')).toMatch(
              /^(?:false|true|(?:[()]|insertId|operation\.id|protoPayload(?:\.\w+)+|=~|=|:\*| (?:AND|OR) |NOT )*)$/,
            );
          }
        }
      }),
    );
  });
});

it('a URL names project and cluster, and the endpoint where it is another', () => {
  const of = (url: string) => gcl.settingsOf(new URL(url));
  expect(of('gcl://corp-prod/prod-1')).toEqual({ project: 'corp-prod', cluster: 'prod-1' });
  expect(of('https://logging-psc.p.googleapis.com/corp-prod/prod-1')).toEqual({
    url: 'https://logging-psc.p.googleapis.com',
    project: 'corp-prod',
    cluster: 'prod-1',
  });
});

it('settings that could change a filter, or send a token in the open, are refused', () => {
  const isTaken = (more: object) =>
    gcl.settings.safeParse({ project: 'corp-prod', cluster: 'c', ...more }).success;
  expect(isTaken({ location: 'europe-west1' })).toBe(true);
  expect(isTaken({ project: 'example.com:corp-prod' })).toBe(true);
  expect(isTaken({ cluster: 'a" OR "b' })).toBe(false);
  expect(isTaken({ location: 'a"' })).toBe(false);
  expect(isTaken({ project: 'p/../q' })).toBe(false);
  expect(isTaken({ url: 'http://logging.googleapis.com' })).toBe(false);
});

it('a filter for what is missing does not depend on what a comparison with it gives', () => {
  const entry = { protoPayload: {} };
  for (const test of [missing('userAgent'), no(is('userAgent', 'x')), no(like('user.username', 'system:*'))])
    expect([passes(String(toFilter(test)), entry), passes(String(toFilter(test)), entry, 'unknown')]).toEqual(
      [true, true],
    );
});
