/** What is not known, as rows among the others: where the log begins only then, at that time; else before all of them. */
import type { Coverage, Gap } from '../../event/coverage.ts';
import { gapRow, type TimelineRow } from './timeline-row.ts';

export function gapRows({ gaps, sources, from }: Coverage, own: readonly Gap[]): readonly TimelineRow[] {
  return [...gaps, ...own].map((gap) => {
    const source = sources.find(({ name }) => name === gap.source);
    return gapRow(gap, gap.code === 'log-starts-late' ? (source?.from ?? from) : null);
  });
}
