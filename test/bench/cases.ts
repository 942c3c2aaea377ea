/** What is measured, and what each figure is to be: the one list of aims. They hold for the sizes of the logs. */
import type { Comparison } from './figures.ts';
import type { LogName } from './logs/logs.ts';
import { type BenchQuestion, COUNTS, DELETES, type PeerName, REFUSED } from './questions.ts';

export type RivalName = PeerName | 'wc -l' | 'start-up' | 'bare node' | 'no index' | 'DuckDB on Parquet';

/** `bound`: see figures.ts; null: there is no aim. */
export interface Rival {
  readonly name: RivalName;
  readonly comparison: Comparison;
  readonly bound: number | null;
}

export interface Case {
  readonly name: string;
  readonly title: string;
  /** Null: none is read. */
  readonly log: LogName | null;
  readonly question: BenchQuestion | null;
  /** The command that it is about; while the program has none such, the case is passed over, and that is said. */
  readonly command: string | null;
  readonly window: 'whole' | 'last 15 minutes';
  /** The log has an index, which is made beforehand, and measured too. */
  readonly isIndexed: boolean;
  readonly rivals: readonly Rival[];
}

/** Of each run of ours, in MB. */
export const MOST_MEGABYTES = 150;
/** Beside what lies in the window, in bytes. */
export const MOST_BESIDE_WINDOW = 2 * 1024 * 1024;
/** Of the log, in percent. */
export const MOST_INDEX_PERCENT = 2;
/** To make one, the process from its start to its end. */
export const MOST_INDEX_SECONDS_PER_GB = 0.9;
/** Below it, start-up is most of what is measured, and aims say nothing. */
export const FULL_BYTES = 1_000_000_000;

export const CASES: readonly Case[] = [
  {
    ...asked(DELETES, 'mixed'),
    rivals: [
      wc(1.2),
      atLeast('jq', 25),
      atLeast('jaq', null),
      atLeast('Go', 16),
      atLeast('Node', null),
    ].concat(atLeast('DuckDB', 3), atLeast('rg | jq', 2)),
  },
  { ...asked(DELETES, 'mixed-4'), rivals: [wc(1.0), atLeast('DuckDB', 3), atLeast('rg | jq', 2)] },
  {
    ...asked(REFUSED, 'mixed'),
    rivals: [wc(1.4), atLeast('jq', 25), atLeast('Go', 16), atLeast('DuckDB', 2.5), atLeast('rg | jq', 6)],
  },
  {
    ...asked(COUNTS, 'mixed'),
    rivals: [wc(2.2), atLeast('jq', 18), atLeast('Go', 12), atLeast('DuckDB', 1.8)],
  },
  { ...asked(DELETES, 'metadata'), rivals: [wc(1.3), atLeast('DuckDB', 2)] },
  { ...asked(REFUSED, 'metadata'), rivals: [wc(2.2), atLeast('DuckDB', 2)] },
  { ...asked(COUNTS, 'metadata'), rivals: [wc(2.5), atLeast('DuckDB', 2)] },
  { ...asked(DELETES, 'gzip'), rivals: [atLeast('rg | jq', 3), atLeast('DuckDB', 1.4)] },
  { ...asked(DELETES, 'zstd'), rivals: [atLeast('rg | jq', 3), atLeast('DuckDB', 1.4)] },
  {
    ...asked(DELETES, 'mixed-4'),
    ...{ name: 'window', title: `${DELETES.title}, of the last 15 minutes`, window: 'last 15 minutes' },
    rivals: [{ name: 'start-up', comparison: 'ours - theirs', bound: 40 }],
  },
  ...[DELETES, REFUSED, COUNTS].map(indexed),
  {
    ...{ name: 'help', title: '--help', log: null, question: null, command: null },
    ...{ window: 'whole', isIndexed: false },
    rivals: [{ name: 'bare node', comparison: 'ours - theirs', bound: 40 }],
  },
];

function asked(question: BenchQuestion, log: LogName): Omit<Case, 'rivals'> {
  const [command = null] = question.ours.split(' ');
  return {
    ...{ name: `${question.name}-${log}`, title: question.title, log, question, command },
    ...{ window: 'whole', isIndexed: false },
  };
}

function indexed(question: BenchQuestion): Case {
  return {
    ...asked(question, 'mixed'),
    ...{ name: `${question.name}-indexed`, title: `${question.title}, asked again with an index` },
    ...{ command: 'index', isIndexed: true },
    rivals: [
      { name: 'no index', comparison: 'ours / theirs', bound: 0.25 },
      { name: 'DuckDB on Parquet', comparison: 'theirs / ours', bound: 2 },
    ],
  };
}

function wc(bound: number): Rival {
  return { name: 'wc -l', comparison: 'ours / theirs', bound };
}

function atLeast(name: PeerName, bound: number | null): Rival {
  return { name, comparison: 'theirs / ours', bound };
}
