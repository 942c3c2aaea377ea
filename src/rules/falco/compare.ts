/**
 * What Falco's operators mean, once the values are there (falcosecurity/libs, userspace/libsinsp/{filter_compare,
 * sinsp_filtercheck}.cpp). Of a field that is not there nothing holds, `!=` included; that is its caller's.
 */
import { assertNever } from '../../errors.ts';
import type { CompilePattern } from '../../query/linear-pattern.ts';
import type { Operator, Quantifier } from './condition.ts';
import type { FieldKind, Values } from './fields.ts';
import { compileGlob } from './fnmatch.ts';
import { compilePaths } from './path-match.ts';

export type Test = (values: NonNullable<Values>) => boolean;

/** Null: it can be compared; else why not. */
export function refusalOf(
  { type, isList }: Pick<FieldKind, 'type' | 'isList'>,
  operator: Operator,
  quantifier: Quantifier | null,
): string | null {
  if (operator === 'exists') return null;
  if (operator === 'bcontains' || operator === 'bstartswith')
    return `${operator} is for bytes, and no field of k8s_audit is bytes`;
  if (isList && !LISTING.has(operator)) return 'a list can be compared with exists, in and intersects only';
  if (isList && quantifier !== null) return `${quantifier} is for single values`;
  if (type === 'number' && !NUMERIC.has(operator)) return `${operator} is for texts, not for numbers`;
  return null;
}

const LISTING: ReadonlySet<Operator> = new Set<Operator>(['in', 'intersects']);
const NUMERIC: ReadonlySet<Operator> = new Set<Operator>([
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'intersects',
]);

/** Throws an Error that says what is wrong with a value. */
export function compileTest(
  { type, isList }: Pick<FieldKind, 'type' | 'isList'>,
  operator: Operator,
  quantifier: Quantifier | null,
  texts: readonly string[],
  compilePattern: CompilePattern,
): Test {
  if (type === 'number') return numberTest(operator, texts.map(toNumber));
  if (isList || operator === 'in' || operator === 'intersects' || operator === 'pmatch')
    return setTest(isList, operator, texts);
  const tests = texts.map((text) => textTest(operator, text, compilePattern));
  return ([value]) => holds(quantifier, tests, String(value));
}

/** Of one value, how many of several tests hold. */
function holds(
  quantifier: Quantifier | null,
  tests: readonly ((value: string) => boolean)[],
  value: string,
): boolean {
  if (tests.length === 0) return false;
  switch (quantifier) {
    case null:
    case 'anyof':
      return tests.some((test) => test(value));
    case 'allof':
      return tests.every((test) => test(value));
    case 'oneof':
      return tests.filter((test) => test(value)).length === 1;
    default:
      return assertNever(quantifier);
  }
}

function setTest(isList: boolean, operator: Operator, texts: readonly string[]): Test {
  if (operator === 'pmatch') {
    const isUnder = compilePaths(texts);
    return ([value]) => isUnder(String(value));
  }
  const wanted = new Set(texts);
  if (operator === 'in' && isList) return (values) => values.every((value) => wanted.has(String(value)));
  return (values) => values.some((value: string | bigint) => wanted.has(String(value)));
}

function textTest(
  operator: Operator,
  text: string,
  compilePattern: CompilePattern,
): (value: string) => boolean {
  switch (operator) {
    case '=':
      return (value) => value === text;
    case '!=':
      return (value) => value !== text;
    case '<':
      return (value) => value < text;
    case '<=':
      return (value) => value <= text;
    case '>':
      return (value) => value > text;
    case '>=':
      return (value) => value >= text;
    case 'contains':
      return (value) => value.includes(text);
    case 'icontains': {
      const lower = text.toLowerCase();
      return (value) => value.toLowerCase().includes(lower);
    }
    case 'startswith':
      return (value) => value.startsWith(text);
    case 'endswith':
      return (value) => value.endsWith(text);
    case 'glob':
      return compileGlob(text);
    case 'iglob':
      return compileGlob(text, true);
    case 'regex': {
      const pattern = compilePattern(text);
      if ('error' in pattern) throw new Error(`this pattern cannot be run: ${pattern.error}`);
      return (value) => pattern.isWhole(value);
    }
    default:
      throw new Error(`${operator} is not supported`);
  }
}

function numberTest(operator: Operator, wanted: readonly bigint[]): Test {
  return ([value]) => wanted.some((one) => compareNumbers(operator, BigInt(value ?? 0), one));
}

function compareNumbers(operator: Operator, value: bigint, wanted: bigint): boolean {
  switch (operator) {
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    default:
      return value === wanted;
  }
}

function toNumber(text: string): bigint {
  if (!/^(?:\d{1,19}|0[xX][0-9a-fA-F]{1,16})$/.test(text))
    throw new Error(`${JSON.stringify(text)} is no whole number`);
  return BigInt(text);
}
