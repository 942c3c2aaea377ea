/** The end of a line, looked for together with what must not be in it: control characters, and the head of a second event. */
import { EVENT_HEAD, standsAt } from './texts';

const LINE_FEED: u8 = 0x0a;
const CARRIAGE_RETURN: u8 = 0x0d;
/** Of EVENT_HEAD: its brace, and the first letter of `Event`, which seldom stands so far behind a brace. */
const BRACE: u8 = 0x7b;
const LETTER: u8 = 0x45;

/** Where the next line begins, after `endOfLine` has found one. */
export let nextLine: usize = 0;

/**
 * Where the line that begins at `start` ends, without its newline. 0: it does not end before `end`, or has in it what no line of
 * the API server has. Reads up to 80 bytes behind `end`.
 */
export function endOfLine(start: usize, end: usize): usize {
  const lastControl = i8x16.splat(0x1f);
  const brace = i8x16.splat(BRACE);
  const letter = i8x16.splat(LETTER);
  for (let at = start + 1; at < end; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const controlA = i8x16.le_u(a, lastControl);
    const controlB = i8x16.le_u(b, lastControl);
    const controlC = i8x16.le_u(c, lastControl);
    const controlD = i8x16.le_u(d, lastControl);
    const headA = v128.and(i8x16.eq(a, brace), i8x16.eq(v128.load(at, 9), letter));
    const headB = v128.and(i8x16.eq(b, brace), i8x16.eq(v128.load(at, 25), letter));
    const headC = v128.and(i8x16.eq(c, brace), i8x16.eq(v128.load(at, 41), letter));
    const headD = v128.and(i8x16.eq(d, brace), i8x16.eq(v128.load(at, 57), letter));
    const controls = v128.or(v128.or(controlA, controlB), v128.or(controlC, controlD));
    const braces = v128.or(v128.or(headA, headB), v128.or(headC, headD));
    if (!v128.any_true(v128.or(controls, braces))) continue;
    const control = bits(controlA, controlB, controlC, controlD);
    let heads = bits(headA, headB, headC, headD);
    // Those behind the line's end are other lines' own.
    if (control !== 0) heads &= (control & -control) - 1;
    for (; heads !== 0; heads &= heads - 1) {
      if (standsAt(at + <usize>ctz(heads), EVENT_HEAD)) return 0;
    }
    if (control !== 0) return lineEndingAt(at + <usize>ctz(control), end);
  }
  return 0;
}

function lineEndingAt(at: usize, end: usize): usize {
  if (at >= end) return 0;
  const byte = load<u8>(at);
  if (byte === LINE_FEED) {
    nextLine = at + 1;
    return at;
  }
  if (byte !== CARRIAGE_RETURN || at + 1 >= end || load<u8>(at, 1) !== LINE_FEED) return 0;
  nextLine = at + 2;
  return at;
}

export function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a)) |
    ((<u64>(<u32>i8x16.bitmask(b))) << 16) |
    ((<u64>(<u32>i8x16.bitmask(c))) << 32) |
    ((<u64>(<u32>i8x16.bitmask(d))) << 48)
  );
}
