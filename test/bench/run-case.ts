/** Runs a case: us and each rival in turn, A B A B, the answers held against each other before a time counts. */
import { fileURLToPath } from 'node:url';
import { assertSame, ourAnswer, peerAnswer } from './answers.ts';
import {
  type Case,
  FULL_BYTES,
  MOST_BESIDE_WINDOW,
  MOST_INDEX_PERCENT,
  MOST_INDEX_SECONDS_PER_GB,
  MOST_MEGABYTES,
  type Rival,
} from './cases.ts';
import { compare, isMet, type RunPair, type Spread, spreadOf } from './figures.ts';
import type { Log } from './logs/logs.ts';
import { madeParquet } from './logs/parquet.ts';
import { lastEvents, lastMinutes } from './logs/tail.ts';
import { cacheFor, makeIndexes } from './make-index.ts';
import { type Measured, measure } from './measure.ts';
import type { Tools } from './peers/peers.ts';
import { type Paths, PEER_NEEDS } from './questions.ts';

export interface Figure {
  /** `jq`, `wc -l`, `peak memory`. */
  readonly against: string;
  /** What the numbers are. */
  readonly unit: string;
  readonly spread: Spread;
  readonly bound: number | null;
  readonly isAtLeast: boolean;
  readonly isMet: boolean | null;
  /** Empty for what is no time. */
  readonly runs: readonly RunPair[];
}

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly log: string | null;
  readonly bytes: number | null;
  readonly figures: readonly Figure[];
  /** What was not measured, and why. */
  readonly passedOver: readonly { readonly against: string; readonly why: string }[];
}

const program = fileURLToPath(new URL('../../bin/kubectl-audit.js', import.meta.url));
const node = `'${process.execPath}'`;
/** Before anything in a log. */
const FROM_THE_BEGINNING = '2025-12-31T00:00:00Z';
const WITHOUT_INDEX = '--no-index';
const WINDOW_MINUTES = 15;
/** What takes milliseconds takes several more now and then. */
const LEAST_RUNS_OF_MILLISECONDS = 15;
/** An answer with a gap exits with it; which gaps are allowed, answers.ts says. */
const WITH_GAPS = [3];

export async function runCase(one: Case, log: Log | null, tools: Tools, runs: number): Promise<CaseResult> {
  const since = log !== null && one.window !== 'whole' ? lastMinutes(log, WINDOW_MINUTES) : null;
  const line = ourLine(one, log, since?.time ?? FROM_THE_BEGINNING);
  const figures = one.isIndexed && log !== null ? await indexFigures(log, runs) : [];
  const passedOver: CaseResult['passedOver'][number][] = [];
  const ours: Measured[] = [];
  for (const rival of one.rivals) {
    const theirs = lineOf(rival, one, log, tools, line);
    if ('why' in theirs) passedOver.push({ against: rival.name, why: theirs.why });
    else figures.push(await runPairs(one, rival, line, theirs.line, runs, ours, log));
  }
  if (ours.length > 0) {
    const peak = ours.flatMap(({ rssBytes }) => (rssBytes === null ? [] : [rssBytes / 1e6]));
    if (peak.length > 0 && log !== null) figures.push(limit('peak memory', 'MB', peak, MOST_MEGABYTES));
    if (since !== null) {
      const read = ours.map(({ stdout }) => bytesRead(stdout) - since.bytes);
      figures.push(limit('bytes read beside the window', 'bytes', read, MOST_BESIDE_WINDOW));
    }
  }
  return {
    ...{ name: one.name, title: one.title, log: one.log, bytes: log?.bytes ?? null, figures, passedOver },
  };
}

/** Without a log, or a question, the help. */
function ourLine({ question, isIndexed }: Case, log: Log | null, since: string): string {
  const ours = `${node} '${program}'`;
  if (question === null || log === null) return `${ours} --help`;
  const asked = `${ours} ${question.ours} --since ${since} --file '${log.path}' -o json --no-live`;
  return isIndexed ? `${cacheFor(log)} ${asked}` : `${asked} ${WITHOUT_INDEX}`;
}

async function runPairs(
  one: Case,
  { name, comparison, bound }: Rival,
  ourLine: string,
  theirLine: string,
  runs: number,
  ours: Measured[],
  log: Log | null,
): Promise<Figure> {
  const times: RunPair[] = [];
  const least = comparison === 'ours - theirs' ? LEAST_RUNS_OF_MILLISECONDS : 1;
  for (let run = 0; run < Math.max(runs, least); run++) {
    const us = await measure(ourLine, WITH_GAPS);
    const them = await measure(theirLine, WITH_GAPS);
    const { question } = one;
    const isPeer = name in PEER_NEEDS || name === 'DuckDB on Parquet';
    if (question !== null && (isPeer || name === 'no index')) {
      const { answer } = question;
      const theirs = (isPeer ? peerAnswer : ourAnswer)(answer, them.stdout);
      assertSame(ourAnswer(answer, us.stdout), theirs, `${name} (${one.name})`);
    }
    ours.push(us);
    times.push({ oursMs: us.wallMs, theirsMs: them.wallMs });
  }
  const spread = compare(comparison, times);
  const isFull = log === null || log.textBytes >= FULL_BYTES;
  return {
    ...{ against: name, unit: comparison === 'ours - theirs' ? 'ms more' : comparison, spread, bound },
    ...{ isAtLeast: comparison === 'theirs / ours', runs: times },
    isMet: isFull ? isMet(comparison, spread, bound) : null,
  };
}

/** The rival's line for bash, or why there is none. */
function lineOf(
  { name }: Rival,
  { question }: Case,
  log: Log | null,
  tools: Tools,
  ours: string,
): { readonly line: string } | { readonly why: string } {
  if (name === 'bare node') return { line: `${node} -e 0` };
  if (log === null || question === null) throw new Error(`${name} needs a log and a question`);
  if (name === 'wc -l') return { line: `wc -l '${log.path}'` };
  if (name === 'start-up') {
    const path = lastEvents(log);
    return {
      line: `${node} '${program}' ${question.ours} --since ${FROM_THE_BEGINNING} --file '${path}' -o json --no-live`,
    };
  }
  if (name === 'no index') return { line: `${ours} ${WITHOUT_INDEX}` };
  const missing = (name === 'DuckDB on Parquet' ? PEER_NEEDS.DuckDB : PEER_NEEDS[name]).flatMap((need) => {
    const tool = tools[need];
    return 'why' in tool ? [`${need} cannot be had: ${tool.why}`] : [];
  });
  if (missing.length > 0) return { why: missing.join('; ') };
  const paths = pathsOf(tools);
  if (name === 'DuckDB on Parquet')
    return { line: question.ofParquet(madeParquet(log, paths.duckdb), paths) };
  return { line: question.lines[name](log.path, paths) };
}

async function indexFigures(log: Log, runs: number): Promise<Figure[]> {
  const { secondsPerGB, percent } = await makeIndexes(log, `${node} '${program}'`, runs);
  const figures = [
    limit('making the index', 's per GB', secondsPerGB, MOST_INDEX_SECONDS_PER_GB),
    limit('size of the index', '% of the log', percent, MOST_INDEX_PERCENT),
  ];
  return log.textBytes >= FULL_BYTES ? figures : figures.map((figure) => ({ ...figure, isMet: null }));
}

function pathsOf(tools: Tools): Paths {
  const path = (name: keyof Tools) => {
    const tool = tools[name];
    return 'why' in tool ? '' : tool.path;
  };
  return {
    ...{ jq: path('jq'), jaq: path('jaq'), rg: path('rg'), duckdb: path('duckdb') },
    'audit-scan': path('audit-scan'),
  };
}

function limit(against: string, unit: string, numbers: readonly number[], bound: number): Figure {
  const spread = spreadOf(numbers);
  return { against, unit, spread, bound, isAtLeast: false, isMet: spread.max <= bound, runs: [] };
}

function bytesRead(document: string): number {
  return (JSON.parse(document) as { coverage: { bytes: number } }).coverage.bytes;
}
