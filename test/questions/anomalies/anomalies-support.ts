/** anomalies asked through the memory source, about small generated worlds. */
import type { Answer } from '../../../src/answer.ts';
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import type { LiveCluster } from '../../../src/live.ts';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import { anomalies } from '../../../src/questions/anomalies/anomalies.ts';
import type { AnomalyRow } from '../../../src/questions/anomalies/anomalies-row.ts';
import type { AnomaliesParams } from '../../../src/questions/anomalies/anomalies-state.ts';
import { DAY_US } from '../../../src/questions/anomalies/days.ts';
import { type MemorySourceOptions, memorySource } from '../../support/memory-source.ts';
import { eventsOf } from '../../support/world/as-events.ts';
import type { HourCount } from '../../support/world/request.ts';
import { ORDINARY, type WorldSettings } from '../../support/world/settings.ts';
import { makeWorld, type World } from '../../support/world/world.ts';

export type Json = Record<string, unknown>;

/** A handful of people and programs, who do little: a week of them is some ten thousand requests. */
export const SMALL: Partial<WorldSettings> = {
  seed: 7,
  days: 9,
  people: 8,
  programs: 5,
  nodes: 2,
  teams: 3,
  machines: 0.004,
  hiresPerWeek: 0,
  servicesPerWeek: 0,
  holidays: [],
  curiosity: 0,
  roaming: 0,
  late: 0,
  weekend: 0,
};

/** Tuesday of the second week. */
export const TESTED = 8;

export function dayUs(day: number): number {
  return ORDINARY.startUs + day * DAY_US;
}

export const WHOLE: AnomaliesParams = {
  tested: { sinceUs: dayUs(TESTED), untilUs: dayUs(TESTED + 1) },
  baselineDays: 7,
  saved: null,
  keepsHistory: false,
  budget: 1,
  knownRanges: [],
  who: EVERYTHING,
  timeZone: 'UTC',
  window: { sinceUs: dayUs(TESTED), untilUs: dayUs(TESTED + 1), isDefault: false },
  limit: null,
  calledAs: 'kubectl audit',
  sameLogs: '',
};

/** Of the small world, with more in the day under test. */
export function weekOf(world: World, more: readonly HourCount[] = [], from = 1): Json[] {
  return Array.from({ length: TESTED - from + 1 }, (_, n) => from + n).flatMap((day) =>
    eventsOf([...world.day(day), ...(day === TESTED ? more : [])], day),
  );
}

export function smallWorld(over: Partial<WorldSettings> = {}): World {
  return makeWorld({ ...SMALL, ...over });
}

export interface Anomalies extends Omit<Answer, 'rows'> {
  readonly rows: readonly AnomalyRow[];
}

export async function anomaliesOf(
  events: readonly Json[],
  params: Partial<AnomaliesParams> = {},
  options: MemorySourceOptions & { readonly live?: LiveCluster } = {},
): Promise<Anomalies> {
  const { live = null, ...more } = options;
  const answer = await ask(
    anomalies,
    { ...WHOLE, ...params },
    {
      sources: [memorySource(events, more)],
      inputs: {},
      live,
      nowUs: dayUs(TESTED + 1),
      signal: new AbortController().signal,
      progress: NO_PROGRESS,
    },
  );
  return answer as Anomalies;
}
