/**
 * Tests of events → CloudWatch's filter patterns for JSON. They are made of what the documentation says for sure, as nobody can try
 * them but AWS: texts in quotes, of plain signs; `*` at their ends alone; numbers. Values enter through `quoted` alone.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { type EventLeaf, type EventPath, type EventTest, isList } from '../../query/event-test.ts';
import { asText } from './askable.ts';

/** Of a pattern: API_FilterLogEvents. */
const MAX_LENGTH = 1024;
/** Of one text; of a longer one the beginning is asked for. */
const MAX_TEXT = 200;

/** Messages that were over CloudWatch's limit are no JSON any more, and pass no pattern for JSON: their mark. */
export const CUT_PATTERN = '"[Truncated...]"';

/** Null: nothing of it can be asked. */
export function toFilterPattern(test: EventTest): string | null {
  return asText(test, { can: canFilter, toText: (part) => `{ ${text(part)} }`, maxLength: MAX_LENGTH });
}

/** Whether a pattern holds of all events that the leaf holds of, or its negation. */
export function canFilter(leaf: EventLeaf, isNegated: boolean): boolean {
  if (!leaf.path.split('.').every((key) => /^[\w-]+$/.test(key))) return false;
  // A pattern names an element of a list by its number.
  if (isList(leaf.path)) return false;
  switch (leaf.kind) {
    case 'is':
      return isNegated
        ? leaf.values.every((value) => value !== '' && isPlain(value))
        : leaf.values.every((value) => wordOf(value) !== null);
    case 'like':
      return !isNegated && wordLike(leaf.pattern, leaf.ignoreCase) !== null;
    case 'between':
      return !isNegated;
    case 'missing':
      return isNegated || !ALWAYS_THERE.has(leaf.path);
  }
}

/** The API server leaves out what is empty, but for these. */
const ALWAYS_THERE: ReadonlySet<EventPath> = new Set(['auditID', 'level', 'stage', 'verb', 'requestURI']);

/** Of leaves that `canFilter` alone. */
function text(test: EventTest): string {
  switch (test.kind) {
    case 'all':
      return test.of.map((part) => `(${text(part)})`).join(' && ');
    case 'any':
      return test.of.length === 0 ? NONE : test.of.map((part) => `(${text(part)})`).join(' || ');
    case 'not':
      return negated(test.of);
    default:
      return leafText(test);
  }
}

const NONE = '$.auditID NOT EXISTS';

function leafText(leaf: EventLeaf): string {
  const of = `$.${leaf.path}`;
  switch (leaf.kind) {
    case 'is':
      return leaf.values.length === 0
        ? NONE
        : leaf.values.map((value) => `(${of} = ${quoted(wordOf(value) ?? '*')})`).join(' || ');
    case 'like':
      return `${of} = ${quoted(wordLike(leaf.pattern, leaf.ignoreCase) ?? '*')}`;
    case 'between':
      return leaf.from === leaf.to
        ? `${of} = ${leaf.from}`
        : `(${of} >= ${leaf.from}) && (${of} <= ${leaf.to})`;
    case 'missing':
      return `${of} NOT EXISTS`;
  }
}

/** What is not there passes `!=` no more than it passes `=`. */
function negated(leaf: EventLeaf): string {
  const of = `$.${leaf.path}`;
  if (leaf.kind === 'missing')
    return leaf.path === 'responseStatus.code' ? `${of} >= 0` : `${of} = ${quoted('*')}`;
  const values = leaf.kind === 'is' ? leaf.values : [];
  const others = values.map((value) => `(${of} != ${quoted(value)})`);
  return others.length === 0
    ? `$.auditID = ${quoted('*')}`
    : `(${of} NOT EXISTS) || (${others.join(' && ')})`;
}

/** Signs that stand for themselves between quotes. */
const PLAIN = '[A-Za-z0-9_:/@=+,. -]';
const PLAIN_TEXT = new RegExp(`^${PLAIN}*$`);

/** Stands for itself, and cannot be taken for a number. */
function isPlain(value: string): boolean {
  return PLAIN_TEXT.test(value) && value.trim() === value && value.length <= MAX_TEXT && !isNumeric(value);
}

function isNumeric(value: string): boolean {
  return value !== '' && Number.isFinite(Number(value));
}

/** A text, with `*` in place of what cannot be said before or after it. Null: nothing of it can be said. */
function wordOf(value: string): string | null {
  if (value === '') return null;
  return isPlain(value) ? value : (beginningOf(value) ?? endOf(value));
}

function wordLike(pattern: string, ignoreCase: boolean): string | null {
  if (pattern === '') return null;
  const parts = pattern.split(/\*+/);
  const isAnything = parts.every((part) => part === '');
  if (isAnything) return '*';
  if (ignoreCase && /[^\d\W]|[^\x20-\x7e]/.test(pattern)) return null;
  const [first = '', middle = '', last = ''] = parts;
  if (parts.length === 1)
    return pattern.includes('?') ? (beginningOf(pattern) ?? endOf(pattern)) : wordOf(pattern);
  if (parts.length === 3 && first === '' && last === '' && isPlain(middle)) return `*${middle}*`;
  return beginningOf(first) ?? (pattern.endsWith('*') ? null : endOf(parts.at(-1) ?? ''));
}

/** `abc"d` → `abc*`. */
function beginningOf(value: string): string | null {
  const plain = new RegExp(`^${PLAIN}+`).exec(value.slice(0, MAX_TEXT))?.[0].trimEnd() ?? '';
  return plain === '' || plain.trimStart() !== plain ? null : `${plain}*`;
}

function endOf(value: string): string | null {
  const plain = new RegExp(`${PLAIN}+$`).exec(value.slice(-MAX_TEXT))?.[0].trimStart() ?? '';
  return plain === '' || plain.trimEnd() !== plain ? null : `*${plain}`;
}

/** Of plain signs and `*` alone: there is nothing to escape. */
function quoted(word: string): string {
  if (!QUOTABLE.test(word)) throw new Error(`${JSON.stringify(word)} does not belong into a pattern`);
  return `"${word}"`;
}

const QUOTABLE = new RegExp(`^\\*?${PLAIN}*\\*?$`);
