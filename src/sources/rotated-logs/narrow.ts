/** Which stretch of one file of a log a window needs. Looks at a few places of it; what those tell is scan/time-search.ts's. */
import { type Soundings, sound } from '../../scan/time-order.ts';
import type { ReadableAt } from '../../scan/time-probe.ts';
import { RESOLUTION_BYTES, type Stretch, searchEnd, searchStart } from '../../scan/time-search.ts';
import type { StageWindow } from '../stage-window.ts';

/** What is known of a file without looking into it, microseconds; null: nothing. */
export interface FileTimes {
  /** Nothing in it was written earlier. */
  readonly beginsUs: number | null;
  /** Nothing in it was written later. */
  readonly endsUs: number | null;
}

export type Outside = 'before the window' | 'after the window';

export interface Narrowed extends Stretch {
  /** Why it could not be narrowed although it is long; null: it was, or need not be. */
  readonly why: Soundings['why'];
}

/** What an API server buffers (`--audit-log-mode=batch`, 30 s by default) is written later than its stage tells. */
const WRITTEN_LATER_US = 60_000_000;

/** By its times alone; null: it may reach into the window. */
export function outside({ beginsUs, endsUs }: FileTimes, { sinceUs, untilUs }: StageWindow): Outside | null {
  if (sinceUs !== null && endsUs !== null && endsUs < sinceUs) return 'before the window';
  if (untilUs !== null && beginsUs !== null && beginsUs > untilUs + WRITTEN_LATER_US)
    return 'after the window';
  return null;
}

/** Whether looking into it could leave less of it to be read. */
export function isWorthNarrowing(bytes: number, times: FileTimes, window: StageWindow): boolean {
  const { start, end } = openSides(times, window);
  return (start || end) && isLong(0, bytes);
}

/**
 * An empty stretch at the file's end: all of it is before the window; at its beginning: behind it. `places`: so many of it
 * are looked at first, to see whether it is in order; 0: its writer is known.
 */
export async function narrow(
  source: ReadableAt,
  bytes: number,
  times: FileTimes,
  window: StageWindow,
  places: number,
  signal: AbortSignal,
): Promise<Narrowed> {
  const sides = openSides(times, window);
  let [from, to] = [0, bytes];
  const { why, disorderUs } = await sound(source, bytes, places, signal);
  if (places > 0 && why !== null) return { from, to, why };
  if (sides.start && window.sinceUs !== null && isLong(from, to)) {
    const found = await searchStart(source, { from, to }, window.sinceUs, signal, disorderUs);
    if (found.why !== null) return { from, to, why: found.why };
    from = found.offset;
  }
  if (sides.end && window.untilUs !== null && isLong(from, to)) {
    const found = await searchEnd(source, { from, to }, window.untilUs, signal, disorderUs);
    if (found.why !== null) return { from, to, why: found.why };
    to = found.offset;
  }
  return { from, to, why: null };
}

/** At which sides the file may reach beyond the window. */
function openSides({ beginsUs, endsUs }: FileTimes, { sinceUs, untilUs }: StageWindow) {
  return {
    start: sinceUs !== null && (beginsUs === null || beginsUs < sinceUs),
    end: untilUs !== null && (endsUs === null || endsUs > untilUs),
  };
}

function isLong(from: number, to: number): boolean {
  return to - from > 2 * RESOLUTION_BYTES;
}
