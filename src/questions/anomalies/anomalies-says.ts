/** anomalies' sentence, its notes and gaps, and the commands to try next. */
import type { Coverage, Gap, Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { AnomalyRow } from './anomalies-row.ts';
import type { AnomaliesParams } from './anomalies-state.ts';
import { LEAST_BASE_DAYS } from './find.ts';
import { LEAST_RATE_DAYS } from './rate-test.ts';

export interface Told {
  readonly params: AnomaliesParams;
  /** All of them, the surest first. */
  readonly rows: readonly AnomalyRow[];
  readonly coverage: Coverage;
  /** Days of the baseline that the log, or the file, really holds. */
  readonly baseDays: number;
  /** From when to when they reach, microseconds; null: there are none. */
  readonly baseFromUs: number | null;
  readonly baseToUs: number | null;
  /** Actors of the window under test. */
  readonly actors: number;
  /** Of those, known from too few days for a rate. */
  readonly settling: number;
  /** What was found, and is not rare enough. */
  readonly weaker: number;
  readonly calibratedOn: number;
  /** Actors with more habits than are told apart. */
  readonly varied: number;
  readonly hasMoreActors: boolean;
  /** Findings that were taken back, because the address is a pod's or node's. */
  readonly explained: readonly string[];
  readonly networksKnown: boolean;
  readonly withoutIds: number;
  readonly isOnePass: boolean;
  /** Requests under test that have not ended, as far as the log tells. */
  readonly begun: number;
}

export function sentence(told: Told): string {
  const { rows, baseDays, coverage, params } = told;
  if (coverage.from === null)
    return 'this log cannot tell whether anything is out of the ordinary: it holds nothing of that time';
  if (baseDays < LEAST_BASE_DAYS)
    return `too few data: the baseline holds ${daysText(baseDays)}, and what is ordinary can be told from ${LEAST_BASE_DAYS} on`;
  const against = `${daysText(baseDays)} before`;
  const doubt = coverage.complete ? '' : ' in what was read, which is not all';
  if (rows.length === 0) return `nothing is out of the ordinary of the ${against}${doubt}`;
  const kinds = new Map<string, number>();
  for (const { kind } of rows) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const listed = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const findings = `${rows.length} ${rows.length === 1 ? 'thing is' : 'things are'} out of the ordinary of the ${against}: ${listed}`;
  return `${findings}; with nothing amiss, about ${params.budget} a day ${params.budget === 1 ? 'is' : 'are'} expected${doubt}`;
}

export function notesOf(told: Told): Note[] {
  const notes: Note[] = [];
  const note = (code: string, text: string) => notes.push({ code, text });
  const { baseDays, baseFromUs, baseToUs } = told;
  const isJudged = baseDays >= LEAST_BASE_DAYS;
  for (const text of told.explained) note('explained', text);
  if (baseFromUs !== null && baseToUs !== null)
    note(
      'baseline',
      `baseline: ${daysText(baseDays)}, ${short(baseFromUs)} to ${short(baseToUs)}${isJudged ? `; false alarms counted on the last ${daysText(told.calibratedOn)} of it` : ''}`,
    );
  if (isJudged && baseDays < 7)
    note('no-weekdays', 'the baseline is shorter than a week: it cannot tell which weekdays are ordinary');
  if (isJudged && told.settling > 0)
    note(
      'too-few-data',
      `too few data for a rate of ${told.settling} of ${told.actors} actors: they were active on fewer than ${LEAST_RATE_DAYS} days of the baseline`,
    );
  if (told.rows.some(({ folded }) => folded.length > 0))
    note('folded', 'what has one cause is one row: its other actors are in `folded` of -o json');
  if (isJudged && !told.networksKnown)
    note(
      'networks',
      'no network of the cluster is known from this log: --known-range 10.0.0.0/8 says what is inside',
    );
  if (told.weaker > 0)
    note(
      'weaker',
      `${told.weaker} more ${told.weaker === 1 ? 'is' : 'are'} unusual, and not unusual enough: --false-alarms ${told.params.budget * 5} shows more`,
    );
  if (told.withoutIds > 0)
    note(
      'no-ids',
      told.isOnePass
        ? 'what can be read only once names no audit IDs: SHOW (-o wide) is the command for the log where it lies'
        : `${told.withoutIds} rows name no audit IDs: their requests are too many; SHOW (-o wide) is the command`,
    );
  if (told.begun > 0)
    note(
      'running',
      `${told.begun} requests have not ended in this log: ${told.isOnePass ? 'they are not judged' : 'of those, connections into pods are judged, and watches and logs are not'}`,
    );
  if (told.isOnePass)
    note('no-pages', 'what can be read only once does not tell lists that were paged through');
  return notes;
}

export function gapsOf(told: Told): Gap[] {
  const gaps: Gap[] = [];
  if (told.hasMoreActors || told.varied > 0) {
    const what = told.hasMoreActors ? 'more actors' : `${told.varied} actors with more habits`;
    const text = `there are ${what} than can be told apart: what is new about them is not known`;
    gaps.push({ code: 'rows-bound', text, source: null });
  }
  if (told.coverage.from === null) {
    const text = 'nothing of the time asked about is in what was read';
    gaps.push({ code: 'no-witness', text, source: null });
  }
  return gaps;
}

const NEXT = 3;

export function nextCommands({ params, rows, baseDays, coverage }: Told): string[] {
  const shows = rows.map(({ show }) => show).filter((show) => show !== '');
  if (coverage.from === null || baseDays < LEAST_BASE_DAYS)
    return [`${params.calledAs} top -A --count user,verb,resource${params.sameLogs}`];
  return [...new Set(shows)].slice(0, NEXT);
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

/** To the minute. */
function short(us: number): string {
  return formatMicros(us).replace(/:\d\d\.\d+Z$/, 'Z');
}
