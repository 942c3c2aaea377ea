/**
 * Where a JSON value ends, as line-head.ts reckons: by brackets and quotes alone. Within a line: there are no control
 * characters before `end`. What must be valid JSON is json.ts's.
 */
import { bits } from './line';

export const QUOTE: u8 = 0x22;
export const COMMA: u8 = 0x2c;
export const BACKSLASH: u8 = 0x5c;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;
export const OPEN_BRACKET: u8 = 0x5b;
export const CLOSE_BRACKET: u8 = 0x5d;

/** The string whose end was looked for last has a backslash in it. */
export let hasEscape: bool = false;

/** Past a string, an object or an array; 0 when it does not end before `end`, and for other values. */
export function endOfValue(start: usize, end: usize): usize {
  hasEscape = false;
  const byte = load<u8>(start);
  if (byte === QUOTE) return endOfString(start + 1, end);
  return byte === OPEN_BRACE || byte === OPEN_BRACKET ? endOfContainer(start, end) : 0;
}

/** `at`: behind the opening quote. Past the closing one; 0 when there is none. */
export function endOfString(at: usize, end: usize): usize {
  const quote = i8x16.splat(QUOTE);
  const backslash = i8x16.splat(BACKSLASH);
  hasEscape = false;
  while (at < end) {
    const bytes = v128.load(at);
    const quotes = <u32>i8x16.bitmask(i8x16.eq(bytes, quote));
    const stops = quotes | <u32>i8x16.bitmask(i8x16.eq(bytes, backslash));
    if (stops === 0) {
      at += 16;
      continue;
    }
    const first = ctz(stops);
    at += first;
    if (at >= end) return 0;
    if (((quotes >> first) & 1) !== 0) return at + 1;
    hasEscape = true;
    at += 2;
  }
  return 0;
}

/** 64 bytes a step: which of them are within strings is told by the parity of the quotes before them. */
function endOfContainer(start: usize, end: usize): usize {
  const quote = i8x16.splat(QUOTE);
  const backslash = i8x16.splat(BACKSLASH);
  const caseBit = i8x16.splat(0x20);
  const opener = i8x16.splat(OPEN_BRACE);
  const closer = i8x16.splat(CLOSE_BRACE);
  let depth: i32 = 0;
  let isInString: u64 = 0;
  let isFirstEscaped: u64 = 0;
  for (let at = start; at < end; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const backslashes = bits(
      i8x16.eq(a, backslash),
      i8x16.eq(b, backslash),
      i8x16.eq(c, backslash),
      i8x16.eq(d, backslash),
    );
    let escaped = isFirstEscaped;
    isFirstEscaped = 0;
    for (let left = backslashes & ~escaped; left !== 0; ) {
      const place = ctz(left);
      left &= left - 1;
      if (place === 63) {
        isFirstEscaped = 1;
      } else {
        const next: u64 = (<u64>1) << (place + 1);
        escaped |= next;
        left &= ~next;
      }
    }
    const quotes =
      bits(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote)) & ~escaped;
    const within = parity(quotes) ^ isInString;
    isInString = <u64>(<i64>within >> 63);
    // No JSON, and read in another way by line-head.ts.
    const stray = backslashes & ~within;
    // `[` and `]` differ from `{` and `}` in this bit alone.
    const foldedA = v128.or(a, caseBit);
    const foldedB = v128.or(b, caseBit);
    const foldedC = v128.or(c, caseBit);
    const foldedD = v128.or(d, caseBit);
    const openers =
      bits(
        i8x16.eq(foldedA, opener),
        i8x16.eq(foldedB, opener),
        i8x16.eq(foldedC, opener),
        i8x16.eq(foldedD, opener),
      ) & ~within;
    let closers =
      bits(
        i8x16.eq(foldedA, closer),
        i8x16.eq(foldedB, closer),
        i8x16.eq(foldedC, closer),
        i8x16.eq(foldedD, closer),
      ) & ~within;
    const closed = <i32>popcnt(closers);
    if (depth <= closed) {
      for (let seen = 1; closers !== 0; seen++, closers &= closers - 1) {
        const place = ctz(closers);
        const before = openers & (((<u64>1) << place) - 1);
        if (depth + <i32>popcnt(before) === seen) {
          const past = at + <usize>place + 1;
          return past <= end && (stray & (((<u64>1) << place) - 1)) === 0 ? past : 0;
        }
      }
    }
    if (stray !== 0) return 0;
    depth += <i32>popcnt(openers) - closed;
  }
  return 0;
}

/** Of each bit, whether an odd number of bits is set up to it. */
function parity(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}
