/** A predicate of which some tests are settled already → what is left of it to be tested. */
import { assertNever } from '../errors.ts';
import type { FieldTest } from './matches.ts';
import { EVERYTHING, NOTHING, not, type Predicate } from './predicate.ts';

/** `settle`: whether a test holds; null: it is not settled. Three values stay three: what is unknown is a test that is left. */
export function settled(predicate: Predicate, settle: (test: FieldTest) => boolean | null): Predicate {
  switch (predicate.kind) {
    case 'all':
      return settledParts(predicate.of, settle, 'all');
    case 'any':
      return settledParts(predicate.of, settle, 'any');
    case 'not': {
      const inner = settled(predicate.of, settle);
      if (isAlways(inner)) return NOTHING;
      return isNever(inner) ? EVERYTHING : not(inner);
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

export function isAlways(predicate: Predicate): boolean {
  return predicate.kind === 'all' && predicate.of.length === 0;
}

export function isNever(predicate: Predicate): boolean {
  return predicate.kind === 'any' && predicate.of.length === 0;
}

function settledParts(
  parts: readonly Predicate[],
  settle: (test: FieldTest) => boolean | null,
  kind: 'all' | 'any',
): Predicate {
  const [neutral, decisive] = kind === 'all' ? [isAlways, isNever] : [isNever, isAlways];
  const left: Predicate[] = [];
  for (const part of parts) {
    const inner = settled(part, settle);
    if (decisive(inner)) return inner;
    if (!neutral(inner)) left.push(inner);
  }
  const [only] = left;
  return left.length === 1 && only !== undefined ? only : { kind, of: left };
}
