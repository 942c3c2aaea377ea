/** A reading in lines for `--explain`: which nodes and files, how much of them, what it may cost at most. */
import { sizeOf, stretchInWords } from '../rotated-logs/in-words.ts';
import type { StageWindow } from '../stage-window.ts';
import type { FileStep, LogPlan } from './log-plan.ts';

export function explainPlan(plan: LogPlan, window: StageWindow): string[] {
  return [
    ...plan.steps.map((step) => explainStep(plan, step, window)),
    ...plan.skipped.map(({ name, why }) => `leave ${plan.log.node}:${plan.log.folder}/${name}: ${why}`),
    ...plan.troubles.map((why) => `cannot read ${plan.name}: ${why}`),
  ];
}

function explainStep(
  { name }: LogPlan,
  { file, from, to, isWhole, why }: FileStep,
  window: StageWindow,
): string {
  const size = file.facts.bytes;
  const part = name === file.name ? '' : `, part of ${name}`;
  if (isWhole && window.sinceUs !== null)
    return `read ${file.name} (${sizeOf(size)}${part}), from its beginning: compressed`;
  return stretchInWords({ name: file.name, bytes: size, about: part }, { from, to, why }, window);
}
