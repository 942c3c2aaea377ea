/** Which windows who-did reads, one after the other, until it has found what was asked for. */
import type { Window } from '../../query/query.ts';

export interface WindowBack extends Window {
  /** Before the window that was asked for: read when nothing is found in the default one. */
  readonly isBeyond: boolean;
}

const MINUTE_US = 60_000_000;
/** What somebody asks about in the night was done just now, as a rule; or since they last looked. */
const STEPS_US = [15 * MINUTE_US, 6 * 60 * MINUTE_US];

/**
 * Newest first, each up to where the one before begins. `isInSteps`: for --last, where what lies further back need not be read
 * when the last one is found.
 */
export function windowsBack(
  { sinceUs, untilUs, isDefault }: Window & { readonly isDefault: boolean },
  isInSteps: boolean,
  nowUs: number,
): readonly WindowBack[] {
  const windows: WindowBack[] = [];
  let until = untilUs;
  for (const stepUs of isInSteps ? STEPS_US : []) {
    const from = (untilUs ?? nowUs) - stepUs;
    if (sinceUs !== null && from <= sinceUs) break;
    windows.push({ sinceUs: from, untilUs: until, isBeyond: false });
    until = from;
  }
  windows.push({ sinceUs, untilUs: until, isBeyond: false });
  if (isDefault && sinceUs !== null) windows.push({ sinceUs: null, untilUs: sinceUs, isBeyond: true });
  return windows;
}
