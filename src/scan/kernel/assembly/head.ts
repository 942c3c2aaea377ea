/** The fields before the bodies of a line, found one after the other and only as far as asked: line-head.ts, step by step. */
import { SPANS } from './layout';
import { HEAD_KEYS, KEYS, LINE_HEAD, lengthOf, standsAt } from './texts';
import { COMMA, endOfValue, hasEscape } from './values';

let at: usize = 0;
let end: usize = 0;
/** What stands at `at`, as its number among the keys. */
let current: i32 = 0;
/** Bits by key: strings with a backslash in them. */
let escapes: u32 = 0;

/** The next line. False: it does not begin as an event. */
export function beginHead(start: usize, lineEnd: usize): bool {
  if (!standsAt(start, LINE_HEAD)) return false;
  memory.fill(SPANS, 0, (<usize>HEAD_KEYS) << 3);
  end = lineEnd;
  escapes = 0;
  moveTo(start + lengthOf(LINE_HEAD), 0);
  return true;
}

export function lineEnd(): usize {
  return end;
}

/** Where the first key stands that was not read yet, and which one it is. */
export function nextAt(): usize {
  return at;
}

export function nextKey(): i32 {
  return current;
}

/** Reads on until the value of a key is known, or known to be missing. False: the line is odd, up to there. */
export function reach(key: i32): bool {
  while (current <= key) if (!step()) return false;
  return current !== KEYS;
}

/** Both are 0 where there is none. */
export function fromOf(key: i32): usize {
  return load<u32>(SPANS + ((<usize>key) << 3));
}

export function toOf(key: i32): usize {
  return load<u32>(SPANS + ((<usize>key) << 3), 4);
}

export function isEscaped(key: i32): bool {
  return ((escapes >> key) & 1) !== 0;
}

function step(): bool {
  const from = at + lengthOf(current);
  const to = endOfValue(from, end);
  if (to === 0 || load<u8>(to) !== COMMA) return false;
  const span = SPANS + ((<usize>current) << 3);
  store<u32>(span, <u32>from);
  store<u32>(span, <u32>to, 4);
  if (hasEscape) escapes |= 1 << current;
  moveTo(to + 1, current + 1);
  return true;
}

function moveTo(place: usize, least: i32): void {
  at = place;
  let key = least;
  while (key < KEYS && !standsAt(place, key)) key++;
  current = key;
}
