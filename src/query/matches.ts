/**
 * The one meaning of a predicate. Logic of three values (Kleene's): what a cut took away, and an expression that fails, is
 * unknown, and so is its negation. Sources narrow by it, nothing else decides.
 */

import { assertNever } from '../errors.ts';
import { isOutcome } from '../event/assembler.ts';
import type { AuditEvent } from '../event/event.ts';
import { matchesGlob } from './glob.ts';
import { type Network, parseNetwork } from './networks.ts';
import { type Field, OUTCOME_FIELDS, type Predicate } from './predicate.ts';
import { ABSENT, earlyValueOf, finalValueOf, UNKNOWN, type Value } from './value-of.ts';

export type Verdict = boolean | typeof UNKNOWN;

/** Of an assembled request's outcome event. What is unknown is no match: see `couldMatch`. */
export function matches(event: AuditEvent, predicate: Predicate): boolean {
  return judge(event, predicate, true) === true;
}

/**
 * `matches`, and why not: unknown on a whole event can only come from an error in a CEL expression, on a cut one also
 * from what it lost. Both are to be counted.
 */
export function verdictOf(event: AuditEvent, predicate: Predicate): Verdict {
  return judge(event, predicate, true);
}

/**
 * Of one stage's event: false only when the outcome of its request certainly does not match. When the outcome matches,
 * true for every stage of the request.
 */
export function mayMatch(event: AuditEvent, predicate: Predicate): boolean {
  return judge(event, predicate, isOutcome(event)) !== false;
}

/**
 * Whether the request that this event is a stage of could match, judged alike for all its stages: as if the outcome were
 * not known yet. An earlier stage read after an outcome that did not match is then known to be finished.
 */
export function concerns(event: AuditEvent, predicate: Predicate): boolean {
  return judge(event, predicate, false) !== false;
}

/** What is known of a salvaged event does not rule out a match: a gap, unless it `matches`. */
export const couldMatch = mayMatch;

/** `isFinal`: no later stage can tell more. `isNegated`: within an odd number of negations. */
function judge(event: AuditEvent, predicate: Predicate, isFinal: boolean, isNegated = false): Verdict {
  switch (predicate.kind) {
    case 'all':
      return judgeParts(event, predicate.of, { isFinal, isNegated }, false);
    case 'any':
      return judgeParts(event, predicate.of, { isFinal, isNegated }, true);
    case 'not': {
      const verdict = judge(event, predicate.of, isFinal, !isNegated);
      return verdict === UNKNOWN ? UNKNOWN : !verdict;
    }
    default: {
      const verdict = judgeLeaf(event, predicate, isFinal);
      return isFinal || !lacksEarlier(predicate, verdict, isNegated) ? verdict : UNKNOWN;
    }
  }
}

/**
 * An earlier stage may lack what speaks against a match here: it would pass for one, were this stage not as doubtful. What
 * speaks for one is asked for in vain there.
 */
function lacksEarlier(leaf: Leaf, verdict: Verdict, isNegated: boolean): boolean {
  if (!('field' in leaf) || !OUTCOME_FIELDS.has(leaf.field)) return false;
  return leaf.kind === 'absent' ? verdict === false && !isNegated : verdict === true && isNegated;
}

type Leaf = Exclude<Predicate, { kind: 'all' | 'any' | 'not' }>;

/** One test of one field. */
export type FieldTest = Exclude<Leaf, { kind: 'cel' }>;

function judgeLeaf(event: AuditEvent, predicate: Leaf, isFinal: boolean): Verdict {
  if (predicate.kind === 'cel') return judgeCel(event, predicate, isFinal);
  return verdictOfValue(look(event, fieldOf(predicate), isFinal), predicate);
}

/** The field that a test is one of. */
export function fieldOf(test: FieldTest): Field {
  if (test.kind === 'codeBetween') return 'responseStatus.code';
  return test.kind === 'fromNetwork' ? 'sourceIPs' : test.field;
}

/** Of one field's value, wherever it was kept. */
export function verdictOfValue(value: Value, test: FieldTest): Verdict {
  switch (test.kind) {
    case 'equals': {
      const wanted = String(test.value);
      return some(value, (text) => text === wanted);
    }
    case 'in':
      return some(value, (text) => isIn(text, test.values));
    case 'glob':
      return some(value, (text) => matchesGlob(text, test.pattern, test.ignoreCase));
    case 'codeBetween':
      return some(value, (code) => isBetween(Number(code), test));
    case 'fromNetwork':
      if (value === UNKNOWN || value === ABSENT) return value === UNKNOWN ? UNKNOWN : false;
      return networkOf(test).has(value.at(-1) ?? '');
    case 'absent':
      return value === UNKNOWN ? UNKNOWN : value === ABSENT;
    default:
      return assertNever(test);
  }
}

function look(event: AuditEvent, field: Field, isFinal: boolean): Value {
  return isFinal ? finalValueOf(event, field) : earlyValueOf(event, field);
}

/** `decisive`: the verdict of one part that settles the whole. */
function judgeParts(
  event: AuditEvent,
  parts: readonly Predicate[],
  { isFinal, isNegated }: { readonly isFinal: boolean; readonly isNegated: boolean },
  decisive: boolean,
): Verdict {
  let verdict: Verdict = !decisive;
  for (const part of parts) {
    const of = judge(event, part, isFinal, isNegated);
    if (of === decisive) return decisive;
    if (of === UNKNOWN) verdict = UNKNOWN;
  }
  return verdict;
}

function judgeCel(
  event: AuditEvent,
  { holds }: Extract<Predicate, { kind: 'cel' }>,
  isFinal: boolean,
): Verdict {
  if (!isFinal) return UNKNOWN;
  if (event.cut?.lost.some((name) => holds.names.has(name)) === true) return UNKNOWN;
  const verdict = holds.test(event.json);
  return verdict === 'error' ? UNKNOWN : verdict;
}

function some(value: Value, test: (value: string) => boolean): Verdict {
  if (value === UNKNOWN) return UNKNOWN;
  return value === ABSENT ? false : value.some(test);
}

function isBetween(code: number, range: { readonly from: number; readonly to: number }): boolean {
  return code >= range.from && code <= range.to;
}

/** More are looked up. */
const FEW = 8;
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Names of thousands of objects are asked for at once. */
function isIn(value: string, values: readonly string[]): boolean {
  if (values.length <= FEW) return values.includes(value);
  const known = sets.get(values) ?? new Set(values);
  sets.set(values, known);
  return known.has(value);
}

const networks = new WeakMap<Predicate, Network>();

/** Parsed once for each predicate: they are data, and data has no BlockList in it. */
function networkOf(predicate: Extract<Predicate, { kind: 'fromNetwork' }>): Network {
  const known = networks.get(predicate);
  if (known !== undefined) return known;
  const network = parseNetwork(predicate.cidr);
  networks.set(predicate, network);
  return network;
}
