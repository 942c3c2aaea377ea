/** `--around 'TIME ±10m'` → a window. What a time may be is time-range.ts's. */
import { UserError } from '../errors.ts';
import { parseDuration } from './duration.ts';
import { type LocalZone, type ParsedWindow, parseTime } from './time-range.ts';

const DEFAULT_WIDTH = '10m';

/**
 * `03:12`, `2026-11-22T10:00Z ±5m`, `'yesterday 14:00 +-1h'`. A local time that exists twice widens the window to both. Both
 * ends are in it, to the microsecond. Throws AUDIT_BAD_TIME.
 */
export function parseAround(text: string, nowUs: number, localZone: LocalZone): ParsedWindow {
  const [, time = '', width = DEFAULT_WIDTH] = /^(.*?)(?:(?:±|\+\/?-)\s*([^±]*))?$/s.exec(text.trim()) ?? [];
  const widthMs = parseDuration(width.trim());
  if (time.trim() === '' || widthMs === null || width.trim().startsWith('-'))
    throw new UserError('AUDIT_BAD_TIME', `--around ${JSON.stringify(text)} is no time and its width`, {
      hint: "--around 03:12, --around '03:12 ±30m', --around '2026-11-22T10:00Z ±1h'",
    });
  return {
    sinceUs: parseTime(time, nowUs, localZone, 'since') - widthMs * 1000,
    untilUs: parseTime(time, nowUs, localZone, 'until') + widthMs * 1000 + 1,
    isDefault: false,
  };
}
