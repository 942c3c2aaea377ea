/** The plans of those sources that are paid for: made before any source is read, so that all of it can be asked about at once. */
import type { Query } from '../query/query.ts';
import type { Source, SourcePlan } from '../sources/source.ts';

export interface Planned {
  readonly source: Source;
  readonly plan: SourcePlan;
}

export async function billedPlans(
  sources: readonly Source[],
  query: Query,
  signal: AbortSignal,
): Promise<readonly Planned[]> {
  const planned: Planned[] = [];
  for (const source of sources)
    if (source.capabilities.billed) planned.push({ source, plan: await source.plan(query, signal) });
  return planned;
}
