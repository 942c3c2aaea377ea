/** What a string says whose backslashes stand only before what would end it or begin an escape: it without them. */
import { BACKSLASH, QUOTE } from './values';

/** Between the quotes of a valid string. -1: it has other escapes. */
export function saidBytes(from: usize, to: usize): i32 {
  let bytes = 0;
  for (let at = from; at < to; at++) {
    if (load<u8>(at) === BACKSLASH) {
      const sign = load<u8>(++at);
      if (sign !== QUOTE && sign !== BACKSLASH) return -1;
    }
    bytes++;
  }
  return bytes;
}

/** As many bytes as `saidBytes` tells. */
export function copySaid(into: usize, from: usize, to: usize): void {
  for (let at = from; at < to; at++) {
    if (load<u8>(at) === BACKSLASH) at++;
    store<u8>(into++, load<u8>(at));
  }
}
