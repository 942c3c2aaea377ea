/**
 * Between which times the events in an object can have been written, by its key and by when it was written itself. Keys name the
 * time at which a writer began or finished an object, or its events' own, mostly in UTC.
 */
import type { StageWindow } from '../stage-window.ts';
import type { StoredObject } from './archive.ts';
import { DAY_US, type KeyDate } from './key-dates.ts';

/** Microseconds. */
export interface ObjectTimes {
  /** Null: not known. */
  readonly beginsUs: number | null;
  readonly endsUs: number;
}

const HOUR_US = 3_600_000_000;
/** Clocks of writers may be ahead of the server's, which tells whole seconds. */
const SKEW_US = 61_000_000;
/** Zones that are ahead of UTC; those behind it, and objects that are filled for long, which bear their beginning. */
const MOST_AHEAD_US = 14 * HOUR_US;
const MOST_BEHIND_US = 24 * HOUR_US;

/**
 * `lateUs`: so long after an event its object may have been named, and one that is written in parts finished. `firstOfDayUs`: when the
 * first object of its day was written.
 */
export function objectTimes(
  object: StoredObject,
  dates: readonly KeyDate[],
  lateUs: number,
  firstOfDayUs: number | null,
): ObjectTimes {
  const writtenUs = object.modifiedUs + SKEW_US + (object.isInParts ? lateUs : 0);
  const named = namedTimes(dates);
  if (named === null) return { beginsUs: null, endsUs: writtenUs };
  // Of a whole day that nothing was written at the beginning of, it may be another zone's.
  const isOtherZone = named.isDay && (firstOfDayUs ?? 0) > named.fromUs + 2 * HOUR_US;
  return {
    // What was written before the time that it names is named by another zone's time.
    beginsUs:
      Math.min(named.fromUs, object.modifiedUs) - lateUs - SKEW_US - (isOtherZone ? MOST_AHEAD_US : 0),
    endsUs: Math.min(writtenUs, named.toUs + MOST_BEHIND_US),
  };
}

/** Which of the dates that keys begin with are to be looked at for a window; microseconds, null: no bound. */
export function wantedDates({ sinceUs, untilUs }: StageWindow, lateUs: number): StageWindow {
  return {
    sinceUs: sinceUs === null ? null : sinceUs - MOST_BEHIND_US,
    untilUs: untilUs === null ? null : untilUs + lateUs + MOST_AHEAD_US + 2 * SKEW_US,
  };
}

/** The day that is the finest an object's key names; null: it names a finer time, or none. */
export function onlyDayOf(dates: readonly KeyDate[]): number | null {
  const named = namedTimes(dates);
  return named?.isDay === true ? named.fromUs : null;
}

/**
 * The finest of them. One that lies apart from it tells of something else: a folder may bear the events' own day, when the name bears
 * the day on which they came.
 */
function namedTimes(dates: readonly KeyDate[]): {
  readonly fromUs: number;
  readonly toUs: number;
  readonly isDay: boolean;
} | null {
  const finest = dates.reduce<KeyDate | null>(
    (best, date) => (best === null || spanOf(date) <= spanOf(best) ? date : best),
    null,
  );
  if (finest === null) return null;
  let { fromUs, toUs } = finest;
  for (const date of dates) {
    if (date.toUs + HOUR_US < finest.fromUs) fromUs = Math.min(fromUs, date.fromUs);
    if (date.fromUs - HOUR_US > finest.toUs) toUs = Math.max(toUs, date.toUs);
  }
  return { fromUs, toUs, isDay: spanOf(finest) >= DAY_US };
}

function spanOf({ fromUs, toUs }: KeyDate): number {
  return toUs - fromUs;
}
