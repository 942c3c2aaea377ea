/** Needles → a test of an index's lines, in the logic of three values of query/matches.ts. */

import { fieldOf } from '../../query/matches.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Needles } from '../needles.ts';
import { fieldColumn } from './field-column.ts';
import type { LogIndex } from './log-index.ts';
import { NO, type RowTest, UNSURE, YES } from './row-verdict.ts';
import { isIndexed } from './tables.ts';

export function rowTest(index: LogIndex, needles: Needles): RowTest {
  if (needles.kind === 'text') return leafTest(index, needles.leaf);
  const tests = needles.of.map((part) => rowTest(index, part));
  const decisive = needles.kind === 'any' ? YES : NO;
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (row) => {
    let verdict = decisive === YES ? NO : YES;
    for (const test of tests) {
      const one = test(row);
      if (one === decisive) return decisive;
      if (one === UNSURE) verdict = UNSURE;
    }
    return verdict;
  };
}

function leafTest(index: LogIndex, leaf: Predicate): RowTest {
  if (leaf.kind === 'not') {
    const test = leafTest(index, leaf.of);
    return (row) => NEGATED[test(row)] ?? UNSURE;
  }
  if (leaf.kind === 'all' || leaf.kind === 'any' || leaf.kind === 'cel') return () => UNSURE;
  // Of what the index does not have, it is not sure.
  const field = fieldOf(leaf);
  return isIndexed(field) ? fieldColumn(index, field).test(leaf) : () => UNSURE;
}

/** Of NO, YES, UNSURE. */
const NEGATED = [YES, NO, UNSURE];
