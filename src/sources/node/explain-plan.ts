/** A reading in lines for `--explain`: which nodes and files, how much of them, what it may cost at most. */
import { formatMicros } from '../../event/micros.ts';
import { sizeOf } from '../rotated-logs/in-words.ts';
import type { StageWindow } from '../rotated-logs/stage-window.ts';
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
  if (why !== null) return `read all of ${file.name} (${sizeOf(size)}${part}): ${REASONS[why]}`;
  if (from === 0 && to === size) return `read ${file.name} (${sizeOf(size)}${part})`;
  return `read ${sizeOf(to - from)} of ${file.name} (${sizeOf(size)}${part}): ${windowInWords(window)}, found by looking at a few places of it`;
}

const REASONS: Readonly<Record<NonNullable<FileStep['why']>, string>> = {
  'no order': 'its lines are in no order of time',
  'no times': 'its lines have no times to go by',
};

function windowInWords({ sinceUs, untilUs }: StageWindow): string {
  const from = sinceUs === null ? 'from its beginning' : `from ${formatMicros(sinceUs).slice(0, 19)}Z`;
  return `${from} ${untilUs === null ? 'to its end' : `to ${formatMicros(untilUs).slice(0, 19)}Z`}`;
}
