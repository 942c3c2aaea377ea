/** Sigma's texts: `*` any run of characters, `?` one, a backslash before either takes it for itself. */
import { hasGlob } from '../../query/glob.ts';

export type Part = string | typeof ANY_RUN | typeof ANY_ONE | typeof ANY_DASH;
export const ANY_RUN: unique symbol = Symbol('any run');
export const ANY_ONE: unique symbol = Symbol('any one');
/** What a command line's option may begin with (the `windash` modifier). */
export const ANY_DASH: unique symbol = Symbol('any dash');
const DASHES: ReadonlySet<string> = new Set(['-', '/', '\u2013', '\u2014', '\u2015']);

export type Pattern = readonly Part[];

export function parsePattern(text: string): Pattern {
  const parts: Part[] = [];
  let plain = '';
  const end = (part: Part): void => {
    if (plain !== '') parts.push(plain);
    parts.push(part);
    plain = '';
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    const next = text[at + 1];
    if (sign === '\\' && (next === '*' || next === '?' || next === '\\')) plain += text[++at];
    else if (sign === '*') end(ANY_RUN);
    else if (sign === '?') end(ANY_ONE);
    else plain += sign;
  }
  if (plain !== '' || parts.length === 0) parts.push(plain);
  return parts;
}

/** Null: there are wildcards in it. */
export function plainText(pattern: Pattern): string | null {
  return pattern.every((part) => typeof part === 'string') ? pattern.join('') : null;
}

export function withAround(pattern: Pattern, before: boolean, after: boolean): Pattern {
  const start: Pattern = before && pattern[0] !== ANY_RUN ? [ANY_RUN] : [];
  const end: Pattern = after && pattern.at(-1) !== ANY_RUN ? [ANY_RUN] : [];
  return [...start, ...pattern, ...end].filter((part) => part !== '');
}

/** Each `-` or `/` that begins a word. */
export function withDashes(pattern: Pattern): Pattern {
  return pattern.flatMap((part): Part[] => {
    if (typeof part !== 'string') return [part];
    const pieces = part.split(/\B[-/]\b/);
    return pieces.flatMap((piece, index): Part[] => (index === 0 ? [piece] : [ANY_DASH, piece]));
  });
}

/** As a glob of predicates; null: it holds signs that a glob has no way to say. */
export function toGlob(pattern: Pattern): string | null {
  let glob = '';
  for (const part of pattern) {
    if (part === ANY_RUN) glob += '*';
    else if (part === ANY_ONE) glob += '?';
    else if (typeof part !== 'string' || hasGlob(part)) return null;
    else glob += part;
  }
  return glob;
}

/** For messages, and to tell programs apart. */
export function patternText(pattern: Pattern): string {
  return pattern
    .map((part) => {
      if (part === ANY_RUN) return '*';
      if (part === ANY_ONE) return '?';
      return part === ANY_DASH ? '\\-' : part.replace(/[\\*?]/g, '\\$&');
    })
    .join('');
}

export function compilePattern(pattern: Pattern, isCased: boolean): (text: string) => boolean {
  const folded = isCased
    ? pattern
    : pattern.map((part) => (typeof part === 'string' ? part.toLowerCase() : part));
  const test = folded.every((part) => typeof part === 'string' || part === ANY_RUN)
    ? compilePieces(folded as readonly (string | typeof ANY_RUN)[])
    : compileSigns(folded);
  return isCased ? test : (text) => test(text.toLowerCase());
}

/** Fast path: texts with runs between, each looked for once. Compared with compileSigns in its test. */
function compilePieces(parts: readonly (string | typeof ANY_RUN)[]): (text: string) => boolean {
  const pieces: string[] = [''];
  for (const part of parts) {
    if (part === ANY_RUN) pieces.push('');
    else pieces[pieces.length - 1] += part;
  }
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

type Sign = typeof ANY_RUN | ((character: string) => boolean);

/** Greedy with one point of return: at worst text × pattern steps. */
export function compileSigns(pattern: Pattern): (text: string) => boolean {
  const signs = pattern.flatMap((part): Sign[] => {
    if (part === ANY_RUN) return [ANY_RUN];
    if (part === ANY_ONE) return [() => true];
    if (part === ANY_DASH) return [(character) => DASHES.has(character)];
    return [...part].map((wanted) => (character: string) => character === wanted);
  });
  return (text) => {
    const characters = [...text];
    let c = 0;
    let s = 0;
    let star = -1;
    let resumeAt = 0;
    while (c < characters.length) {
      const sign = signs[s];
      if (sign === ANY_RUN) {
        star = s++;
        resumeAt = c;
      } else if (sign?.(characters[c] ?? '') === true) {
        c++;
        s++;
      } else if (star >= 0) {
        c = ++resumeAt;
        s = star + 1;
      } else {
        return false;
      }
    }
    while (signs[s] === ANY_RUN) s++;
    return s === signs.length;
  };
}
