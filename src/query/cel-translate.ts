/**
 * The part of a CEL expression that predicates can say, for sources to filter by. Sound, not complete: where CEL says true
 * or false, so does the translation; where CEL fails (a field is absent), the translation may say either, because the
 * expression itself is always evaluated too.
 */
import { constantOf, type Expr, pathOf } from './cel-ast.ts';
import { hasGlob } from './glob.ts';
import { all, any, equals, type Field, glob, not, oneOf, type Predicate } from './predicate.ts';

/** The highest a code can be (int32 in metav1.Status). */
const MAX_CODE = 2 ** 31 - 1;

/**
 * Fields that CEL and predicates see alike, whatever the event. Not objectRef.name and objectRef.namespace, in a predicate
 * what the request was really about; nor what decoding fills in or drops (level; the group of a reference without a
 * resource).
 */
const TEXT_FIELDS: ReadonlyMap<string, Field> = new Map(
  (
    [
      ...(['auditID', 'stage', 'verb', 'requestURI', 'userAgent'] as const),
      ...(['user.username', 'impersonatedUser.username', 'objectRef.resource'] as const),
    ] as const
  ).map((field) => [field, field]),
);
const LIST_FIELDS: ReadonlyMap<string, Field> = new Map(
  (['user.groups', 'impersonatedUser.groups', 'sourceIPs'] as const).map((field) => [field, field]),
);
const MIRRORED: Readonly<Record<string, string>> = {
  '_<_': '_>_',
  '_<=_': '_>=_',
  '_>_': '_<_',
  '_>=_': '_<=_',
};

/** The parts of the top-level conjunction that can be translated, each whole. */
export function translateCel(expr: Expr): Predicate[] {
  const call = callOf(expr);
  if (call?.name === '_&&_') return call.args.flatMap(translateCel);
  const translated = translate(expr);
  return translated === null ? [] : [translated];
}

function translate(expr: Expr): Predicate | null {
  const call = callOf(expr);
  if (call === null) return null;
  const [first, second] = call.args;
  switch (call.name) {
    case '_&&_':
      return combine(call.args, all);
    case '_||_':
      return combine(call.args, any);
    case '!_': {
      const inner = first === undefined ? null : translate(first);
      return inner === null ? null : not(inner);
    }
    case '_!=_': {
      const equal = compare('_==_', first, second);
      return equal === null ? null : not(equal);
    }
    case '@in':
      return membership(first, second);
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return textTest(call.name, call.target, first);
    default:
      return compare(call.name, first, second);
  }
}

function combine(parts: readonly Expr[], join: (...of: Predicate[]) => Predicate): Predicate | null {
  const translated = parts.map(translate);
  const whole = translated.filter((part) => part !== null);
  return whole.length === parts.length ? join(...whole) : null;
}

/** A field against a constant, in either order. */
function compare(operator: string, left: Expr | undefined, right: Expr | undefined): Predicate | null {
  if (left === undefined || right === undefined) return null;
  const isMirrored = constantOf(left) !== null;
  const path = pathOf(isMirrored ? right : left);
  const value = constantOf(isMirrored ? left : right);
  if (path === null || value === null) return null;
  if (path === 'responseStatus.code') {
    return typeof value === 'bigint'
      ? codeTest((isMirrored && MIRRORED[operator]) || operator, Number(value))
      : null;
  }
  const field = TEXT_FIELDS.get(path);
  // An empty text may stand for an absent field.
  return field !== undefined && operator === '_==_' && isText(value) ? equals(field, value) : null;
}

function codeTest(operator: string, code: number): Predicate | null {
  const between = (from: number, to: number): Predicate => ({ kind: 'codeBetween', from, to });
  switch (operator) {
    case '_==_':
      return between(code, code);
    case '_>=_':
      return between(code, MAX_CODE);
    case '_>_':
      return between(code + 1, MAX_CODE);
    case '_<_':
      return not(between(code, MAX_CODE));
    case '_<=_':
      return not(between(code + 1, MAX_CODE));
    default:
      return null;
  }
}

/** `verb in ["get", "list"]`, `"ops" in user.groups`, `responseStatus.code in [401, 403]`. */
function membership(item: Expr | undefined, list: Expr | undefined): Predicate | null {
  if (item === undefined || list === undefined) return null;
  const single = constantOf(item);
  if (single !== null) {
    const field = LIST_FIELDS.get(pathOf(list) ?? '');
    return field !== undefined && isText(single) ? equals(field, single) : null;
  }
  if (list.exprKind.case !== 'listExpr') return null;
  const path = pathOf(item) ?? '';
  const values = list.exprKind.value.elements.map(constantOf);
  if (path === 'responseStatus.code') {
    const codes = values.filter((value) => typeof value === 'bigint').map(Number);
    const tests = codes.map((code): Predicate => ({ kind: 'codeBetween', from: code, to: code }));
    return codes.length === values.length ? any(...tests) : null;
  }
  const texts = values.filter(isText);
  const field = TEXT_FIELDS.get(path);
  return field !== undefined && texts.length === values.length ? oneOf(field, texts) : null;
}

function textTest(name: string, target: Expr | undefined, part: Expr | undefined): Predicate | null {
  const field = target === undefined ? undefined : TEXT_FIELDS.get(pathOf(target) ?? '');
  const text = part === undefined ? null : constantOf(part);
  if (field === undefined || !isText(text) || hasGlob(text)) return null;
  const before = name === 'startsWith' ? '' : '*';
  const after = name === 'endsWith' ? '' : '*';
  return glob(field, `${before}${text}${after}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function callOf(expr: Expr): { name: string; target: Expr | undefined; args: readonly Expr[] } | null {
  if (expr.exprKind.case !== 'callExpr') return null;
  const { function: name, target, args } = expr.exprKind.value;
  return { name, target, args };
}
