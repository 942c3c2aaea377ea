/** What can be said against a CEL expression before any event is seen: its names, functions, patterns and size. */
import { childrenOf, constantOf, type Expr, offsetOf, type ParsedCel, pathOf, stepOf } from './cel-ast.ts';
import { badWhere, inPlainWords } from './cel-error.ts';
import { EVENT_FIELDS, fieldAt } from './cel-fields.ts';
import { misfitOf } from './cel-kinds.ts';
import { nearestName } from './nearest.ts';

const MAX_DEPTH = 100;
/** A loop in a loop reads the event's size squared; one more could hang on an event made for it. */
const MAX_LOOPS = 2;

/** CEL's own names of types. */
const TYPE_NAMES = new Set([
  ...['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type', 'google'],
]);

export interface CelChecks {
  readonly knowsFunction: (name: string) => boolean;
  /** Evaluates a part without fields: its error in words, null when it is right. */
  readonly errorOf: (constant: Expr) => string | null;
  /** What is wrong with a pattern, null when it is right. */
  readonly patternError: (pattern: string) => string | null;
}

/** The event's top-level fields that the expression reads. Throws a UserError for what is wrong. */
export function checkCel(text: string, parsed: ParsedCel, checks: CelChecks): Set<string> {
  const names = new Set<string>();

  function fail(expr: Expr, problem: string, hint: string): never {
    throw badWhere(text, offsetOf(parsed, expr.id), problem, hint);
  }

  function visit(expr: Expr, scope: ReadonlySet<string>, depth: number, loops: number): void {
    if (depth > MAX_DEPTH)
      fail(expr, 'the expression is nested too deeply', 'take it apart, or drop parentheses');
    const { exprKind } = expr;
    const isField = (name: string): boolean => EVENT_FIELDS.has(name) && !scope.has(name);
    visitStep(expr, isField);
    if (exprKind.case === 'identExpr') visitName(expr, exprKind.value.name.replace(/^\./, ''), scope);
    if (exprKind.case === 'callExpr') visitCall(expr, exprKind.value.function, exprKind.value.args);
    const misfit = misfitOf(expr, isField);
    if (misfit !== null) fail(misfit.at, misfit.problem, misfit.hint);
    if (exprKind.case === 'comprehensionExpr') {
      if (loops === MAX_LOOPS)
        fail(expr, `more than ${MAX_LOOPS} loops within one another`, 'take the inner one out');
      const { iterRange, iterVar, accuVar } = exprKind.value;
      const inner = new Set([...scope, iterVar, accuVar]);
      for (const child of childrenOf(expr)) {
        visit(child, child === iterRange ? scope : inner, depth + 1, child === iterRange ? loops : loops + 1);
      }
      return;
    }
    for (const child of childrenOf(expr)) visit(child, scope, depth + 1, loops);
  }

  function visitName(expr: Expr, name: string, scope: ReadonlySet<string>): void {
    if (scope.has(name) || TYPE_NAMES.has(name)) return;
    if (!EVENT_FIELDS.has(name)) {
      fail(expr, `there is no ${JSON.stringify(name)} in an event`, mendOf(name));
    }
    names.add(name);
  }

  /** `.name`, also in has(): of an object whose fields are known, one of them. */
  function visitStep(expr: Expr, isField: (name: string) => boolean): void {
    const step = stepOf(expr);
    const path = step === null ? null : pathOf(step.operand);
    if (step === null || path === null || !isField(path.split('.')[0] ?? '')) return;
    const of = fieldAt(path);
    if (of === null || of.kind === 'anything') return;
    const hint = of.fields === null ? null : `${path} has ${[...of.fields.keys()].join(', ')}`;
    if (of.kind !== 'object') {
      fail(
        expr,
        `${path} is ${of.kind === 'list' ? 'a list' : `a ${of.kind}`}, and has no fields`,
        LIST_HINT,
      );
    }
    if (hint === null || of.fields?.has(step.field) !== false) return;
    const near = nearestName(step.field, of.fields.keys());
    fail(
      expr,
      `there is no ${JSON.stringify(step.field)} in ${path}`,
      `${near === null ? '' : `did you mean ${path}.${near}? `}${hint}`,
    );
  }

  function visitCall(expr: Expr, name: string, args: readonly Expr[]): void {
    if (!/^[a-zA-Z]/.test(name)) return;
    if (name === 'has') {
      fail(
        expr,
        'has() asks for a field of something',
        'has(impersonatedUser.username), has(objectRef.name), has(responseStatus.code)',
      );
    }
    if (!checks.knowsFunction(name)) fail(expr, `there is no function ${name}`, FUNCTIONS_HINT);
    if (name === 'matches') visitPattern(expr, args);
    const parts = childrenOf(expr);
    if (parts.length === 0 || parts.some((part) => part.exprKind.case !== 'constExpr')) return;
    const error = checks.errorOf(expr);
    if (error !== null)
      fail(expr, inPlainWords(error), 'as in timestamp("2026-11-22T10:00:00Z"), duration("90m"), int("3")');
  }

  function visitPattern(expr: Expr, args: readonly Expr[]): void {
    const pattern = args.at(-1);
    const literal = pattern === undefined ? null : constantOf(pattern);
    if (typeof literal !== 'string') {
      fail(
        expr,
        'matches() takes its pattern as written here, not from the event',
        'userAgent.matches("^helm/3")',
      );
    }
    const error = checks.patternError(literal);
    if (error !== null) fail(pattern ?? expr, error, 'patterns are RE2: no look-around, no back-references');
  }

  visit(parsed.expr, new Set(), 0, 0);
  return names;
}

const FUNCTIONS_HINT =
  'among those there are: has, size, startsWith, endsWith, contains, matches, lowerAscii, split, exists, all, timestamp, get';

const LIST_HINT = '"ops" in user.groups, sourceIPs[0], user.groups.exists(g, g.startsWith("x"))';

/** Where a name that people try is found. */
const MENDS: Readonly<Record<string, string>> = {
  code: 'responseStatus.code',
  status: 'responseStatus.code',
  reason: 'responseStatus.reason',
  message: 'responseStatus.message',
  username: 'user.username',
  groups: 'user.groups',
  name: 'objectRef.name',
  namespace: 'objectRef.namespace',
  resource: 'objectRef.resource',
  subresource: 'objectRef.subresource',
  apiGroup: 'objectRef.apiGroup',
  sourceIP: 'sourceIPs',
  auditId: 'auditID',
};

function mendOf(name: string): string {
  const mend = Object.hasOwn(MENDS, name) ? MENDS[name] : undefined;
  if (mend !== undefined) return `it is ${mend}`;
  const near = nearestName(name, EVENT_FIELDS.keys());
  const meant =
    near === null
      ? `text goes in quotes, and the whole in single ones, for the shell: '… == ${JSON.stringify(name)}'`
      : `did you mean ${near}?`;
  return `${meant}; fields are ${[...EVENT_FIELDS.keys()].join(', ')}`;
}
