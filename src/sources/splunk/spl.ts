/**
 * Tests of events → SPL's `where`: patterns over `_raw`, since fields are taken from its first 5,000 characters alone, and by terms what was
 * cut off is like what is not there. They say something of lines only that the API server wrote and that hold all that is asked for: every other
 * one passes. Values that are not plain are not asked for, so that none brings a quotation mark, a bracket or a backslash along; and no
 * pattern has to go back and forth in a line, for then the service gives up on it.
 * https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/ConditionalFunctions
 */
import { type EventLeaf, type EventPath, type EventTest, isList, textsOf } from '../../query/event-test.ts';

/** Whether that leaf, or its negation, can be asked so that nothing is missed. */
export function canTest(leaf: EventLeaf, isNegated: boolean): boolean {
  if (leaf.kind === 'missing') return false;
  if (leaf.kind === 'between') return !isNegated && leaf.path === CODE && leaf.to - leaf.from < MOST_CODES;
  const texts = textsOf(leaf);
  if (!texts.every((text) => PLAIN.test(text)) || texts.join('').length > LONGEST) return false;
  const isKnown = isList(leaf.path) || Object.hasOwn(KEYS, leaf.path);
  if (!isNegated) return isKnown && (leaf.kind === 'is' || countOf(leaf.pattern, '?') <= MOST_ANY);
  const isExact =
    leaf.kind === 'is' ||
    (!leaf.ignoreCase && countOf(leaf.pattern, '?') === 0 && countOf(leaf.pattern, '*') <= 1);
  return isExact && Object.hasOwn(BEFORE, leaf.path);
}

const CODE = 'responseStatus.code';
const MOST_CODES = 200;
const LONGEST = 4000;
const MOST_ANY = 3;
/** Written in JSON as they are; and they are no signs of SPL's. */
const PLAIN = /^[A-Za-z0-9 _:@/.,=;!~#%'*?+(){}|$-]*$/;

function countOf(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

/** The line of an event that may be one of them, or cannot be told from one; '' where any may be. Of leaves that `canTest` alone. */
export function whereClause(test: EventTest): string {
  const wanted = toSpl(test);
  return wanted === ALL ? '' : `where NOT (${found(BEGINS)} AND ${found(ENDS)}) OR ${wanted}`;
}

const ALL = '1=1';
const NONE = '1=0';

function toSpl(test: EventTest): string {
  switch (test.kind) {
    case 'all':
      return test.of.length === 0 ? ALL : joined(test.of.map(toSpl), 'AND');
    case 'any':
      return test.of.length === 0 ? NONE : joined(test.of.map(toSpl), 'OR');
    case 'not':
      return negated(test.of);
    default:
      return leafToSpl(test);
  }
}

function joined(parts: readonly string[], word: 'AND' | 'OR'): string {
  return parts.length === 1 ? parts.join() : `(${parts.join(` ${word} `)})`;
}

function found(pattern: string): string {
  return `match(_raw, "${pattern}")`;
}

/** In a text of SPL as in a pattern, it stands for a quotation mark. */
const QUOTE = '\\"';

function opening(key: string): string {
  return `${QUOTE}${key}${QUOTE}:${QUOTE}`;
}

/** No quotation mark, no backslash, and nothing that is more than one byte. */
const EASY = '[ !#-Z^-~]*';
const WORD = '[0-9A-Za-z-]+';

/** As the API server begins: what is asked for stands in a fixed order, and before the bodies, which clients choose. */
const BEGINS = `^[{]${opening('kind')}Event${QUOTE},${opening('apiVersion')}audit[.]k8s[.]io/v1${QUOTE},${[
  'level',
  'auditID',
  'stage',
]
  .map((key) => `${opening(key)}${WORD}${QUOTE},`)
  .join('')}${opening('requestURI')}`;

/** What comes after the bodies, or in them: then all that is asked for is there. In a text, its quotation marks would stand behind backslashes. */
const ENDS = opening('stageTimestamp');

/** The key that the value stands behind. Another place may hold the same. */
const KEYS: Readonly<Record<EventPath, string>> = {
  ...{ auditID: 'auditID', verb: 'verb', requestURI: 'requestURI', userAgent: 'userAgent' },
  ...{ 'user.username': 'username', 'impersonatedUser.username': 'username' },
  ...{ 'objectRef.apiGroup': 'apiGroup', 'objectRef.resource': 'resource', 'objectRef.name': 'name' },
  ...{ 'objectRef.namespace': 'namespace', 'objectRef.subresource': 'subresource' },
  'responseStatus.reason': 'reason',
};

/** What stands before the value from the line's beginning on: by this it can be ruled out. */
const BEFORE: Readonly<Record<EventPath, string>> = {
  verb: `${BEGINS}${EASY}${QUOTE},${opening('verb')}`,
  'user.username': `${BEGINS}${EASY}${QUOTE},${opening('verb')}[a-z]*${QUOTE},${QUOTE}user${QUOTE}:[{]${opening('username')}`,
};

function leafToSpl(leaf: EventLeaf): string {
  switch (leaf.kind) {
    case 'missing':
      throw new Error(`${leaf.path} cannot be asked for`);
    case 'between': {
      const codes = Array.from({ length: leaf.to - leaf.from + 1 }, (_, at) => leaf.from + at);
      return found(`${QUOTE}code${QUOTE}:(?:${codes.join('|')})[,}]`);
    }
    case 'is':
      return leaf.values.length === 0
        ? NONE
        : found(`${beforeValue(leaf.path)}(?:${leaf.values.map(literal).join('|')})${QUOTE}`);
    case 'like':
      return likeTest(leaf);
  }
}

/** An element of a list stands behind whatever else is in it. */
function beforeValue(path: EventPath): string {
  return isList(path) ? QUOTE : opening(KEYS[path] ?? path);
}

/** What stands between stars, each by itself: the first behind its key, the last before the end. */
function likeTest({ path, pattern, ignoreCase }: Extract<EventLeaf, { kind: 'like' }>): string {
  const pieces = pattern.split('*');
  const last = pieces.length - 1;
  const flags = ignoreCase ? '(?is)' : '(?s)';
  const tests = pieces.flatMap((piece, at) => {
    const [before, after] = [at === 0 ? beforeValue(path) : '', at === last ? QUOTE : ''];
    const isAnything = piece === '' && (at > 0 || last > 0);
    return isAnything && !(at === 0 && !isList(path))
      ? []
      : [found(`${flags}${before}${literal(piece).replaceAll('[?]', '.{1,12}')}${after}`)];
  });
  const test = tests.length === 0 ? ALL : joined(tests, 'AND');
  // Beyond these letters, nobody knows which are taken for the same.
  return ignoreCase ? `(${test} OR ${found('[^ -~]')})` : test;
}

function negated(leaf: EventLeaf): string {
  const before = BEFORE[leaf.path];
  if (before === undefined || leaf.kind === 'missing' || leaf.kind === 'between')
    throw new Error(`${leaf.path} cannot be ruled out`);
  const patterns = textsOf(leaf);
  const ruledOut = patterns.map((text) =>
    leaf.kind === 'is' ? literal(text) : literal(text).replace('[*]', EASY),
  );
  return ruledOut.length === 0 ? ALL : `NOT ${found(`${before}(?:${ruledOut.join('|')})${QUOTE}`)}`;
}

/** PCRE. */
function literal(text: string): string {
  return text.replaceAll(/[.*?+(){}|$]/g, '[$&]');
}
