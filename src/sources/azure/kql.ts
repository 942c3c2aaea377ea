/** Tests of events and stretches of time → KQL. Values enter it through `quoted` alone. https://learn.microsoft.com/kusto/query/ */

import { type EventLeaf, type EventPath, type EventTest, isList, textsOf } from '../../query/event-test.ts';
import { ELEMENT_SIGN, isPlainElement } from '../store/json-list.ts';
import { type Nanos, rfc3339 } from '../store/nanos.ts';
import { escapedInPattern, globPattern } from '../store/re2.ts';

/** Where in a row an event lies. */
export interface Place {
  /** For messages. */
  readonly in: string;
  /** A text, "" where there is none; null: it cannot be said. A list is JSON. */
  text(path: EventPath): string | null;
  /** A whole number or null. */
  number(path: EventPath): string | null;
  /** Something that rows fail at once which do not have that text anywhere; null: there is no such thing. */
  mention(text: string): string | null;
  /** When the request was received, as a datetime; null: nothing says it. */
  readonly received: string | null;
  /** A row that does not pass holds no event; '' where all do. */
  readonly holds: string;
  /** Rows that hold one which cannot be tested; null: there are none. */
  readonly broken: string | null;
  readonly columns: readonly string[];
}

/** Of leaves that `canTest` alone. */
export function toKql(test: EventTest, place: Place): string {
  switch (test.kind) {
    case 'all':
      return test.of.length === 0 ? 'true' : test.of.map((part) => `(${toKql(part, place)})`).join(' and ');
    case 'any':
      return test.of.length === 0 ? 'false' : test.of.map((part) => `(${toKql(part, place)})`).join(' or ');
    case 'not':
      return `not(${toKql(test.of, place)})`;
    default:
      return leafToKql(test, place);
  }
}

/** Whether that leaf means there just what event-test.ts says. */
export function canTest(leaf: EventLeaf, place: Place): boolean {
  if (leaf.kind === 'between') return place.number(leaf.path) !== null;
  if (place.text(leaf.path) === null) return false;
  if (leaf.kind === 'missing') return true;
  const texts = textsOf(leaf);
  if (isList(leaf.path)) return texts.every(isPlainElement);
  // Of letters beyond these, nobody knows which the service takes for the same.
  if (leaf.kind === 'like' && leaf.ignoreCase && !/^[\x20-\x7e]*$/.test(leaf.pattern)) return false;
  return texts.every((text) => text.isWellFormed() && !ODD.test(text));
}

/** What may end a line, or the text. */
const ODD = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;

function leafToKql(leaf: EventLeaf, place: Place): string {
  if (leaf.kind === 'between') {
    const number = place.number(leaf.path);
    return `isnotnull(${number}) and ${number} between (${leaf.from} .. ${leaf.to})`;
  }
  const text = place.text(leaf.path) ?? '""';
  if (isList(leaf.path)) return listTest(leaf, text);
  switch (leaf.kind) {
    case 'is':
      return isOneOf(text, leaf.values, place);
    case 'like':
      return likeTest(text, leaf.pattern, leaf.ignoreCase);
    case 'missing':
      return `${text} == ""`;
  }
}

function isOneOf(text: string, values: readonly string[], place: Place): string {
  const present = values.filter((value) => value !== '');
  const [only = ''] = present;
  if (present.length === 0) return 'false';
  const is =
    present.length === 1 ? `${text} == ${quoted(only)}` : `${text} in (${present.map(quoted).join(', ')})`;
  const mention = present.length === 1 ? place.mention(only) : null;
  return mention === null ? is : `${mention} and ${is}`;
}

/** What is not there fits no pattern, not even `*`. */
function likeTest(text: string, pattern: string, ignoreCase: boolean): string {
  if (pattern === '') return 'false';
  if (/^\*+$/.test(pattern)) return `${text} != ""`;
  return `${text} matches regex ${quoted(`(?s)^${likePattern(pattern, '.', ignoreCase)}$`)}`;
}

function listTest(leaf: Exclude<EventLeaf, { readonly kind: 'between' }>, text: string): string {
  if (leaf.kind === 'missing') return `${text} in ("", "[]")`;
  const patterns =
    leaf.kind === 'is'
      ? leaf.values.map(escapedInPattern)
      : [likePattern(leaf.pattern, ELEMENT_SIGN, leaf.ignoreCase)];
  return `${text} matches regex ${quoted(`(?:^\\[|,)\\s*"(?:${patterns.join('|')})"\\s*(?:,|\\]$)`)}`;
}

function likePattern(glob: string, any: string, ignoreCase: boolean): string {
  return globPattern(glob, any, ignoreCase ? eitherCase : escapedInPattern);
}

function eitherCase(sign: string): string {
  const [lower, upper] = [sign.toLowerCase(), sign.toUpperCase()];
  return lower === upper ? escapedInPattern(sign) : `[${lower}${upper}${ALIKE[lower] ?? ''}]`;
}

/** Letters whose small form is, or begins with, a plain one: İ and the Kelvin sign. */
const ALIKE: Readonly<Record<string, string>> = { i: '\u0130', k: '\u212a' };

export function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** To 100 nanoseconds, which is what a datetime holds. */
export function datetime(ns: Nanos): string {
  return `datetime(${rfc3339(ns, 7)})`;
}
