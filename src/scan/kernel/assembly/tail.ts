/** When the request was received, from the line's end: line-head.ts's `receivedOf`, for times as the API server writes them. */
import { isDigit } from './json';
import { ANNOTATIONS, lengthOf, STAGED, standsAt, TAIL_HEAD } from './texts';
import { CLOSE_BRACE, endOfValue, QUOTE } from './values';

/** `2026-11-23T08:46:51.869237Z` */
const TIME_BYTES: usize = 27;
const DAY_BYTES: usize = 10;
const COMMA: u8 = 0x2c;
/** Of TAIL_HEAD, so far behind its comma. */
const LETTER: u8 = 0x52;
const LETTER_AT: usize = 9;

/** Where the annotations of the line stand that `receivedOf` looked at last; both are 0 for none. */
export let annotationsFrom: usize = 0;
export let annotationsTo: usize = 0;

let isOdd: bool = false;
/** Where the day lay whose start is known, and its bytes. */
let knownDay: u64 = 0;
let knownDayEnd: u16 = 0;
let knownDayUs: i64 = 0;

/** Microseconds since the epoch; -1 when that is not the end of a whole event, or the time is an odd one. */
export function receivedOf(start: usize, end: usize): i64 {
  const tail = lastTailHead(start, end);
  if (tail === 0) return -1;
  const received = tail + lengthOf(TAIL_HEAD);
  const staged = received + TIME_BYTES;
  if (staged + lengthOf(STAGED) + TIME_BYTES + 2 > end || !standsAt(staged, STAGED)) return -1;
  const times = staged + lengthOf(STAGED) + TIME_BYTES;
  if (load<u8>(times) !== QUOTE) return -1;
  let last = times + 1;
  annotationsFrom = 0;
  annotationsTo = 0;
  if (standsAt(last, ANNOTATIONS)) {
    annotationsFrom = last + lengthOf(ANNOTATIONS) - 1;
    last = endOfValue(annotationsFrom, end);
    if (last === 0) return -1;
    annotationsTo = last;
  }
  if (last !== end - 1 || load<u8>(last) !== CLOSE_BRACE) return -1;
  return microsOf(received);
}

/** The last in the line; 0 for none. */
function lastTailHead(start: usize, end: usize): usize {
  const comma = i8x16.splat(COMMA);
  const letter = i8x16.splat(LETTER);
  const first = start + 16;
  for (let at = end - lengthOf(TAIL_HEAD); at > first; at -= 16) {
    const block = at - 15;
    let places = <u32>(
      i8x16.bitmask(
        v128.and(i8x16.eq(v128.load(block), comma), i8x16.eq(v128.load(block, LETTER_AT), letter)),
      )
    );
    while (places !== 0) {
      const place = 31 - clz(places);
      if (standsAt(block + place, TAIL_HEAD)) return block + place;
      places ^= 1 << place;
    }
  }
  return 0;
}

function microsOf(at: usize): i64 {
  const day = load<u64>(at);
  const dayEnd = load<u16>(at, 8);
  if (day !== knownDay || dayEnd !== knownDayEnd) {
    const dayUs = dayStart(at);
    if (dayUs < 0) return -1;
    knownDay = day;
    knownDayEnd = dayEnd;
    knownDayUs = dayUs;
  }
  const clock = at + DAY_BYTES;
  if (load<u8>(clock) !== 0x54 || load<u8>(clock, 3) !== 0x3a || load<u8>(clock, 6) !== 0x3a) return -1;
  if (load<u8>(clock, 9) !== 0x2e || load<u8>(clock, 16) !== 0x5a) return -1;
  isOdd = false;
  const hour = digits(clock + 1, 2);
  const minute = digits(clock + 4, 2);
  const second = digits(clock + 7, 2);
  const micros = digits(clock + 10, 6);
  if (isOdd || hour > 23 || minute > 59 || second > 59) return -1;
  return knownDayUs + <i64>(hour * 3600 + minute * 60 + second) * 1000000 + <i64>micros;
}

/** -1 when there is no such day, and for years that no log was written in. */
function dayStart(at: usize): i64 {
  isOdd = load<u8>(at, 4) !== 0x2d || load<u8>(at, 7) !== 0x2d;
  const year = digits(at, 4);
  const month = digits(at + 5, 2);
  const day = digits(at + 8, 2);
  if (isOdd || year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1) return -1;
  if (day > daysIn(year, month)) return -1;
  let days = (year - 1970) * 365 + leapDaysBefore(year) - leapDaysBefore(1970) + day - 1;
  for (let before = 1; before < month; before++) days += daysIn(year, before);
  return <i64>days * 86400000000;
}

function daysIn(year: i32, month: i32): i32 {
  if (month === 2) return leapDaysBefore(year + 1) - leapDaysBefore(year) + 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function leapDaysBefore(year: i32): i32 {
  const before = year - 1;
  return before / 4 - before / 100 + before / 400;
}

function digits(at: usize, count: i32): i32 {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const byte = load<u8>(at + <usize>i);
    if (!isDigit(byte)) isOdd = true;
    value = value * 10 + <i32>byte - 0x30;
  }
  return value;
}
