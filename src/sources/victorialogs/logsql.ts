/** Tests of events and stretches of time → LogsQL. Values enter it through `quoted` alone. */
import { type EventLeaf, type EventPath, type EventTest, isList, textsOf } from '../../query/event-test.ts';
import { ELEMENT_SIGN, isPlainElement } from '../store/json-list.ts';
import { rfc3339 } from '../store/nanos.ts';
import type { Stretch } from '../store/pages-by-time.ts';
import { escapedInPattern, globPattern } from '../store/re2.ts';

/** `prefix`: what stands before the event's own keys in the names of fields. */
export function toLogsQl(test: EventTest, prefix: string): string {
  switch (test.kind) {
    case 'all':
      return test.of.length === 0 ? '*' : test.of.map((part) => grouped(part, prefix)).join(' ');
    case 'any':
      return test.of.length === 0 ? '!*' : test.of.map((part) => grouped(part, prefix)).join(' or ');
    case 'not':
      return `!${grouped(test.of, prefix)}`;
    default:
      return leafToLogsQl(test, prefix);
  }
}

function grouped(test: EventTest, prefix: string): string {
  const text = toLogsQl(test, prefix);
  return test.kind === 'is' || test.kind === 'between' ? text : `(${text})`;
}

function leafToLogsQl(leaf: EventLeaf, prefix: string): string {
  const field = quoted(prefix + leaf.path);
  switch (leaf.kind) {
    case 'is':
      if (isList(leaf.path)) return `${field}:~${quoted(elementPattern(leaf.values.map(escapedInPattern)))}`;
      return leaf.values.length === 1
        ? `${field}:=${quoted(leaf.values[0] ?? '')}`
        : `${field}:in(${leaf.values.map(quoted).join(',')})`;
    case 'like': {
      const pattern = globPattern(leaf.pattern, isList(leaf.path) ? ELEMENT_SIGN : '.');
      const whole = isList(leaf.path) ? elementPattern([pattern]) : `^${pattern}$`;
      return `${field}:~${quoted(`${leaf.ignoreCase ? '(?is)' : '(?s)'}${whole}`)}`;
    }
    case 'between':
      return `${field}:range[${leaf.from},${leaf.to}]`;
    case 'missing':
      return isList(leaf.path) ? `${field}:in("","[]")` : `${field}:=""`;
  }
}

/** Of texts that stand in a list they must be plain: it is kept as JSON, and nobody knows how what is special was written. */
export function canTest(leaf: EventLeaf): boolean {
  if (leaf.kind === 'missing' || leaf.kind === 'between') return true;
  const texts = textsOf(leaf);
  if (isList(leaf.path)) return texts.every(isPlainElement);
  return texts.every((text) => text.isWellFormed() && !text.includes('\0'));
}

/** One element of a JSON list of texts. Within a text, quotes have a backslash before them. */
function elementPattern(patterns: readonly string[]): string {
  return `(?:^\\[|,)"(?:${patterns.join('|')})"(?:,|\\]$)`;
}

/** A text as LogsQL has it: quoted as in Go, which knows all of JSON's escapes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Empty for no bounds. */
export function timeFilter({ fromNs, toNs }: Stretch): string {
  if (fromNs === null && toNs === null) return '';
  // Ends without a fraction of their own would be widened to the whole second.
  return `_time:[${fromNs === null ? FIRST : rfc3339(fromNs, 9)}, ${toNs === null ? LAST : rfc3339(toNs, 9)}]`;
}

const FIRST = '1700-01-01T00:00:00Z';
const LAST = '2260-01-01T00:00:00Z';

/** The value, as text, is one of the API server's own timestamps, and lies in there. `before`: not part of it. */
export function stampedWithin(path: EventPath, prefix: string, since: string, before: string): string {
  return `${quoted(prefix + path)}:string_range(${quoted(since)}, ${quoted(before)})`;
}
