/**
 * The time that is compared, in days and hours. Days are 24 hours long and end where the window under test begins; hours are
 * whole ones of UTC, so that what a source counted by the hour falls into one of them.
 */
import { offsetAt } from '../../query/zone.ts';

export const HOUR_US = 3_600_000_000;
export const DAY_US = 24 * HOUR_US;
/** Bits of a number tell on which days something was seen. */
export const MAX_DAYS = 30;

export interface Day {
  /** Whole hours of UTC, microseconds since the epoch. */
  readonly startUs: number;
  readonly endUs: number;
}

/** By their numbers in LocalHour. */
export const WEEKDAYS: readonly string[] = [
  ...['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
];

/** What a local clock shows in an hour. */
export interface LocalHour {
  /** 0 to 23. */
  readonly hour: number;
  /** 0: Sunday. */
  readonly weekday: number;
  /** Days since the epoch, by the local clock. */
  readonly date: number;
}

export function wholeHour(us: number): number {
  return Math.floor(us / HOUR_US) * HOUR_US;
}

/** The days before, the oldest first. */
export function daysBefore(untilUs: number, count: number): Day[] {
  const end = wholeHour(untilUs);
  return Array.from({ length: count }, (_, n) => {
    const startUs = end - (count - n) * DAY_US;
    return { startUs, endUs: startUs + DAY_US };
  });
}

/** Of a window under test: as many days as it is nearest to, one at least; the last one takes what is left. */
export function daysOf(sinceUs: number, untilUs: number): Day[] {
  const start = wholeHour(sinceUs);
  const end = Math.max(wholeHour(untilUs - 1) + HOUR_US, start + HOUR_US);
  const count = Math.max(1, Math.round((end - start) / DAY_US));
  return Array.from({ length: count }, (_, n) => ({
    startUs: start + n * DAY_US,
    endUs: n === count - 1 ? end : start + (n + 1) * DAY_US,
  }));
}

export function hoursIn({ startUs, endUs }: Day): number {
  return Math.ceil((endUs - startUs) / HOUR_US);
}

export function localHours(day: Day, timeZone: string): LocalHour[] {
  return Array.from({ length: hoursIn(day) }, (_, n) => {
    const ms = (day.startUs + n * HOUR_US) / 1000;
    const wall = new Date(ms + offsetAt(ms, timeZone));
    return {
      hour: wall.getUTCHours(),
      weekday: wall.getUTCDay(),
      date: Math.floor(wall.getTime() / 86_400_000),
    };
  });
}
