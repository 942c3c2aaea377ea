/** Dates and clock times as text: RFC 3339 → an instant, local forms and words → a reading of the local clock. */
import type { WallMs } from './zone.ts';

const DAY_MS = 24 * 3_600_000;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`;
const DATE_TIME = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${CLOCK})?$`, 'i');
const ZONE = /\s*(Z|UTC|[+-]\d{2}:?\d{2})$/i;

export interface WallTime {
  readonly ms: WallMs;
  /** Microseconds beyond the milliseconds. */
  readonly extraUs: number;
}

/** A date and time with its zone, in microseconds since the epoch; null when the text is something else. */
export function decodeInstant(text: string): number | null {
  const zone = ZONE.exec(text);
  if (zone === null) return null;
  const wall = decodeDateTime(text.slice(0, zone.index));
  const offsetMs = decodeOffset(zone[1] ?? 'Z');
  if (wall === null || offsetMs === null || !text.includes(':')) return null;
  return (wall.ms - offsetMs) * 1000 + wall.extraUs;
}

/** A reading of the local clock; `now` is what it shows now. Words and bare times: the most recent such, `now` included. */
export function decodeWallTime(text: string, now: WallMs): WallTime | null {
  const full = decodeDateTime(text);
  if (full !== null) return full;
  const words = text.toLowerCase().split(/\s+/);
  const clock = decodeClock(words.find((word) => word.includes(':')) ?? '00:00');
  const days = words.filter((word) => !word.includes(':'));
  const [day] = days;
  if (clock === null || days.length > 1 || words.length - days.length > 1) return null;
  const today = now - (((now % DAY_MS) + DAY_MS) % DAY_MS);
  if (day === undefined) return latest(today, clock, now, 1);
  if (day === 'today') return { ...clock, ms: today + clock.ms };
  if (day === 'yesterday') return { ...clock, ms: today - DAY_MS + clock.ms };
  const weekday = day.length < 3 ? -1 : WEEKDAYS.findIndex((name) => name.startsWith(day));
  if (weekday < 0) return null;
  const daysAgo = (new Date(today).getUTCDay() - weekday + 7) % 7;
  return latest(today - daysAgo * DAY_MS, clock, now, 7);
}

function latest(day: WallMs, clock: WallTime, now: WallMs, everyDays: number): WallTime {
  const ms = day + clock.ms;
  return { ...clock, ms: ms <= now ? ms : ms - everyDays * DAY_MS };
}

function decodeDateTime(text: string): WallTime | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const clock = clockOf(match.slice(4));
  return clock === null ? null : { ...clock, ms: midnight + clock.ms };
}

function decodeClock(text: string): WallTime | null {
  const match = new RegExp(`^${CLOCK}$`).exec(text);
  return match === null ? null : clockOf(match.slice(1));
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

function decodeOffset(zone: string): number | null {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (Number(match[2]) > 23 || Number(match[3]) > 59) return null;
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000;
}
