/**
 * kubectl's JSONPath templates → parts. A superset of kubectl's own parser (client-go, util/jsonpath): what kubectl
 * takes means the same here, but for `{.a "x"}`, refused here, and text without braces, which is a path here.
 */
import { type Cursor, cursorOn } from './jsonpath-cursor.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly path: Path }
  | { readonly kind: 'range'; readonly path: Path; readonly body: readonly Part[] };

export type Path = readonly Step[];

export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'slice'; readonly from: number | null; readonly to: number | null; readonly by: number }
  | { readonly kind: 'union'; readonly of: readonly Path[] }
  | Filter;

/** Without an operator: `left` must exist. */
export interface Filter {
  readonly kind: 'filter';
  readonly left: Operand;
  readonly operator: Operator | null;
  readonly right: Operand | null;
}

export type Operator = '==' | '!=' | '<=' | '>=' | '<' | '>';

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null };

/** Ranges and filters within each other, at most. */
export const MAX_DEPTH = 20;

/** Throws UserError AUDIT_BAD_TEMPLATE, with the place. */
export function parseTemplate(template: string): Part[] {
  const cursor = cursorOn(template);
  if (!template.includes('{')) return [{ kind: 'print', path: relaxedPath(cursor) }];
  return partsOf(cursor, 0);
}

/** One path, with braces or without, with a dot before it or without: `{.who.user}`, `{who.user}`, `who.user`. */
export function parsePath(text: string): Path {
  const cursor = cursorOn(text);
  if (!cursor.take('{')) return relaxedPath(cursor);
  const path = dottedOrNot(cursor);
  if (!cursor.take('}') || !cursor.isAtEnd()) cursor.fail('expected one path in braces');
  return path;
}

function relaxedPath(cursor: Cursor): Path {
  const path = dottedOrNot(cursor);
  if (!cursor.isAtEnd()) cursor.fail('unexpected text in a path');
  return path;
}

function dottedOrNot(cursor: Cursor): Path {
  cursor.skipSpace();
  const first = /^[.$@[]/.test(cursor.rest()) ? [] : [fieldIn(cursor, 0)];
  return [...first, ...pathIn(cursor, 0)];
}

/** Up to the template's end or, inside a range, to its `{end}`. Like kubectl, an `{end}` may be missing at the end. */
function partsOf(cursor: Cursor, depth: number): Part[] {
  if (depth > MAX_DEPTH) cursor.fail(`more than ${MAX_DEPTH} ranges within each other`);
  const parts: Part[] = [];
  while (!cursor.isAtEnd()) {
    const text = cursor.takeMatch(/[^{]+/y);
    if (text !== null) parts.push({ kind: 'text', text });
    if (cursor.isAtEnd()) break;
    const from = cursor.at();
    cursor.take('{');
    cursor.skipSpace();
    if (cursor.takeMatch(/end(?=\s*\})/y) !== null) {
      closeAction(cursor, from);
      if (depth === 0) cursor.fail('not in range, nothing to end', from);
      return parts;
    }
    parts.push(actionIn(cursor, from, depth));
  }
  return parts;
}

function actionIn(cursor: Cursor, from: number, depth: number): Part {
  if (cursor.takeMatch(/range(?=[\s.$@[])/y) !== null) {
    const path = pathIn(cursor, 0);
    closeAction(cursor, from);
    return { kind: 'range', path, body: partsOf(cursor, depth + 1) };
  }
  const literal = literalIn(cursor);
  const part: Part =
    literal === undefined
      ? { kind: 'print', path: pathIn(cursor, 0) }
      : { kind: 'text', text: String(literal) };
  closeAction(cursor, from);
  return part;
}

function closeAction(cursor: Cursor, from: number): void {
  cursor.skipSpace();
  if (cursor.isAtEnd()) cursor.fail('unclosed action, expected }', from);
  if (!cursor.take('}')) cursor.fail('unexpected text in an action');
}

/** `$` and `@` are both what is current (in a range: its element), as they are for kubectl. */
function pathIn(cursor: Cursor, filters: number): Path {
  const steps: Step[] = [];
  cursor.skipSpace();
  cursor.takeMatch(/[$@]/y);
  for (;;) {
    if (cursor.isOn('....')) cursor.fail('.. twice');
    if (cursor.take('..')) {
      steps.push({ kind: 'recursive' });
      if (!/^([\s.[\]})]|$)/.test(cursor.rest())) steps.push(fieldIn(cursor, filters));
    } else if (cursor.take('.')) {
      if (!/^([\s[\]})=!<>]|$)/.test(cursor.rest())) steps.push(fieldIn(cursor, filters));
    } else if (cursor.isOn('[')) steps.push(...subscriptIn(cursor, filters));
    else if (cursor.takeMatch(/\s+(?=[.[])/y) === null) return steps;
  }
}

/** What ends a name can be part of it after a backslash. */
function fieldIn(cursor: Cursor, filters: number): Step {
  const name = cursor.takeMatch(
    filters === 0 ? /(?:\\.|[^\s.,[\]$@{}\\])+/suy : /(?:\\.|[^\s.,[\]$@{}\\()=!<>&|'"])+/suy,
  );
  return name === null ? cursor.fail('expected a name') : named(name);
}

function named(name: string): Step {
  return name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replace(/\\(.)/gsu, '$1') };
}

function subscriptIn(cursor: Cursor, filters: number): Path {
  const from = cursor.at();
  cursor.take('[');
  cursor.skipSpace();
  if (cursor.take('?(')) return [filterIn(cursor, from, filters + 1)];
  const elements: Path[] = [];
  do {
    cursor.skipSpace();
    elements.push(elementIn(cursor, from));
    cursor.skipSpace();
  } while (cursor.take(','));
  if (!cursor.take(']')) badElement(cursor, from);
  const [only] = elements;
  return elements.length === 1 && only !== undefined ? only : [{ kind: 'union', of: elements }];
}

const SLICE = /(-?\d+)?\s*:\s*(-?\d+)?(?:\s*:\s*(-?\d+)?)?/y;

function elementIn(cursor: Cursor, from: number): Path {
  if (cursor.take("'")) return keyIn(cursor, "'", from);
  if (cursor.take('"')) return keyIn(cursor, '"', from);
  if (cursor.take('*')) return [{ kind: 'wildcard' }];
  const slice = cursor.takeGroups(SLICE);
  if (slice !== null) {
    const [start, end, step] = slice.map((digits) => (digits === undefined ? null : Number(digits)));
    if (step !== undefined && step !== null && step <= 0)
      cursor.fail('the step of a slice must be > 0', from);
    return [{ kind: 'slice', from: start ?? null, to: end ?? null, by: step ?? 1 }];
  }
  const digits = cursor.takeMatch(/-?\d+/y);
  if (digits !== null) return [{ kind: 'index', at: Number(digits) }];
  return badElement(cursor, from);
}

function badElement(cursor: Cursor, from: number): never {
  return cursor.fail(
    cursor.rest().includes(']') ? 'invalid array index' : 'unterminated array, expected ]',
    from,
  );
}

/** As kubectl reads it, a path: `['who.user']`; a dot that is part of the name is escaped: `['app\\.kubernetes\\.io/name']`. */
function keyIn(cursor: Cursor, quote: "'" | '"', from: number): Path {
  const name = quote === "'" ? /(?:\\.|[^.\\'])+/suy : /(?:\\.|[^.\\"])+/suy;
  const steps: Step[] = [];
  do {
    const part = cursor.takeMatch(name);
    steps.push(part === null ? cursor.fail('expected a name') : named(part));
  } while (cursor.take('.'));
  if (!cursor.take(quote)) cursor.fail('unterminated quoted string', from);
  return steps;
}

const OPERATORS: readonly Operator[] = ['==', '!=', '<=', '>=', '<', '>'];

function filterIn(cursor: Cursor, from: number, filters: number): Filter {
  if (filters > MAX_DEPTH) cursor.fail(`more than ${MAX_DEPTH} filters within each other`);
  const left = operandIn(cursor, filters);
  cursor.skipSpace();
  const operator = OPERATORS.find((known) => cursor.take(known)) ?? null;
  const right = operator === null ? null : operandIn(cursor, filters);
  cursor.skipSpace();
  if (cursor.isAtEnd()) cursor.fail('unterminated filter, expected )]', from);
  if (!cursor.take(')')) cursor.fail('unexpected text in a filter (one comparison: == != < <= > >=)');
  cursor.skipSpace();
  if (!cursor.take(']')) cursor.fail('unclosed filter, expected ]', from);
  return { kind: 'filter', left, operator, right };
}

function operandIn(cursor: Cursor, filters: number): Operand {
  cursor.skipSpace();
  const literal = literalIn(cursor);
  if (literal !== undefined) return { kind: 'literal', value: literal };
  if (!/^[@$.[]/.test(cursor.rest()))
    cursor.fail('expected a path such as @.name, a string, a number, true, false or null');
  return { kind: 'path', path: pathIn(cursor, filters) };
}

function literalIn(cursor: Cursor): string | number | boolean | null | undefined {
  const word = cursor.takeMatch(/(?:true|false|null)(?![\w.[-])/y);
  if (word !== null) return word === 'null' ? null : word === 'true';
  const digits = cursor.takeMatch(/[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y);
  if (digits !== null) return Number(digits);
  return cursor.isOn('"') || cursor.isOn("'") ? stringIn(cursor) : undefined;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['/', '/'],
]);

function stringIn(cursor: Cursor): string {
  const from = cursor.at();
  const quoted = cursor.takeMatch(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/suy);
  if (quoted === null) return cursor.fail('unterminated quoted string', from);
  return quoted.slice(1, -1).replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(.))/gisu, (whole, u, x, one) => {
    if (one === undefined) return String.fromCharCode(Number.parseInt(u ?? x, 16));
    return ESCAPES.get(one) ?? cursor.fail(`unknown escape ${whole}`, from);
  });
}
