/** Tests of events → a query, which passes all that the test holds of. What cannot be asked is passed by. */
import type { EventLeaf, EventTest } from '../../query/event-test.ts';
import type { Query } from './ask-opensearch.ts';
import { anyOf, bool, EVERY, type LeafQuery } from './leaf-query.ts';

export type LeafToQuery = (leaf: EventLeaf) => LeafQuery;

export function toQuery(test: EventTest, leafOf: LeafToQuery): Query {
  switch (test.kind) {
    case 'all': {
      const filter = test.of.map((part) => toQuery(part, leafOf)).filter((part) => part !== EVERY);
      const [only] = filter;
      return only === undefined ? EVERY : filter.length === 1 ? only : bool({ filter });
    }
    case 'any': {
      const should = test.of.map((part) => toQuery(part, leafOf));
      return should.includes(EVERY) ? EVERY : anyOf(should);
    }
    case 'not': {
      const { under } = leafOf(test.of);
      return under === null ? EVERY : bool({ must_not: [under] });
    }
    default:
      return leafOf(test).over ?? EVERY;
  }
}

/** The query passes nothing else, but for records that pass one of these; null: nobody knows. */
export function exactUnless(test: EventTest, leafOf: LeafToQuery): readonly Query[] | null {
  switch (test.kind) {
    case 'all':
    case 'any': {
      const parts = test.of.map((part) => exactUnless(part, leafOf));
      return parts.every((part) => part !== null) ? parts.flat() : null;
    }
    case 'not':
      return exactUnless(test.of, leafOf);
    default: {
      const { isExact, unless } = leafOf(test);
      return isExact ? (unless === null ? [] : [unless]) : null;
    }
  }
}
