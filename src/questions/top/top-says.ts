/** top's sentence, its notes and gaps. */
import type { Coverage, Gap, Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import { objectName } from '../object-name.ts';
import { shortUser } from '../short-user.ts';
import type { Fallen } from './group-counts.ts';
import type { TopParams } from './top.ts';
import { percent, type TopRow } from './top-row.ts';

export interface Told {
  readonly params: TopParams;
  /** The first ones. */
  readonly rows: readonly TopRow[];
  /** Groups there are, and requests in all of them together. */
  readonly groups: number;
  readonly requests: number;
  /** Of the window before; null: not compared. */
  readonly requestsBefore: number | null;
  readonly coverage: Coverage;
  readonly fallen: readonly Fallen[];
  /** Requests whose length is not told: there were too many groups. */
  readonly unmeasured: number;
  /** The buckets of all rows; null: nothing was counted over time. */
  readonly buckets: { readonly count: number; readonly widthUs: number; readonly fromUs: number } | null;
  readonly running: number;
  readonly withoutOutcome: number;
  /** Requests of which a cut took away what they are counted by. */
  readonly lost: number;
  /** Requests that were counted where they were read: one that stands in two logs is two then. */
  readonly countedThere: number;
  readonly isWidened: boolean;
}

export function sentence(told: Told): string {
  const { params, rows, groups, requests, requestsBefore } = told;
  const about = aboutWords(params);
  const [most] = rows;
  if (requests === 0 || most === undefined) return nothingWords(told, about);
  const before = requestsBefore === null ? '' : ` (the same time before: ${requestsBefore})`;
  const { view } = params;
  const by = view === null ? `, by ${listed(params.by.map(({ name }) => name))}` : '';
  const named = view?.names ?? params.by.map(({ name }) => name);
  const chief = `${groupWords(named, most, view !== null)}: ${most.count} (${percent(most.share)})`;
  const orMore = told.fallen[0]?.groups === 0 ? '' : ' or more';
  const isOne = groups === 1 && orMore === '';
  const whole = isOne ? 'all by' : `${groups}${orMore} groups; ${view?.leads ?? 'most by'}`;
  const { one, many } = view?.counts ?? REQUESTS;
  return `${counted(requests, one, many)}${about}${before}${by}: ${whole} ${chief}`;
}

const REQUESTS = { one: 'request', many: 'requests' };

function nothingWords({ coverage, params }: Told, about: string): string {
  if (coverage.from === null) return `this log holds nothing of the time asked about`;
  const span = `between ${short(coverage.from)} and ${short(coverage.to ?? '')}`;
  const what = params.view?.counts.one ?? 'such request';
  return `this log holds no ${what}${about} ${span}`;
}

function aboutWords({ object }: TopParams): string {
  if (object.kind === 'anything') return object.namespace === null ? '' : ` in ${object.namespace}`;
  return ` on ${objectName(object)}`;
}

/** `sa:ci/runner get pods`; what the group has none of is named, or left out. */
function groupWords(names: readonly string[], { group }: TopRow, isBrief: boolean): string {
  const words = names.flatMap((name) => {
    const value = group[name] ?? null;
    if (name === 'user' || name === 'as') return [shortUser(value === null ? null : String(value))];
    if (value !== null && value !== '') return [String(value)];
    return isBrief ? [] : [`no ${name}`];
  });
  return words.join(' ');
}

export function notesOf(told: Told): Note[] {
  const { params, running, withoutOutcome, lost, buckets } = told;
  const notes: Note[] = [];
  const note = (code: string, text: string) => notes.push({ code, text });
  if (buckets !== null && buckets.count > 1) {
    const each = `${buckets.count} parts of ${widthText(buckets.widthUs)}`;
    note('buckets', `over time: ${each}, the first from ${short(formatMicros(buckets.fromUs))}`);
  }
  if (buckets !== null && params.bucketUs !== null && buckets.widthUs > params.bucketUs) {
    const asked = widthText(params.bucketUs);
    note(
      'buckets-widened',
      `--bucket ${asked} would make too many parts: ${widthText(buckets.widthUs)} each`,
    );
  }
  if (running > 0) {
    const what = counted(running, 'request was', 'requests were');
    note('running', `${what} still running (watch, exec and the like): counted when they end`);
  }
  if (withoutOutcome > 0) {
    const what = counted(withoutOutcome, 'request is', 'requests are');
    note('no-outcome', `${what} not counted: the log does not hold how they ended`);
  }
  if (lost > 0) {
    const what = counted(lost, 'request was', 'requests were');
    note('cut', `${what} cut short in the log: what is lost of them counts as none`);
  }
  if (told.countedThere > 0 && told.coverage.sources.length > 1) {
    const text = 'each log was counted by itself: a request that stands in two of them counts twice';
    note('counted-apart', text);
  }
  if (params.comparesPrevious && told.requestsBefore === null) note('not-compared', notComparedText(told));
  notes.push(...(params.view?.notes(told.rows) ?? []));
  if (told.isWidened) note('widened', 'nothing in the last 24 h: everything before was read too');
  return notes;
}

function notComparedText({ params, isWidened }: Told): string {
  const isOpen = params.window.sinceUs === null || isWidened;
  return isOpen
    ? 'not compared: what was counted has no beginning, and so no time before it; --since 2h has'
    : 'not compared: what was read can be read only once';
}

export function gapsOf({ coverage, fallen, requests, unmeasured }: Told): Gap[] {
  const gaps: Gap[] = [];
  if (unmeasured > 0) {
    const text = `of ${unmeasured} requests is not told how long they took: there are too many groups. Narrow it with -n, --by, --verb, --since`;
    gaps.push({ code: 'rows-bound', text, source: null });
  }
  for (const { requests: inNoRow, groups, tooLowBy } of fallen) {
    if (groups === 0) continue;
    const text = `${inNoRow} requests, of up to ${groups} groups, are in no row: there are too many groups to tell apart. Those with more than ${tooLowBy} requests are all here, but a count can be too low, by ${tooLowBy} at most. Count by less, or narrow it with -n, --by, --verb, --since`;
    gaps.push({ code: 'rows-bound', text, source: null });
  }
  if (requests === 0 && coverage.from === null) {
    const text = 'nothing of the time asked about is in what was read';
    gaps.push({ code: 'no-witness', text, source: null });
  }
  return gaps;
}

const UNITS = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
] as const;

/** As --bucket reads it: `1d12h`. */
export function widthText(widthUs: number): string {
  let left = widthUs;
  const parts = UNITS.map(([unit, us]) => {
    const count = Math.floor(left / us);
    left -= count * us;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join('');
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** To the second; rows have the rest. */
function short(at: string): string {
  return at.replace(/\.\d+Z$/, 'Z');
}
