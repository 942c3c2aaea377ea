/** Rules and requests out of few words, so that they often meet. */
import fc from 'fast-check';
import { type AccessRequest, type Rule, rulesFrom } from '../../../src/questions/rbac-diff/rule.ts';

const VERBS = ['get', 'list', 'create', 'bind', '*'];
const GROUPS = ['', 'apps', '*'];
const RESOURCES = [
  'pods',
  'pods/exec',
  'pods/log',
  'deployments',
  'deployments/scale',
  '*/scale',
  '*',
  'pods/*',
];
const NAMES = ['a', 'b', ''];
const URLS = ['/a', '/a/b', '/a/*', '/*', '*', '/ab', '/a*', '**'];

const some = (of: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 3 });

const resourceRule = fc
  .record({
    verbs: some(VERBS),
    apiGroups: some(GROUPS),
    resources: some(RESOURCES),
    resourceNames: fc.option(some(NAMES), { nil: undefined }),
  })
  .map((rule) => rulesFrom([rule]));
const urlRule = fc
  .record({ verbs: some(VERBS), nonResourceURLs: some(URLS) })
  .map((rule) => rulesFrom([rule]));

export const arbitraryRules: fc.Arbitrary<readonly Rule[]> = fc
  .array(fc.oneof(resourceRule, urlRule), { maxLength: 5 })
  .map((rules) => rules.flat());

/** Each request that these words can make: as good as all there are, since other words are like `patch` and `widgets`. */
export function everyRequest(): readonly AccessRequest[] {
  const verbs = [...VERBS, 'patch'];
  const resources = [
    ...['pods', 'deployments', 'widgets'].flatMap((resource) =>
      ['', 'exec', 'log', 'scale', '*', 'other'].map((subresource) => ({ resource, subresource })),
    ),
    { resource: '*', subresource: '' },
    { resource: '*', subresource: 'scale' },
  ];
  return [
    ...verbs.flatMap((verb) =>
      ['', 'apps', 'batch', '*'].flatMap((apiGroup) =>
        resources.flatMap((one) =>
          ['', 'a', 'b', 'c'].map(
            (name): AccessRequest => ({ kind: 'resource', verb, apiGroup, ...one, name, namespace: 'prod' }),
          ),
        ),
      ),
    ),
    ...verbs.flatMap((verb) =>
      ['/a', '/ab', '/a/b', '/a/b/c', '/', '/b', '', '/a*', '*'].map(
        (path): AccessRequest => ({ kind: 'url', verb, path }),
      ),
    ),
  ];
}
