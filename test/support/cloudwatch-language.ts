/**
 * CloudWatch's two languages as its documentation describes them, to hold against what is asked in them: nobody but AWS runs them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html. Throws for what they do not describe.
 */

/** Whether a message passes a filter pattern: one phrase, or conditions on JSON. */
export function passesPattern(message: string, pattern: string): boolean {
  const phrase = /^"((?:[^"\\]|\\.)*)"$/.exec(pattern)?.[1];
  if (phrase !== undefined) return message.includes(phrase);
  const [, conditions] = /^\{ (.*) \}$/s.exec(pattern) ?? [];
  if (conditions === undefined) throw new Error(`no pattern: ${pattern}`);
  const test = new Reader(conditions, PATTERN_TOKEN, { and: '&&', or: '||' }, patternCondition).read();
  let json: unknown;
  try {
    json = JSON.parse(message);
  } catch {
    return false;
  }
  return test(json);
}

export interface InsightsRow {
  readonly timestamp: number;
  readonly message: string;
  readonly logStream: string;
}

/** The rows that a query gives, of those within its time. */
export function rowsOf<Row extends InsightsRow>(query: string, rows: readonly Row[]): readonly Row[] {
  let left = [...rows];
  for (const command of query.split(' | ')) {
    const [, name = '', rest = ''] = /^(\w+) (.*)$/s.exec(command) ?? [];
    if (name === 'filter') {
      const test = new Reader(rest, QUERY_TOKEN, { and: 'and', or: 'or' }, queryCondition).read();
      left = left.filter(test);
    } else if (name === 'sort' && rest === '@timestamp desc') left.sort((a, b) => b.timestamp - a.timestamp);
    else if (name === 'limit' && /^\d+$/.test(rest)) left = left.slice(0, Number(rest));
    else if (command !== 'fields @timestamp, @message') throw new Error(`no command: ${command}`);
  }
  return left;
}

type Test<T> = (of: T) => boolean;

const PATTERN_TOKEN =
  /\s*(\(|\)|&&|\|\||\$(?:\.[A-Za-z0-9_-]+(?:\[\d+\])*)+|NOT EXISTS|IS NULL|IS TRUE|IS FALSE|!=|<=|>=|=|<|>|"(?:[^"\\]|\\.)*"|[A-Za-z0-9_.*+-]+)/y;
const QUERY_TOKEN =
  /\s*(\(|\)|and\b|or\b|not like\b|like\b|toMillis\(@timestamp\)|isempty\(@message\)|@message|@logStream|<=|>=|\/(?:[^/\\]|\\.)*\/|\d+)/y;

/** `a && b || c`, with brackets: first those, then and, then or. */
class Reader<T> {
  readonly #tokens: string[];
  readonly #words: { readonly and: string; readonly or: string };
  readonly #condition: (tokens: string[]) => Test<T>;

  constructor(
    text: string,
    token: RegExp,
    words: { readonly and: string; readonly or: string },
    condition: (tokens: string[]) => Test<T>,
  ) {
    this.#tokens = [];
    token.lastIndex = 0;
    while (text.slice(token.lastIndex).trim() !== '') {
      const at = token.lastIndex;
      const found = token.exec(text)?.[1];
      if (found === undefined) throw new Error(`cannot be read from here on: ${text.slice(at)}`);
      this.#tokens.push(found);
    }
    this.#words = words;
    this.#condition = condition;
  }

  read(): Test<T> {
    const test = this.#any();
    if (this.#tokens.length > 0) throw new Error(`too much: ${this.#tokens.join(' ')}`);
    return test;
  }

  #any(): Test<T> {
    const parts = [this.#all()];
    while (this.#takes(this.#words.or)) parts.push(this.#all());
    return (of) => parts.some((part) => part(of));
  }

  #all(): Test<T> {
    const parts = [this.#one()];
    while (this.#takes(this.#words.and)) parts.push(this.#one());
    return (of) => parts.every((part) => part(of));
  }

  #one(): Test<T> {
    if (!this.#takes('(')) return this.#condition(this.#tokens);
    const inner = this.#any();
    if (!this.#takes(')')) throw new Error('a bracket is not closed');
    return inner;
  }

  #takes(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }
}

function patternCondition(tokens: string[]): Test<unknown> {
  const [selector = '', operator = ''] = tokens.splice(0, 2);
  const at = (json: unknown) => valueAt(json, selector);
  switch (operator) {
    case 'NOT EXISTS':
      return (json) => at(json) === undefined;
    case 'IS NULL':
      return (json) => at(json) === null;
    case 'IS TRUE':
      return (json) => at(json) === true;
    case 'IS FALSE':
      return (json) => at(json) === false;
    default: {
      const [value = ''] = tokens.splice(0, 1);
      return (json) => compares(at(json), operator, value);
    }
  }
}

/** A selector that points at no text and no number makes the comparison fail, whichever it is. */
function compares(of: unknown, operator: string, value: string): boolean {
  if (typeof of !== 'string' && typeof of !== 'number') return false;
  const isNumber = !value.startsWith('"') && value !== '' && Number.isFinite(Number(value));
  if (isNumber) {
    const [a, b] = [Number(of), Number(value)];
    const results: Record<string, boolean> = {
      '=': a === b,
      '!=': a !== b,
      '<': a < b,
      '>': a > b,
      '<=': a <= b,
      '>=': a >= b,
    };
    return typeof of === 'number' && results[operator] === true;
  }
  const word = value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
  if (operator !== '=' && operator !== '!=') throw new Error(`no comparison of texts: ${operator}`);
  return isLike(String(of), word) === (operator === '=');
}

/** `*Event`, `Event*`; `Ev*ent` is the text `Ev*ent` only. */
function isLike(text: string, word: string): boolean {
  if (/^\*+$/.test(word)) return true;
  const [starts, ends] = [word.startsWith('*'), word.endsWith('*')];
  const plain = word.slice(starts ? 1 : 0, ends ? -1 : undefined);
  if (starts && ends) return text.includes(plain);
  return starts ? text.endsWith(plain) : ends ? text.startsWith(plain) : text === plain;
}

function valueAt(json: unknown, selector: string): unknown {
  let here = json;
  for (const [, key, index] of selector.slice(1).matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]/g)) {
    const isThere = typeof here === 'object' && here !== null && Object.hasOwn(here, key ?? index ?? '');
    here = isThere ? (here as Record<string, unknown>)[key ?? index ?? ''] : undefined;
  }
  return here;
}

function queryCondition(tokens: string[]): Test<InsightsRow> {
  const [field = ''] = tokens.splice(0, 1);
  if (field === 'isempty(@message)') return ({ message }) => message === '';
  const [operator = '', value = ''] = tokens.splice(0, 2);
  if (field === 'toMillis(@timestamp)')
    return ({ timestamp }) => (operator === '>=' ? timestamp >= Number(value) : timestamp <= Number(value));
  if (!value.startsWith('/')) throw new Error(`no pattern: ${value}`);
  const pattern = new RegExp(value.slice(1, -1));
  return ({ message, logStream }) =>
    pattern.test(field === '@message' ? message : logStream) === (operator === 'like');
}
