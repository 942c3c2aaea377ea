/** Dates and clock times as text → a reading of a clock, and the zone of that clock where the text says one. */
import type { WallMs } from './zone.ts';

const DAY_MS = 24 * 3_600_000;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`;
const DATE_TIME = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${CLOCK})?$`, 'i');
/** `Tue, 24 Nov 2026 14:40:41`, as kubectl describe prints it. */
const LONG_DATE = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?(\d{1,2})\s+([a-z]{3,9})\s+(\d{4})(?:\s+${CLOCK})?$`,
  'i',
);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Behind a clock time; with the name that Go prints behind an offset (`+0100 CET`). */
const ZONE = /(?<=:\d{2}(?:[.,]\d+)?|[ap]m)\s*(?:Z|UTC|GMT|([+-])(\d{2}):?(\d{2})?(?:\s+[a-z]{2,5})?)$/i;

export interface WallTime {
  readonly ms: WallMs;
  /** Microseconds beyond the milliseconds. */
  readonly extraUs: number;
}

/** Seconds, milliseconds or microseconds since the epoch, told apart by their digits; in microseconds. */
export function decodeEpoch(text: string): number | null {
  const [, digits, fraction = ''] = /^@?(\d{10}|\d{13}|\d{16})(\.\d{1,9})?$/.exec(text) ?? [];
  if (digits === undefined || (fraction !== '' && digits.length > 10)) return null;
  const perUnit = 10 ** (16 - digits.length);
  return Number(digits) * perUnit + Math.floor(Number(`0${fraction}`) * perUnit);
}

/** The zone at the end of a time, and what stands before it; null when there is none. */
export function splitZone(text: string): { readonly time: string; readonly offsetMs: number } | null {
  const zone = ZONE.exec(text);
  if (zone === null) return null;
  const [, sign, hours = '0', minutes = '0'] = zone;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { time: text.slice(0, zone.index), offsetMs };
}

/** A reading of a clock; `now` is what it shows now. Words and bare times: the most recent such, `now` included. */
export function decodeWallTime(text: string, now: WallMs): WallTime | null {
  const full = decodeDateTime(text);
  if (full !== null) return full;
  const words = text
    .toLowerCase()
    .replace(/(\d)\s+([ap]m)\b/, '$1$2')
    .split(/\s+/)
    .filter((word) => word !== 'at');
  const times = words.filter((word) => /^\d/.test(word));
  const days = words.filter((word) => !/^\d/.test(word));
  const clock = decodeClock(times[0] ?? '00:00');
  const [day] = days;
  if (clock === null || days.length > 1 || times.length > 1) return null;
  const today = now - (((now % DAY_MS) + DAY_MS) % DAY_MS);
  if (day === undefined) return latest(today, clock, now, 1);
  if (day === 'today') return { ...clock, ms: today + clock.ms };
  if (day === 'yesterday') return { ...clock, ms: today - DAY_MS + clock.ms };
  const weekday = day.length < 3 ? -1 : WEEKDAYS.findIndex((name) => name.startsWith(day));
  if (weekday < 0) return null;
  const daysAgo = (new Date(today).getUTCDay() - weekday + 7) % 7;
  return latest(today - daysAgo * DAY_MS, clock, now, 7);
}

/** A time of day and nothing else: `17:00`, `5pm`. */
export function isClockTime(text: string): boolean {
  return decodeClock(text.toLowerCase()) !== null;
}

function latest(day: WallMs, clock: WallTime, now: WallMs, everyDays: number): WallTime {
  const ms = day + clock.ms;
  return { ...clock, ms: ms <= now ? ms : ms - everyDays * DAY_MS };
}

function decodeDateTime(text: string): WallTime | null {
  const [, year, month, day, ...clock] = DATE_TIME.exec(text) ?? [];
  if (year !== undefined) return dateTimeOf(Number(year), Number(month), Number(day), clock);
  const [, dayOfMonth, name, longYear, ...longClock] = LONG_DATE.exec(text) ?? [];
  if (dayOfMonth === undefined) return null;
  const named = MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1;
  return dateTimeOf(Number(longYear), named, Number(dayOfMonth), longClock);
}

function dateTimeOf(
  year: number,
  month: number,
  day: number,
  time: readonly (string | undefined)[],
): WallTime | null {
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const clock = clockOf(time);
  return clock === null ? null : { ...clock, ms: midnight + clock.ms };
}

/** On 24 hours, or on twelve with am and pm. */
function decodeClock(text: string): WallTime | null {
  const match = new RegExp(`^${CLOCK}$`).exec(text);
  if (match !== null) return clockOf(match.slice(1));
  const [, hour, minute, half] = /^(\d{1,2})(?::(\d{2}))?([ap]m)$/.exec(text) ?? [];
  if (hour === undefined || Number(hour) < 1 || Number(hour) > 12) return null;
  return clockOf([String((Number(hour) % 12) + (half === 'pm' ? 12 : 0)), minute]);
}

function clockOf([hour = '0', minute = '0', second = '0', fraction = '']: readonly (
  | string
  | undefined
)[]): WallTime | null {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return { ms: seconds * 1000 + Math.floor(micros / 1000), extraUs: micros % 1000 };
}
