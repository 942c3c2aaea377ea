/** Stretches of time as people type them: `30s`, `15m`, `1h30m`, `3d`, `1w`. A day is 24 hours, whatever the clocks do. */

const UNIT_MS = { w: 7 * 86_400_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;
/** Beyond it a number is a slip of the finger; and instants before 1970 would come out. */
const LONGEST_MS = 20_000 * 86_400_000;

/** Milliseconds; null when the text is no duration. */
export function parseDuration(text: string): number | null {
  const match =
    /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:\s+ago)?$/i.exec(
      text,
    );
  if (match === null) return null;
  const [, ...counts] = match;
  if (counts.every((count) => count === undefined)) return null;
  const units = [UNIT_MS.w, UNIT_MS.d, UNIT_MS.h, UNIT_MS.m, UNIT_MS.s];
  const ms = units.reduce((sum, unitMs, i) => sum + Number(counts[i] ?? 0) * unitMs, 0);
  return ms <= LONGEST_MS ? Math.round(ms) : null;
}
