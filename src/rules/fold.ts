/** Predicates put together with what is certain taken out: a rule's author may switch whole parts off by a macro that never holds. */
import {
  all,
  any,
  EVERYTHING,
  equals,
  type Field,
  isEverything,
  isNothing,
  NOTHING,
  not,
  oneOf,
  type Predicate,
} from '../query/predicate.ts';

export function allOf(parts: readonly Predicate[]): Predicate {
  if (parts.some(isNothing)) return NOTHING;
  const left = distinct(parts.filter((part) => !isEverything(part)));
  return left.length === 0 ? EVERYTHING : all(...left);
}

export function anyOf(parts: readonly Predicate[]): Predicate {
  if (parts.some(isEverything)) return EVERYTHING;
  const left = distinct(united(parts.filter((part) => !isNothing(part))));
  return left.length === 0 ? NOTHING : any(...left);
}

export function notOf(of: Predicate): Predicate {
  if (isNothing(of)) return EVERYTHING;
  if (isEverything(of)) return NOTHING;
  return of.kind === 'not' ? of.of : not(of);
}

/** Alike for predicates that hold of the same events: programs are known by their text. */
export function textOf(predicate: Predicate): string {
  return JSON.stringify(predicate, (key, value) => (key === 'holds' ? undefined : value));
}

/** Several values of one field as one test of it. */
function united(parts: readonly Predicate[]): readonly Predicate[] {
  const values = new Map<Field, Set<string>>();
  for (const part of parts) {
    const own = valuesOf(part);
    if (own !== null) values.set(own.field, new Set([...(values.get(own.field) ?? []), ...own.values]));
  }
  const others = parts.filter((part) => valuesOf(part) === null);
  const tests = [...values].map(([field, [...of]]) =>
    of.length === 1 ? equals(field, of[0] ?? '') : oneOf(field, of),
  );
  return [...tests, ...others];
}

function valuesOf(part: Predicate): { readonly field: Field; readonly values: readonly string[] } | null {
  if (part.kind === 'in') return part;
  return part.kind === 'equals' && typeof part.value === 'string'
    ? { field: part.field, values: [part.value] }
    : null;
}

function distinct(parts: readonly Predicate[]): readonly Predicate[] {
  return [...new Map(parts.map((part) => [textOf(part), part])).values()];
}
