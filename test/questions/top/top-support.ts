/** top asked through the memory source, and counted again in the plainest way. */
import type { Answer } from '../../../src/answer.ts';
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import { parseCountFields } from '../../../src/query/count-fields.ts';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import { type TopParams, top } from '../../../src/questions/top/top.ts';
import type { TopRow } from '../../../src/questions/top/top-row.ts';
import { type MemorySourceOptions, memorySource } from '../../support/memory-source.ts';
import { DAY, type Json } from '../failed-auth/failed-auth-support.ts';

export const MIDNIGHT_US = Date.parse(`${DAY}T00:00:00Z`) * 1000;

export const WHOLE: TopParams = {
  by: parseCountFields(['user,verb,resource']),
  view: null,
  bucketUs: null,
  bucketFromUs: 0,
  comparesPrevious: false,
  object: { kind: 'anything', namespace: null },
  window: { sinceUs: null, untilUs: null, isDefault: false },
  filters: EVERYTHING,
  limit: null,
  isRevealed: false,
  nowUs: MIDNIGHT_US + 12 * 3600 * 1_000_000,
  calledAs: 'kubectl audit',
  sameLogs: '',
  sameWindow: '',
  sameObject: '',
  sameFilters: new Map(),
  where: null,
};

export interface Top extends Omit<Answer, 'rows'> {
  readonly rows: readonly TopRow[];
}

export async function topOf(
  events: readonly Json[],
  params: Partial<TopParams> = {},
  options: MemorySourceOptions = {},
): Promise<Top> {
  const given = { ...WHOLE, ...params };
  const answer = await ask(top, given, {
    sources: [memorySource(events, options)],
    inputs: {},
    live: null,
    nowUs: given.nowUs,
    signal: new AbortController().signal,
    progress: NO_PROGRESS,
  });
  return answer as Top;
}

/** `alice get pods 3`, in the order of the rows. */
export function brief(rows: readonly TopRow[]): string[] {
  return rows.map(({ group, count }) => [...Object.values(group).map(String), count].join(' '));
}

/** The outcomes in a log, counted by texts that are taken from them: `alice get pods 3`. */
export function recounted(
  events: readonly Json[],
  textsOf: (event: Json) => readonly (string | null)[],
): string[] {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.stage !== 'ResponseComplete' && event.stage !== 'Panic' && !isFailedLogin(event)) continue;
    const key = textsOf(event).map(String).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

function isFailedLogin({ stage, user, responseStatus }: Json): boolean {
  const { username } = (user ?? {}) as { username?: string };
  const { code } = (responseStatus ?? {}) as { code?: number };
  return stage === 'ResponseStarted' && username === undefined && (code === 401 || code === 400);
}

/** A value in an event, or null. */
export function at(event: Json, ...path: string[]): string | null {
  let value: unknown = event;
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
  return value === undefined || value === '' ? null : String(value);
}
