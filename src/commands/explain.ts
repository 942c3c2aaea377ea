/** `--explain`: the plan of the first round, and nothing read. */

import { formatMicros } from '../event/micros.ts';
import type { Io } from '../io.ts';
import { describePredicate } from '../query/plan.ts';
import type { Question } from '../questions/question.ts';
import { escapeTerminal } from '../render/escape.ts';
import type { Source } from '../sources/source.ts';

export async function explain<P>(
  question: Question<P>,
  params: P,
  sources: readonly Source[],
  nowUs: number,
  io: Io,
): Promise<number> {
  const { query } = question.begin(params, {}, nowUs);
  const { sinceUs, untilUs } = query.window;
  const lines = [
    `question  ${question.name}`,
    `window    ${sinceUs === null ? 'the beginning' : formatMicros(sinceUs)} to ${untilUs === null ? 'the end' : formatMicros(untilUs)}`,
    `wanted    ${describePredicate(query.predicate)}`,
    ...(query.witness === null ? [] : [`witness   ${describePredicate(query.witness)}`]),
  ];
  for (const source of sources) {
    const plan = await source.plan(query, io.signal);
    lines.push(
      `source    ${source.name}`,
      `  pushed    ${describePredicate(plan.pushed)}`,
      `  here      ${describePredicate(plan.residual)}`,
      `  cost      ${plan.estimate.bytes === null ? 'unknown' : `${plan.estimate.bytes} bytes`}${plan.estimate.parts === null ? '' : ` in ${plan.estimate.parts} parts`}${source.capabilities.billed ? ', billed' : ''}`,
      ...plan.explain.map((line) => `  ${line}`),
    );
  }
  await io.out.write(`${lines.map(escapeTerminal).join('\n')}\n`);
  return 0;
}
