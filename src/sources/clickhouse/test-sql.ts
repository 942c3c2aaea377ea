/** Tests of events → SQL conditions, which are true or false and never NULL. Values enter them through `Values` alone. */
import { type EventLeaf, type EventTest, isList, textsOf } from '../../query/event-test.ts';
import { globPattern } from '../store/re2.ts';
import type { Place } from './place.ts';
import type { Values } from './sql.ts';

/** Of leaves that `canTest` alone. */
export function toSql(test: EventTest, place: Place, values: Values): string {
  switch (test.kind) {
    case 'all':
      return test.of.length === 0 ? '1' : test.of.map((part) => grouped(part, place, values)).join(' AND ');
    case 'any':
      return test.of.length === 0 ? '0' : test.of.map((part) => grouped(part, place, values)).join(' OR ');
    case 'not':
      return `NOT ${grouped(test.of, place, values)}`;
    default:
      return leafToSql(test, place, values);
  }
}

function grouped(test: EventTest, place: Place, values: Values): string {
  return `(${toSql(test, place, values)})`;
}

/** Whether that leaf means there just what event-test.ts says. */
export function canTest(leaf: EventLeaf, place: Place): boolean {
  if (leaf.kind === 'between') return place.number(leaf.path) !== null;
  if ((isList(leaf.path) ? place.list(leaf.path) : place.text(leaf.path)) === null) return false;
  if (leaf.kind === 'missing') return true;
  const texts = textsOf(leaf);
  if (!texts.every((text) => text.isWellFormed() && !text.includes('\0'))) return false;
  return (
    !place.mayTakeForTime || leaf.path === 'sourceIPs' || !texts.some((text) => mayFitTime(text, leaf.kind))
  );
}

/** Whether something that is taken for a time could pass: it lies there written otherwise. */
function mayFitTime(text: string, kind: 'is' | 'like'): boolean {
  if (kind === 'is') return /^\d{1,4}[-/:]\d/.test(text);
  return !/^\**$/.test(text) && /^[\d\s:.TZ+/*?-]*$/.test(text);
}

function leafToSql(leaf: EventLeaf, place: Place, values: Values): string {
  if (leaf.kind === 'between') {
    const number = said(place.number(leaf.path));
    return `ifNull(${number} BETWEEN ${values.whole(leaf.from)} AND ${values.whole(leaf.to)}, 0)`;
  }
  if (isList(leaf.path)) return listTest(leaf, said(place.list(leaf.path)), values);
  const text = said(place.text(leaf.path));
  switch (leaf.kind) {
    case 'is':
      return isOneOf(text, leaf.values, place, values);
    case 'like':
      return likeTest(text, leaf, values);
    case 'missing':
      return `${text} = ''`;
  }
}

function isOneOf(text: string, wanted: readonly string[], place: Place, values: Values): string {
  const present = wanted.filter((value) => value !== '');
  if (present.length === 0) return '0';
  const [only = ''] = present;
  const is =
    present.length === 1
      ? `${text} = ${values.text(only)}`
      : `${text} IN (${present.map((value) => values.text(value)).join(', ')})`;
  // A search for plain text costs a tenth of reading a line as JSON.
  const mentions = present.map((value) => place.mention?.(value, values) ?? null);
  if (!mentions.every((mention) => mention !== null)) return is;
  return mentions.length === 1 ? `${mentions[0]} AND ${is}` : `(${mentions.join(' OR ')}) AND ${is}`;
}

type Like = Extract<EventLeaf, { readonly kind: 'like' }>;

/** What is not there fits no pattern, not even `*`. */
function likeTest(text: string, { pattern, ignoreCase }: Like, values: Values): string {
  if (pattern === '') return '0';
  if (/^\*+$/.test(pattern)) return `${text} != ''`;
  const regexp = values.text(`(?s)^${globPattern(ignoreCase ? pattern.toLowerCase() : pattern)}$`);
  // Not RE2's own way: it takes more letters for each other than glob.ts does.
  return `match(${ignoreCase ? `lowerUTF8(${text})` : text}, ${regexp})`;
}

function listTest(
  leaf: Exclude<EventLeaf, { readonly kind: 'between' }>,
  list: string,
  values: Values,
): string {
  switch (leaf.kind) {
    case 'is': {
      const present = leaf.values.filter((value) => value !== '');
      return present.length === 0
        ? '0'
        : present.map((value) => `has(${list}, ${values.text(value)})`).join(' OR ');
    }
    case 'like':
      return `arrayExists(e -> ${likeTest('e', leaf, values)}, ${list})`;
    case 'missing':
      return `NOT arrayExists(e -> e != '', ${list})`;
  }
}

function said(sql: string | null): string {
  if (sql === null) throw new Error('asked for what cannot be tested');
  return sql;
}
