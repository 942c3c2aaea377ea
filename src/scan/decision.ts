/**
 * Needles → a decision: what is left of them once the verb and the resource are known, for each that they name. Most lines are
 * then told by two looks, whatever the number of needles.
 */
import { matchesGlob } from '../query/glob.ts';
import type { Field, Predicate } from '../query/predicate.ts';
import type { Needles } from './needles.ts';

export type Decision = Needles | Switch;

export interface Switch {
  readonly kind: 'switch';
  readonly field: Field;
  readonly cases: ReadonlyMap<string, Decision>;
  /** Of a line with another value, and of one with none. */
  readonly otherwise: Decision;
  readonly absent: Decision;
  /** Of a line whose value is not known, or odd: all of them. */
  readonly general: Needles;
}

/** The fields that tell most, and have one value each. */
const SWITCHED_BY: readonly Field[] = ['verb', 'objectRef.resource'];
/** More are no gain: each has needles of its own. */
const MOST_CASES = 256;

const decisions = new WeakMap<Needles, Decision>();

/** Made once of the same needles. */
export function decisionOf(needles: Needles): Decision {
  const decision = decisions.get(needles) ?? decided(needles, SWITCHED_BY);
  decisions.set(needles, decision);
  return decision;
}

function decided(needles: Needles, fields: readonly Field[]): Decision {
  const [field, ...rest] = fields;
  if (field === undefined || needles.kind === 'text') return needles;
  const tests = testsOf(needles, field);
  const values = new Set([...tests].flatMap((leaf) => valuesIn(leaf, field)));
  if (values.size === 0 || values.size > MOST_CASES) return decided(needles, rest);
  // Of values of which all tests say the same, the same is left.
  const known = new Map<string, Decision>();
  const left = (value: Known): Decision => {
    const key = [...tests].map((leaf) => verdictOf(leaf, field, value)).join();
    const decision = known.get(key) ?? decided(specialized(needles, field, value), rest);
    known.set(key, decision);
    return decision;
  };
  return {
    kind: 'switch',
    field,
    cases: new Map([...values].map((value) => [value, left(value)])),
    otherwise: left(ANOTHER),
    absent: left(NONE),
    general: needles,
  };
}

const ANOTHER: unique symbol = Symbol('a value that nothing names');
const NONE: unique symbol = Symbol('no value');

type Known = string | typeof ANOTHER | typeof NONE;

const HOLDS: Needles = { kind: 'all', of: [] };
const FAILS: Needles = { kind: 'any', of: [] };

/** Those of one field. */
function testsOf(needles: Needles, field: Field, found = new Set<Predicate>()): ReadonlySet<Predicate> {
  if (needles.kind !== 'text') for (const part of needles.of) testsOf(part, field, found);
  else if (isOf(needles.leaf, field)) found.add(needles.leaf);
  return found;
}

function isOf(leaf: Predicate, field: Field): boolean {
  return leaf.kind === 'not' ? isOf(leaf.of, field) : 'field' in leaf && leaf.field === field;
}

/** The values that a test names. */
function valuesIn(leaf: Predicate, field: Field): readonly string[] {
  if (leaf.kind === 'not') return valuesIn(leaf.of, field);
  if (leaf.kind === 'equals' && leaf.field === field) return [String(leaf.value)];
  return leaf.kind === 'in' && leaf.field === field ? leaf.values : [];
}

function specialized(needles: Needles, field: Field, value: Known): Needles {
  if (needles.kind === 'text') {
    const holds = verdictOf(needles.leaf, field, value);
    return holds === null ? needles : holds ? HOLDS : FAILS;
  }
  const decisive = needles.kind === 'all' ? 'any' : 'all';
  const of: Needles[] = [];
  let isSame = true;
  for (const part of needles.of) {
    const left = specialized(part, field, value);
    if (isConstant(left) && left.kind === decisive) return left;
    if (!isConstant(left)) of.push(left);
    isSame &&= left === part;
  }
  if (isSame) return needles;
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: needles.kind, of };
}

function isConstant(needles: Needles): boolean {
  return needles.kind !== 'text' && needles.of.length === 0;
}

/** matches.ts's verdict on a leaf; null: the value does not tell. */
function verdictOf(leaf: Predicate, field: Field, value: Known): boolean | null {
  if (leaf.kind === 'not') {
    const verdict = verdictOf(leaf.of, field, value);
    return verdict === null ? null : !verdict;
  }
  if (!('field' in leaf) || leaf.field !== field) return null;
  if (leaf.kind === 'absent') return value === NONE;
  if (value === NONE) return false;
  switch (leaf.kind) {
    case 'equals':
      return value === String(leaf.value);
    case 'in':
      return value !== ANOTHER && leaf.values.includes(value);
    case 'glob':
      return value === ANOTHER ? null : matchesGlob(value, leaf.pattern, leaf.ignoreCase);
  }
}
