/** A predicate → one that holds of all that it holds of, and perhaps of more, with only some of its tests. */

import {
  EVERYTHING,
  type Field,
  isEverything,
  isNothing,
  NOTHING,
  not,
  type Predicate,
} from './predicate.ts';

type Leaf = Exclude<Predicate, { kind: 'all' | 'any' | 'not' }>;

/** Whether a test stays, or its negation. */
export type Keeps = (test: Leaf, isNegated: boolean) => boolean;

/** Of what does not stay, it is as if it held. */
export function widened(predicate: Predicate, keeps: Keeps): Predicate {
  switch (predicate.kind) {
    case 'all':
      return joined(
        'all',
        predicate.of.map((part) => widened(part, keeps)),
      );
    case 'any':
      return joined(
        'any',
        predicate.of.map((part) => widened(part, keeps)),
      );
    case 'not': {
      const { of } = predicate;
      if (of.kind === 'not') return widened(of.of, keeps);
      if (of.kind === 'all') return widened({ kind: 'any', of: of.of.map(not) }, keeps);
      if (of.kind === 'any') return widened({ kind: 'all', of: of.of.map(not) }, keeps);
      if (keeps(of, true)) return predicate;
      const present = of.kind === 'absent' ? presence(of.field) : null;
      return present !== null && keeps(present, false) ? present : EVERYTHING;
    }
    default:
      return keeps(predicate, false) ? predicate : EVERYTHING;
  }
}

/** Without what changes nothing. */
export function joined(kind: 'all' | 'any', parts: readonly Predicate[]): Predicate {
  const [neutral, decisive] = kind === 'all' ? [isEverything, isNothing] : [isNothing, isEverything];
  if (parts.some(decisive)) return kind === 'all' ? NOTHING : EVERYTHING;
  const left = parts
    .filter((part) => !neutral(part))
    .flatMap((part) => (part.kind === kind ? part.of : [part]));
  const [only] = left;
  return left.length === 1 && only !== undefined ? only : { kind, of: left };
}

/** That it is there, by a test that is no negation. Null: it is no text, or more than that. */
function presence(field: Field): Leaf | null {
  if (field === 'requestObject' || field === 'responseObject' || field === 'annotations') return null;
  return { kind: 'glob', field, pattern: '*', ignoreCase: false };
}
