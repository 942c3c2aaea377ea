/**
 * The objects of an archive that dates in their keys leave, with as little listing as they allow: what a server lists is in the order of
 * the keys, so what lies outside the dates is leapt over.
 */
import { UserError } from '../../errors.ts';
import type { StageWindow } from '../stage-window.ts';
import type { Archive, ListFrom, ListPage, StoredObject } from './archive.ts';
import { type KeyDate, keyDatesOf } from './key-dates.ts';

export interface DatedObject extends StoredObject {
  readonly dates: readonly KeyDate[];
}

export interface Listed {
  readonly objects: readonly DatedObject[];
  /** Keys were seen that bear earlier dates. */
  readonly hasEarlier: boolean;
  /** There are more than are looked at. */
  readonly isCut: boolean;
  readonly requests: number;
}

/** Each takes half a KB of memory. */
const MOST_OBJECTS = 500_000;

/** `dates`: those that are wanted; a key is left out where all its dates lie outside, on one side. Keys without one are all wanted. */
export async function listDated(
  archive: Archive,
  dates: StageWindow,
  signal: AbortSignal,
  mostObjects = MOST_OBJECTS,
): Promise<Listed> {
  const how = { archive, dates, mostObjects };
  // Not all servers keep to the order.
  return (await list(how, archive.leaps, signal)) ?? (await list(how, false, signal)) ?? NOTHING;
}

interface How {
  readonly archive: Archive;
  readonly dates: StageWindow;
  readonly mostObjects: number;
}

const NOTHING: Listed = { objects: [], hasEarlier: false, isCut: false, requests: 0 };

/** Null: it leaps, and keys were in another order than that which leaps rely upon. */
async function list(
  { archive, dates, mostObjects }: How,
  leaps: boolean,
  signal: AbortSignal,
): Promise<Listed | null> {
  const objects: DatedObject[] = [];
  let last: Buffer | null = null;
  let hasEarlier = false;
  let requests = 0;
  let from: ListFrom = null;
  let token: string | null = null;
  do {
    signal.throwIfAborted();
    const page: ListPage = await archive.list(from, signal);
    requests++;
    for (const object of page.objects) {
      const key = Buffer.from(object.key, 'utf8');
      if (leaps && last !== null && Buffer.compare(last, key) >= 0) return null;
      last = key;
      const dated = { ...object, dates: keyDatesOf(object.key.slice(archive.prefix.length)) };
      const side = sideOfAll(dated.dates, dates);
      if (side === 'before') hasEarlier = true;
      if (side === null && object.bytes > 0) objects.push(dated);
    }
    if (objects.length > mostObjects)
      return { objects: objects.slice(0, mostObjects), hasEarlier, isCut: true, requests };
    from = nextFrom(page, archive.prefix, leaps ? dates : NO_BOUNDS);
    if (from !== null && 'token' in from && from.token === token) throw sameAgain(archive.name);
    token = from !== null && 'token' in from ? from.token : null;
  } while (from !== null);
  return { objects, hasEarlier, isCut: false, requests };
}

const NO_BOUNDS: StageWindow = { sinceUs: null, untilUs: null };

function sideOf(date: KeyDate | undefined, { sinceUs, untilUs }: StageWindow): 'before' | 'after' | null {
  if (date === undefined) return null;
  if (sinceUs !== null && date.toUs <= sinceUs) return 'before';
  return untilUs !== null && date.fromUs > untilUs ? 'after' : null;
}

/** A folder may bear a date of its own: that of a cluster, say. */
function sideOfAll(ofKey: readonly KeyDate[], dates: StageWindow): 'before' | 'after' | null {
  const [side = null, ...others] = ofKey.map((date) => sideOf(date, dates));
  return others.every((other) => other === side) ? side : null;
}

function sameAgain(name: string): UserError {
  return new UserError('AUDIT_STORE_REFUSED', `${name} lists the same objects again and again`, {
    hint: 'once more; or say a longer prefix',
  });
}

function nextFrom({ objects, next }: ListPage, prefix: string, dates: StageWindow): ListFrom {
  if (next === null) return null;
  const last = objects.at(-1);
  const after = last === undefined ? null : leap(last.key.slice(prefix.length), dates);
  return after === null ? { token: next } : { after: prefix + after };
}

/**
 * From a key outside the dates to the next that may lie within, or, as others may bear their dates in another form, to the end of its
 * year. Null: it lies within.
 */
function leap(key: string, dates: StageWindow): string | null {
  const all = keyDatesOf(key);
  const [date] = all;
  const side = sideOfAll(all, dates);
  if (date === undefined || side === null || !mayBeAll(key, date)) return null;
  if (!all.every((one) => isWithin(one, date))) return null;
  const stem = key.slice(0, date.at);
  const era = date.text.slice(0, date.eraLength);
  const first = dates.sinceUs === null ? '' : date.textAt(dates.sinceUs);
  if (side === 'before' && first.startsWith(era)) return stem + first;
  return stem + era + BEHIND_DIGITS;
}

/**
 * Whether keys that begin as this one does may be of its time, all of them: where the date makes up folders (`2026/11/`, `y=2026/`)
 * or stands in the file's own name, and not in the name of a folder (`prod-20250115/`).
 */
function mayBeAll(key: string, { at, text }: KeyDate): boolean {
  const [before = ''] = key.slice(0, at).split('/').slice(-1);
  const behind = key.slice(at + text.length);
  return !behind.includes('/') || (/^$|=$/.test(before) && behind.startsWith('/'));
}

/** To a day: clocks, and time zones. Of others that follow under a folder whose date is another's, nothing is known. */
function isWithin({ fromUs }: KeyDate, outer: KeyDate): boolean {
  return fromUs >= outer.fromUs - DAY_US && fromUs <= outer.toUs + DAY_US;
}

const DAY_US = 24 * 3600 * 1_000_000;
const BEHIND_DIGITS = ':';
