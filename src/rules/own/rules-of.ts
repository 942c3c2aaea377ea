/** Rules as they are written, known to be of the right form → rules. What a condition means is condition.ts's. */
import type { KeyPath, Places } from '../../config/places.ts';
import { any } from '../../query/predicate.ts';
import type { Rule } from '../rule.ts';
import { conditionOf } from './condition.ts';
import { correlationOf } from './correlation.ts';
import type { RuleText } from './rules-schema.ts';
import { testOf } from './test-events.ts';

/** Throws UserError AUDIT_BAD_RULE, with line and column. */
export async function rulesOf(
  texts: readonly RuleText[],
  places: Places,
  file: string,
): Promise<readonly Rule[]> {
  const known = new Set<string>();
  const rules: Rule[] = [];
  for (const [n, text] of texts.entries()) {
    const path = ['rules', n];
    if (known.has(text.id))
      throw places.refuse([...path, 'id'], `another rule is called ${text.id}`, 'ids are unique');
    known.add(text.id);
    rules.push(await ruleOf(text, path, places, file));
  }
  return rules;
}

async function ruleOf(text: RuleText, path: KeyPath, places: Places, file: string): Promise<Rule> {
  const { id, title, severity, level, why, tags = [], tests = [], when } = text;
  const correlation = await correlationOf(text, path, places);
  const condition =
    correlation?.kind === 'within'
      ? any(...correlation.steps.map((step) => step.condition))
      : when === undefined
        ? null
        : await conditionOf(when, [...path, 'when'], places);
  if (condition === null) {
    throw places.refuse(path, `${id} does not say when: or sequence:`, 'when: { did: exec } is the shortest');
  }
  const values =
    correlation === null
      ? []
      : correlation.kind === 'first seen'
        ? [...correlation.key, ...correlation.values]
        : [
            ...correlation.steps.flatMap((step) => step.key),
            ...correlation.needs.flatMap((need) => (need.kind === 'count' ? [] : need.values)),
          ];
  return {
    ...{ id, title, pack: 'own', severity, level, why, condition, correlation },
    tags: tags.map((tag) => tag.toLowerCase()),
    advice: text.advice ?? [],
    falsePositives: text.falsePositives ?? [],
    references: text.references ?? [],
    describe: null,
    fields: [...new Set(values.flatMap((value) => value.fields))],
    place: { file, line: places.lineOf(path) },
    tests: tests.map((test, n) => testOf(test, [...path, 'tests', n], places, file)),
  };
}
