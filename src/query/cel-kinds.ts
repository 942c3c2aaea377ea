/**
 * Of what kind a part of a CEL expression is, as far as it can be told before any event is seen, and which parts cannot go
 * together. The library finds that out too late: `code == "403"` is false for every event, and no error.
 */
import { childrenOf, type Expr, pathOf } from './cel-ast.ts';
import { type CelKind, fieldAt } from './cel-fields.ts';

export interface Misfit {
  readonly at: Expr;
  readonly problem: string;
  readonly hint: string;
}

/** `isField`: whether a name is the event's, and not a loop's variable. */
export function misfitOf(expr: Expr, isField: (name: string) => boolean): Misfit | null {
  if (expr.exprKind.case !== 'callExpr') return null;
  const { function: name, args } = expr.exprKind.value;
  const [left, right] = args;
  const kindOf = (part: Expr | undefined): CelKind =>
    part === undefined ? 'anything' : kindOfPart(part, isField);
  if (LOGIC.has(name)) {
    const tested = name === '_?_:_' ? args.slice(0, 1) : args;
    const odd = tested.find((part) => !fits(kindOf(part), 'true or false'));
    if (odd === undefined) return null;
    return {
      at: odd,
      problem: `this is ${article(kindOf(odd))}, not true or false`,
      hint: 'compare it: … == "…"',
    };
  }
  if (COMPARISONS.has(name)) {
    const [one, other] = [kindOf(left), kindOf(right)];
    if (fits(one, other)) return null;
    return {
      at: expr,
      problem: `${article(one)} cannot be compared with ${article(other)}`,
      hint: hintFor(one, other),
    };
  }
  if (name !== '@in' || right === undefined) return null;
  const [item, list] = [kindOf(left), kindOf(right)];
  if (list !== 'list' && list !== 'object' && list !== 'anything') {
    const hint = 'a part of a text: userAgent.contains("helm"); a list: verb in ["get", "list"]';
    return { at: expr, problem: `nothing is in ${article(list)}`, hint };
  }
  const odd = membersOf(right, isField).find((kind) => !fits(item, kind));
  if (odd === undefined) return null;
  return {
    at: expr,
    problem: `${article(item)} cannot be compared with ${article(odd)}`,
    hint: hintFor(item, odd),
  };
}

const LOGIC = new Set(['_&&_', '_||_', '!_', '_?_:_']);
const COMPARISONS = new Set(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']);

function kindOfPart(expr: Expr, isField: (name: string) => boolean): CelKind {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'constExpr':
      return CONSTANTS[exprKind.value.constantKind.case ?? ''] ?? 'anything';
    case 'listExpr':
      return 'list';
    case 'structExpr':
      return 'object';
    case 'callExpr': {
      const kind = RESULTS.get(exprKind.value.function);
      if (kind !== undefined) return kind;
      break;
    }
    case 'selectExpr':
      if (exprKind.value.testOnly) return 'true or false';
      break;
  }
  const path = pathOf(expr);
  if (path === null || !isField(path.split('.')[0] ?? '')) return 'anything';
  return fieldAt(path)?.kind ?? 'anything';
}

/** The kinds of what is in a list that is written out, or in the event's lists, which are of texts. */
function membersOf(list: Expr, isField: (name: string) => boolean): readonly CelKind[] {
  if (list.exprKind.case === 'listExpr') return childrenOf(list).map((item) => kindOfPart(item, isField));
  const path = pathOf(list);
  return path !== null && kindOfPart(list, isField) === 'list' ? ['text'] : [];
}

const CONSTANTS: Readonly<Record<string, CelKind>> = {
  stringValue: 'text',
  int64Value: 'number',
  uint64Value: 'number',
  doubleValue: 'number',
  boolValue: 'true or false',
};

const RESULTS: ReadonlyMap<string, CelKind> = new Map([
  ...[...LOGIC, ...COMPARISONS, '@in', 'startsWith', 'endsWith', 'contains', 'matches']
    .filter((name) => name !== '_?_:_')
    .map((name) => [name, 'true or false'] as const),
  ...['size', 'int', 'uint', 'double', 'indexOf', 'lastIndexOf', 'getHours', 'getDayOfWeek'].map(
    (name) => [name, 'number'] as const,
  ),
  ...['string', 'lowerAscii', 'upperAscii', 'trim', 'replace', 'substring'].map(
    (name) => [name, 'text'] as const,
  ),
  ['split', 'list'],
  ['timestamp', 'time'],
  ['duration', 'duration'],
]);

function fits(a: CelKind, b: CelKind): boolean {
  return a === b || a === 'anything' || b === 'anything';
}

function article(kind: CelKind): string {
  return kind === 'object'
    ? 'an object'
    : kind === 'true or false' || kind === 'anything'
      ? kind
      : `a ${kind}`;
}

function hintFor(...kinds: readonly CelKind[]): string {
  if (kinds.includes('time')) return 'requestReceivedTimestamp > timestamp("2026-11-22T10:00:00Z")';
  if (kinds.includes('duration')) return 'stageTimestamp - requestReceivedTimestamp > duration("1s")';
  if (kinds.includes('list'))
    return 'one of a list: "ops" in user.groups, or user.groups.exists(g, g.startsWith("x"))';
  if (kinds.includes('object')) return 'a field of it: user.username, objectRef.name, responseStatus.code';
  return 'text is compared with text in quotes, codes with numbers';
}
