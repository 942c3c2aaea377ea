/** Queries of whatever kind, for the scanner's tests. */
import fc from 'fast-check';
import type { Predicate } from '../../src/query/predicate.ts';
import type { Aggregation, Query, Window } from '../../src/query/query.ts';
import { type Sieve, sieveOf } from '../../src/scan/sieve.ts';
import { predicate } from '../support/arbitrary-predicate.ts';

export function queryFor(wanted: Predicate, over: Partial<Query> = {}): Query {
  return {
    window: { sinceUs: null, untilUs: null },
    predicate: wanted,
    witness: null,
    fields: [],
    order: 'none',
    limit: null,
    aggregation: null,
    ...over,
  };
}

/** Throws where every line has to be decoded. */
export function sieveFor(wanted: Predicate, over: Partial<Query> = {}): Sieve {
  const sieve = sieveOf(queryFor(wanted, over), false);
  if (sieve === null) throw new Error('any line could match');
  return sieve;
}

/** `instants`: microseconds at which windows may begin and end. */
export function someQuery(
  instants: readonly number[],
  wanted: fc.Arbitrary<Predicate> = predicate(),
): fc.Arbitrary<Query> {
  return fc
    .record({
      wanted,
      witness: fc.option(predicate()),
      aggregation: fc.option(someAggregation),
      window: someWindow(instants),
    })
    .map(({ wanted: asked, ...over }) => queryFor(asked, over));
}

export function someSieve(
  instants: readonly number[],
  wanted: fc.Arbitrary<Predicate> = predicate(),
): fc.Arbitrary<Sieve> {
  return someQuery(instants, wanted)
    .chain((query) => fc.boolean().map((mayRepeat) => sieveOf(query, mayRepeat)))
    .filter((sieve) => sieve !== null);
}

const someAggregation: fc.Arbitrary<Aggregation> = fc.record({
  by: fc.subarray([
    ...(['user.username', 'verb', 'objectRef.resource', 'objectRef.namespace', 'objectRef.name'] as const),
    ...(['responseStatus.code', 'userAgent', 'sourceIPs', 'level', 'requestPath', 'session'] as const),
  ]),
  bucketUs: fc.constantFrom(null, 1_000_000, 3_600_000_000),
});

function someWindow(instants: readonly number[]): fc.Arbitrary<Window> {
  const instant = fc.constantFrom(null, ...instants);
  return fc.record({ sinceUs: instant, untilUs: instant });
}
