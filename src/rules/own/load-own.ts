/** Text of one of our own rule files → its rules, or where it is wrong. What a condition means is condition.ts's. */
import { LineCounter, parseDocument } from 'yaml';
import { type KeyPath, type Places, placesIn, refuseAt } from '../../config/places.ts';
import { UserError } from '../../errors.ts';
import { any } from '../../query/predicate.ts';
import type { Rule } from '../rule.ts';
import { conditionOf } from './condition.ts';
import { correlationOf } from './correlation.ts';
import { type RuleText, rulesSchema } from './rules-schema.ts';
import { testOf } from './test-events.ts';

/** Throws UserError AUDIT_BAD_RULE, with line and column. */
export async function loadOwn(text: string, file: string): Promise<readonly Rule[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new UserError('AUDIT_BAD_RULE', `${file}:${line}:${col}: ${error.message}`, {
      hint: 'it must be YAML',
    });
  }
  const places = placesIn(document, lines, file, 'AUDIT_BAD_RULE');
  const parsed = rulesSchema.safeParse(document.toJS({ maxAliasCount: 1000 }) ?? {});
  if (!parsed.success) throw refuseAt(parsed.error, places, []);
  const rules: Rule[] = [];
  for (const [n, rule] of parsed.data.rules.entries()) {
    const path = ['rules', n];
    if (rules.some(({ id }) => id === rule.id))
      throw places.refuse([...path, 'id'], `another rule is called ${rule.id}`, 'ids are unique');
    rules.push(await ruleOf(rule, path, places, file));
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
