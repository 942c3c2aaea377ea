/** Numbers in a point in time, in UTC (Sigma's minute, hour, …). */
import { parseMicros } from '../../event/micros.ts';

export const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** Null: the text is no time. */
export function timePartOf(text: string, part: TimePart): number | null {
  const micros = parseMicros(text);
  if (micros === null) return null;
  const date = new Date(Math.floor(micros / 1000));
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
  }
}

const DAY_MS = 86_400_000;

/** ISO 8601: week 1 has the year's first Thursday in it. */
function isoWeek(date: Date): number {
  const day = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() - (day - 3) * DAY_MS);
  const january = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday.getTime() - january) / (7 * DAY_MS));
}
