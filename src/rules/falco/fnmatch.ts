/** Shell patterns as fnmatch(3) without flags has them, which is what Falco's glob is: `*`, `?`, `[a-z]`, `[!x]`, `[[:alpha:]]`, `\`. */

type Sign = 'any run' | ((character: string) => boolean);

/** Greedy with one point of return: at worst text × pattern steps. */
export function compileGlob(pattern: string, ignoreCase = false): (text: string) => boolean {
  const signs = signsOf(ignoreCase ? pattern.toLowerCase() : pattern);
  return (text) => fits([...(ignoreCase ? text.toLowerCase() : text)], signs);
}

function fits(text: readonly string[], signs: readonly Sign[]): boolean {
  let t = 0;
  let s = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const sign = signs[s];
    if (sign === 'any run') {
      star = s++;
      resumeAt = t;
    } else if (sign?.(text[t] ?? '')) {
      t++;
      s++;
    } else if (star >= 0) {
      t = ++resumeAt;
      s = star + 1;
    } else {
      return false;
    }
  }
  while (signs[s] === 'any run') s++;
  return s === signs.length;
}

function signsOf(pattern: string): readonly Sign[] {
  const characters = [...pattern];
  const signs: Sign[] = [];
  for (let at = 0; at < characters.length; at++) {
    const sign = characters[at];
    if (sign === '*') {
      if (signs.at(-1) !== 'any run') signs.push('any run');
    } else if (sign === '?') signs.push(() => true);
    else if (sign === '\\') signs.push(literal(characters[++at] ?? '\\'));
    else if (sign === '[') {
      const bracket = bracketAt(characters, at);
      signs.push(bracket?.sign ?? literal('['));
      at = bracket?.end ?? at;
    } else signs.push(literal(sign ?? ''));
  }
  return signs;
}

function literal(wanted: string): Sign {
  return (character) => character === wanted;
}

/** Null: it is not closed, and stands for itself. `end`: of its last character. */
function bracketAt(characters: readonly string[], start: number): { sign: Sign; end: number } | null {
  let at = start + 1;
  const isNegated = characters[at] === '!' || characters[at] === '^';
  if (isNegated) at++;
  const tests: Exclude<Sign, 'any run'>[] = [];
  for (const first = at; at < characters.length; at++) {
    const sign = characters[at] ?? '';
    if (sign === ']' && at > first)
      return { sign: (one) => tests.some((test) => test(one)) !== isNegated, end: at };
    const named = sign === '[' && characters[at + 1] === ':' ? classAt(characters, at) : null;
    if (named !== null) {
      tests.push(named.test);
      at = named.end;
      continue;
    }
    const from = sign === '\\' ? (characters[++at] ?? '') : sign;
    if (characters[at + 1] === '-' && at + 2 < characters.length && characters[at + 2] !== ']') {
      at += 2;
      const to = characters[at] === '\\' ? (characters[++at] ?? '') : (characters[at] ?? '');
      tests.push((one) => one >= from && one <= to);
    } else tests.push((one) => one === from);
  }
  return null;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[a-z0-9]$/i,
  alpha: /^[a-z]$/i,
  blank: /^[ \t]$/,
  cntrl: /^\p{Cc}$/u,
  digit: /^\d$/,
  graph: /^[!-~]$/,
  lower: /^[a-z]$/,
  print: /^[ -~]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[ \t-\r]$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9a-f]$/i,
};

function classAt(
  characters: readonly string[],
  at: number,
): { test: (one: string) => boolean; end: number } | null {
  const end = characters.indexOf(']', at + 2);
  if (end < 0 || characters[end - 1] !== ':') return null;
  const known = CLASSES[characters.slice(at + 2, end - 1).join('')];
  return known === undefined ? null : { test: (one) => known.test(one), end };
}
