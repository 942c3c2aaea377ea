/**
 * Predicate → texts without which no event of the API server's own log can match: what a scanner may search for instead
 * of parsing. Conservative: what it cannot derive, it leaves to `matches`.
 */
import type { Field, Predicate } from '../query/predicate.ts';

/** What a line must hold to match: a text, all of some, or any of some (of none: no line can match). */
export type Needles =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Needles[] };

/** Each text is searched through all of the log: with more of them, lines are decoded instead. */
const MAX_TEXTS = 32;
const MAX_VALUES = 12;

/** Null when any line could match. The texts are values: they stand in a line in quotes, or as a part of its URL. */
export function needlesOf(predicate: Predicate): Needles | null {
  const needles = derive(predicate);
  return needles === null || new Set(textsOf(needles)).size > MAX_TEXTS ? null : needles;
}

function derive(predicate: Predicate): Needles | null {
  switch (predicate.kind) {
    case 'all':
      return needlesOfAll(predicate.of.map(derive));
    case 'any':
      return needlesOfAny(predicate.of.map(derive));
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
 * (normalised), and what is in nearly every line. A session is derived from several fields, and yet it is a whole value, or
 * the last segment of one (an ARN): event/actor.ts.
 */
const SEARCHED: ReadonlySet<Field> = new Set<Field>([
  'auditID',
  'verb',
  'user.username',
  'impersonatedUser.username',
  'session',
  'objectRef.apiGroup',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.namespace',
  'objectRef.name',
]);

/** Characters that no JSON writer escapes. Go escapes & < >, others / = ' + and whatever is not ASCII. */
const PLAIN = /^[A-Za-z0-9._:@-]{2,}$/;

function needlesOfValues(field: Field, values: readonly string[]): Needles | null {
  if (!SEARCHED.has(field) || values.length > MAX_VALUES) return null;
  if (!values.every((value) => PLAIN.test(value))) return null;
  return needlesOfAny(values.map((text) => ({ kind: 'text', text })));
}

function needlesOfAny(parts: readonly (Needles | null)[]): Needles | null {
  const known = parts.filter((part) => part !== null);
  return known.length < parts.length ? null : joined('any', known);
}

function needlesOfAll(parts: readonly (Needles | null)[]): Needles | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : joined('all', known);
}

/** Flattened, without repeats, what is likely rarest first: long texts before short ones, texts before choices. */
function joined(kind: 'all' | 'any', parts: readonly Needles[]): Needles {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const distinct = [...new Map(flat.map((part) => [JSON.stringify(part), part])).values()];
  const [only] = distinct;
  if (distinct.length === 1 && only !== undefined) return only;
  return { kind, of: distinct.sort((a, b) => rank(a) - rank(b)) };
}

function rank(needles: Needles): number {
  return needles.kind === 'text' ? -needles.text.length : needles.of.length;
}

function textsOf(needles: Needles): readonly string[] {
  return needles.kind === 'text' ? [needles.text] : needles.of.flatMap(textsOf);
}
