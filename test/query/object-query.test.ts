/** What a question is asked about, as a predicate and as what is looked at in a target: the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/event/target.ts';
import { matches } from '../../src/query/matches.ts';
import {
  isInNamespace,
  isNamed,
  isOfType,
  itselfPredicate,
  type ObjectQuery,
} from '../../src/query/object-query.ts';
import { eventJson, NAMES, NAMESPACES } from '../support/arbitrary.ts';
import { decodeJson } from '../support/decode-json.ts';

const object: fc.Arbitrary<ObjectQuery> = fc.record({
  kind: fc.constant('resource'),
  typed: fc.constant('x'),
  resources: fc.constantFrom(['pods'], ['deployments'], ['namespaces'], ['pods', 'deployments']),
  group: fc.constantFrom(null, '', 'apps'),
  isNamespaced: fc.constantFrom(null, true, false),
  subresource: fc.constant(null),
  name: fc.constantFrom(null, 'web-*', ...NAMES),
  namespace: fc.constantFrom(null, ...NAMESPACES),
});

describe('itselfPredicate', () => {
  it('says what isOfType, isInNamespace and isNamed say', () => {
    fc.assert(
      fc.property(eventJson(), object, (json, asked) => {
        const event = decodeJson(json);
        const target = targetOf(event);
        const isIt = isOfType(target, asked) && isInNamespace(target, asked) && isNamed(target, asked);
        expect(matches(event, itselfPredicate(asked))).toBe(isIt);
      }),
      { numRuns: 2000 },
    );
  });
});
