/**
 * Tests of events → queries of Logs Insights. It knows 200 fields of a message at most, and audit events have more: so the text of the
 * message is tested, as the API server writes it. Patterns pass more than they mean, in signs that have no meaning of their own to
 * anybody; what could be escaped, in JSON or in the pattern, is any sign. Nothing can be told by what is not there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
import { type EventLeaf, type EventTest, isList } from '../../query/event-test.ts';
import { asText } from './askable.ts';
import type { MilliStretch } from './choose-way.ts';

/** A query may have 10,000 characters. */
const MAX_LENGTH = 9_000;

export function toInsightsQuery(
  test: EventTest,
  streams: string,
  { fromMs, toMs }: MilliStretch,
  limit: number,
): string {
  const wanted = asText(test, { can: canQuery, toText: text, maxLength: MAX_LENGTH });
  const times = [
    ...(fromMs === null ? [] : [`toMillis(@timestamp) >= ${fromMs}`]),
    ...(toMs === null ? [] : [`toMillis(@timestamp) <= ${toMs}`]),
  ];
  return [
    'fields @timestamp, @message',
    ...(streams === '' ? [] : [`filter @logStream like /^${patternOf(streams)}/`]),
    ...(times.length === 0 ? [] : [`filter ${times.join(' and ')}`]),
    // A message that does not end like an event was cut.
    ...(wanted === null ? [] : [`filter (${wanted}) or @message not like /[}]\\s*$/`]),
    'sort @timestamp desc',
    `limit ${limit}`,
  ].join(' | ');
}

/** Whether a query holds of all events that the leaf holds of; of negations nothing is known. */
export function canQuery(leaf: EventLeaf, isNegated: boolean): boolean {
  return !isNegated && patternsOf(leaf) !== null;
}

/** Of leaves that `canQuery` alone. */
function text(test: EventTest): string {
  switch (test.kind) {
    case 'all':
      return test.of.map((part) => `(${text(part)})`).join(' and ');
    case 'any':
      return test.of.length === 0 ? likeOne([]) : test.of.map((part) => `(${text(part)})`).join(' or ');
    case 'not':
      throw new Error('a negation cannot be asked');
    default:
      return likeOne(patternsOf(test) ?? []);
  }
}

function likeOne(patterns: readonly string[]): string {
  if (patterns.length === 0) return 'isempty(@message)';
  return patterns.map((pattern) => `@message like /${pattern}/`).join(' or ');
}

/** One of them is in the message's text. Null: it cannot be told by that. */
function patternsOf(leaf: EventLeaf): readonly string[] | null {
  const key = leaf.path.split('.').at(-1) ?? '';
  if (!/^\w+$/.test(key)) return null;
  const valued = (value: string) => `\\W${key}\\W:${isList(leaf.path) ? ANYTHING : ''}\\W${value}\\W`;
  switch (leaf.kind) {
    case 'is':
      return leaf.values.includes('') ? null : leaf.values.map((value) => valued(patternOf(value)));
    case 'like':
      return leaf.pattern === '' ? null : [valued(globOf(leaf.pattern, leaf.ignoreCase))];
    case 'between':
      return numbersOf(leaf)?.map((number) => `\\W${key}\\W:${number}\\W`) ?? null;
    case 'missing':
      return null;
  }
}

/** Written out, up to that many. */
const MOST_NUMBERS = 20;

function numbersOf({ from, to }: EventLeaf & { kind: 'between' }): readonly string[] | null {
  const isWhole = Number.isInteger(from) && Number.isInteger(to) && from >= 0;
  if (isWhole && to - from < MOST_NUMBERS)
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => String(from + at));
  if (!isWhole || from < 100 || to > 999) return null;
  return [`[${Math.floor(from / 100)}-${Math.floor(to / 100)}][0-9][0-9]`];
}

function patternOf(value: string): string {
  return [...value].map((sign) => signPattern(sign, false)).join('');
}

function globOf(pattern: string, ignoreCase: boolean): string {
  return [...pattern.replaceAll(/\*+/g, '*')]
    .map((sign) => (sign === '*' ? ANYTHING : sign === '?' ? ANY_SIGN : signPattern(sign, ignoreCase)))
    .join('');
}

/** One sign of a text in JSON: itself, or an escape, of which a sign may have two. */
const ANY_SIGN = '[\\w\\W]{1,12}';
/** No end of a line is an exception, as it is for `.` in some. */
const ANYTHING = '[\\w\\W]*';

function signPattern(sign: string, ignoreCase: boolean): string {
  if (/^[0-9_ :=@,-]$/.test(sign)) return sign;
  if (/^[A-Za-z]$/.test(sign)) {
    if (!ignoreCase) return sign;
    const [lower, upper] = [sign.toLowerCase(), sign.toUpperCase()];
    // İ and the Kelvin sign are an i and a k too.
    return lower === 'i' || lower === 'k' ? ANY_SIGN : `[${lower}${upper}]`;
  }
  // Go writes these as they are; a pattern would take them for its own.
  return /^[./()[\]{}*?+!#$%|;~^'`]$/.test(sign) ? '.' : ANY_SIGN;
}
