/** Random predicates that no store, or none that flattens events, can tell. */
import type { Predicate } from '../../../src/query/predicate.ts';
import { fieldsOf } from '../../support/only-fields.ts';

/** Of a creation of which only the receipt is logged, no store is asked for what it may yet be named: narrow.ts. */
export function asksUnnamed(predicate: Predicate): boolean {
  return fieldsOf(predicate).includes('objectRef.name');
}

/** Numbers and texts are alike in a body that was flattened. */
export function asksDryRun(predicate: Predicate): boolean {
  return fieldsOf(predicate).includes('dryRun');
}

export const NO_TYPES = {
  case: 'equals: no dry run',
  reason: 'numbers and texts are alike in fields: a body that was flattened cannot rule a dry run out',
};
