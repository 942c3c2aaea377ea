/**
 * Predicate → texts without which no event of the API server's own log can match: what a scanner may search for instead
 * of parsing. Conservative: what it cannot derive, it leaves to `matches`.
 */
import type { Field, Predicate } from '../query/predicate.ts';

/** A line can match only when it holds all the texts of one of the branches. None: no line can match. */
export type Needles = readonly (readonly string[])[];

/** Branches beyond which searching costs more than it saves. */
const MAX_BRANCHES = 12;

/** Null when any line could match. The texts are values: they stand in a line in quotes, or as a part of its URL. */
export function needlesOf(predicate: Predicate): Needles | null {
  switch (predicate.kind) {
    case 'all':
      return needlesOfAll(predicate.of.map(needlesOf));
    case 'any':
      return needlesOfAny(predicate.of.map(needlesOf));
    case 'equals':
      return typeof predicate.value === 'string' ? needlesOfValues(predicate.field, [predicate.value]) : null;
    case 'in':
      return needlesOfValues(predicate.field, predicate.values);
    default:
      return null;
  }
}

/**
 * String fields whose value stands in the line as it is. Left out: URLs and their paths (encoded), lists, codes, times
 * (normalised), what is in nearly every line, and what is derived from several fields.
 */
const SEARCHED: ReadonlySet<Field> = new Set<Field>([
  'auditID',
  'verb',
  'user.username',
  'impersonatedUser.username',
  'objectRef.apiGroup',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.namespace',
  'objectRef.name',
]);

/** Characters that no JSON writer escapes. Go escapes & < >, others / = ' + and whatever is not ASCII. */
const PLAIN = /^[A-Za-z0-9._:@-]{2,}$/;

function needlesOfValues(field: Field, values: readonly string[]): Needles | null {
  if (!SEARCHED.has(field) || values.length > MAX_BRANCHES) return null;
  return values.every((value) => PLAIN.test(value)) ? values.map((value) => [value]) : null;
}

function needlesOfAny(parts: readonly (Needles | null)[]): Needles | null {
  const branches = new Map<string, readonly string[]>();
  for (const part of parts) {
    if (part === null) return null;
    for (const branch of part) branches.set(branch.join(' '), branch);
  }
  return branches.size > MAX_BRANCHES ? null : [...branches.values()];
}

/** Each branch of one with each of the others, as long as they stay few. */
function needlesOfAll(parts: readonly (Needles | null)[]): Needles | null {
  let branches: Needles | null = null;
  const known = parts.filter((part) => part !== null).sort((a, b) => a.length - b.length);
  for (const part of known) {
    if (branches === null) branches = part;
    else if (branches.length * part.length <= MAX_BRANCHES) branches = product(branches, part);
  }
  return branches?.map(longestFirst) ?? null;
}

function product(some: Needles, others: Needles): Needles {
  return some.flatMap((branch) => others.map((other) => [...new Set([...branch, ...other])]));
}

/** The longer, the rarer, as a rule: the first that is missing settles it. */
function longestFirst(branch: readonly string[]): readonly string[] {
  return branch.toSorted((a, b) => b.length - a.length);
}
