/** Which objects of an archive are read for a window and a budget, and in which order. */
import type { StageWindow } from '../stage-window.ts';
import type { StoredObject } from './archive.ts';
import type { Listed } from './list-dated.ts';
import { type ObjectTimes, objectTimes, onlyDayOf } from './object-times.ts';

export interface TimedObject extends StoredObject, ObjectTimes {}

export interface ArchivePlan {
  /** The newest first. */
  readonly read: readonly TimedObject[];
  /** For want of budget. */
  readonly overBudget: readonly TimedObject[];
  readonly before: readonly StoredObject[];
  readonly after: readonly StoredObject[];
  /** Keys were leapt over that bear earlier dates. */
  readonly hasEarlier: boolean;
  /** Null: all was listed that bears the right dates. */
  readonly cutAfter: number | null;
  readonly requests: number;
}

/** `maxBytes`: of the objects as they lie there; null: no bound. */
export function planArchive(
  listed: Listed,
  { sinceUs, untilUs }: StageWindow,
  lateUs: number,
  maxBytes: number | null,
): ArchivePlan {
  const firsts = firstsOfDays(listed);
  const before: StoredObject[] = [];
  const after: StoredObject[] = [];
  const within: TimedObject[] = [];
  for (const { dates, ...object } of listed.objects) {
    const day = onlyDayOf(dates);
    const times = objectTimes(object, dates, lateUs, day === null ? null : (firsts.get(day) ?? null));
    if (sinceUs !== null && times.endsUs < sinceUs) before.push(object);
    else if (untilUs !== null && times.beginsUs !== null && times.beginsUs > untilUs) after.push(object);
    else within.push({ ...object, ...times });
  }
  within.sort(newestFirst);
  const fitting = countWithin(within, maxBytes);
  return {
    read: within.slice(0, fitting),
    overBudget: within.slice(fitting),
    ...{ before, after },
    hasEarlier: listed.hasEarlier,
    cutAfter: listed.isCut ? listed.objects.length : null,
    requests: listed.requests,
  };
}

/** The day that is all that keys tell → when the first object of it was written. */
function firstsOfDays({ objects }: Listed): Map<number, number> {
  const firsts = new Map<number, number>();
  for (const { dates, modifiedUs } of objects) {
    const day = onlyDayOf(dates);
    if (day !== null) firsts.set(day, Math.min(modifiedUs, firsts.get(day) ?? modifiedUs));
  }
  return firsts;
}

function newestFirst(a: TimedObject, b: TimedObject): number {
  return b.endsUs - a.endsUs || (a.key < b.key ? 1 : -1);
}

/** What comes behind one that is too large is not read either: what was read is the newest, without holes. */
function countWithin(objects: readonly StoredObject[], maxBytes: number | null): number {
  if (maxBytes === null) return objects.length;
  let sum = 0;
  const last = objects.findIndex(({ bytes }) => {
    sum += bytes;
    return sum > maxBytes;
  });
  return last < 0 ? objects.length : last;
}
