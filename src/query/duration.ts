/**
 * Stretches of time as people type them: `30s`, `1h30m`, `3d`, `2 hours ago`, `1d 12h`, and after other tools `-2h` and
 * `now-2h`. A day is 24 hours, whatever the clocks do.
 */

const UNITS = [
  { pattern: 'w|wk|wks|weeks?', ms: 7 * 86_400_000 },
  { pattern: 'd|days?', ms: 86_400_000 },
  { pattern: 'h|hrs?|hours?', ms: 3_600_000 },
  { pattern: 'm|mins?|minutes?', ms: 60_000 },
  { pattern: 's|secs?|seconds?', ms: 1000 },
] as const;
/** Each unit at most once, the longer first. */
const DURATION = new RegExp(
  String.raw`^(?:now\s*-\s*|-)?${UNITS.map(({ pattern }) => String.raw`(?:(\d+(?:\.\d+)?)\s*(?:${pattern})(?![a-z])\s*)?`).join('')}(?:ago)?$`,
  'i',
);
/** Beyond it a number is a slip of the finger; and instants before 1970 would come out. */
const LONGEST_MS = 20_000 * 86_400_000;

/** `1M`: a minute here, a month elsewhere. */
const MINUTES_OR_MONTHS = /^\D*\d+(?:\.\d+)?\s*M(?:\s*ago)?$/;

/** Whether it could be meant as so many months; what is read is never guessed. */
export function isMinutesOrMonths(text: string): boolean {
  return MINUTES_OR_MONTHS.test(text);
}

/** Its two largest units: `2m10s`, `1d4h`; whole seconds. */
export function formatDuration(ms: number): string {
  let left = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [name, seconds] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0 || (name === 's' && parts.length === 0)) parts.push(`${count}${name}`);
    if (parts.length === 2 || (parts.length > 0 && left === 0)) break;
  }
  return parts.join('');
}

/** Milliseconds; null when the text is no duration, or could be two. */
export function parseDuration(text: string): number | null {
  if (isMinutesOrMonths(text)) return null;
  const [, ...counts] = DURATION.exec(text) ?? [];
  if (counts.every((count) => count === undefined)) return null;
  const ms = UNITS.reduce((sum, unit, i) => sum + Number(counts[i] ?? 0) * unit.ms, 0);
  return ms <= LONGEST_MS ? Math.round(ms) : null;
}
