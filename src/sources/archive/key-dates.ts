/**
 * The dates in an object's key, as forwarders and clouds write them: `2026/11/23/14/`, `y=2026/m=11/d=23/h=14/`, `date=2026-11-23/`,
 * `2026112314_0.gz`, `1795442733-….log.gz`. What they mean for the events within is object-times.ts's.
 */

export interface KeyDate {
  /** Where its first digit stands in the key. */
  readonly at: number;
  /** From its first digit on. */
  readonly text: string;
  /** The time it names, microseconds: `fromUs ≤ t < toUs`. */
  readonly fromUs: number;
  readonly toUs: number;
  /** Characters of the text that name its year, or another long time, and what stands before the next digit. */
  readonly eraLength: number;
  /** The text that the same writer would have for another time. */
  textAt(us: number): string;
}

/** In the order in which they stand there. */
export function keyDatesOf(key: string): readonly KeyDate[] {
  const dates: KeyDate[] = [];
  for (const pattern of CALENDAR) {
    for (const { index, 0: text } of key.matchAll(pattern)) {
      const date = calendarDate(index, text);
      if (date !== null) dates.push(date, ...spanWithin(key, date));
    }
  }
  for (const { index, 0: text } of key.matchAll(UNIX)) dates.push(unixDate(index, text));
  return dates.sort((a, b) => a.at - b.at);
}

const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12]\\d|3[01])';
const HOUR = '(?:[01]\\d|2[0-3])';
const SIXTY = '[0-5]\\d';
const ALONE = ['(?<![0-9A-Za-z])', '(?![0-9A-Za-z])'] as const;

/** Of a folder for each, from the year at least to the month: a year alone may be anything. */
const FOLDERS =
  `(?<=^|/)(?:y(?:ear)?=)?20\\d\\d/(?:m(?:onth)?=)?${MONTH}/` +
  `(?:(?:d(?:ay)?=)?${DAY}/(?:(?:h(?:our)?=)?${HOUR}/(?:(?:m(?:in(?:ute)?)?=)?${SIXTY}/)?)?)?`;
/** An hour by itself only in a folder: in a name it may be a number of another kind. */
const DASHED =
  `${ALONE[0]}20\\d\\d-${MONTH}-${DAY}` +
  `(?:[T_-]${HOUR}[-:.]?${SIXTY}(?:[-:.]?${SIXTY})?Z?|-${HOUR}(?=/)|/(?:h(?:our)?=)?${HOUR}(?=/))?${ALONE[1]}`;
const PACKED = `${ALONE[0]}20\\d\\d${MONTH}${DAY}(?:[T_-]?${HOUR}${SIXTY}(?:${SIXTY})?Z?|${HOUR})?${ALONE[1]}`;
const CALENDAR = [FOLDERS, DASHED, PACKED].map((pattern) => new RegExp(pattern, 'g'));
/** Seconds or milliseconds since 1970, from 2014 to 2033, at the beginning of a name: later ones could be days and hours. */
const UNIX = /(?<=^|\/)1[4-9]\d{8}(?:\d{3})?(?=[-_.])/g;

function calendarDate(index: number, matched: string): KeyDate | null {
  const skipped = matched.search(/\d/);
  const text = matched.slice(skipped);
  const digits = text.replaceAll(/\D/g, '');
  const fromUs = microsOf(digits);
  if (fromUs === null) return null;
  return {
    at: index + skipped,
    text,
    fromUs,
    toUs: endOf(digits, fromUs),
    eraLength: /^\d{4}\D*/.exec(text)?.[0].length ?? 0,
    textAt(us) {
      const stamp = new Date(us / 1000).toISOString().replaceAll(/\D/g, '');
      let at = 0;
      return text.replaceAll(/\d/g, () => stamp[at++] ?? '0');
    },
  };
}

/** `YYYYMM…`; null: there is no such day. */
function microsOf(digits: string): number | null {
  const [year, month, day, hour, minute, second] = [
    digits.slice(0, 4),
    digits.slice(4, 6),
    digits.slice(6, 8) || '01',
    digits.slice(8, 10) || '00',
    digits.slice(10, 12) || '00',
    digits.slice(12, 14) || '00',
  ];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // JavaScript takes 30 February for 2 March.
  return Number.isNaN(time.getTime()) || time.getUTCDate() !== Number(day) ? null : time.getTime() * 1000;
}

function endOf(digits: string, fromUs: number): number {
  const unit = UNITS_US[digits.length];
  if (unit !== undefined) return fromUs + unit;
  const from = new Date(fromUs / 1000);
  return Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1) * 1000;
}

export const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
const SECOND_US = 1_000_000;
const UNITS_US: Readonly<Record<number, number>> = {
  8: DAY_US,
  10: HOUR_US,
  12: 60 * SECOND_US,
  14: SECOND_US,
};

/** Google Cloud's, behind the day's folder: `14:00:00_14:59:59_S0.json`. */
function spanWithin(key: string, day: KeyDate): readonly KeyDate[] {
  const start = day.at + day.text.length;
  const [, from, to] = /^(\d\d:\d\d:\d\d)_(\d\d:\d\d:\d\d)_/.exec(key.slice(start)) ?? [];
  if (from === undefined || to === undefined || day.toUs - day.fromUs !== DAY_US) return [];
  const [fromUs, toUs] = [day.fromUs + clockUs(from), day.fromUs + clockUs(to) + SECOND_US];
  const text = key.slice(start, start + from.length);
  // It is never what a list is narrowed by: the day stands before it.
  return fromUs < toUs ? [{ ...day, at: start, text, fromUs, toUs, textAt: () => text }] : [];
}

function clockUs(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * SECOND_US;
}

function unixDate(at: number, text: string): KeyDate {
  const unit = text.length === 10 ? SECOND_US : 1000;
  return {
    ...{ at, text, fromUs: Number(text) * unit, toUs: (Number(text) + 1) * unit, eraLength: 3 },
    textAt: (us) => String(Math.floor(us / unit)).padStart(text.length, '0'),
  };
}
