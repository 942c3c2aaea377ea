/** fast-check arbitraries: predicates that often hit the events of arbitrary.ts. */
import fc from 'fast-check';
import type { Field, Predicate } from '../../src/query/predicate.ts';
import {
  ADDRESSES,
  AGENTS,
  CODES,
  GROUPS,
  HOSTILE,
  NAMES,
  NAMESPACES,
  RESOURCES,
  SESSIONS,
  USERS,
  VERBS,
} from './arbitrary.ts';

const VALUES: Partial<Record<Field, readonly string[]>> = {
  verb: VERBS,
  stage: ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'],
  level: ['Metadata', 'Request', 'RequestResponse'],
  auditID: ['same-id', HOSTILE[2]],
  requestURI: ['/healthz', '/api/v1/namespaces/prod/pods'],
  requestPath: ['/healthz', '/version', '/api/v1/namespaces'],
  'user.username': USERS,
  'user.groups': GROUPS,
  'impersonatedUser.username': USERS,
  'impersonatedUser.groups': GROUPS,
  session: SESSIONS,
  sourceIPs: ADDRESSES,
  userAgent: AGENTS,
  'objectRef.apiGroup': ['', 'apps'],
  'objectRef.resource': RESOURCES.map(({ resource }) => resource),
  'objectRef.subresource': ['scale', 'exec', 'status'],
  'objectRef.namespace': NAMESPACES,
  'objectRef.name': NAMES,
  'responseStatus.reason': ['Forbidden'],
  annotations: ['authorization.k8s.io/decision=allow', 'k8s.io/deprecated=true'],
};

/** Without `cel`, which has to be compiled. */
export function leafPredicate(): fc.Arbitrary<Predicate> {
  const field = fc.constantFrom(...(Object.keys(VALUES) as Field[]));
  return fc.oneof(
    field.chain((name) => valueFor(name).map((value): Predicate => ({ kind: 'equals', field: name, value }))),
    field.chain((name) =>
      fc
        .array(valueFor(name), { maxLength: 3 })
        .map((values): Predicate => ({ kind: 'in', field: name, values })),
    ),
    field.chain((name) =>
      fc.record({
        kind: fc.constant('glob' as const),
        field: fc.constant(name),
        pattern: patternFor(name),
        ignoreCase: fc.boolean(),
      }),
    ),
    fc
      .constantFrom<Field>(...(Object.keys(VALUES) as Field[]), 'requestObject', 'responseObject')
      .map((name): Predicate => ({ kind: 'absent', field: name })),
    fc.boolean().map((value): Predicate => ({ kind: 'equals', field: 'dryRun', value })),
    fc
      .tuple(fc.constantFrom(...CODES), fc.constantFrom(0, 1, 99))
      .map(([from, more]): Predicate => ({ kind: 'codeBetween', from, to: from + more })),
    fc
      .constantFrom('10.0.0.0/8', '0.0.0.0/0', 'fd00::/8', '10.0.3.7/32')
      .map((cidr): Predicate => ({ kind: 'fromNetwork', cidr })),
  );
}

export function predicate(leaf: fc.Arbitrary<Predicate> = leafPredicate()): fc.Arbitrary<Predicate> {
  return fc.letrec<{ node: Predicate }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      {
        weight: 1,
        arbitrary: fc.array(tie('node'), { maxLength: 3 }).map((of): Predicate => ({ kind: 'all', of })),
      },
      {
        weight: 1,
        arbitrary: fc.array(tie('node'), { maxLength: 3 }).map((of): Predicate => ({ kind: 'any', of })),
      },
      { weight: 1, arbitrary: tie('node').map((of): Predicate => ({ kind: 'not', of })) },
    ),
  })).node;
}

function valueFor(field: Field): fc.Arbitrary<string> {
  return fc.constantFrom(...(VALUES[field] ?? ['x']), 'nothing has it');
}

function patternFor(field: Field): fc.Arbitrary<string> {
  return valueFor(field).chain((value) =>
    fc.constantFrom(
      '*',
      `${value.slice(0, 2)}*`,
      `*${value.slice(-2)}`,
      `?${value.slice(1)}`,
      value,
      `*${value.slice(1, 3)}*`,
    ),
  );
}
