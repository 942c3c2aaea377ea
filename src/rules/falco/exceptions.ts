/** A rule's exceptions: what its condition does not hold of (falcosecurity/falco, userspace/engine/rule_loader_compiler.cpp). */
import type { Scalar } from '../yaml-tree.ts';
import {
  type Check,
  type Condition,
  ConditionError,
  OPERATORS,
  type Operand,
  type Operator,
  QUANTIFIERS,
  type Quantifier,
  type Word,
} from './condition.ts';
import type { ExceptionDefinition, ExceptionValue } from './definitions.ts';
import { wordsOf } from './lists.ts';
import { parseOperand } from './parse-condition.ts';

/** `offsetOf`: an offset that stands for a place in the file. Throws a ConditionError. */
export function withoutExceptions(
  condition: Condition,
  exceptions: readonly ExceptionDefinition[],
  offsetOf: (scalar: Scalar | null, exception: ExceptionDefinition) => number,
): Condition {
  const negated = exceptions
    .filter(({ values }) => values.length > 0)
    .map((exception): Condition => ({ kind: 'not', of: exceptionOf(exception, offsetOf) }));
  return negated.length === 0 ? condition : { kind: 'all', of: [condition, ...negated] };
}

type OffsetOf = (scalar: Scalar | null, exception: ExceptionDefinition) => number;

function exceptionOf(exception: ExceptionDefinition, offsetOf: OffsetOf): Condition {
  const offset = offsetOf(null, exception);
  if (!exception.isSingle)
    return { kind: 'any', of: exception.values.map((values) => tupleOf(exception, values, offsetOf)) };
  const words = exception.values
    .flatMap((value) => value.flat())
    .flatMap((scalar) => wordsOf(scalar, offset));
  return checkOf(exception, 0, words, offsetOf);
}

/** One value for each field; all have to be there. */
function tupleOf(exception: ExceptionDefinition, values: ExceptionValue, offsetOf: OffsetOf): Condition {
  const offset = offsetOf(null, exception);
  const fields = exception.fields ?? [];
  if (values.length !== fields.length)
    throw new ConditionError(
      offset,
      `exception ${exception.name}: ${values.length} values for ${fields.length} fields`,
    );
  return {
    kind: 'all',
    of: values.map((value, index) => {
      const scalars = Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar];
      return checkOf(
        exception,
        index,
        scalars.flatMap((scalar) => listedWords(scalar, offset)),
        offsetOf,
      );
    }),
  };
}

/** A text in brackets is a list. */
function listedWords(scalar: Scalar, offset: number): readonly Word[] {
  const inner = /^\(([\s\S]*)\)$/.exec(scalar.text.trim())?.[1];
  if (inner === undefined) return wordsOf(scalar, offset);
  return inner.split(',').flatMap((text) => wordsOf({ ...scalar, text }, offset));
}

function checkOf(
  exception: ExceptionDefinition,
  index: number,
  words: readonly Word[],
  offsetOf: OffsetOf,
): Check {
  const field = exception.fields?.[index] ?? null;
  const offset = offsetOf(field, exception);
  const operand = field === null ? null : parseOperand(field.text.trim());
  if (operand === null || operand.end !== field?.text.trim().length)
    throw new ConditionError(
      offset,
      `exception ${exception.name}: ${JSON.stringify(field?.text)} is no field`,
    );
  const { operator, quantifier } = operatorOf(exception, index, offsetOf);
  const right = { kind: 'values', values: words, offset } as const;
  return { kind: 'check', left: standingAt(operand.operand, offset), operator, quantifier, right, offset };
}

function standingAt(operand: Operand, offset: number): Operand {
  if (operand.kind === 'field') return { ...operand, offset };
  return { ...operand, offset, of: standingAt(operand.of, offset) };
}

function operatorOf(
  exception: ExceptionDefinition,
  index: number,
  offsetOf: OffsetOf,
): { readonly operator: Operator; readonly quantifier: Quantifier | null } {
  const scalar = exception.operators?.[index] ?? null;
  const text = scalar?.text.trim() ?? (exception.isSingle ? 'in' : '=');
  const [word = '', modifier = null, ...more] = text.split(/\s+/);
  const operator = OPERATORS.find((one) => one === (word === '==' ? '=' : word));
  const quantifier = QUANTIFIERS.find((one) => one === modifier) ?? null;
  const isKnown =
    operator !== undefined && more.length === 0 && (modifier === null) === (quantifier === null);
  const isListing = quantifier !== null || ['in', 'intersects', 'pmatch'].includes(text);
  if (!isKnown || operator === 'exists' || (exception.isSingle && !isListing))
    throw new ConditionError(
      offsetOf(scalar, exception),
      `exception ${exception.name}: ${JSON.stringify(text)} is no operator for it`,
    );
  return { operator, quantifier };
}
