/**
 * `--since` and `--until` → a window. Bare times and words are in the local zone. Which request belongs to a window is
 * in-window.ts's; the zone's arithmetic zone.ts's.
 */
import { UserError } from '../errors.ts';
import { isMinutesOrMonths, parseDuration } from './duration.ts';
import type { Window } from './query.ts';
import { decodeEpoch, decodeWallTime, isClockTime, splitZone } from './time-text.ts';
import { formatInstant, instantsAt, type WallMs, wallAt } from './zone.ts';

export type Bound = 'since' | 'until';

/** The IANA name of the zone of bare times. Asked for only when there is one: to find it out takes 17 ms. */
export type LocalZone = () => string;

const MICROS = 1000;
const DAY_MS = 24 * 3_600_000;
const DEFAULT_SPAN_US = DAY_MS * MICROS;

export interface ParsedWindow extends Window {
  /** Neither end was given: the last 24 hours. */
  readonly isDefault: boolean;
}

/**
 * Microseconds since the epoch. `2h`, `1h30m`, `3d` (ago); RFC 3339, seconds and zone optional; a date; `10:00`, `monday
 * 09:00`, `yesterday 14:00` (the most recent such); each with a zone behind it (`14:00Z`), else local; `now`, `today`,
 * `yesterday`; Unix time. A local time that exists twice or not at all is taken so that the window is wider.
 */
export function parseTime(text: string, nowUs: number, localZone: LocalZone, which: Bound): number {
  const typed = text.trim();
  if (/^now$/i.test(typed)) return nowUs;
  const agoMs = parseDuration(typed);
  if (agoMs !== null) return nowUs - agoMs * MICROS;
  const epochUs = decodeEpoch(typed);
  if (epochUs !== null) return epochUs;
  const nowMs = Math.floor(nowUs / MICROS);
  const zoned = splitZone(typed);
  const wallNow = zoned === null ? wallAt(nowMs, localZone()) : nowMs + zoned.offsetMs;
  const wall = decodeWallTime(zoned?.time ?? typed, wallNow);
  if (wall === null) throw badTime(text, which);
  const us = zoned === null ? toMicros(wall.ms, localZone(), which) : (wall.ms - zoned.offsetMs) * MICROS;
  return us + wall.extraUs;
}

/** Without `until` the window is open; without `since` it is 24 hours long. */
export function parseWindow(
  typed: { readonly since?: string | null | undefined; readonly until?: string | null | undefined },
  nowUs: number,
  localZone: LocalZone,
): ParsedWindow {
  const since = typed.since ?? null;
  const until = typed.until ?? null;
  const sinceUs = since === null ? null : parseTime(since, nowUs, localZone, 'since');
  if (since !== null && sinceUs !== null && sinceUs > nowUs) {
    throw new UserError('AUDIT_BAD_TIME', `--since ${JSON.stringify(since)} is in the future`, {
      hint: `it was read as ${formatInstant(sinceUs / MICROS, localZone())}; for a stretch of time ago: --since 2h`,
    });
  }
  const untilUs = until === null ? null : parseUntil(until, sinceUs, nowUs, localZone);
  if (sinceUs !== null && untilUs !== null && sinceUs >= untilUs) {
    throw new UserError(
      'AUDIT_BAD_TIME',
      `--since ${JSON.stringify(since)} is not before --until ${JSON.stringify(until)}`,
      {
        hint: `they were read as ${formatInstant(sinceUs / MICROS, localZone())} and ${formatInstant(untilUs / MICROS, localZone())}`,
      },
    );
  }
  return {
    sinceUs: sinceUs ?? (untilUs ?? nowUs) - DEFAULT_SPAN_US,
    untilUs,
    isDefault: since === null && until === null,
  };
}

/** `from 2026-11-22 10:00:00+01:00 to now`, for messages; each end can be typed again as it stands. */
export function formatWindow(window: Window, timeZone: string): string {
  const from = window.sinceUs === null ? 'the beginning' : formatInstant(window.sinceUs / MICROS, timeZone);
  const to = window.untilUs === null ? 'now' : formatInstant(window.untilUs / MICROS, timeZone);
  return `from ${from} to ${to}`;
}

/** `--since 09:00 --until 17:00` asked at noon: a bare time that would end the window before it began is the next such. */
function parseUntil(until: string, sinceUs: number | null, nowUs: number, localZone: LocalZone): number {
  const untilUs = parseTime(until, nowUs, localZone, 'until');
  if (!isClockTime(until.trim()) || sinceUs === null || untilUs > sinceUs) return untilUs;
  const nextDay = wallAt(untilUs / MICROS, localZone()) + DAY_MS;
  const nextUs = toMicros(nextDay, localZone(), 'until');
  return nextUs > sinceUs ? nextUs : untilUs;
}

function toMicros(wall: WallMs, timeZone: string, which: Bound): number {
  const [earlier, later] = instantsAt(wall, timeZone);
  return (which === 'since' ? earlier : later) * MICROS;
}

function badTime(text: string, which: Bound): UserError {
  return new UserError('AUDIT_BAD_TIME', `${JSON.stringify(text)} is no time`, {
    hint: mendOf(text.trim(), which),
  });
}

function mendOf(typed: string, which: Bound): string {
  if (/^\d+(\.\d+)?$/.test(typed)) return `with its unit: --${which} ${typed}m, --${which} ${typed}h`;
  if (isMinutesOrMonths(typed)) {
    const count = Number.parseFloat(typed.replace(/^\D*/, ''));
    return `minutes or months? --${which} ${count}m, or --${which} ${Math.round(count * 30)}d`;
  }
  if (/:\d{2}\s*[a-z]{2}/i.test(typed)) {
    return `zones are Z, UTC or +01:00: --${which} '2026-11-22 10:00+01:00'; without one it is local time`;
  }
  return `--${which} 2h, --${which} 2026-11-22T10:00Z, --${which} 'yesterday 14:00', --${which} 'monday 09:00'`;
}
