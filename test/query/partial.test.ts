/** What is left of a predicate when some of its tests are settled. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldTest, verdictOf } from '../../src/query/matches.ts';
import { settled } from '../../src/query/partial.ts';
import {
  all,
  any,
  EVERYTHING,
  equals,
  isEverything,
  isNothing,
  NOTHING,
  not,
  type Predicate,
} from '../../src/query/predicate.ts';
import { eventJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { decodeJson } from '../support/decode-json.ts';

const GET = equals('verb', 'get');
const ALICE = equals('user.username', 'alice');
const SHOP = equals('objectRef.namespace', 'shop');

/** Settled: the tests of verbs, as they say. */
const verbIs = (holds: boolean) => (test: FieldTest) =>
  'field' in test && test.field === 'verb' ? holds : null;

describe('settled', () => {
  it('leaves a predicate that means the same where the settled tests are as they were said to be', () => {
    fc.assert(
      fc.property(
        predicate(),
        eventJson(),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (whole, json, chosen) => {
          const event = decodeJson(json);
          let n = 0;
          const left = settled(whole, (test) => {
            const verdict = verdictOf(event, test);
            return chosen[n++ % chosen.length] === true && typeof verdict === 'boolean' ? verdict : null;
          });
          expect(verdictOf(event, left)).toBe(verdictOf(event, whole));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what is left', () => {
  it('is what is not settled, and nothing around it', () => {
    expect(settled(all(GET, ALICE), verbIs(true))).toEqual(ALICE);
    expect(settled(any(GET, ALICE), verbIs(false))).toEqual(ALICE);
    expect(settled(all(GET, ALICE, SHOP), verbIs(true))).toEqual(all(ALICE, SHOP));
    expect(settled(not(all(GET, ALICE)), verbIs(true))).toEqual(not(ALICE));
  });

  it('is nothing when one test decides it', () => {
    expect(settled(all(GET, ALICE), verbIs(false))).toEqual(NOTHING);
    expect(settled(any(GET, ALICE), verbIs(true))).toEqual(EVERYTHING);
    expect(settled(all(any(GET, ALICE), any(GET, SHOP)), verbIs(true))).toEqual(EVERYTHING);
    expect(settled(not(GET), verbIs(true))).toEqual(NOTHING);
    expect(settled(not(GET), verbIs(false))).toEqual(EVERYTHING);
  });

  it('is all of it when nothing is settled', () => {
    const whole = all(any(GET, ALICE), not(SHOP));
    expect(settled(whole, () => null)).toEqual(whole);
  });

  it('is asked of each test but of an expression, which stays', () => {
    const asked: string[] = [];
    const expression: Predicate = {
      ...{ kind: 'cel', text: 'true' },
      holds: { names: new Set(), test: () => true },
    };
    const left = settled(all(expression, GET, not(ALICE)), (test) => {
      asked.push('field' in test ? test.field : test.kind);
      return true;
    });
    expect(asked).toEqual(['verb', 'user.username']);
    expect(left).toEqual(NOTHING);
    expect(settled(expression, () => true)).toBe(expression);
  });
});

it('tells what always holds from what never does', () => {
  expect([EVERYTHING, NOTHING, GET].map(isEverything)).toEqual([true, false, false]);
  expect([EVERYTHING, NOTHING, GET].map(isNothing)).toEqual([false, true, false]);
});
