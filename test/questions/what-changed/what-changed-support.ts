/** what-changed put to small incidents told by hand, with a cluster that answers from a list. */
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import type { LiveFinding, LiveKey } from '../../../src/live.ts';
import { parseFilters } from '../../../src/query/filters.ts';
import { parseObject } from '../../../src/query/parse-object.ts';
import { findWord } from '../../../src/query/words.ts';
import { type Mode, whatChanged } from '../../../src/questions/what-changed/what-changed.ts';
import type { WhatChangedRow } from '../../../src/questions/what-changed/what-changed-row.ts';
import { type MemorySourceOptions, memorySource } from '../../support/memory-source.ts';
import { recordingCluster } from '../../support/recording-cluster.ts';
import { eventOf, type Scene } from '../story.ts';

export interface Asking {
  readonly mode?: Mode;
  readonly by?: readonly string[];
  readonly limit?: number | null;
  readonly includesNoise?: boolean;
  readonly isRevealed?: boolean;
  readonly source?: MemorySourceOptions;
  readonly live?: (key: LiveKey) => LiveFinding | undefined;
  /** Seconds into the story. */
  readonly since?: number;
}

const START_US = Date.parse('2026-11-24T08:00:00Z') * 1000;
export const secondUs = (at: number) => START_US + at * 1_000_000;

export async function changed(words: string, scenes: readonly Scene[], asking: Asking = {}) {
  const word = findWord('change');
  if (word === null) throw new Error('no word');
  const cluster = recordingCluster(asking.live ?? (() => undefined));
  const since = asking.since === undefined ? null : secondUs(asking.since);
  const answer = await ask(
    whatChanged,
    {
      object: parseObject(word, words === '' ? [] : words.split(' '), {
        namespace: 'shop',
        subresource: null,
      }),
      mode: asking.mode ?? { kind: 'changes' },
      window: { sinceUs: since, untilUs: null, isDefault: false },
      filters: await parseFilters({ by: asking.by ?? [] }),
      includesNoise: asking.includesNoise ?? false,
      limit: asking.limit ?? null,
      keepsEvents: false,
      isRevealed: asking.isRevealed ?? false,
      calledAs: 'kubectl audit',
      sameLogs: '',
    },
    {
      sources: [memorySource(scenes.map(eventOf), asking.source)],
      inputs: {},
      live: asking.live === undefined ? null : cluster,
      nowUs: Date.parse('2026-11-24T12:00:00Z') * 1000,
      signal: new AbortController().signal,
      progress: NO_PROGRESS,
    },
  );
  const rows = answer.rows as unknown as readonly WhatChangedRow[];
  return { ...answer, rows, asked: cluster.asked, gaps: answer.coverage.gaps.map(({ code }) => code) };
}

/** `spec.replicas 2→5`, a `?` for what is not known; oldest first. */
export function fields(rows: readonly WhatChangedRow[]): string[][] {
  return rows
    .map(({ changes }) =>
      changes.map(
        ({ path, before, after, beforeKnown, afterKnown }) =>
          `${path} ${beforeKnown ? JSON.stringify(before) : '?'}→${afterKnown ? JSON.stringify(after) : '?'}`,
      ),
    )
    .reverse();
}
