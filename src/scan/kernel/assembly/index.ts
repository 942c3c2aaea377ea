/**
 * Passes over lines that need not be decoded, one after the other, as prefilter.ts does, and counts them. Only lines exactly
 * as the API server writes them are judged; at any other it stops.
 */

import { clearGroups } from './groups';
import { endOfLine, nextLine } from './line';
import { clearStages } from './passed-stages';
import { NO_ROOM_TO_COUNT, NO_ROOM_TO_TELL, PASSED, sift, WANTED } from './sieve';
import { receivedOf } from './tail';
import { isWhole, outcomeOf } from './whole';

/** What `full` says. */
const NOTHING = 0;
const COUNTED = 1;
const TOLD = 2;

/** Of the lines passed over in the last call. */
export let lines: u32 = 0;
export let outcomes: u32 = 0;
/** Microseconds since the epoch; only where there were lines. */
export let fromUs: f64 = 0;
export let toUs: f64 = 0;
/** The line at which the last call stopped has to be decoded: nobody else need judge it. */
export let isWanted: bool = false;
/** There is no room: this has to be taken out before the next call. */
export let full: i32 = NOTHING;

export { bucketsStart, groupsEnd } from './groups';
export { clearStages } from './passed-stages';
export { beginRows, indexLines, newsEnd, rows, stoppedFor } from './rows';

/** What was counted and told has been taken out, or is of another sieve. */
export function clear(): void {
  clearGroups();
  clearStages();
}

/**
 * From the line that begins at `start`: where the first line begins that is left to others, because it could match, is odd, or is
 * not whole before `end`. Reads up to 80 bytes behind `end`.
 */
export function passOver(start: usize, end: usize, maxLineBytes: usize, sieve: usize): usize {
  lines = 0;
  outcomes = 0;
  isWanted = false;
  full = NOTHING;
  let earliest = i64.MAX_VALUE;
  let latest = i64.MIN_VALUE;
  let at = start;
  while (at < end) {
    const lineEnd = endOfLine(at, end);
    if (lineEnd === 0 || nextLine - 1 - at > maxLineBytes) break;
    if (!isWhole(at, lineEnd)) break;
    const receivedUs = receivedOf(at, lineEnd);
    if (receivedUs < 0) break;
    const outcome = outcomeOf();
    if (outcome < 0) break;
    const sifted = sift(sieve, outcome === 1, receivedUs);
    if (sifted !== PASSED) {
      isWanted = sifted === WANTED;
      full = sifted === NO_ROOM_TO_COUNT ? COUNTED : sifted === NO_ROOM_TO_TELL ? TOLD : NOTHING;
      break;
    }
    lines++;
    outcomes += outcome;
    earliest = min(earliest, receivedUs);
    latest = max(latest, receivedUs);
    at = nextLine;
  }
  fromUs = <f64>earliest;
  toUs = <f64>latest;
  return at;
}
