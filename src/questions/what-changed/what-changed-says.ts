/** what-changed's one sentence when it lists changes. */

import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import type { Gap } from '../../event/coverage.ts';
import { isOneObject } from '../../query/object-query.ts';
import { isEverything } from '../../query/predicate.ts';

import { idKey } from '../object-history/object-id.ts';
import { objectName } from '../object-name.ts';
import { whoText } from '../who-did/who-did-row.ts';
import type { ChangeRow } from './change-rows.ts';
import { classOf } from './people-first.ts';
import { isCounted, type Told } from './told.ts';
import { changeTexts, isWholeWord, pastOf, untoldText } from './what-changed-columns.ts';

/** `rows`: newest first. */
export function changesSentence(told: Told, rows: readonly ChangeRow[], gaps: readonly Gap[]): string {
  const [newest] = rows;
  if (newest === undefined) return nothing(told, gaps);
  return isOneObject(told.params.object) && told.ids.length === 1
    ? aboutOne(told, rows, newest)
    : aboutMany(told, rows);
}

function aboutOne(told: Told, rows: readonly ChangeRow[], newest: ChangeRow): string {
  const name = objectName(told.params.object);
  const isEnd = ENDINGS.has(newest.row.did.word);
  const last = `${name}: ${isEnd ? endText(told, newest, beginningOf(rows)) : lastText(told, newest)}`;
  return rows.length === 1 ? last : `${last}; ${count(rows.length, 'change')} in all (${actors(rows)})`;
}

/** They bring to its end what somebody else began. */
const ENDINGS: ReadonlySet<string> = new Set(['complete delete', 'remove last finalizer']);

/** The first request for the end of the last object of the name. */
function beginningOf(rows: readonly ChangeRow[]): ChangeRow | null {
  const made = rows.findIndex(({ row }) => row.did.word === 'create');
  const its = made === -1 ? rows : rows.slice(0, made);
  const named = its.findLast(({ row }) => row.did.word === 'delete' || row.did.word === 'evict');
  return named ?? its.find(({ row }) => row.did.word === 'deletecollection') ?? null;
}

function endText({ nowUs }: Told, end: ChangeRow, began: ChangeRow | null): string {
  if (began === null) {
    const how =
      end.row.did.word === 'complete delete' ? 'completed its deletion' : 'removed its last finalizer';
    return `gone ${ago(end, nowUs)}, when ${byWhom(end)} ${how}; who began it is not in what was read`;
  }
  const past = pastOf(began.row.did.word) ?? 'most likely deleted, with a whole collection,';
  return `${past} by ${byWhom(began)} ${ago(began, nowUs)}, and gone since`;
}

function lastText(told: Told, newest: ChangeRow): string {
  const [first, ...more] = changeTexts(newest.row, true);
  const what =
    first === undefined
      ? newest.row.did.word
      : more.length === 0
        ? first
        : `${first} and ${more.length} more`;
  const past = pastOf(newest.row.did.word);
  const isUntold =
    !isWholeWord(newest.row.did.word) && newest.request !== null && newest.row.changes.length === 0;
  const done = isUntold ? newest.row.did.word : what;
  const open = isUntold ? ` (${untoldText(newest.row)})` : '';
  return `${past ?? `${done},`} by ${byWhom(newest)} ${ago(newest, told.nowUs)}${open}`;
}

function aboutMany(told: Told, rows: readonly ChangeRow[]): string {
  if (isCounted(told)) return countedAboutMany(told);
  const of = (which: ReturnType<typeof classOf>) =>
    rows.filter(({ row, request }) => request !== null && classOf(row.who) === which);
  const objects = new Set(
    rows.map(({ row: { object } }) =>
      idKey({
        ...object,
        group: object.group ?? '',
        resource: object.resource ?? '',
        name: object.name ?? '',
      }),
    ),
  );
  const parts = (['people', 'programs', 'controllers'] as const).flatMap((which) => {
    const its = of(which);
    if (its.length === 0) return [];
    return which === 'controllers' ? [`${its.length} by controllers`] : [actors(its)];
  });
  return `${objectName(told.params.object)}: ${count(rows.length, 'change')} of ${count(objects.size, 'object')}: ${parts.join(', ')}`;
}

/** What each write changed was not looked at, but of those shown. */
function countedAboutMany({ params, found: { tally } }: Told): string {
  const { actors } = tally;
  const named = actors.slice(0, NAMED).map(([name, n]) => `${name} ${n}`);
  const rest = actors.slice(NAMED).reduce((sum, [, n]) => sum + n, 0);
  const controllers = tally.of('controllers');
  const parts = [
    ...named,
    ...(rest === 0 ? [] : [`others ${rest}`]),
    ...(controllers === 0 ? [] : [`${controllers} by controllers`]),
  ];
  return `${objectName(params.object)}: ${count(tally.total, 'write')} to ${tally.objects} objects: ${parts.join(', ')}`;
}

/** Named at most. */
const NAMED = 4;

function actors(rows: readonly ChangeRow[]): string {
  const counts = new Map<string, number>();
  for (const one of rows) counts.set(byWhom(one), (counts.get(byWhom(one)) ?? 0) + 1);
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const named = sorted.slice(0, NAMED).map(([name, n]) => `${name} ${n}`);
  const rest = sorted.slice(NAMED).reduce((sum, [, n]) => sum + n, 0);
  return `${named.join(', ')}${rest === 0 ? '' : `, others ${rest}`}`;
}

function byWhom({ row, request }: ChangeRow): string {
  return request === null ? 'a request that is not in the log' : whoText(row.who);
}

function ago({ row }: ChangeRow, nowUs: number): string {
  if (row.when === null) return 'at an unknown time';
  return `${formatDistanceStrict(Date.parse(row.when), nowUs / 1000)} ago`;
}

function nothing({ params, coverage, found, isPicked }: Told, gaps: readonly Gap[]): string {
  const name = objectName(params.object);
  const tail =
    found.attempts === 0
      ? ''
      : `; ${count(found.attempts, 'request')} came to nothing (refused, failed, or a dry run)`;
  if (coverage.events === 0) return `this log cannot tell what changed of ${name}: no event was read`;
  if (found.passedOver > 0)
    return `none of those asked about changed ${name}; ${count(found.passedOver, 'write')} left out by the filters${tail}`;
  if (isPicked && !isEverything(params.filters))
    return `none of those asked about changed ${name}; all others are left out by the filters${tail}`;
  if (gaps.some(({ code }) => code === 'no-witness'))
    return `this log cannot tell what changed of ${name}${tail}`;
  const span = coverage.from === null ? '' : ` between ${short(coverage.from)} and ${short(coverage.to)}`;
  const doubt = coverage.complete && gaps.length === 0 ? '' : ' in what was read, which is not all';
  const subject = coverage.witness === null ? 'in this log nothing' : 'nothing';
  return `${subject} changed of ${name}${span}${doubt}${tail}`;
}

/** To the second. */
function short(at: string | null): string {
  return at === null ? 'an unknown time' : at.replace(/\.\d+Z$/, 'Z');
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
