/** Predicates put together with what is certain taken out: a rule's author may switch whole parts off by a macro that never holds. */
import { all, any, EVERYTHING, NOTHING, not, type Predicate } from '../query/predicate.ts';

export function allOf(parts: readonly Predicate[]): Predicate {
  if (parts.some(isNothing)) return NOTHING;
  const left = distinct(parts.filter((part) => !isEverything(part)));
  return left.length === 0 ? EVERYTHING : all(...left);
}

export function anyOf(parts: readonly Predicate[]): Predicate {
  if (parts.some(isEverything)) return EVERYTHING;
  const left = distinct(parts.filter((part) => !isNothing(part)));
  return left.length === 0 ? NOTHING : any(...left);
}

export function notOf(of: Predicate): Predicate {
  if (isNothing(of)) return EVERYTHING;
  if (isEverything(of)) return NOTHING;
  return of.kind === 'not' ? of.of : not(of);
}

export function isEverything(predicate: Predicate): boolean {
  return predicate.kind === 'all' && predicate.of.length === 0;
}

export function isNothing(predicate: Predicate): boolean {
  return predicate.kind === 'any' && predicate.of.length === 0;
}

/** Alike for predicates that hold of the same events: programs are known by their text. */
export function textOf(predicate: Predicate): string {
  return JSON.stringify(predicate, (key, value) => (key === 'holds' ? undefined : value));
}

function distinct(parts: readonly Predicate[]): readonly Predicate[] {
  return [...new Map(parts.map((part) => [textOf(part), part])).values()];
}
