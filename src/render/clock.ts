/** Times and ages in words: local or UTC, and ages as kubectl prints them. */

export interface Clock {
  /** `CET`, `UTC`, `GMT+5:30`; `CEST/CET` where the clock was changed between the times. */
  readonly zone: string;
  /** `02:58:11`, with the day or year where not all are of this one, the zone where not all are of one. */
  time(at: string): string;
}

/** `times`: all that will be shown, so that all have one form. `isDated`: with day and year, for what is kept. */
export function clockFor(times: readonly string[], nowMs: number, timeZone: string, isDated = false): Clock {
  const local = localTimes(timeZone);
  const now = local(nowMs);
  const known = times
    .map((at) => Date.parse(at))
    .filter(isTime)
    .sort((a, b) => a - b)
    .map(local);
  const zones = new Set((known.length === 0 ? [now] : known).map(({ zone }) => zone));
  const isToday = !isDated && known.every(({ text }) => text.slice(0, 10) === now.text.slice(0, 10));
  const isThisYear = !isDated && known.every(({ text }) => text.slice(0, 4) === now.text.slice(0, 4));
  const from = isToday ? '2026-11-23 '.length : isThisYear ? '2026-'.length : 0;
  return {
    zone: [...zones].join('/'),
    time(at) {
      const ms = Date.parse(at);
      if (!isTime(ms)) return at;
      const { text, zone } = local(ms);
      return zones.size > 1 ? `${text.slice(from)} ${zone}` : text.slice(from);
    },
  };
}

/**
 * For times that are not known yet: `11-23 02:58:11`, with the year when it is another than now, and the zone when the clock
 * has been changed since.
 */
export function clockFrom(nowMs: number, timeZone: string): Clock {
  const local = localTimes(timeZone);
  const now = local(nowMs);
  return {
    zone: now.zone,
    time(at) {
      const ms = Date.parse(at);
      if (!isTime(ms)) return at;
      const { text, zone } = local(ms);
      const shown = text.slice(0, 4) === now.text.slice(0, 4) ? text.slice('2026-'.length) : text;
      return zone === now.zone ? shown : `${shown} ${zone}`;
    },
  };
}

/** Years of four digits, and of the calendar in use; Go's zero time is none. NaN is no time. */
function isTime(ms: number): boolean {
  return ms >= Date.UTC(1900, 0, 1) && ms < Date.UTC(9999, 11, 31);
}

interface LocalTime {
  /** `2026-11-23 02:58:11`. */
  readonly text: string;
  readonly zone: string;
}

/** Clocks are changed at full quarters of an hour: Intl, which takes 8 µs, is asked once for each. */
const QUARTER_MS = 15 * 60 * 1000;

function localTimes(timeZone: string): (ms: number) => LocalTime {
  const quarters = new Map<number, { offsetMs: number; zone: string }>();
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const zoneAt = zoneNames(timeZone);
  const inQuarter = (quarter: number) => {
    const known = quarters.get(quarter);
    if (known !== undefined) return known;
    const ms = quarter * QUARTER_MS;
    const t = Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
    const localMs = Date.parse(`${t.year}-${t.month}-${t.day}T${t.hour}:${t.minute}:${t.second}Z`);
    const found = { offsetMs: localMs - ms, zone: zoneAt(ms) };
    quarters.set(quarter, found);
    return found;
  };
  return (ms) => {
    const { offsetMs, zone } = inQuarter(Math.floor(ms / QUARTER_MS));
    return { text: new Date(ms + offsetMs).toISOString().slice(0, 19).replace('T', ' '), zone };
  };
}

/** Each knows the short names of its own continent's zones only, and says `GMT-5` for the others. */
const LOCALES = ['en-GB', 'en-US', 'en-AU', 'en-IN'];

function zoneNames(timeZone: string): (ms: number) => string {
  const formats = LOCALES.map(
    (locale) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }),
  );
  return (ms) => {
    const names = formats.map(
      (format) => format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? timeZone,
    );
    return names.find((name) => !/^GMT./.test(name)) ?? names[0] ?? timeZone;
  };
}

/** kubectl's HumanDuration (apimachinery, pkg/util/duration). */
export function ageOf(at: string, nowMs: number): string {
  const seconds = Math.trunc((nowMs - Date.parse(at)) / 1000);
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < -1) return 'in future';
  if (seconds < 0) return '0s';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return both(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return both(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return both(days, 'd', hours % 24, 'h');
  if (years < 2) return `${days}d`;
  if (years < 8) return both(years, 'y', days % 365, 'd');
  return `${years}y`;
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
