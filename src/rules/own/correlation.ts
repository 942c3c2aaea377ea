/** What of several requests a rule file says: within, count, distinct, sequence, together, firstSeen → a correlation. */
import type { KeyPath, Places } from '../../config/places.ts';
import { parseDuration } from '../../query/duration.ts';
import type { Correlation, Need, RuleValue, Step } from '../rule.ts';
import { atPlace, conditionOf } from './condition.ts';
import { ruleValue } from './rule-values.ts';
import type { RuleText, StepText } from './rules-schema.ts';

/** Longer windows would be read for every question. */
const LONGEST_US = 31 * 86_400_000_000;

/** Null: of single requests. Throws UserError AUDIT_BAD_RULE. */
export async function correlationOf(
  text: RuleText,
  path: KeyPath,
  places: Places,
): Promise<Correlation | null> {
  const { firstSeen, within } = text;
  if (firstSeen !== undefined) return firstSeenOf(text, firstSeen, path, places);
  if (within === undefined) {
    const alien = (['key', 'count', 'distinct', 'sequence', 'together'] as const).find(
      (key) => text[key] !== undefined,
    );
    if (alien === undefined) return null;
    throw places.refuse([...path, alien], 'wants a time: within', 'within: 5m');
  }
  const key = text.key ?? [];
  const steps = await stepsOf(text, key, path, places);
  const needs = needsOf(text, steps.length, path, places);
  if (needs.length === 0)
    throw places.refuse(
      [...path, 'within'],
      'wants what must come together',
      'count: 10; or distinct:, sequence:',
    );
  return {
    kind: 'within',
    withinUs: durationOf(within, [...path, 'within'], places),
    key,
    steps,
    isOrdered: text.sequence !== undefined,
    needs,
  };
}

function firstSeenOf(
  text: RuleText,
  { of, key = [], lookBack }: NonNullable<RuleText['firstSeen']>,
  path: KeyPath,
  places: Places,
): Correlation {
  const here = [...path, 'firstSeen'];
  const alien = (['within', 'key', 'count', 'distinct', 'sequence', 'together'] as const).find(
    (name) => text[name] !== undefined,
  );
  if (alien !== undefined)
    throw places.refuse([...path, alien], 'does not go with firstSeen', 'two rules say both');
  return {
    kind: 'first seen',
    lookBackUs: durationOf(lookBack, [...here, 'lookBack'], places),
    key: valuesOf(key, [...here, 'key'], places),
    values: valuesOf(of, [...here, 'of'], places),
  };
}

async function stepsOf(
  text: RuleText,
  key: readonly string[],
  path: KeyPath,
  places: Places,
): Promise<readonly Step[]> {
  const { sequence, together, when } = text;
  if (sequence !== undefined && together !== undefined)
    throw places.refuse([...path, 'together'], 'does not go with sequence', 'one of the two');
  const several = sequence ?? together;
  const ofSeveral = sequence === undefined ? 'together' : 'sequence';
  if (several !== undefined && when !== undefined)
    throw places.refuse([...path, 'when'], `stands in each step of ${ofSeveral}`, 'leave it out here');
  if (several !== undefined)
    return Promise.all(several.map((step, n) => stepOf(step, n, key, [...path, ofSeveral, n], places)));
  if (when === undefined)
    throw places.refuse([...path, 'within'], 'wants when: or sequence:', 'when: { did: read }');
  return [
    {
      name: 'when',
      condition: await conditionOf(when, [...path, 'when'], places),
      key: valuesOf(key, [...path, 'key'], places),
    },
  ];
}

async function stepOf(
  { name, when, key: own }: StepText,
  n: number,
  key: readonly string[],
  path: KeyPath,
  places: Places,
): Promise<Step> {
  if (own !== undefined && own.length !== key.length) {
    const wanted = `the rule’s key is of ${key.length}, this of ${own.length}`;
    throw places.refuse([...path, 'key'], wanted, 'as many as the rule’s key, in its order');
  }
  return {
    name: name ?? `step ${n + 1}`,
    condition: await conditionOf(when, [...path, 'when'], places),
    key: valuesOf(own ?? key, [...path, 'key'], places),
  };
}

function needsOf(text: RuleText, stepCount: number, path: KeyPath, places: Places): readonly Need[] {
  const needs: Need[] = [];
  for (const [n, { count }] of (text.sequence ?? text.together ?? []).entries())
    needs.push({ kind: 'count', step: n, ...(count ?? { atLeast: 1, atMost: null }) });
  if (text.count !== undefined) needs.push({ kind: 'count', step: null, ...text.count });
  for (const [name, bounds] of Object.entries(text.distinct ?? {})) {
    const [value] = valuesOf([name], [...path, 'distinct', name], places);
    if (value !== undefined)
      needs.push({ kind: 'distinct', values: Array.from({ length: stepCount }, () => value), ...bounds });
  }
  return needs;
}

function valuesOf(names: readonly string[], path: KeyPath, places: Places): readonly RuleValue[] {
  return names.map((name) => {
    const value = valueNamed(name, path, places);
    if (value === null) throw places.refuse(path, 'an empty name');
    return value;
  });
}

function valueNamed(name: string, path: KeyPath, places: Places): RuleValue | null {
  try {
    return ruleValue(name);
  } catch (error) {
    throw atPlace(error, path, places);
  }
}

function durationOf(text: string, path: KeyPath, places: Places): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0 && ms * 1000 <= LONGEST_US) return ms * 1000;
  throw places.refuse(path, `${JSON.stringify(text)} is no time up to 31 days`, '30s, 5m, 1h30m, 7d');
}
