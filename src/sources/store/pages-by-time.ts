/**
 * Pages of a store that gives the newest records up to a moment, so many at a time, and has no other way to go on: the next page
 * ends where the last one began, and what was seen of that moment is left out. A moment that holds more than a page is asked for
 * in larger ones, up to the store's limit.
 */
import type { Gap } from '../../event/coverage.ts';
import type { Nanos } from './nanos.ts';
import type { Page } from './store.ts';

/** Both ends belong to it; null: no bound. */
export interface Stretch {
  readonly fromNs: Nanos | null;
  readonly toNs: Nanos | null;
}

export interface TimedRecord {
  readonly atNs: Nanos;
  /** Alike for the same record, however often it is asked for. */
  readonly identity: string;
  readonly record: unknown;
}

export interface TimedPage {
  readonly records: readonly TimedRecord[];
  readonly bytes: number;
}

export interface TimePaging extends Stretch {
  readonly pageSize: number;
  /** Pages grow up to that, as long as they are small in bytes: where each page costs a search of its own. Default: they do not. */
  readonly growsTo?: number;
  /** Of an answer, as near as may be: larger ones become smaller again. Default: they do not, and grow up to 16 MiB. */
  readonly pageBytes?: number;
  /** The store gives no more at a time. */
  readonly mostAtOnce: number;
  /** For the gap. */
  readonly source: string;
  /** The newest ones, at most `limit`, in any order. */
  readonly fetch: (stretch: Stretch, limit: number) => Promise<TimedPage>;
}

/** Of an answer; a page that would be larger than that does not grow. */
const MAX_GROWN_BYTES = 16 * 1024 * 1024;
const GROWS_BY = 4;

export async function* pagesByTime(paging: TimePaging): AsyncGenerator<Page> {
  const { fromNs, mostAtOnce, fetch, growsTo = 0, pageBytes } = paging;
  let { toNs, pageSize } = paging;
  let limit = pageSize;
  /** Of the records of the moment `toNs`. */
  let seen: ReadonlySet<string> = new Set();
  for (;;) {
    const { records, bytes } = await fetch({ fromNs, toNs }, limit);
    const page = { records: newestFirst(records.filter(({ identity }) => !seen.has(identity))), bytes };
    const oldest = oldestOf(records);
    if (pageBytes !== undefined) {
      const fitting = Math.floor((records.length * pageBytes) / Math.max(bytes, 1));
      pageSize = Math.max(1, Math.min(fitting, pageSize * GROWS_BY, growsTo));
    } else if (bytes * GROWS_BY <= MAX_GROWN_BYTES)
      pageSize = Math.max(pageSize, Math.min(pageSize * GROWS_BY, growsTo));
    if (records.length < limit || oldest === null) {
      yield page;
      return;
    }
    const isOneMoment = records.every(({ atNs }) => atNs === oldest);
    if (isOneMoment && limit >= mostAtOnce) {
      yield { ...page, gaps: [tooMany(oldest, mostAtOnce, paging.source)] };
      [toNs, seen, limit] = [oldest - 1n, new Set(), pageSize];
    } else {
      yield page;
      seen = identitiesAt(records, oldest, isOneMoment ? seen : new Set());
      toNs = oldest;
      limit = Math.min(mostAtOnce, isOneMoment ? limit * 8 : pageSize + seen.size);
    }
    if (fromNs !== null && toNs < fromNs) return;
  }
}

function newestFirst(records: readonly TimedRecord[]): readonly unknown[] {
  return records
    .toSorted((a, b) => (a.atNs < b.atNs ? 1 : a.atNs > b.atNs ? -1 : 0))
    .map(({ record }) => record);
}

function oldestOf(records: readonly TimedRecord[]): Nanos | null {
  return records.reduce<Nanos | null>(
    (least, { atNs }) => (least === null || atNs < least ? atNs : least),
    null,
  );
}

function identitiesAt(
  records: readonly TimedRecord[],
  at: Nanos,
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set([...before, ...records.filter(({ atNs }) => atNs === at).map(({ identity }) => identity)]);
}

function tooMany(atNs: Nanos, most: number, source: string): Gap {
  const at = new Date(Number(atNs / 1_000_000n)).toISOString();
  const text = `holds more than ${most} records of one moment (${at}), and gives no more of them`;
  return { code: 'source-unreadable', text, source };
}
