/**
 * Passes over lines that need not be decoded, one after the other, as prefilter.ts does, and counts them. Only lines exactly
 * as the API server writes them are judged; at any other it stops.
 */

import { clearGroups } from './groups';
import { beginHead, fromOf, isEscaped, reach, toOf } from './head';
import { IMPERSONATED_SLOT, USER_SLOT } from './layout';
import { endOfLine, nextLine } from './line';
import { forgetRef } from './object-ref';
import { clearSettled } from './settled';
import { HELD_UP, PASSED, sift, WANTED } from './sieve';
import { codeOf, forgetStatus, readStatus } from './status';
import { receivedOf } from './tail';
import {
  AUDIT_ID,
  isText,
  LEVEL,
  LEVELS_END,
  METADATA,
  REQUEST_RECEIVED,
  RESPONSE_STARTED,
  STAGE,
  STAGES_END,
  USER,
  VERB,
} from './texts';
import { forgetUri } from './uri';
import { forgetUser, isSomebody, readUser } from './user';
import { QUOTE } from './values';

/** Of the lines passed over in the last call. */
export let lines: u32 = 0;
export let outcomes: u32 = 0;
/** Microseconds since the epoch; only where there were lines. */
export let fromUs: f64 = 0;
export let toUs: f64 = 0;
/** The line at which the last call stopped has to be decoded: nobody else need judge it. */
export let isWanted: bool = false;
/** There is no room: what was counted and settled has to be taken out before the next call. */
export let isFull: bool = false;

export { groupsEnd } from './groups';
export { longRunningEnd, shortlyEnd } from './settled';

/** What was counted and settled has been taken out, or is of another sieve. */
export function clear(): void {
  clearGroups();
  clearSettled();
}

/**
 * From the line that begins at `start`: where the first line begins that is left to others, because it could match, is odd, or is
 * not whole before `end`. Reads up to 80 bytes behind `end`.
 */
export function passOver(start: usize, end: usize, maxLineBytes: usize, sieve: usize): usize {
  lines = 0;
  outcomes = 0;
  isWanted = false;
  isFull = false;
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
      isFull = sifted === HELD_UP;
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

/** The line begins as an event, and has what every event has. */
function isWhole(start: usize, end: usize): bool {
  if (!beginHead(start, end) || !reach(VERB)) return false;
  forgetUri();
  forgetRef();
  forgetStatus();
  forgetUser(USER_SLOT);
  forgetUser(IMPERSONATED_SLOT);
  if (textAmong(LEVEL, METADATA, LEVELS_END) < 0) return false;
  if (textAmong(STAGE, REQUEST_RECEIVED, STAGES_END) < 0) return false;
  return isFilled(AUDIT_ID) && isFilled(VERB) && !isEscaped(VERB);
}

/** Which of these texts the value is; -1 for none. */
function textAmong(key: i32, first: i32, end: i32): i32 {
  if (toOf(key) === 0 || load<u8>(fromOf(key)) !== QUOTE) return -1;
  for (let text = first; text < end; text++) {
    if (isText(fromOf(key) + 1, toOf(key) - 1, text)) return text;
  }
  return -1;
}

function isFilled(key: i32): bool {
  return toOf(key) - fromOf(key) > 2 && load<u8>(fromOf(key)) === QUOTE;
}

/** 1 or 0 for whether the line tells its request's outcome, assembler.ts's `isOutcome`; -1: the line is odd. */
function outcomeOf(): i32 {
  const stage = textAmong(STAGE, REQUEST_RECEIVED, STAGES_END);
  if (stage === REQUEST_RECEIVED) return 0;
  if (stage !== RESPONSE_STARTED) return 1;
  if (!readUser(USER, USER_SLOT)) return -1;
  if (isSomebody(USER_SLOT)) return 0;
  if (!readStatus()) return -1;
  const code = codeOf();
  return code === 401 || code === 400 ? 1 : 0;
}
