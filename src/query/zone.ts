/** Wall clocks: what a clock in an IANA time zone shows at an instant, and the instants at which it shows a given time. */

/** Milliseconds since the epoch, were the clock's reading in UTC: a reading to count with, not an instant. */
export type WallMs = number;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const formats = new Map<string, Intl.DateTimeFormat>();

export function wallAt(instantMs: number, timeZone: string): WallMs {
  const parts = formatFor(timeZone).formatToParts(instantMs);
  const at = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wholeSeconds = Date.UTC(
    at('year'),
    at('month') - 1,
    at('day'),
    at('hour'),
    at('minute'),
    at('second'),
  );
  return wholeSeconds + (((instantMs % 1000) + 1000) % 1000);
}

/**
 * The instants a reading can mean, earliest first: one; two when the clock was set back over it; and two when the clock
 * skipped it, by the offset before and after.
 */
export function instantsAt(wall: WallMs, timeZone: string): readonly [number, number] {
  const before = wall - offsetAt(wall - DAY_MS, timeZone);
  const after = wall - offsetAt(wall + DAY_MS, timeZone);
  if (before === after) return [before, after];
  const real = [before, after].filter((instant) => wallAt(instant, timeZone) === wall);
  const [only] = real;
  if (real.length === 1 && only !== undefined) return [only, only];
  return [Math.min(before, after), Math.max(before, after)];
}

/** Milliseconds by which the zone's clock is ahead of UTC. */
export function offsetAt(instantMs: number, timeZone: string): number {
  return wallAt(instantMs, timeZone) - instantMs;
}

/** `2026-11-22 10:00:00+01:00`: what `--since` reads back. */
export function formatInstant(instantMs: number, timeZone: string): string {
  const text = new Date(wallAt(instantMs, timeZone)).toISOString().slice(0, 19).replace('T', ' ');
  const minutes = Math.round(offsetAt(instantMs, timeZone) / MINUTE_MS);
  if (minutes === 0) return `${text}Z`;
  const digits = (count: number): string => String(count).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${text}${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}
