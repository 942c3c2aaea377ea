/** One test of one value → what OpenSearch and Elasticsearch are asked, by how that value is kept. */
import { assertNever } from '../../errors.ts';
import { type EventLeaf, isList } from '../../query/event-test.ts';
import type { Query } from './ask-opensearch.ts';
import type { FieldKind, Fields } from './fields.ts';
import { isCleanText, isFeasible, toRegexps, toWildcard } from './patterns.ts';

export interface LeafQuery {
  /** Passes all that the test holds of, and perhaps more; null: everything. */
  readonly over: Query | null;
  /** Passes nothing else, and perhaps not all; null: nothing. */
  readonly under: Query | null;
  /** Both of them are the test itself, but for records that pass `unless`; null: for all. */
  readonly isExact: boolean;
  readonly unless: Query | null;
}

type Keyword = Extract<FieldKind, { kind: 'keyword' }>;
type Flat = Extract<FieldKind, { kind: 'flat' }>;

export const NOTHING_KNOWN: LeafQuery = { over: null, under: null, isExact: false, unless: null };
/** A search takes 65,536 of them. */
const MOST_VALUES = 1_000;
/** Of a value in a field whose limit nobody tells. */
const SURELY_KEPT = 1_024;

export function leafQuery(leaf: EventLeaf, fields: Fields): LeafQuery {
  if (leaf.kind === 'is' && (leaf.values.length > MOST_VALUES || !leaf.values.every(isCleanText)))
    return NOTHING_KNOWN;
  const field = fields.of(leaf.path);
  switch (field.kind) {
    case 'keyword':
      return ofKeyword(leaf, field, fields.keepsIgnored);
    case 'text':
      return ofText(leaf, field.name);
    case 'number':
      return ofNumber(leaf, field.name);
    case 'flat':
      return ofFlat(leaf, field);
    case 'unmapped':
      return ofUnmapped(leaf, field.name);
    case 'unknown':
      return NOTHING_KNOWN;
    default:
      return assertNever(field);
  }
}

function exactly(query: Query): LeafQuery {
  return { over: query, under: query, isExact: true, unless: null };
}

export function atLeast(query: Query): LeafQuery {
  return { over: query, under: null, isExact: false, unless: null };
}

function ofKeyword(leaf: EventLeaf, field: Keyword, keepsIgnored: boolean): LeafQuery {
  const { name, limit, isPlain } = field;
  switch (leaf.kind) {
    case 'is':
      if (leaf.values.some(({ length }) => length > (limit ?? SURELY_KEPT))) return NOTHING_KNOWN;
      return isPlain ? exactly(terms(name, leaf.values)) : atLeast(terms(name, leaf.values));
    case 'between':
      return isPlain ? numbersAsTexts(leaf, name) : NOTHING_KNOWN;
    case 'like':
      return isPlain ? ofPattern(leaf, field, keepsIgnored) : NOTHING_KNOWN;
    case 'missing':
      return isPlain ? ofMissing(leaf, field, keepsIgnored) : NOTHING_KNOWN;
  }
}

function ofPattern(
  leaf: Extract<EventLeaf, { kind: 'like' }>,
  field: Keyword,
  keepsIgnored: boolean,
): LeafQuery {
  const { pattern, ignoreCase } = leaf;
  if (!isFeasible(pattern)) return NOTHING_KNOWN;
  const { name, limit } = field;
  const fits = ignoreCase
    ? inAnyCase(name, pattern)
    : exactly({ wildcard: { [name]: { value: toWildcard(pattern) } } });
  // An empty text may as well not stand there.
  const isAnything = /^\**$/.test(pattern);
  const made = isAnything ? exactly(bool({ filter: [exists(name)], must_not: [terms(name, [''])] })) : fits;
  if (!pattern.includes('*') && pattern.length * 2 <= (limit ?? SURELY_KEPT)) return made;
  const ignored = ignoredIn(field, keepsIgnored, isList(leaf.path));
  if (ignored === NONE) return made;
  if (ignored === null || made.over === null) return { ...made, over: null, isExact: false };
  return { ...made, over: anyOf([made.over, ignored]), unless: ignored };
}

function inAnyCase(name: string, pattern: string): LeafQuery {
  const { over, under, isExact } = toRegexps(pattern);
  const regexp = (value: string): Query => ({ regexp: { [name]: { value, flags: 'NONE' } } });
  return { over: regexp(over), under: regexp(under), isExact, unless: null };
}

/** A list of empty texts is none. */
function ofMissing(leaf: EventLeaf, field: Keyword, keepsIgnored: boolean): LeafQuery {
  const { name, text, limit } = field;
  const empty = isList(leaf.path) ? [] : [terms(name, [''])];
  const gone = (...more: readonly Query[]) => anyOf([bool({ must_not: [exists(name), ...more] }), ...empty]);
  if (text !== null) return exactly(gone(exists(text)));
  if (keepsIgnored) return exactly(gone({ term: { _ignored: name } }));
  return limit === null ? exactly(gone()) : atLeast(gone());
}

/**
 * Records whose value is too long for the field; null: it cannot be told, or only of a list's texts together. OpenSearch keeps no
 * account of them.
 */
export function ignoredIn(
  { name, text, limit }: Keyword,
  keepsIgnored: boolean,
  isListed: boolean,
): Query | null {
  if (keepsIgnored) return { term: { _ignored: name } };
  if (isListed) return null;
  if (text !== null) return bool({ filter: [exists(text)], must_not: [exists(name)] });
  return limit === null ? NONE : null;
}

/** The same words in the same order: that value, and others like it. */
function ofText(leaf: EventLeaf, name: string): LeafQuery {
  if (leaf.kind === 'missing' && isList(leaf.path)) return exactly(bool({ must_not: [exists(name)] }));
  if (leaf.kind !== 'is' || leaf.values.some(({ length }) => length > SURELY_KEPT)) return NOTHING_KNOWN;
  return atLeast(anyOf(leaf.values.map((value) => phrase(name, value))));
}

function ofNumber(leaf: EventLeaf, name: string): LeafQuery {
  if (leaf.kind === 'between') return exactly({ range: { [name]: { gte: leaf.from, lte: leaf.to } } });
  return leaf.kind === 'missing' ? exactly(bool({ must_not: [exists(name)] })) : NOTHING_KNOWN;
}

function ofFlat(leaf: EventLeaf, { name, by, limit }: Flat): LeafQuery {
  switch (leaf.kind) {
    case 'is':
      if (leaf.values.some(({ length }) => length > (limit ?? SURELY_KEPT))) return NOTHING_KNOWN;
      return exactly(terms(name, leaf.values));
    case 'between':
      return numbersAsTexts(leaf, name);
    default:
      // What is not there cannot be told by OpenSearch, nor patterns by Elasticsearch.
      return by === 'flattened' && leaf.kind === 'missing' && !isList(leaf.path)
        ? atLeast(anyOf([bool({ must_not: [exists(name)] }), terms(name, [''])]))
        : NOTHING_KNOWN;
  }
}

/** As dynamic mapping would have it, if the first such value came meanwhile. */
function ofUnmapped(leaf: EventLeaf, name: string): LeafQuery {
  const there = anyOf([exists(name), { term: { _ignored: name } }]);
  if (leaf.kind === 'missing') return exactly(bool({ must_not: [there] }));
  return { over: there, under: NONE, isExact: true, unless: null };
}

function numbersAsTexts(
  { from, to }: { readonly from: number; readonly to: number },
  name: string,
): LeafQuery {
  if (to - from >= MOST_VALUES) return NOTHING_KNOWN;
  return exactly(
    terms(
      name,
      Array.from({ length: to - from + 1 }, (_, at) => String(from + at)),
    ),
  );
}

export const NONE: Query = { match_none: {} };
export const EVERY: Query = { match_all: {} };

export function exists(field: string): Query {
  return { exists: { field } };
}

export function terms(name: string, values: readonly string[]): Query {
  return { terms: { [name]: values } };
}

export function phrase(name: string, query: string): Query {
  return { match_phrase: { [name]: { query, zero_terms_query: 'all' } } };
}

export function anyOf(should: readonly Query[]): Query {
  const [only] = should;
  if (only === undefined) return NONE;
  return should.length === 1 ? only : bool({ should, minimum_should_match: 1 });
}

export function bool(parts: Readonly<Record<string, unknown>>): Query {
  return { bool: parts };
}
