/**
 * Many rules at once: which of them hold of a request. What its verb, resource and code settle of all conditions is worked out once
 * for each such combination, so that a request is held against the few rules that could be about it.
 */
import type { AuditEvent } from '../event/event.ts';
import { targetOf } from '../event/target.ts';
import { type FieldTest, fieldOf, verdictOf, verdictOfValue } from '../query/matches.ts';
import { isAlways, isNever, settled } from '../query/partial.ts';
import { any, type Field, type Predicate } from '../query/predicate.ts';
import { finalValueOf, UNKNOWN } from '../query/value-of.ts';
import type { Rule } from './rule.ts';

/** One kind of request that a rule is about. */
export interface Wanted {
  readonly rule: Rule;
  /** Of a correlation; 0 for any other rule. */
  readonly step: number;
  readonly condition: Predicate;
}

/** Combinations that are remembered, at most: clients can make up resources. */
const MOST_KNOWN = 5000;

export class Detector {
  readonly rules: readonly Rule[];
  /** Of every request that one of the rules is about; exact. */
  readonly predicate: Predicate;
  readonly #wanted: readonly Wanted[];
  readonly #known = new Map<string, readonly Wanted[]>();
  #unsure = 0;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#wanted = rules.flatMap(wantedBy);
    this.predicate = any(...this.#wanted.map(({ condition }) => condition));
  }

  /** Requests of which a cut took away what a rule asks for, and which it could hold of. */
  get unsure(): number {
    return this.#unsure;
  }

  /** Of a request's outcome: the rules that hold of it, and as which step. */
  holding(event: AuditEvent): readonly Wanted[] {
    if (event.cut !== null) return this.#holdingOfCut(event);
    const candidates = this.#candidates(event);
    return candidates.length === 0 ? NONE : candidates.filter((one) => isTrue(event, one.condition));
  }

  #holdingOfCut(event: AuditEvent): readonly Wanted[] {
    const verdicts = this.#wanted.map((one) => [one, verdictOf(event, one.condition)] as const);
    if (verdicts.some(([, verdict]) => verdict === UNKNOWN)) this.#unsure++;
    return verdicts.filter(([, verdict]) => verdict === true).map(([one]) => one);
  }

  /** Each with what is left of its condition. */
  #candidates(event: AuditEvent): readonly Wanted[] {
    const { group, resource, subresource } = targetOf(event);
    const key = `${event.verb}\n${event.responseStatus?.code}\n${resource}\n${subresource}\n${group}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const settle = (test: FieldTest): boolean | null => {
      const field = fieldOf(test);
      if (!SETTLED.has(field)) return null;
      const verdict = verdictOfValue(finalValueOf(event, field), test);
      return verdict === UNKNOWN ? null : verdict;
    };
    const found = this.#wanted
      .map((one) => ({ ...one, condition: settled(one.condition, settle) }))
      .filter(({ condition }) => !isNever(condition));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }
}

const NONE: readonly Wanted[] = [];

const SETTLED: ReadonlySet<Field> = new Set<Field>([
  'verb',
  'responseStatus.code',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.apiGroup',
]);

function isTrue(event: AuditEvent, condition: Predicate): boolean {
  return isAlways(condition) || verdictOf(event, condition) === true;
}

function wantedBy(rule: Rule): readonly Wanted[] {
  const { correlation, condition } = rule;
  if (correlation?.kind !== 'within') return [{ rule, step: 0, condition }];
  return correlation.steps.map((one, step) => ({ rule, step, condition: one.condition }));
}
