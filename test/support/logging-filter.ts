/**
 * What a filter in Cloud Logging's query language means, of the part of the language that we use: as its documentation tells it. Texts
 * are compared without case, patterns with it; OR goes before AND. https://cloud.google.com/logging/docs/view/logging-query-language
 */

type Json = Readonly<Record<string, unknown>>;
type Verdict = boolean | null;
type Test = (entry: Json) => Verdict;

/**
 * `missing`: what a comparison with a field that is not there gives. The documentation says that it fails, and that its negation holds:
 * 'fails'. Asked as 'unknown', its negation is not sure either: filters should not depend on it.
 */
export function filterMeaning(
  filter: string,
  missing: 'fails' | 'unknown' = 'fails',
): (entry: Json) => boolean {
  const tokens = tokensOf(filter);
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const test = conjunction();
  if (at < tokens.length) throw new SyntaxError(`${tokens[at]} is not expected in ${filter}`);
  return (entry) => test(entry) === true;

  function conjunction(): Test {
    const parts = [disjunction()];
    while (tokens[at] === 'AND') {
      at++;
      parts.push(disjunction());
    }
    return (of) => parts.reduce<Verdict>((verdict, part) => and(verdict, part(of)), true);
  }

  function disjunction(): Test {
    const parts = [negation()];
    while (tokens[at] === 'OR') {
      at++;
      parts.push(negation());
    }
    return (of) => not(parts.reduce<Verdict>((verdict, part) => and(verdict, not(part(of))), true));
  }

  function negation(): Test {
    if (tokens[at] === 'NOT') {
      at++;
      const test = negation();
      return (of) => not(test(of));
    }
    if (tokens[at] !== '(') return comparison();
    at++;
    const test = conjunction();
    if (next() !== ')') throw new SyntaxError(`( is not closed in ${filter}`);
    return test;
  }

  function comparison(): Test {
    const path = next();
    if (path === 'log_id') {
      const [, id, end] = [next(), next(), next()];
      if (end !== ')') throw new SyntaxError(`log_id( is not closed in ${filter}`);
      return ({ logName }) => decodeURIComponent(String(logName)).endsWith(`/logs/${textOf(id ?? '')}`);
    }
    if (!/^[A-Za-z][\w.]*$/.test(path)) throw new SyntaxError(`${path} is no field, in ${filter}`);
    const [operator, operand] = [next(), next()];
    const test = operand === '*' ? () => true : testOf(operator, operand, path);
    return (of) => {
      const value = valueAt(of, path);
      if (operator === ':' && operand === '*') return value !== undefined;
      if (value === undefined) return missing === 'fails' ? false : null;
      return test(value);
    };
  }
}

function and(a: Verdict, b: Verdict): Verdict {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

function not(verdict: Verdict): Verdict {
  return verdict === null ? null : !verdict;
}

function tokensOf(filter: string): readonly string[] {
  const tokens: string[] = [];
  const token = /\s*(?:("(?:[^"\\]|\\.)*")|(=~|>=|<=|[=<>:()*])|([\w.-]+))/y;
  while (token.lastIndex < filter.length) {
    const at = token.lastIndex;
    const [, quoted, sign, word] = token.exec(filter) ?? [];
    const found = quoted ?? sign ?? word;
    if (found === undefined) {
      if (filter.slice(at).trim() === '') break;
      throw new SyntaxError(`${JSON.stringify(filter.slice(at, at + 20))} in ${filter}`);
    }
    tokens.push(found);
  }
  return tokens;
}

function textOf(quoted: string): string {
  // Nobody says which escapes there are: ours need none.
  if (!/^"[^"\\]*"$/.test(quoted)) throw new SyntaxError(`${quoted} is no plain text`);
  return quoted.slice(1, -1);
}

function valueAt(entry: Json, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (here, key) =>
        typeof here === 'object' && here !== null && Object.hasOwn(here, key)
          ? (here as Json)[key]
          : undefined,
      entry,
    );
}

function testOf(operator: string, operand: string, path: string): (value: unknown) => boolean {
  if (operator === '=~') {
    const wanted = pattern(textOf(operand));
    return (value) => wanted.test(String(value));
  }
  if (path === 'timestamp') {
    const wanted = timeKey(textOf(operand));
    return (value) => compared(timeKey(String(value)), operator, wanted);
  }
  if (!operand.startsWith('"')) return (value) => compared(Number(value), operator, Number(operand));
  if (operator !== '=') throw new SyntaxError(`${operator} of a text`);
  const wanted = folded(textOf(operand));
  return (value) => folded(String(value)) === wanted;
}

function pattern(text: string): RegExp {
  const [, flags = '', rest = text] = /^\(\?([is]+)\)(.*)$/s.exec(text) ?? [];
  return new RegExp(rest, `u${flags}`);
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function compared<T extends number | string>(a: T, operator: string, b: T): boolean {
  switch (operator) {
    case '=':
      return a === b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    default:
      throw new SyntaxError(`there is no ${operator}`);
  }
}

/** RFC 3339 in UTC, to the nanosecond, so that later ones are greater. */
function timeKey(text: string): string {
  const [, seconds = '', fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  if (seconds === '') throw new SyntaxError(`${text} is no time`);
  return `${seconds}.${fraction.padEnd(9, '0')}`;
}
