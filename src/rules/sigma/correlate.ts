/** A correlation document and the rules that it refers to → a correlation of ours, or two where any of two ranges will do. */
import type { Predicate } from '../../query/predicate.ts';
import { anyOf } from '../fold.ts';
import { type Place, Refusal } from '../refusal.ts';
import type { Correlation, Need, RuleValue, Step } from '../rule.ts';
import type { Scalar } from '../yaml-tree.ts';
import type { CorrelationText, NumberRange } from './correlation.ts';
import { joinedValue, ruleValue } from './rule-value.ts';

/** What a name in `rules` stands for. */
export type Referred =
  | {
      readonly kind: 'rule';
      readonly names: readonly string[];
      readonly title: string;
      readonly condition: Predicate;
    }
  | {
      readonly kind: 'correlation';
      readonly names: readonly string[];
      readonly title: string;
      readonly text: CorrelationText;
      readonly of: readonly Referred[];
    };

type Within = Extract<Correlation, { kind: 'within' }>;

/** Of each that is found it is told. Throws a Refusal. */
export function toCorrelations(text: CorrelationText, referred: readonly Referred[]): readonly Within[] {
  const isTemporal = text.type === 'temporal' || text.type === 'temporal_ordered';
  return isTemporal ? [temporal(text, referred)] : counted(text, referred);
}

export function conditionOf({ steps }: Within): Predicate {
  return anyOf(steps.map(({ condition }) => condition));
}

function counted(text: CorrelationText, referred: readonly Referred[]): readonly Within[] {
  const rules = referred.map((one, index) => {
    if (one.kind === 'rule') return one;
    throw chained(text, text.rules[index]?.place ?? text.place);
  });
  const steps = unitedSteps(text, rules);
  const { condition } = text;
  const values =
    (condition?.fields ?? []).length === 0 ? [] : steps.map((_, step) => countedValue(text, rules, step));
  return (condition?.ranges ?? []).map((range) => within(text, steps, false, [needOf(text, range, values)]));
}

function chained({ type }: CorrelationText, place: Place): Refusal {
  return new Refusal(
    place,
    `${type} of a correlation cannot be counted here; temporal and temporal_ordered take an event_count`,
  );
}

type RuleReferred = Extract<Referred, { kind: 'rule' }>;

/** One step where all rules call things alike: a request that several of them hold of counts once. */
function unitedSteps(text: CorrelationText, rules: readonly RuleReferred[]): readonly Step[] {
  const isAliased = [...text.groupBy, ...(text.condition?.fields ?? [])].some(({ text: name }) =>
    text.aliases.has(name),
  );
  if (isAliased) return rules.map((rule) => stepOf(text, rule, rule.condition));
  const [first] = rules;
  if (first === undefined) return [];
  const title = rules.map((rule) => rule.title).join(' or ');
  return [stepOf(text, { ...first, title }, anyOf(rules.map(({ condition }) => condition)))];
}

function countedValue(text: CorrelationText, rules: readonly RuleReferred[], step: number): RuleValue {
  const fields = text.condition?.fields ?? [];
  const place = text.condition?.place ?? text.place;
  const names = fields.map((field) => fieldFor(text, field, rules[step] ?? null).text);
  return joinedValue(names, fields[0]?.place ?? place);
}

function needOf(
  { type, condition }: CorrelationText,
  range: NumberRange,
  values: readonly RuleValue[],
): Need {
  const atLeast = Math.max(range.atLeast ?? 0, 0);
  switch (type) {
    case 'event_count':
      return { kind: 'count', step: null, atLeast, atMost: range.atMost };
    case 'value_count':
      return { kind: 'distinct', values, atLeast, atMost: range.atMost };
    case 'value_sum':
      return { kind: 'number', of: 'sum', values, ...range };
    case 'value_avg':
      return { kind: 'number', of: 'avg', values, ...range };
    default:
      return { kind: 'number', of: { percentile: condition?.percentile ?? 50 }, values, ...range };
  }
}

function within(
  text: CorrelationText,
  steps: readonly Step[],
  isOrdered: boolean,
  needs: readonly Need[],
): Within {
  const key = text.groupBy.map((name) => name.text);
  return { kind: 'within', withinUs: text.withinUs, key, steps, isOrdered, needs };
}

/** Each of them, or with a condition so many of them, in any order or in theirs. */
function temporal(text: CorrelationText, referred: readonly Referred[]): Within {
  const isOrdered = text.type === 'temporal_ordered';
  const parts = referred.map((one, index) => partOf(text, one, text.rules[index]?.place ?? text.place));
  const steps = parts.map(({ step }) => step);
  const counts = parts.map(({ atLeast }, step): Need => ({ kind: 'count', step, atLeast, atMost: null }));
  const range = rangeOf(text, steps.length);
  if (range === null) return within(text, steps, isOrdered, counts);
  if (isOrdered || parts.some(({ atLeast }) => atLeast > 1))
    throw new Refusal(
      text.condition?.place ?? text.place,
      `${text.type}: all of the rules, not a number of them`,
    );
  // Two rules may have the same title.
  const values = steps.map((step, index): RuleValue => {
    const own = `${index + 1}: ${step.name}`;
    return { name: 'rule', fields: [], of: () => own };
  });
  return within(text, steps, false, [
    { kind: 'distinct', values, atLeast: range.atLeast ?? 1, atMost: range.atMost },
  ]);
}

/** Null: all of them. */
function rangeOf({ condition }: CorrelationText, steps: number): NumberRange | null {
  if (condition === null) return null;
  const [range, another] = condition.ranges;
  if (range === undefined || another !== undefined)
    throw new Refusal(condition.place, 'neq cannot be said of how many rules there are');
  return range.atLeast === steps && (range.atMost === null || range.atMost >= steps) ? null : range;
}

/** A rule, or so many of its requests when it is an event_count over the same time and the same key. */
function partOf(text: CorrelationText, referred: Referred, place: Place): { step: Step; atLeast: number } {
  if (referred.kind === 'rule') return { step: stepOf(text, referred, referred.condition), atLeast: 1 };
  const inner = referred.text;
  const [range, another] = inner.condition?.ranges ?? [];
  const isCount = inner.type === 'event_count' && another === undefined && range?.atMost === null;
  const isAlike =
    inner.withinUs === text.withinUs &&
    inner.groupBy.map((name) => name.text).join('\n') === text.groupBy.map((name) => name.text).join('\n') &&
    inner.aliases.size === 0;
  const rules = referred.of.filter((one) => one.kind === 'rule');
  if (!isCount || !isAlike || rules.length !== referred.of.length)
    throw new Refusal(
      place,
      `${JSON.stringify(referred.title)} can be a part of another correlation only as event_count with gt or gte, over the same timespan and group-by`,
    );
  return {
    step: stepOf(text, referred, anyOf(rules.map(({ condition }) => condition))),
    atLeast: range?.atLeast ?? 1,
  };
}

function stepOf(
  text: CorrelationText,
  referred: Pick<Referred, 'names' | 'title'>,
  condition: Predicate,
): Step {
  const key = text.groupBy.map((name) =>
    ruleValue(fieldFor(text, name, referred).text, name.place, name.text),
  );
  return { name: referred.title, condition, key };
}

/** What an alias stands for in the requests of that rule; every other name is a field. */
function fieldFor(
  text: CorrelationText,
  name: Scalar,
  referred: Pick<Referred, 'names' | 'title'> | null,
): Scalar {
  const alias = text.aliases.get(name.text);
  if (alias === undefined) return name;
  const field = referred?.names.map((one) => alias.get(one)).find((one) => one !== undefined);
  if (field === undefined)
    throw new Refusal(
      name.place,
      `alias ${name.text} does not say its field for ${JSON.stringify(referred?.title)}`,
    );
  return field;
}
