/** Times and ages in words: local or UTC, and ages as kubectl prints them. */

export interface Clock {
  /** `CET`, `UTC`, `GMT+5:30`; `CEST/CET` where the clock was changed between the times. */
  readonly zone: string;
  /** `02:58:11`, with the day or year where not all are of this one, the zone where not all are of one. */
  time(at: string): string;
}

/** `times`: all that will be shown, so that all have one form. `isDated`: with day and year, for what is kept. */
export function clockFor(times: readonly string[], nowMs: number, timeZone: string, isDated = false): Clock {
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
  const split = (ms: number) =>
    Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
  const now = split(nowMs);
  const zoneAt = zoneNames(timeZone);
  const knownMs = times
    .map((at) => Date.parse(at))
    .filter((ms) => !Number.isNaN(ms))
    .sort((a, b) => a - b);
  const known = knownMs.map(split);
  const zones = new Set(knownMs.length === 0 ? [zoneAt(nowMs)] : knownMs.map(zoneAt));
  const isToday =
    !isDated && known.every((t) => t.year === now.year && t.month === now.month && t.day === now.day);
  const isThisYear = !isDated && known.every((t) => t.year === now.year);
  return {
    zone: [...zones].join('/'),
    time(at) {
      const ms = Date.parse(at);
      if (Number.isNaN(ms)) return at;
      const t = split(ms);
      const day = isToday ? '' : isThisYear ? `${t.month}-${t.day} ` : `${t.year}-${t.month}-${t.day} `;
      return `${day}${t.hour}:${t.minute}:${t.second}${zones.size > 1 ? ` ${zoneAt(ms)}` : ''}`;
    },
  };
}

function zoneNames(timeZone: string): (ms: number) => string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' });
  return (ms) => parts.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
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
