/**
 * Many rules at once: which of them hold of a request. What its verb, resource and code settle of all conditions is worked out once
 * for each such combination, so that a request is held against the few rules that could be about it.
 */

import { actorOf } from '../event/actor.ts';
import type { AuditEvent } from '../event/event.ts';
import { targetOf } from '../event/target.ts';
import { type FieldTest, fieldOf, verdictOf, verdictOfValue } from '../query/matches.ts';
import { settled } from '../query/partial.ts';
import { type Field, isEverything, isNothing, OUTCOME_FIELDS, type Predicate } from '../query/predicate.ts';
import { compactUnion } from '../query/union.ts';
import { finalValueOf, UNKNOWN } from '../query/value-of.ts';
import { asTaken } from './as-taken.ts';
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
  readonly #actors = new Map<string, string>();
  readonly #actorTests: readonly (readonly FieldTest[])[];
  #unsure = 0;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#wanted = rules.flatMap(wantedBy);
    const conditions = this.#wanted.map(({ condition }) => condition);
    this.#actorTests = [LOGIN, CLIENT, ADDRESS].map((fields) => distinctTests(conditions, fields));
    this.predicate = compactUnion(conditions, isTelling);
  }

  /** Requests of which a cut took away what a rule asks for, and which it could hold of. */
  get unsure(): number {
    return this.#unsure;
  }

  /** Of a request's outcome: the rules that hold of it, and as which step. */
  holding(event: AuditEvent): readonly Wanted[] {
    return event.cut === null ? this.#holdingOfWhole(event) : this.#holdingOfCut(event);
  }

  #holdingOfWhole(event: AuditEvent): readonly Wanted[] {
    const candidates = this.#candidates(event);
    return candidates.length === 0 ? NONE : candidates.filter((one) => isTrue(event, one.condition));
  }

  #holdingOfCut(event: AuditEvent): readonly Wanted[] {
    const verdicts = this.#wanted.map((one) => [one, verdictOf(event, one.condition)] as const);
    if (verdicts.some(([, verdict]) => verdict === UNKNOWN)) this.#unsure++;
    const sure = verdicts.filter(([, verdict]) => verdict === true).map(([one]) => one);
    const taken = asTaken(event);
    if (taken === null) return sure;
    const isSure = ({ rule, step }: Wanted) => sure.some((one) => one.rule === rule && one.step === step);
    const trusting =
      taken.cut === null
        ? this.#holdingOfWhole(taken)
        : this.#wanted.filter(({ condition }) => verdictOf(taken, condition) === true);
    return [...sure, ...trusting.filter((one) => !isSure(one))];
  }

  /** Each with what is left of its condition once it is known what was done to what, and by whom. */
  #candidates(event: AuditEvent): readonly Wanted[] {
    const { group, resource, subresource } = targetOf(event);
    const { verb, stage, responseStatus } = event;
    const kind = `${verb}\n${stage}\n${responseStatus?.code}\n${resource}\n${subresource}\n${group}`;
    const ofKind = remembered(this.#kinds, kind, () => leftOf(this.#wanted, event, KIND));
    if (ofKind.length === 0) return NONE;
    const key = `${kind}\n${this.#likeness(event)}\n${Object.keys(event.annotations).join('\n')}`;
    return remembered(this.#known, key, () => leftOf(ofKind, event, ACTOR_AND_ANNOTATIONS));
  }

  /** What the tests of the actor say of it, of all rules: actors of whom they say the same are one to the rules. */
  #likeness(event: AuditEvent): string {
    const { user, impersonatedUser, userAgent, sourceIPs } = event;
    const { session } = actorOf(event);
    // Nobody, and somebody without a name, are two.
    const who = [user?.username, user?.groups, impersonatedUser?.username, impersonatedUser?.groups, session];
    // Apart from one another: one login comes from many addresses, with many clients.
    const parts = [JSON.stringify(who), `agent ${userAgent}`, `from ${JSON.stringify(sourceIPs)}`];
    return parts
      .map((part, n) =>
        remembered(this.#actors, part, () =>
          (this.#actorTests[n] ?? []).map((test) => (verdictOf(event, test) === true ? '1' : '0')).join(''),
        ),
      )
      .join(' ');
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
    if (field === 'dryRun')
      return READS.has(event.verb) ? test.kind === 'equals' && test.value === false : null;
    if (field === 'annotations') return isUnannotated(event, test) ? false : null;
    const verdict = verdictOfValue(finalValueOf(event, field), test);
    return verdict === UNKNOWN ? null : verdict;
  };
  return wanted
    .map((one) => ({ ...one, condition: settled(one.condition, settle) }))
    .filter(({ condition }) => !isNothing(condition));
}

/** No annotation's key begins as what is asked for does: `key=text`, in which the key has no `=`. */
function isUnannotated({ annotations }: AuditEvent, test: FieldTest): boolean {
  if (test.kind !== 'equals' && test.kind !== 'glob') return false;
  if (test.kind === 'glob' && test.ignoreCase) return false;
  const text = test.kind === 'glob' ? test.pattern : String(test.value);
  const [prefix = ''] = text.split(test.kind === 'glob' ? /[=*?]/ : '=', 1);
  return !Object.keys(annotations).some((key) => key.startsWith(prefix));
}

function distinctTests(predicates: readonly Predicate[], fields: ReadonlySet<Field>): readonly FieldTest[] {
  const found = new Map<string, FieldTest>();
  const visit = (predicate: Predicate): void => {
    if (predicate.kind === 'all' || predicate.kind === 'any') predicate.of.forEach(visit);
    else if (predicate.kind === 'not') visit(predicate.of);
    else if (predicate.kind !== 'cel' && fields.has(fieldOf(predicate)))
      found.set(JSON.stringify(predicate), predicate);
  };
  predicates.forEach(visit);
  return [...found.values()];
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const NONE: readonly Wanted[] = [];

const KIND: ReadonlySet<Field> = new Set<Field>([
  'verb',
  'stage',
  'dryRun',
  'responseStatus.code',
  'objectRef.resource',
  'objectRef.subresource',
  'objectRef.apiGroup',
]);
const LOGIN: ReadonlySet<Field> = new Set<Field>([
  'user.username',
  'user.groups',
  'impersonatedUser.username',
  'impersonatedUser.groups',
  'session',
]);
const CLIENT: ReadonlySet<Field> = new Set<Field>(['userAgent']);
const ADDRESS: ReadonlySet<Field> = new Set<Field>(['sourceIPs']);
const ACTOR: ReadonlySet<Field> = new Set<Field>([...LOGIN, ...CLIENT, ...ADDRESS]);
const ACTOR_AND_ANNOTATIONS: ReadonlySet<Field> = new Set<Field>([...ACTOR, 'annotations']);

/**
 * Whether it is worth asking: that most requests were done is not. Nor what a later stage may add and is asked not to be there: for
 * that, each stage would have to be looked at.
 */
function isTelling(test: Predicate, isNegated: boolean): boolean {
  if (test.kind === 'codeBetween') return !isNegated && test.from >= 300;
  if (test.kind === 'fromNetwork') return true;
  if (!('field' in test) || !TELLING.has(test.field)) return false;
  return !OUTCOME_FIELDS.has(test.field) || !(isNegated || test.kind === 'absent');
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
  return isEverything(condition) || verdictOf(event, condition) === true;
}

function wantedBy(rule: Rule): readonly Wanted[] {
  const { correlation, condition } = rule;
  if (correlation?.kind !== 'within') return [{ rule, step: 0, condition }];
  return correlation.steps.map((one, step) => ({ rule, step, condition: one.condition }));
}
