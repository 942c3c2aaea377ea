/**
 * Many rules at once: which of them hold of a request. What its verb, resource and code settle of all conditions is worked out once
 * for each such combination, so that a request is held against the few rules that could be about it.
 */

import { actorOf } from '../event/actor.ts';
import type { AuditEvent } from '../event/event.ts';
import { targetOf } from '../event/target.ts';
import { type FieldTest, fieldOf, verdictOf, verdictOfValue } from '../query/matches.ts';
import { isAlways, isNever, settled } from '../query/partial.ts';
import type { Field, Predicate } from '../query/predicate.ts';
import { compactUnion } from '../query/union.ts';
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
const MOST_KNOWN = 20_000;

export class Detector {
  readonly rules: readonly Rule[];
  /** Holds of every request that one of the rules is about, and of others: what is asked for, to be held against the rules. */
  readonly predicate: Predicate;
  readonly #wanted: readonly Wanted[];
  readonly #kinds = new Map<string, readonly Wanted[]>();
  readonly #known = new Map<string, readonly Wanted[]>();
  #unsure = 0;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#wanted = rules.flatMap(wantedBy);
    this.predicate = compactUnion(
      this.#wanted.map(({ condition }) => condition),
      isTelling,
    );
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

  /** Each with what is left of its condition once it is known what was done to what, and by whom. */
  #candidates(event: AuditEvent): readonly Wanted[] {
    const { group, resource, subresource } = targetOf(event);
    const kind = `${event.verb}\n${event.responseStatus?.code}\n${resource}\n${subresource}\n${group}`;
    const ofKind = remembered(this.#kinds, kind, () => leftOf(this.#wanted, event, KIND));
    if (ofKind.length === 0) return NONE;
    const { user, as, session } = actorOf(event);
    // Nobody, and somebody without a name, are two.
    const actor = `${event.user === null}\n${user}\n${event.impersonatedUser === null}\n${as}\n${session}`;
    return remembered(this.#known, `${kind}\n${actor}`, () => leftOf(ofKind, event, ACTOR));
  }
}

/** Clients can make up resources, and names. */
function remembered<T>(known: Map<string, T>, key: string, find: () => T): T {
  const of = known.get(key);
  if (of !== undefined) return of;
  const found = find();
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, found);
  return found;
}

/** What the fields settle, of an event that has them. */
function leftOf(wanted: readonly Wanted[], event: AuditEvent, fields: ReadonlySet<Field>): readonly Wanted[] {
  const settle = (test: FieldTest): boolean | null => {
    const field = fieldOf(test);
    if (!fields.has(field)) return null;
    const verdict = verdictOfValue(finalValueOf(event, field), test);
    return verdict === UNKNOWN ? null : verdict;
  };
  return wanted
    .map((one) => ({ ...one, condition: settled(one.condition, settle) }))
    .filter(({ condition }) => !isNever(condition));
}

const NONE: readonly Wanted[] = [];

const KIND: ReadonlySet<Field> = new Set<Field>([
  'verb',
  'responseStatus.code',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.apiGroup',
]);
const ACTOR: ReadonlySet<Field> = new Set<Field>(['user.username', 'impersonatedUser.username', 'session']);

/** That most requests were done is not worth asking. */
function isTelling(test: Predicate): boolean {
  if (test.kind === 'codeBetween') return test.from >= 300;
  return test.kind === 'fromNetwork' || ('field' in test && TELLING.has(test.field));
}

const TELLING: ReadonlySet<Field> = new Set<Field>([
  'stage',
  'requestPath',
  'userAgent',
  'user.username',
  'user.groups',
  'impersonatedUser.username',
  'impersonatedUser.groups',
  'session',
  'annotations',
]);

function isTrue(event: AuditEvent, condition: Predicate): boolean {
  return isAlways(condition) || verdictOf(event, condition) === true;
}

function wantedBy(rule: Rule): readonly Wanted[] {
  const { correlation, condition } = rule;
  if (correlation?.kind !== 'within') return [{ rule, step: 0, condition }];
  return correlation.steps.map((one, step) => ({ rule, step, condition: one.condition }));
}
