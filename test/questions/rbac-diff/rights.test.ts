/** Rules taken apart, compared and put together again, held against the authorizer's own decision on every request. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beyond, compact, rightsOf } from '../../../src/questions/rbac-diff/rights.ts';
import {
  type AccessRequest,
  allows,
  covers,
  type Rule,
  rulesFrom,
} from '../../../src/questions/rbac-diff/rule.ts';
import { arbitraryRules, everyRequest } from './arbitrary-rules.ts';

const REQUESTS = everyRequest();

function allowedBy(rules: readonly Rule[]): ReadonlySet<AccessRequest> {
  return new Set(REQUESTS.filter((request) => rules.some((rule) => allows(rule, request))));
}

const isWithin = (some: ReadonlySet<AccessRequest>, others: ReadonlySet<AccessRequest>) =>
  [...some].every((request) => others.has(request));

const resource = (verbs: string, groups: string, resources: string, names?: string) => ({
  verbs: verbs.split(','),
  apiGroups: groups.split(','),
  resources: resources.split(','),
  ...(names === undefined ? {} : { resourceNames: names.split(',') }),
});
const asked = (verb: string, apiGroup: string, full: string, name = ''): AccessRequest => {
  const [type = '', subresource = ''] = full.split('/');
  return { kind: 'resource', verb, apiGroup, resource: type, subresource, name, namespace: 'prod' };
};

describe('a rule', () => {
  it.each([
    [resource('get', '', 'pods'), asked('get', '', 'pods'), true],
    [resource('get', '', 'pods'), asked('get', '', 'pods/log'), false],
    [resource('get', '', '*'), asked('get', '', 'pods/log'), true],
    [resource('get', '', 'pods/*'), asked('get', '', 'pods/log'), false],
    [resource('update', 'apps', '*/scale'), asked('update', 'apps', 'deployments/scale'), true],
    [resource('update', 'apps', '*/scale'), asked('update', 'apps', 'deployments'), false],
    [resource('update', 'apps', '*/scale'), asked('update', '', 'replicationcontrollers/scale'), false],
    [resource('get', '', 'secrets', 'a'), asked('get', '', 'secrets', 'a'), true],
    [resource('get', '', 'secrets', 'a'), asked('get', '', 'secrets'), false],
    [resource('*', '*', '*'), asked('impersonate', 'x', 'y/z', 'n'), true],
    [
      { verbs: ['get'], nonResourceURLs: ['/logs/*'] },
      { kind: 'url', verb: 'get', path: '/logs/' } as const,
      true,
    ],
    [
      { verbs: ['get'], nonResourceURLs: ['/logs/*'] },
      { kind: 'url', verb: 'get', path: '/logs' } as const,
      false,
    ],
    [
      { verbs: ['get'], nonResourceURLs: ['/l*/x'] },
      { kind: 'url', verb: 'get', path: '/la/x' } as const,
      false,
    ],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, asked('get', '', 'pods'), false],
    [{ verbs: ['get'], apiGroups: [''], resources: [] }, asked('get', '', 'pods'), false],
  ])('%j decides on %j: %s', (rule, request, isAllowed) => {
    expect(rulesFrom([rule]).some((one) => allows(one, request))).toBe(isAllowed);
  });

  it('is nothing when it is no rule', () => {
    expect(rulesFrom([null, 7, 'x', {}, { verbs: 'get' }, { verbs: [1, null], resources: [{}] }])).toEqual(
      [],
    );
    expect(rulesFrom({ verbs: ['*'] })).toEqual([]);
  });
});

describe('rights', () => {
  it('allow together what their rules allow', () => {
    fc.assert(
      fc.property(arbitraryRules, (rules) => {
        const all = allowedBy(rules);
        expect(allowedBy(rightsOf(rules))).toEqual(all);
        expect(allowedBy(compact(rightsOf(rules)))).toEqual(all);
      }),
    );
  });

  it('are covered by a rule exactly when it allows all that they allow', () => {
    fc.assert(
      fc.property(arbitraryRules, arbitraryRules, (wide, narrow) => {
        for (const rule of wide)
          for (const right of rightsOf(narrow))
            expect(covers(rule, right), JSON.stringify([rule, right])).toBe(
              isWithin(allowedBy([right]), allowedBy([rule])),
            );
      }),
      { numRuns: 60 },
    );
  });

  it('beyond others, with these, come to the same as all together, and each of them counts', () => {
    fc.assert(
      fc.property(arbitraryRules, arbitraryRules, (rules, others) => {
        const more = beyond(rules, others);
        expect(allowedBy([...more, ...others])).toEqual(allowedBy([...rules, ...others]));
        const had = allowedBy(others);
        for (const right of more)
          expect(isWithin(allowedBy([right]), had), JSON.stringify(right)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('are put together into few rules', () => {
    const verbs = ['get', 'list', 'watch'];
    const rules = rulesFrom([
      ...verbs.flatMap((verb) => ['pods', 'services'].map((one) => resource(verb, '', one))),
      ...verbs.map((verb) => resource(verb, 'apps', 'deployments')),
      ...['a', 'b'].map((name) => resource('get', '', 'secrets', name)),
      { verbs: ['get'], nonResourceURLs: ['/b'] },
      { verbs: ['get'], nonResourceURLs: ['/a'] },
    ]);
    expect(compact(rightsOf(rules))).toEqual(
      rulesFrom([
        resource('get,list,watch', '', 'pods,services'),
        resource('get', '', 'secrets', 'a,b'),
        resource('get,list,watch', 'apps', 'deployments'),
        { verbs: ['get'], nonResourceURLs: ['/a', '/b'] },
      ]),
    );
  });

  it('leave out what a wildcard says already, but never both of two that say the same', () => {
    const rules = rulesFrom([
      resource('*', '*', '*'),
      resource('get', '', 'pods'),
      { verbs: ['get'], nonResourceURLs: ['/a/*'] },
      { verbs: ['get'], nonResourceURLs: ['/a/**'] },
    ]);
    expect(compact(rightsOf(rules)).map((rule) => rule.verbs)).toEqual([['*'], ['get']]);
    expect(allowedBy(compact(rightsOf(rules)))).toEqual(allowedBy(rules));
  });

  it('of a rule with a thousand of everything stay whole', () => {
    const many = Array.from({ length: 1000 }, (_, n) => `x${n}`).join(',');
    const rules = rulesFrom([resource(many, many, many, many), resource('get', '', 'pods')]);
    const rights = rightsOf(rules);
    expect(rights.length).toBeLessThanOrEqual(2);
    expect(beyond(rules, rules)).toEqual([]);
  });
});
