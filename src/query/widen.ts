/** A predicate → one that holds of all that it holds of, and perhaps of more, with only some of its tests. */
import { isAlways, isNever } from './partial.ts';
import { EVERYTHING, NOTHING, not, type Predicate } from './predicate.ts';

type Leaf = Exclude<Predicate, { kind: 'all' | 'any' | 'not' }>;

/** `keeps`: the tests that stay, or the negations of which do; of all others it is as if they held. */
export function widened(predicate: Predicate, keeps: (test: Leaf) => boolean): Predicate {
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
      return keeps(of) ? predicate : EVERYTHING;
    }
    default:
      return keeps(predicate) ? predicate : EVERYTHING;
  }
}

/** Without what changes nothing. */
export function joined(kind: 'all' | 'any', parts: readonly Predicate[]): Predicate {
  const [neutral, decisive] = kind === 'all' ? [isAlways, isNever] : [isNever, isAlways];
  if (parts.some(decisive)) return kind === 'all' ? NOTHING : EVERYTHING;
  const left = parts
    .filter((part) => !neutral(part))
    .flatMap((part) => (part.kind === kind ? part.of : [part]));
  const [only] = left;
  return left.length === 1 && only !== undefined ? only : { kind, of: left };
}
