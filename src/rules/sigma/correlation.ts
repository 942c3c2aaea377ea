/** What a Sigma correlation document says (sigma-specification v2.1, correlation rules). What it refers to is correlate.ts's. */
import { type Place, Refusal } from '../refusal.ts';
import { entryOf, type Mapping, type Scalar } from '../yaml-tree.ts';
import { mappingOf, textOf, textsOf } from './documents.ts';

export const CORRELATION_TYPES = [
  ...(['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const),
  ...(['value_sum', 'value_avg', 'value_percentile', 'value_median'] as const),
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export interface CorrelationText {
  readonly type: CorrelationType;
  readonly rules: readonly Scalar[];
  readonly groupBy: readonly Scalar[];
  readonly withinUs: number;
  /** Alias → what it is called in the requests of each rule. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, Scalar>>;
  readonly condition: CountCondition | null;
  /** The rules that it refers to stand by themselves too. */
  readonly generates: boolean;
  readonly place: Place;
}

/** Ranges of numbers, any of which will do; both ends belong to them. */
export interface CountCondition {
  readonly ranges: readonly NumberRange[];
  readonly fields: readonly Scalar[];
  readonly percentile: number | null;
  readonly place: Place;
}

export interface NumberRange {
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

const KEYS: ReadonlySet<string> = new Set([
  ...['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'],
]);

/** Throws a Refusal. */
export function readCorrelation(tree: Mapping): CorrelationText {
  const correlation = mappingOf(tree, 'correlation');
  if (correlation === null) throw new Refusal(tree.place, 'correlation is missing');
  refuseUnknown(correlation, KEYS, 'a correlation');
  const type = typeOf(correlation);
  const rules = textsOf(correlation, 'rules');
  if (rules.length === 0) throw new Refusal(correlation.place, 'correlation: rules are missing');
  const condition = conditionOf(correlation, type);
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (condition === null && !isTemporal)
    throw new Refusal(correlation.place, `${type}: condition is missing`);
  return {
    ...{ type, rules, condition, place: correlation.place },
    groupBy: textsOf(correlation, 'group-by'),
    withinUs: timespanOf(correlation),
    aliases: aliasesOf(correlation),
    generates: generatesOf(correlation),
  };
}

function refuseUnknown(tree: Mapping, known: ReadonlySet<string>, what: string): void {
  const unknown = tree.entries.find(({ key }) => !known.has(key));
  if (unknown !== undefined)
    throw new Refusal(
      unknown.keyPlace,
      `${what} has no ${JSON.stringify(unknown.key)}: ${[...known].join(', ')}`,
    );
}

function typeOf(correlation: Mapping): CorrelationType {
  const scalar = textOf(correlation, 'type');
  const type = CORRELATION_TYPES.find((one) => one === scalar?.text.toLowerCase());
  if (type === undefined)
    throw new Refusal(
      scalar?.place ?? correlation.place,
      `correlation: type is one of ${CORRELATION_TYPES.join(', ')}`,
    );
  return type;
}

const SECOND_US = 1_000_000;
/** Months and years as pySigma counts them. */
const UNITS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
  y: 31_556_952,
};

function timespanOf(correlation: Mapping): number {
  const scalar = textOf(correlation, 'timespan');
  if (scalar === null) throw new Refusal(correlation.place, 'correlation: timespan is missing');
  const [, count = '', unit = ''] = /^(\d{1,9})([smhdwMy])$/.exec(scalar.text.trim()) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? 0);
  if (seconds <= 0)
    throw new Refusal(scalar.place, `timespan ${JSON.stringify(scalar.text)}: 30s, 5m, 1h or 7d`);
  return seconds * SECOND_US;
}

function aliasesOf(correlation: Mapping): CorrelationText['aliases'] {
  const aliases = mappingOf(correlation, 'aliases');
  return new Map(
    (aliases?.entries ?? []).map(({ key, value }) => {
      if (value.kind !== 'mapping')
        throw new Refusal(value.place, `alias ${key} must say the field for each rule`);
      return [key, new Map(value.entries.map((entry) => [entry.key.toLowerCase(), scalarIn(entry)]))];
    }),
  );
}

function scalarIn({ key, value }: Mapping['entries'][number]): Scalar {
  if (value.kind !== 'scalar') throw new Refusal(value.place, `${key} must be a text`);
  return value;
}

function generatesOf(correlation: Mapping): boolean {
  const scalar = textOf(correlation, 'generate');
  if (scalar === null) return false;
  if (typeof scalar.value !== 'boolean') throw new Refusal(scalar.place, 'generate: true or false');
  return scalar.value;
}

const OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
type Operator = (typeof OPERATORS)[number];
const CONDITION_KEYS: ReadonlySet<string> = new Set([...OPERATORS, 'field', 'percentile']);

function conditionOf(correlation: Mapping, type: CorrelationType): CountCondition | null {
  const entry = entryOf(correlation, 'condition');
  if (entry === null) return null;
  const { value, keyPlace } = entry;
  if (value.kind !== 'mapping')
    throw new Refusal(value.place, 'condition of a correlation: a mapping such as gte: 10; no expressions');
  refuseUnknown(value, CONDITION_KEYS, 'the condition of a correlation');
  const isWhole = ['event_count', 'value_count', 'temporal', 'temporal_ordered'].includes(type);
  const ranges = rangesOf(value, isWhole);
  const fields = textsOf(value, 'field');
  const isOfField = type.startsWith('value_');
  if (isOfField && fields.length === 0) throw new Refusal(keyPlace, `${type}: field is missing`);
  if (!isOfField && fields.length > 0)
    throw new Refusal(keyPlace, `${type} counts requests: it has no field`);
  return { ranges, fields, percentile: percentileOf(value, type), place: keyPlace };
}

function percentileOf(condition: Mapping, type: CorrelationType): number | null {
  const scalar = textOf(condition, 'percentile');
  if (type === 'value_median') return 50;
  if (type !== 'value_percentile') {
    if (scalar !== null) throw new Refusal(scalar.place, `${type} has no percentile`);
    return null;
  }
  const percentile = typeof scalar?.value === 'number' ? scalar.value : Number.NaN;
  if (!(percentile >= 0 && percentile <= 100))
    throw new Refusal(
      scalar?.place ?? condition.place,
      'value_percentile: percentile is a number from 0 to 100',
    );
  return percentile;
}

/** All of its operators hold: one range, or with `neq` two. */
function rangesOf(condition: Mapping, isWhole: boolean): readonly NumberRange[] {
  const operators = OPERATORS.filter((operator) => entryOf(condition, operator) !== null);
  if (operators.length === 0)
    throw new Refusal(condition.place, `condition of a correlation: ${OPERATORS.join(', ')}`);
  const ranges = operators.map((operator) =>
    rangesBy(operator, numberOf(condition, operator, isWhole), isWhole),
  );
  const met = ranges.reduce((left, right) =>
    left.flatMap((one) => right.flatMap((other) => both(one, other))),
  );
  if (met.length === 0) throw new Refusal(condition.place, 'no number meets this condition');
  return met;
}

function numberOf(condition: Mapping, operator: Operator, isWhole: boolean): number {
  const scalar = textOf(condition, operator);
  const number = typeof scalar?.value === 'number' ? scalar.value : Number(scalar?.text || Number.NaN);
  const fits = isWhole ? Number.isSafeInteger(number) && number >= 0 : Number.isFinite(number);
  if (!fits)
    throw new Refusal(scalar?.place ?? condition.place, `${operator}: a ${isWhole ? 'whole ' : ''}number`);
  return number;
}

function rangesBy(operator: Operator, number: number, isWhole: boolean): readonly NumberRange[] {
  const above = isWhole ? number + 1 : next(number);
  const below = isWhole ? number - 1 : -next(-number);
  switch (operator) {
    case 'gt':
      return [{ atLeast: above, atMost: null }];
    case 'gte':
      return [{ atLeast: number, atMost: null }];
    case 'lt':
      return [{ atLeast: null, atMost: below }];
    case 'lte':
      return [{ atLeast: null, atMost: number }];
    case 'eq':
      return [{ atLeast: number, atMost: number }];
    case 'neq':
      return [
        { atLeast: above, atMost: null },
        { atLeast: null, atMost: below },
      ];
  }
}

function both(one: NumberRange, other: NumberRange): readonly NumberRange[] {
  const atLeast = maxOf(one.atLeast, other.atLeast);
  const atMost = one.atMost === null ? other.atMost : Math.min(one.atMost, other.atMost ?? one.atMost);
  return atLeast !== null && atMost !== null && atLeast > atMost ? [] : [{ atLeast, atMost }];
}

function maxOf(a: number | null, b: number | null): number | null {
  return a === null ? b : Math.max(a, b ?? a);
}

/** The next number up that can be told from it. */
function next(number: number): number {
  if (number === 0) return Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, number);
  const up = bits.getBigInt64(0) + (number > 0 ? 1n : -1n);
  bits.setBigInt64(0, up);
  return bits.getFloat64(0);
}
