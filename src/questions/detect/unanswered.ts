/** Which rules a log cannot answer: they look into bodies, and the requests they are about are logged without them. */
import type { Coverage } from '../../event/coverage.ts';
import type { Level } from '../../event/event.ts';
import { resourceTypes } from '../../event/resource-table.ts';
import { type FieldTest, fieldOf, verdictOfValue } from '../../query/matches.ts';
import { settled } from '../../query/partial.ts';
import { type Field, isNothing, NOTHING, type Predicate } from '../../query/predicate.ts';
import { compactUnion } from '../../query/union.ts';
import { ABSENT, UNKNOWN, type Value } from '../../query/value-of.ts';
import { widened } from '../../query/widen.ts';
import type { Rule } from '../../rules/rule.ts';

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse'];
const KIND_FIELDS: ReadonlySet<Field> = new Set<Field>([
  'verb',
  'objectRef.apiGroup',
  'objectRef.resource',
  'objectRef.subresource',
]);

/** Requests of the kind that rules with bodies are about: their levels are counted. Null: there is no such rule. */
export function levelWitness(rules: readonly Rule[]): Predicate | null {
  const kinds = rules.filter(({ level }) => level !== 'Metadata').map(kindOf);
  return kinds.length === 0 ? null : compactUnion(kinds, () => false);
}

export interface Unanswered {
  readonly rule: Rule;
  /** Resources that it is about, as coverage names them, which stand in the log without what it asks for. */
  readonly resources: readonly string[];
  /** There are others that stand in it with that. */
  readonly isPartly: boolean;
}

export function unansweredBy(rules: readonly Rule[], levels: Coverage['levels']): readonly Unanswered[] {
  const seen = Object.entries(levels).map(([key, counts]) => ({
    key,
    of: keyFields(key),
    highest: Math.max(...LEVELS.map((level, n) => (counts[level] === undefined ? -1 : n))),
  }));
  return rules.flatMap((rule) => {
    if (rule.level === 'Metadata') return [];
    const kind = kindOf(rule);
    const about = seen.filter(({ of }) => !isNothing(settled(kind, (test) => settleBy(of, test))));
    const blind = about.filter(({ highest }) => highest < LEVELS.indexOf(rule.level));
    if (blind.length === 0) return [];
    return [{ rule, resources: blind.map(({ key }) => key), isPartly: blind.length < about.length }];
  });
}

function kindOf({ condition }: Rule): Predicate {
  const kind = widened(condition, (test) => 'field' in test && KIND_FIELDS.has(test.field));
  // What is about anything says nothing of any.
  return kind.kind === 'all' && kind.of.length === 0 ? NOTHING : kind;
}

type Key = Readonly<Partial<Record<Field, string | null>>>;

function settleBy(of: Key, test: FieldTest): boolean | null {
  const value = of[fieldOf(test)];
  if (value === undefined) return null;
  const known: Value = value === null ? ABSENT : [value];
  const verdict = verdictOfValue(known, test);
  return verdict === UNKNOWN ? null : verdict;
}

/** `apps/deployments`, `pods/exec`, `rbac.authorization.k8s.io/roles`: event/target.ts's resourceKey taken apart. */
function keyFields(key: string): Key {
  const parts = key.split('/');
  const groups = new Set(resourceTypes().map(({ group }) => group));
  const [first = ''] = parts;
  const group = parts.length > 1 && (first.includes('.') || groups.has(first)) ? first : '';
  const [resource = null, subresource = null] = group === '' ? parts : parts.slice(1);
  return {
    'objectRef.apiGroup': group,
    'objectRef.resource': resource === 'nonresource' ? null : resource,
    'objectRef.subresource': subresource,
  };
}
