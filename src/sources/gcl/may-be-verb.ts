/** Whether a test can hold of an event of which the verb alone is known. */
import type { EventTest } from '../../query/event-test.ts';
import { matchesGlob } from '../../query/glob.ts';

export function mayBeVerb(test: EventTest, verb: string): boolean {
  switch (test.kind) {
    case 'all':
      return test.of.every((part) => mayBeVerb(part, verb));
    case 'any':
      return test.of.some((part) => mayBeVerb(part, verb));
    case 'not':
      return test.of.path !== 'verb' || !isOf(test.of, verb);
    default:
      return test.path !== 'verb' || isOf(test, verb);
  }
}

function isOf(leaf: Extract<EventTest, { path: string }>, verb: string): boolean {
  if (leaf.kind === 'is') return leaf.values.includes(verb);
  return leaf.kind === 'like' && matchesGlob(verb, leaf.pattern, leaf.ignoreCase);
}
