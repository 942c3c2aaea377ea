/** What is wrong with a --where, where, and how to mend it. */
import { UserError } from '../errors.ts';

/** Characters of a long expression that are shown. */
const SHOWN = 100;

/** `offset`: of the fault, from 0; null when it is not in one place. */
export function badWhere(text: string, offset: number | null, problem: string, hint: string): UserError {
  const lines = [`--where: ${problem}`, ...excerpt(text, offset)];
  return new UserError('AUDIT_BAD_WHERE', lines.join('\n'), { hint });
}

/** The expression on one line, and a caret under the fault. */
function excerpt(text: string, offset: number | null): string[] {
  // The parser places an operator at the blank before it.
  const blanks = /^\s*(?=\S)/.exec(text.slice(offset ?? 0))?.[0].length ?? 0;
  const at = (offset ?? 0) + blanks;
  const from = text.length <= SHOWN ? 0 : Math.max(0, Math.min(at - SHOWN / 2, text.length - SHOWN));
  const shown = text.slice(from, from + SHOWN).replace(/\s/g, ' ');
  return offset === null ? [`  ${shown}`] : [`  ${shown}`, `  ${' '.repeat(at - from)}^`];
}

/** The parser's own words are terse: what people get wrong is recognized by the text around the place. */
export function syntaxHint(text: string, offset: number): string {
  const bare = withoutStrings(text);
  const rest = bare.slice(offset);
  if (/\.\?|\[\?/.test(bare)) {
    return 'there are no optional fields (.? and [?): has(user.username) && …, or get(user, "username", "")';
  }
  if (/^=(?!=)/.test(rest)) return 'to compare: ==';
  if (/^(and|or|not)\b/i.test(rest)) return '&& for and, || for or, ! for not';
  if (/^(like|in|matches|contains|startswith|endswith)\b/i.test(rest)) {
    return 'text is tested with a call: userAgent.contains("helm"), objectRef.name.startsWith("web-")';
  }
  return `an example: --where 'responseStatus.code >= 400 && user.username.startsWith("system:")'`;
}

/** Where a text begins that does not end; -1 when all do. */
export function openQuoteIn(text: string): number {
  return withoutStrings(text).search(/["']/);
}

function withoutStrings(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, (quoted) => ' '.repeat(quoted.length));
}

/** The library's sentences, without its names for operators and types. */
export function inPlainWords(message: string): string {
  // Its own causes are appended, of no use to who typed it.
  const [sentence = ''] = message.split(': Error: ');
  const overload = /no matching overload for '(.+?)' applied to '(.+)'/.exec(sentence);
  if (overload === null) return sentence;
  const [, name = '', types = ''] = overload;
  const operator = /[a-z]/i.test(name) ? `${name}()` : name.replaceAll('_', '');
  const kinds = TYPES.reduce((text, [pattern, kind]) => text.replaceAll(pattern, kind), types);
  return `${operator} does not work on ${kinds}`;
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/google\.protobuf\.Timestamp/g, 'time'],
  [/google\.protobuf\.Duration/g, 'duration'],
  [/\blist\((?:[^()]|\([^()]*\))*\)/g, 'list'],
  [/\bmap\((?:[^()]|\([^()]*\))*\)/g, 'object'],
  [/\bstring\b/g, 'text'],
  [/\b(?:int|uint|double)\b/g, 'number'],
  [/\bbool\b/g, 'true or false'],
  [/\bdyn\b/g, 'anything'],
];
