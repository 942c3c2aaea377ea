/**
 * Steps → the values they lead to. Only the template can be wrong, never the data: what is not there, is out of range
 * or of another type leads to nothing (kubectl fails on the last two). Own properties only.
 */
import { assertNever } from '../errors.ts';
import type { Filter, Operand, Operator, Path, Step } from './jsonpath-parse.ts';

export function valuesAt(path: Path, current: unknown): unknown[] {
  return followed(path, [current]);
}

function followed(path: Path, from: readonly unknown[]): unknown[] {
  return path.reduce<unknown[]>((values, step) => taken(step, values), [...from]);
}

/** A union takes its first part of all values, then its second, as kubectl does. */
function taken(step: Step, values: readonly unknown[]): unknown[] {
  if (step.kind === 'union') return step.of.flatMap((path) => followed(path, values));
  return values.flatMap((value) => stepped(step, value));
}

function stepped(step: Exclude<Step, { kind: 'union' }>, value: unknown): unknown[] {
  switch (step.kind) {
    case 'field':
      return isObject(value) && Object.hasOwn(value, step.name) && value[step.name] !== undefined
        ? [value[step.name]]
        : [];
    case 'wildcard':
      return childrenOf(value);
    case 'recursive':
      return selfAndBelow(value);
    case 'index':
      return Array.isArray(value) ? value.slice(step.at, step.at === -1 ? undefined : step.at + 1) : [];
    case 'slice':
      return Array.isArray(value)
        ? value.slice(step.from ?? 0, step.to ?? undefined).filter((_, n) => n % step.by === 0)
        : [];
    case 'filter':
      return Array.isArray(value) ? value.filter((element) => passes(step, element)) : [];
    default:
      return assertNever(step);
  }
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((child) => child !== undefined) : [];
}

/** In the document's order, with a stack of its own; numbers and booleans are left out, as kubectl leaves them out. */
function selfAndBelow(value: unknown): unknown[] {
  const found: unknown[] = [];
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    const children = childrenOf(next);
    if (children.length > 0 || (typeof next === 'string' && next !== '')) found.push(next);
    for (let n = children.length - 1; n >= 0; n--) left.push(children[n]);
  }
  return found;
}

/** One pair is enough. What is missing passes no comparison, `!=` neither. Null does not exist: rows write absent so. */
function passes(filter: Filter, element: unknown): boolean {
  const lefts = operandValues(filter.left, element);
  const { operator } = filter;
  if (operator === null || filter.right === null) return lefts.some((left) => left !== null);
  const rights = operandValues(filter.right, element);
  return lefts.some((left) => rights.some((right) => compares(operator, left, right)));
}

function operandValues(operand: Operand, element: unknown): unknown[] {
  return operand.kind === 'literal' ? [operand.value] : valuesAt(operand.path, element);
}

function compares(operator: Operator, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return orderOf(left, right) < 0;
    case '<=':
      return orderOf(left, right) <= 0;
    case '>':
      return orderOf(left, right) > 0;
    case '>=':
      return orderOf(left, right) >= 0;
    default:
      return assertNever(operator);
  }
}

/** NaN, which no operator takes, where two values have no order. */
function orderOf(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string')
    return left < right ? -1 : left === right ? 0 : 1;
  return Number.NaN;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
