/** What is asked for instead of many predicates: never less. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, verdictOf } from '../../src/query/matches.ts';
import { describePredicate } from '../../src/query/plan.ts';
import { all, any, equals, not, oneOf, type Predicate } from '../../src/query/predicate.ts';
import { compactUnion } from '../../src/query/union.ts';
import { widened } from '../../src/query/widen.ts';
import { eventJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { decodeJson } from '../support/decode-json.ts';

const keepsSome = fc.func(fc.boolean());

describe('compactUnion', () => {
  it('holds of all that one of them holds of', () => {
    fc.assert(
      fc.property(
        fc.array(predicate(), { maxLength: 5 }),
        fc.array(eventJson()),
        keepsSome,
        (of, jsons, keeps) => {
          const union = compactUnion(of, (test) => keeps(test));
          for (const event of jsons.map(decodeJson)) {
            if (of.some((one) => matches(event, one))) expect(verdictOf(event, union)).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('says once what many ask for', () => {
    const of = ['pods', 'secrets', 'roles'].flatMap((resource) =>
      ['create', 'delete'].map((verb) =>
        all(equals('verb', verb), equals('objectRef.resource', resource), not(equals('user.username', 'x'))),
      ),
    );
    expect(describePredicate(compactUnion(of, () => true))).toBe(
      'verb in "create", "delete" and objectRef.resource in "pods", "roles", "secrets" and not (user.username is "x")',
    );
  });

  it('leaves out what a wider one holds of already', () => {
    const of: Predicate[] = [
      oneOf('verb', ['get', 'list']),
      all(equals('verb', 'get'), equals('user.username', 'x')),
    ];
    expect(describePredicate(compactUnion(of, () => true))).toBe('verb in "get", "list"');
  });
});

describe('widened', () => {
  it('holds of all that it held of', () => {
    fc.assert(
      fc.property(predicate(), eventJson(), keepsSome, (whole, json, keeps) => {
        const event = decodeJson(json);
        if (matches(event, whole))
          expect(
            verdictOf(
              event,
              widened(whole, (test) => keeps(test)),
            ),
          ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('stays what it is where all tests stay', () => {
    fc.assert(
      fc.property(predicate(), eventJson(), (whole, json) => {
        const event = decodeJson(json);
        expect(verdictOf(event, any(widened(whole, () => true)))).toBe(verdictOf(event, whole));
      }),
    );
  });
});
