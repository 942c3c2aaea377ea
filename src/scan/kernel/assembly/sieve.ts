/** What is done with a line: prefilter.ts's `passOver`, over the sieve that ../program.ts has written. */
import { COUNTED, countIn, NO_ROOM as NO_ROOM_FOR_GROUP } from './groups';
import { isLongRunning } from './long-running';
import { CANNOT, judge, MATCHES, NOT_JUDGED } from './needles';
import {
  BEGUN,
  CAN_TELL,
  canTell,
  ENDED,
  ENDED_LONG_RUNNING,
  NO_ROOM,
  RUNNING,
  tellStage,
} from './passed-stages';
import { isStarted } from './whole';

/** It is passed over. */
export const PASSED = 0;
/** It has to be decoded: nobody else need judge it. */
export const WANTED = 1;
/** It is left to others. */
export const LEFT = 2;
/** There is no room for it, before what was counted is taken out, or what was told. */
export const NO_ROOM_TO_COUNT = 3;
export const NO_ROOM_TO_TELL = 4;

/** Offsets in a sieve: nodes, what is counted (0 for nothing), and the window. */
const STAGE: usize = 0;
const ANY_STAGE: usize = 4;
const OUTCOME: usize = 8;
const WITNESS: usize = 12;
const SETTLES: usize = 16;
const TELLS_STAGES: usize = 20;
const COUNTED_BY: usize = 24;
const WITNESSED_BY: usize = 28;
const SINCE: usize = 32;
const UNTIL: usize = 40;

/** Kinds of groups. */
const OF_MATCHES: u32 = 0;
const OF_WITNESSES: u32 = 1;

const NO = 0;
const YES = 1;
const PERHAPS = 2;
const ODD = 3;

export function sift(sieve: usize, isOutcome: bool, receivedUs: i64): i32 {
  const inside = isIn(sieve, receivedUs);
  if (inside === NO) return PASSED;
  if (inside === ODD) return LEFT;
  return isOutcome
    ? siftOutcome(sieve, receivedUs, inside === YES)
    : siftStage(sieve, receivedUs, inside === YES);
}

function siftStage(sieve: usize, receivedUs: i64, isInside: bool): i32 {
  const verdict = judge(load<u32>(sieve, STAGE));
  if (verdict === CANNOT) return PASSED;
  if (verdict !== MATCHES) return LEFT;
  if (!isInside || load<u32>(sieve, TELLS_STAGES) === 0) return WANTED;
  const running = isLongRunning();
  if (running < 0) return LEFT;
  const list = running === 1 && isStarted() ? RUNNING : BEGUN;
  const can = canTell(list);
  if (can !== CAN_TELL) return can === NO_ROOM ? NO_ROOM_TO_TELL : LEFT;
  tellStage(list, receivedUs);
  return PASSED;
}

/** Counts only when all is known that the line needs: what comes last can be held up, and the line comes again. */
function siftOutcome(sieve: usize, receivedUs: i64, isInside: bool): i32 {
  const countedBy = <usize>load<u32>(sieve, COUNTED_BY);
  const holds = judge(load<u32>(sieve, OUTCOME));
  const isCounted = holds === MATCHES && countedBy !== 0;
  if (holds !== CANNOT && !isCounted) return holds === MATCHES ? WANTED : LEFT;
  const witness = <usize>load<u32>(sieve, WITNESS);
  const witnesses = witness === 0 ? CANNOT : judge(witness);
  if (witnesses !== CANNOT && witnesses !== MATCHES) return LEFT;
  const isWitness = witnesses === MATCHES;
  if (!isInside && (isCounted || isWitness)) return WANTED;
  // One line is never counted twice over: there is room for both, or for none.
  if (isWitness && isCounted) return LEFT;
  const settled = load<u32>(sieve, SETTLES) === 0 ? CANNOT : judge(load<u32>(sieve, ANY_STAGE));
  if (settled === NOT_JUDGED) return LEFT;
  const running = settled === CANNOT ? 0 : isLongRunning();
  if (running < 0) return LEFT;
  const list = running === 1 ? ENDED_LONG_RUNNING : ENDED;
  const room = settled === CANNOT ? CAN_TELL : canTell(list);
  if (room !== CAN_TELL) return room === NO_ROOM ? NO_ROOM_TO_TELL : LEFT;
  if (isCounted || isWitness) {
    const spec = isCounted ? countedBy : <usize>load<u32>(sieve, WITNESSED_BY);
    const did = countIn(spec, isCounted ? OF_MATCHES : OF_WITNESSES, receivedUs);
    if (did !== COUNTED) return did === NO_ROOM_FOR_GROUP ? NO_ROOM_TO_COUNT : LEFT;
  }
  if (settled !== CANNOT) tellStage(list, receivedUs);
  return PASSED;
}

/** query/in-window.ts's `isInWindow` of any stage: the end of the request is not looked at. */
function isIn(sieve: usize, receivedUs: i64): i32 {
  const at = <f64>receivedUs;
  if (at >= load<f64>(sieve, UNTIL)) return NO;
  if (at >= load<f64>(sieve, SINCE)) return YES;
  const running = isLongRunning();
  if (running < 0) return ODD;
  return running === 1 ? PERHAPS : NO;
}
