/** One rule in plain words, for people who have a finding of it before them, or write one. */
import { assertNever } from '../errors.ts';
import { formatDuration } from '../query/duration.ts';
import { conditionLines } from './condition-lines.ts';
import type { Correlation, Need, Rule } from './rule.ts';

/** Lines; texts are the author's, to be escaped for where they are printed. `columns`: a longer word overhangs. */
export function explainRule(rule: Rule, columns: number): readonly string[] {
  const { id, title, severity, pack, tags, level, why, place, tests = [] } = rule;
  const lines = [
    `${id}: ${title}`,
    '',
    why,
    '',
    `severity  ${severity}`,
    `level     ${level}: what the log must hold of the requests${level === 'Metadata' ? '' : ', for their bodies'}`,
    ...(tags.length === 0 ? [] : [`tags      ${tags.join(', ')}`]),
    `from      ${place.file}:${place.line} (${pack})`,
    '',
    ...(rule.correlation?.kind === 'within'
      ? []
      : ['of each request', ...conditionLines(rule.condition).map((line) => `  ${line}`)]),
    ...correlationLines(rule.correlation),
    ...section('what to do', rule.advice),
    ...section('harmless causes', rule.falsePositives),
    ...section('see', rule.references),
    ...section(
      'tests',
      tests.map(({ name, findings }) => {
        const count = typeof findings === 'number' ? findings : findings.length;
        return `${name}: ${count === 0 ? 'nothing' : count === 1 ? 'a finding' : `${count} findings`}`;
      }),
    ),
  ];
  return lines.flatMap((line) => folded(line, columns));
}

function correlationLines(correlation: Correlation | null): readonly string[] {
  if (correlation === null) return [];
  if (correlation.kind === 'first seen') {
    const of = correlation.values.map(({ name }) => name).join(', ');
    const key =
      correlation.key.length === 0
        ? ''
        : ` of the same ${correlation.key.map(({ name }) => name).join(', ')}`;
    return [`that has ${of} not seen${key} in the ${formatDuration(correlation.lookBackUs / 1000)} before`];
  }
  const { steps, key, needs, isOrdered, withinUs } = correlation;
  const same = key.length === 0 ? '' : ` of the same ${key.join(', ')}`;
  return [
    `of requests${same} within ${formatDuration(withinUs / 1000)}${isOrdered ? ', in this order' : ''}`,
    ...steps.flatMap(({ name, condition }) => {
      const lines = conditionLines(condition);
      return steps.length === 1
        ? lines.map((line) => `  ${line}`)
        : [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
    }),
    `when there are ${needs.map((need) => needText(need, steps)).join(', and ')}`,
  ];
}

function needText(need: Need, steps: readonly { readonly name: string }[]): string {
  const bounds = boundsText(need.atLeast, need.atMost);
  switch (need.kind) {
    case 'count':
      return need.step === null ? `${bounds} requests` : `${bounds} of ${steps[need.step]?.name ?? ''}`;
    case 'distinct':
      return `${bounds} different ${need.values[0]?.name ?? 'values'}`;
    case 'number': {
      const of = typeof need.of === 'string' ? need.of : `percentile ${need.of.percentile}`;
      return `${bounds} as the ${of} of ${need.values[0]?.name ?? 'it'}`;
    }
    default:
      return assertNever(need);
  }
}

function boundsText(atLeast: number | null, atMost: number | null): string {
  if (atMost === null) return `${atLeast ?? 0} or more`;
  return atLeast === null ? `at most ${atMost}` : `${atLeast} to ${atMost}`;
}

function section(heading: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : ['', heading, ...texts.map((text) => `  ${text.trim()}`)];
}

/** Later lines begin under the first; those of a condition's part further in. */
function folded(line: string, columns: number): readonly string[] {
  const indent = /^ *(?:and )?/.exec(line)?.[0].length ?? 0;
  const lines: string[] = [];
  let current = /^ */.exec(line)?.[0] ?? '';
  for (const word of line
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .split(' ')) {
    const isFirst = current.trim() === '';
    if (!isFirst && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = `${' '.repeat(indent)}${word}`;
    } else current += isFirst ? word : ` ${word}`;
  }
  return [...lines, current];
}
