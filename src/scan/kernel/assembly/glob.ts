/** Glob patterns over ASCII text: glob.ts's `fits`, greedy with one point of return. */

const STAR: u8 = 0x2a;
const QUESTION_MARK: u8 = 0x3f;

/** `ignoreCase`: the pattern is in small letters. */
export function fits(from: usize, to: usize, patternFrom: usize, patternTo: usize, ignoreCase: bool): bool {
  let at = from;
  let sign = patternFrom;
  let star: usize = 0;
  let resumeAt: usize = 0;
  while (at < to) {
    const wanted = sign < patternTo ? load<u8>(sign) : 0;
    if (wanted === STAR) {
      star = sign++;
      resumeAt = at;
    } else if (wanted === QUESTION_MARK || wanted === folded(load<u8>(at), ignoreCase)) {
      at++;
      sign++;
    } else if (star !== 0) {
      at = ++resumeAt;
      sign = star + 1;
    } else {
      return false;
    }
  }
  while (sign < patternTo && load<u8>(sign) === STAR) sign++;
  return sign === patternTo;
}

function folded(byte: u8, ignoreCase: bool): u8 {
  return ignoreCase && byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
