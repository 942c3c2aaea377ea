/**
 * What the part of SPL that we use means: a `search` of terms by index, sourcetype and metadata, `where` with `match`, `head`, and our own
 * `eval`; as its documentation tells it. No real Splunk is to be had.
 * https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Where
 */

export interface SplunkEvent {
  readonly index: string;
  readonly sourcetype: string;
  /** `_time`, microseconds since the epoch. */
  readonly timeUs: number;
  readonly raw: string;
  /** Fields made when it was indexed. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface Searched {
  readonly isWanted: (event: SplunkEvent) => boolean;
  /** Null: all. */
  readonly head: number | null;
}

export function parseSpl(spl: string): Searched {
  const [search = '', ...commands] = splitAtPipes(spl);
  const terms = /^search (.*)$/.exec(search)?.[1];
  if (terms === undefined) throw new SyntaxError(`${spl} does not begin with search`);
  let isWanted = parseTerms(terms);
  let head: number | null = null;
  for (const command of commands) {
    const [, name = '', rest = ''] = /^(\w+) (.*)$/s.exec(command) ?? [];
    if (name === 'head') head = Number(rest);
    else if (name === 'where') {
      const [before, test] = [isWanted, parseWhere(rest)];
      isWanted = (event) => before(event) && test(event.raw);
    } else if (!OURS.has(command)) throw new SyntaxError(`Unknown search command '${command}'.`);
  }
  return { isWanted, head };
}

const OURS = new Set(['eval audit_time=strftime(_time, "%s.%6N")', 'fields _raw, audit_time']);

/** Pipes within quotation marks are text. */
export function splitAtPipes(spl: string): readonly string[] {
  const parts = spl.match(/(?:"(?:[^"\\]|\\.)*"|[^"|])+/gs) ?? [];
  if (parts.join('|').length !== spl.replace(/^\|/, '').length)
    throw new SyntaxError(`unbalanced quotes: ${spl}`);
  return parts.map((part) => part.trim());
}

/** `(index="a" OR index="b") (sourcetype="c") (cluster="d")`. */
export function parseTerms(terms: string): (event: SplunkEvent) => boolean {
  const groups = [...terms.matchAll(/\(([^()]*)\)/g)].map(([, group = '']) =>
    group.split(' OR ').map((term) => {
      const [, field = '', value = ''] = /^(\w+)="([^"]*)"$/.exec(term) ?? [];
      if (field === '') throw new SyntaxError(`${term} is no term that is known here`);
      const pattern = new RegExp(`^${value.replaceAll('.', '[.]').replaceAll('*', '.*')}$`, 'i');
      return (event: SplunkEvent) => {
        const fields: Readonly<Record<string, string>> = {
          ...event.meta,
          index: event.index,
          sourcetype: event.sourcetype,
        };
        return pattern.test(fields[field] ?? '');
      };
    }),
  );
  if (terms.replaceAll(/\([^()]*\)/g, '').trim() !== '') throw new SyntaxError(`${terms} is not understood`);
  return (event) => groups.every((group) => group.some((isOf) => isOf(event)));
}

/** NOT goes before AND, AND before OR. */
export function parseWhere(text: string): (raw: string) => boolean {
  const tokens = tokensOf(text);
  let at = 0;
  const test = any();
  if (at < tokens.length) throw new SyntaxError(`${tokens[at]} is not expected in ${text}`);
  return test;

  function any(): (raw: string) => boolean {
    const parts = [all()];
    while (tokens[at] === 'OR') {
      at++;
      parts.push(all());
    }
    return (raw) => parts.some((part) => part(raw));
  }

  function all(): (raw: string) => boolean {
    const parts = [one()];
    while (tokens[at] === 'AND') {
      at++;
      parts.push(one());
    }
    return (raw) => parts.every((part) => part(raw));
  }

  function one(): (raw: string) => boolean {
    const token = tokens[at++];
    if (token === 'NOT') {
      const of = one();
      return (raw) => !of(raw);
    }
    if (token === '(') {
      const of = any();
      if (tokens[at++] !== ')') throw new SyntaxError(`( is not closed in ${text}`);
      return of;
    }
    const [, left, right] = /^(\d)=(\d)$/.exec(token ?? '') ?? [];
    if (left !== undefined) return () => left === right;
    const call = [token, tokens[at], tokens[at + 1], tokens[at + 2], tokens[at + 4]].join(' ');
    if (call !== 'match ( _raw , )') throw new SyntaxError(`${call} is not known here`);
    const pattern = patternOf(tokens[at + 3] ?? '');
    at += 5;
    return (raw) => pattern.test(raw);
  }
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  const token = /\s*("(?:[^"\\]|\\.)*"|\d=\d|\w+|[(),])/sy;
  while (text.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) throw new SyntaxError(`${text.slice(at, at + 20)} is not known here`);
    tokens.push(found);
  }
  return tokens;
}

function patternOf(quoted: string): RegExp {
  // Of escapes, it is sure what this one means, as a text and as a pattern.
  const text = quoted.slice(1, -1).replaceAll('\\"', '"');
  if (text.includes('\\')) throw new SyntaxError(`${quoted} holds an escape`);
  const [, flags = '', rest = text] = /^\(\?([is]+)\)(.*)$/s.exec(text) ?? [];
  return new RegExp(rest, flags);
}
