/**
 * Points in time as whole microseconds since the epoch, which is what the API server writes; exact as a number for 285
 * years around 1970. Times that users type are query's.
 */

/**
 * RFC 3339 with any number of fraction digits (those beyond microseconds are cut off) and any offset; also with a blank
 * instead of the `T`. Null for anything else, and for times that are not exact as a number (Go's zero time).
 */
export function parseMicros(text: string): number | null {
  // Fast path: the API server's own form, 2026-11-23T08:46:51.869237Z. 75 ns against 420 ns.
  if (text.length === 27 && text.charCodeAt(26) === 0x5a && text.charCodeAt(10) === 0x54) {
    const us = parseServerForm(text);
    if (us !== null) return us;
  }
  return parseAnyForm(text);
}

/** `2026-11-23T08:46:51.869237Z`, always with six digits. */
export function formatMicros(us: number): string {
  const ms = Math.floor(us / 1000);
  const rest = us - ms * 1000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** Whether the text is RFC 3339 to the letter, so that it may stay as written. */
export function isRfc3339(text: string): boolean {
  return RFC_3339.test(text) && text.charCodeAt(10) === 0x54 && parseMicros(text) !== null;
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?([Zz]|[+-]\d\d:\d\d)$/;
const SEPARATORS: readonly (readonly [number, number])[] = [
  [4, 0x2d],
  [7, 0x2d],
  [13, 0x3a],
  [16, 0x3a],
  [19, 0x2e],
];

let cachedDay = '';
let cachedDayMs = 0;

function parseServerForm(text: string): number | null {
  for (const [at, code] of SEPARATORS) if (text.charCodeAt(at) !== code) return null;
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const micros = digits(text, 20, 26);
  if (!(hour < 24 && minute < 60 && second < 60 && micros >= 0)) return null;
  const day = text.slice(0, 10);
  if (day !== cachedDay) {
    const dayMs = dayStart(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
    if (dayMs === null) return null;
    cachedDay = day;
    cachedDayMs = dayMs;
  }
  return exact((cachedDayMs / 1000 + hour * 3600 + minute * 60 + second) * 1_000_000 + micros);
}

/** NaN when one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function parseAnyForm(text: string): number | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts;
  const dayMs = dayStart(Number(year), Number(month), Number(day));
  // 60: a leap second is the next minute's first.
  if (dayMs === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const offset = offsetSeconds(zone);
  if (offset === null) return null;
  const seconds = dayMs / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  return exact(seconds * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0')));
}

/** Null when there is no such day. */
function dayStart(year: number, month: number, day: number): number | null {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return null;
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() : null;
}

function offsetSeconds(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function exact(us: number): number | null {
  return Number.isSafeInteger(us) ? us : null;
}
