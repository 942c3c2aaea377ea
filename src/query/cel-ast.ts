/** The parsed form of a CEL expression, and how to walk it. What a part of it means is cel-check.ts's and cel-translate.ts's. */
import type { parse } from '@bufbuild/cel';

export type ParsedCel = ReturnType<typeof parse>;
export type Expr = ParsedCel['expr'];

/** Where in the text a part stands, from 0; null when it cannot be told. */
export function offsetOf(parsed: ParsedCel, id: bigint): number | null {
  return parsed.sourceInfo?.positions[String(id)] ?? null;
}

export function childrenOf(expr: Expr): readonly Expr[] {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'selectExpr':
      return present(exprKind.value.operand);
    case 'callExpr':
      return [...present(exprKind.value.target), ...exprKind.value.args];
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap((entry) => [
        ...(entry.keyKind.case === 'mapKey' ? [entry.keyKind.value] : []),
        ...present(entry.value),
      ]);
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return [iterRange, accuInit, loopCondition, loopStep, result].flatMap(present);
    }
    default:
      return [];
  }
}

/** The last step of `user.username`, `user["username"]` and `has(user.username)`. */
export function stepOf(expr: Expr): { readonly operand: Expr; readonly field: string } | null {
  const { exprKind } = expr;
  if (exprKind.case === 'selectExpr') {
    const { operand, field } = exprKind.value;
    return operand === undefined ? null : { operand, field };
  }
  if (exprKind.case !== 'callExpr' || exprKind.value.function !== '_[_]') return null;
  const [operand, key] = exprKind.value.args;
  const field = key === undefined ? null : constantOf(key);
  return operand === undefined || typeof field !== 'string' ? null : { operand, field };
}

/** `user.username` and `user["username"]` as `user.username`; null for anything else, `has(user.username)` included. */
export function pathOf(expr: Expr): string | null {
  const { exprKind } = expr;
  if (exprKind.case === 'identExpr') return exprKind.value.name.replace(/^\./, '');
  if (exprKind.case === 'selectExpr' && exprKind.value.testOnly) return null;
  const step = stepOf(expr);
  if (step === null || step.field.includes('.')) return null;
  const parent = pathOf(step.operand);
  return parent === null ? null : `${parent}.${step.field}`;
}

export function constantOf(expr: Expr): string | bigint | number | boolean | null {
  if (expr.exprKind.case !== 'constExpr') return null;
  const { constantKind } = expr.exprKind.value;
  switch (constantKind.case) {
    case 'stringValue':
    case 'int64Value':
    case 'doubleValue':
    case 'boolValue':
      return constantKind.value;
    default:
      return null;
  }
}

function present(expr: Expr | undefined): readonly Expr[] {
  return expr === undefined ? [] : [expr];
}
