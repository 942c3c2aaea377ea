/** A predicate of which some tests are settled already → what is left of it to be tested. */
import { assertNever } from '../errors.ts';
import type { FieldTest } from './matches.ts';
import { EVERYTHING, isEverything, isNothing, NOTHING, not, type Predicate } from './predicate.ts';

/** `settle`: whether a test holds; null: it is not settled. Three values stay three: what is unknown is a test that is left. */
export function settled(predicate: Predicate, settle: (test: FieldTest) => boolean | null): Predicate {
  switch (predicate.kind) {
    case 'all':
      return settledParts(predicate.of, settle, 'all');
    case 'any':
      return settledParts(predicate.of, settle, 'any');
    case 'not': {
      const inner = settled(predicate.of, settle);
      if (isEverything(inner)) return NOTHING;
      return isNothing(inner) ? EVERYTHING : not(inner);
    }
    case 'cel':
      return predicate;
    case 'equals':
    case 'in':
    case 'glob':
    case 'codeBetween':
    case 'fromNetwork':
    case 'absent': {
      const verdict = settle(predicate);
      return verdict === null ? predicate : verdict ? EVERYTHING : NOTHING;
    }
    default:
      return assertNever(predicate);
  }
}

function settledParts(
  parts: readonly Predicate[],
  settle: (test: FieldTest) => boolean | null,
  kind: 'all' | 'any',
): Predicate {
  const [neutral, decisive] = kind === 'all' ? [isEverything, isNothing] : [isNothing, isEverything];
  const left: Predicate[] = [];
  for (const part of parts) {
    const inner = settled(part, settle);
    if (decisive(inner)) return inner;
    if (!neutral(inner)) left.push(inner);
  }
  const [only] = left;
  return left.length === 1 && only !== undefined ? only : { kind, of: left };
}
