/** One Sigma detection, tried on one event. */
import { verdictOf } from '../../../src/query/matches.ts';
import type { LoadedRules, Rule } from '../../../src/rules/rule.ts';
import { loadSigma } from '../../../src/rules/sigma/load-sigma.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { type Json, POD } from '../falco/judging.ts';

export { type Json, POD };

/** `detection` is YAML; without a condition: `selection`. */
export function fileOf(detection: string, more = ''): string {
  const lines = detection.split('\n').map((line) => `  ${line}`);
  if (!/^ {2}condition:/m.test(lines.join('\n'))) lines.push('  condition: selection');
  return [
    'title: A rule',
    'logsource:',
    '  product: kubernetes',
    '  service: audit',
    'detection:',
    ...lines,
    more,
  ].join('\n');
}

export async function load(...texts: readonly string[]): Promise<LoadedRules> {
  return loadSigma(texts.map((text, index) => ({ file: `rules-${index + 1}.yml`, text })));
}

export async function onlyRule(...texts: readonly string[]): Promise<Rule> {
  const { rules } = await load(...texts);
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) throw new Error(`${rules.length} rules`);
  return rule;
}

export async function holds(detection: string, over: Json = {}): Promise<boolean | symbol> {
  return verdictOf(decodeJson({ ...POD, ...over }), (await onlyRule(fileOf(detection))).condition);
}

/** Of one field, in flow style: `verb: create`, `verb|contains: [a, b]`. */
export function finds(field: string, over: Json = {}): Promise<boolean | symbol> {
  return holds(`selection:\n  ${field}`, over);
}
