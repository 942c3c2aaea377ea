/** What is done with a line: prefilter.ts's `passOver`, over the sieve that ../program.ts has written. */
import { COUNTED, countIn, NO_ROOM as NO_ROOM_FOR_GROUP } from './groups';
import { isLongRunning } from './long-running';
import { CANNOT, judge, MATCHES, NOT_JUDGED } from './needles';
import { CAN_SETTLE, canSettle, NO_ROOM, settle } from './settled';

/** It is passed over. */
export const PASSED = 0;
/** It has to be decoded: nobody else need judge it. */
export const WANTED = 1;
/** It is left to others. */
export const LEFT = 2;
/** There is no room for it, before what was counted is taken out, or what was settled. */
export const NO_ROOM_TO_COUNT = 3;
export const NO_ROOM_TO_SETTLE = 4;

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
  return isOutcome ? siftOutcome(sieve, receivedUs, inside === YES) : siftStage(sieve);
}

function siftStage(sieve: usize): i32 {
  const verdict = judge(load<u32>(sieve, STAGE));
  if (verdict === CANNOT) return PASSED;
  return verdict === MATCHES ? WANTED : LEFT;
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
  const room = settled === CANNOT ? CAN_SETTLE : canSettle(running === 1);
  if (room !== CAN_SETTLE) return room === NO_ROOM ? NO_ROOM_TO_SETTLE : LEFT;
  if (isCounted || isWitness) {
    const spec = isCounted ? countedBy : <usize>load<u32>(sieve, WITNESSED_BY);
    const did = countIn(spec, isCounted ? OF_MATCHES : OF_WITNESSES, receivedUs);
    if (did !== COUNTED) return did === NO_ROOM_FOR_GROUP ? NO_ROOM_TO_COUNT : LEFT;
  }
  if (settled !== CANNOT) settle(receivedUs, running === 1);
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
