/** timeline asked as a command, and through the memory source. */
import type { Answer } from '../../../src/answer.ts';
import { ask } from '../../../src/commands/ask.ts';
import type { FlagValues } from '../../../src/commands/flags.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import { timelineCommand } from '../../../src/commands/timeline.ts';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import { timeline } from '../../../src/questions/timeline/timeline.ts';
import type { TimelineParams } from '../../../src/questions/timeline/timeline-params.ts';
import type { TimelineAnswer, TimelineRow } from '../../../src/questions/timeline/timeline-row.ts';
import type { Source } from '../../../src/sources/source.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { type MemorySourceOptions, memorySource } from '../../support/memory-source.ts';
import { NOW } from '../../support/run-command.ts';
import { eventOf, type Scene } from '../story.ts';

export async function timelineOf(
  words: string,
  flags: FlagValues,
): Promise<TimelineAnswer & { status: number }> {
  const io = fixedIo({ nowMs: NOW });
  const typed = words === '' ? [] : words.split(' ');
  const status = await timelineCommand.run(typed, { output: 'json', since: '3d', ...flags }, io);
  return { ...(JSON.parse(io.stdout()) as TimelineAnswer), status };
}

export async function printed(words: string, flags: FlagValues): Promise<string> {
  const io = fixedIo({ nowMs: NOW });
  const typed = words === '' ? [] : words.split(' ');
  await timelineCommand.run(typed, { since: '3d', utc: true, ...flags }, io);
  return io.stdout();
}

export const WHOLE: TimelineParams = {
  object: { kind: 'anything', namespace: null },
  window: { sinceUs: null, untilUs: null, isDefault: false },
  filters: EVERYTHING,
  actors: null,
  others: EVERYTHING,
  beside: { moments: [], gaps: [], notes: [] },
  wantsAll: false,
  limit: null,
  keepsEvents: false,
  isRevealed: false,
  calledAs: 'kubectl audit',
  sameLogs: '',
  sameBeside: '',
  sameWindow: '',
  sameQuestion: '',
};

export interface Timeline extends Omit<Answer, 'rows'> {
  readonly rows: readonly TimelineRow[];
}

export async function timelineFrom(
  events: readonly unknown[],
  params: Partial<TimelineParams> = {},
  options: MemorySourceOptions = {},
  others: readonly Source[] = [],
): Promise<Timeline> {
  const answer = await ask(
    timeline,
    { ...WHOLE, ...params },
    {
      sources: [memorySource(events, options), ...others],
      inputs: {},
      live: null,
      nowUs: NOW * 1000,
      signal: new AbortController().signal,
      progress: NO_PROGRESS,
    },
  );
  return answer as Timeline;
}

export async function timelineOfScenes(
  scenes: readonly Scene[],
  params: Partial<TimelineParams> = {},
  options: MemorySourceOptions = {},
): Promise<Timeline> {
  return timelineFrom(scenes.map(eventOf), params, options);
}

/** Rows that are requests, each a line: as many dots as it is deep, and its words. */
export function drawn({ rows }: Pick<Timeline, 'rows'>): string[] {
  return rows
    .filter(({ origin }) => origin === 'audit')
    .map(({ depth, text }) => `${'.'.repeat(depth)}${text}`);
}
