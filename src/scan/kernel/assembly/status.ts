/** Code and reason of responseStatus: decode.ts's `responseStatusOf`, as far as the kernel asks. */
import { fromOf, reach, toOf } from './head';
import { endOfJson, endOfKey, endOfNumber, isDigit } from './json';
import { CODE, isText, REASON, RESPONSE_STATUS } from './texts';
import { CLOSE_BRACE, COMMA, hasEscape, OPEN_BRACE, QUOTE } from './values';

/** A longer number is no status. */
const MOST_DIGITS: usize = 9;

let isRead: bool = false;
/** Both are 0 where there is none. */
export let codeFrom: usize = 0;
export let codeTo: usize = 0;
export let reasonFrom: usize = 0;
export let reasonTo: usize = 0;

export function forgetStatus(): void {
  isRead = false;
}

/** False: the line is odd, up to there. */
export function readStatus(): bool {
  if (isRead) return true;
  if (!reach(RESPONSE_STATUS)) return false;
  isRead = true;
  codeFrom = 0;
  codeTo = 0;
  reasonFrom = 0;
  reasonTo = 0;
  const to = toOf(RESPONSE_STATUS);
  return to === 0 || readMembers(fromOf(RESPONSE_STATUS), to);
}

/** -1: there is none. */
export function codeOf(): i32 {
  if (codeFrom === 0) return -1;
  let code = 0;
  for (let at = codeFrom; at < codeTo; at++) code = code * 10 + <i32>load<u8>(at) - 0x30;
  return code;
}

function readMembers(start: usize, to: usize): bool {
  if (load<u8>(start) !== OPEN_BRACE) return false;
  if (load<u8>(start, 1) === CLOSE_BRACE) return start + 2 === to;
  let at = start + 1;
  while (true) {
    const key = at + 1;
    const value = endOfKey(at, to);
    if (value === 0) return false;
    const keyEnd = value - 2;
    at = endOfJson(value, to);
    if (at === 0) return false;
    if (isText(key, keyEnd, CODE) && !isCode(value, at)) return false;
    if (isText(key, keyEnd, REASON) && !isReason(value, at)) return false;
    const byte = load<u8>(at++);
    if (byte !== COMMA) return byte === CLOSE_BRACE && at === to;
  }
}

function isCode(from: usize, to: usize): bool {
  if (codeFrom !== 0 || !isDigit(load<u8>(from)) || to - from > MOST_DIGITS) return false;
  codeFrom = from;
  codeTo = to;
  return endOfNumber(from) === to;
}

function isReason(from: usize, to: usize): bool {
  if (reasonFrom !== 0 || load<u8>(from) !== QUOTE || hasEscape) return false;
  reasonFrom = from + 1;
  reasonTo = to - 1;
  return true;
}
