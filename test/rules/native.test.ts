/** What is told to sources as predicates must hold of the same requests as the tests over their JSON. */
import fc from 'fast-check';
import '../support/property-seed.ts';
import { describe, expect, it } from 'vitest';
import { linearPatterns } from '../../src/query/linear-pattern.ts';
import { verdictOf } from '../../src/query/matches.ts';
import { NOTHING, type Predicate } from '../../src/query/predicate.ts';
import { compileTest, refusalOf } from '../../src/rules/falco/compare.ts';
import type { Operator } from '../../src/rules/falco/condition.ts';
import { nativeTest as falcoNative } from '../../src/rules/falco/native.ts';
import { asText, at } from '../../src/rules/json.ts';
import { overJson } from '../../src/rules/over-json.ts';
import { fieldTest } from '../../src/rules/sigma/field-test.ts';
import { sigmaField } from '../../src/rules/sigma/fields.ts';
import { readWish } from '../../src/rules/sigma/values.ts';
import { readTrees } from '../../src/rules/yaml-tree.ts';
import { decodeJson } from '../support/decode-json.ts';

const word = fc.constantFrom(
  'a',
  'b',
  'ab',
  'Ab',
  'pods',
  'namespaces',
  'shop',
  'allow',
  '*',
  'a?',
  'a=b',
  '/api/a?x=b',
);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
/** As the API server writes them: resources, verbs and namespaces in lower case. */
const lower = fc.constantFrom('a', 'b', 'ab', 'pods', 'namespaces', 'shop');
const event = fc
  .record({
    verb: lower,
    requestURI: word,
    userAgent: maybe(word),
    user: maybe(fc.record({ username: word, groups: fc.array(word, { maxLength: 3 }) })),
    objectRef: maybe(
      fc.record(
        { resource: lower, namespace: lower, name: word, subresource: lower, apiGroup: lower },
        { requiredKeys: ['resource', 'name'] },
      ),
    ),
    responseStatus: maybe(fc.record({ code: fc.constantFrom(100, 200, 201, 299, 300, 401, 403, 500) })),
    annotations: maybe(fc.dictionary(fc.constantFrom('a', 'b', 'authorization.k8s.io/decision'), word)),
  })
  .map((over) =>
    decodeJson({
      auditID: 'x',
      stage: 'ResponseComplete',
      level: 'Metadata',
      ...JSON.parse(JSON.stringify(over)),
    }),
  );

const PATHS: readonly (readonly string[])[] = [
  ...[
    ['verb'],
    ['requestURI'],
    ['userAgent'],
    ['user', 'username'],
    ['objectRef', 'resource'],
    ['objectRef', 'namespace'],
  ],
  ...[
    ['objectRef', 'name'],
    ['objectRef', 'subresource'],
    ['responseStatus', 'code'],
    ['annotations', 'a'],
  ],
  ['annotations', 'authorization.k8s.io/decision'],
];

describe('predicates made of Falco checks', () => {
  const OPERATORS: readonly Operator[] = [
    ...([
      '=',
      '!=',
      'in',
      'intersects',
      'contains',
      'icontains',
      'startswith',
      'endswith',
      'glob',
      'iglob',
    ] as const),
    ...(['exists', '<', '<=', '>', '>='] as const),
  ];

  it('hold of the same requests as the checks', async () => {
    const compile = await linearPatterns();
    const texts = fc.oneof(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.array(fc.constantFrom('2', '20', '200', '403', '299'), { minLength: 1, maxLength: 2 }),
    );
    fc.assert(
      fc.property(
        event,
        fc.constantFrom(...PATHS),
        fc.constantFrom(...OPERATORS),
        texts,
        (of, path, operator, values) => {
          const single = ['in', 'intersects'].includes(operator) ? values : values.slice(0, 1);
          const field = { type: 'text', isList: false } as const;
          expect(refusalOf(field, operator, null)).toBeNull();
          const test =
            operator === 'exists' ? () => true : compileTest(field, operator, null, single, compile);
          const plain = overJson('x', path, (json) => {
            const value = at(json, ...path);
            return value !== undefined && test([asText(value)]);
          });
          const native = falcoNative(path, operator, single, plain) ?? plain;
          expect(verdictOf(of, native)).toBe(verdictOf(of, plain));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('predicates made of Sigma tests', () => {
  const KEYS = [
    ...[
      '',
      '|contains',
      '|startswith',
      '|endswith',
      '|cased',
      '|contains|cased',
      '|neq',
      '|all',
      '|contains|all',
    ],
    ...['|windash|contains', '|neq|contains'],
  ];
  const value = fc.oneof(word, fc.constantFrom(200, 403, null, 'a*', '*', '?b', '\\*', 'SHOP', 'PODS'));

  it('hold of the same requests as the tests', async () => {
    const compile = await linearPatterns();
    const place = { file: 'x', line: 1, column: 1 };
    fc.assert(
      fc.property(
        event,
        fc.constantFrom(...PATHS),
        fc.constantFrom(...KEYS),
        fc.array(value, { minLength: 1, maxLength: 3 }),
        (of, path, modifiers, values) => {
          const usable =
            modifiers === '' || modifiers === '|neq'
              ? values
              : values.map((one) => (typeof one === 'string' ? one : 'a'));
          const [tree] = readTrees({ file: 'x', text: JSON.stringify(usable) });
          if (tree === undefined) throw new Error('no values');
          const wish = readWish(modifiers.split('|').slice(1), place, tree, compile);
          const field = sigmaField(path.join('.'), place);
          const predicate = (from: typeof field): Predicate => {
            const search = fieldTest(from, wish);
            return search.kind === 'test' ? search.at(null) : NOTHING;
          };
          // The same field under a path that predicates do not know.
          const hidden = { ...field, path: ['hidden', ...path], reads: ['x'] };
          expect(verdictOf(of, predicate(field))).toBe(verdictOf(of, predicate(hidden)));
        },
      ),
      { numRuns: 1500 },
    );
  });
});
