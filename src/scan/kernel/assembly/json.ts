/**
 * Values that are certainly JSON, as Go writes it: without blanks, and of numbers only whole ones. What JSON.parse would
 * take and this does not is not judged by the kernel.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  endOfString,
  hasEscape,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './values';

const COLON: u8 = 0x3a;
/** `true`, `null`, and the last four letters of `false`. */
const TRUE: u32 = 0x65757274;
const NULL: u32 = 0x6c6c756e;
const ALSE: u32 = 0x65736c61;
const MOST_DEPTH = 24;

/** Past the value; 0 when it is none, or an odd one. */
export function endOfJson(at: usize, end: usize, depth: i32 = MOST_DEPTH): usize {
  const byte = load<u8>(at);
  if (byte === QUOTE) return endOfJsonString(at + 1, end);
  if (byte === OPEN_BRACE) return depth > 0 ? endOfMembers(at + 1, end, depth - 1) : 0;
  if (byte === OPEN_BRACKET) return depth > 0 ? endOfElements(at + 1, end, depth - 1) : 0;
  if (isDigit(byte)) return endOfNumber(at);
  const word = load<u32>(at);
  if (word === TRUE || word === NULL) return at + 4;
  return byte === 0x66 && load<u32>(at, 1) === ALSE ? at + 5 : 0;
}

/** `at`: behind the opening quote. Past the closing one. */
export function endOfJsonString(at: usize, end: usize): usize {
  const past = endOfString(at, end);
  return past === 0 || !hasEscape || areEscapesValid(at, past - 1) ? past : 0;
}

/** Past a key and its colon, at the key's opening quote; 0 for one with a backslash. */
export function endOfKey(at: usize, end: usize): usize {
  if (load<u8>(at) !== QUOTE) return 0;
  const past = endOfString(at + 1, end);
  return past !== 0 && !hasEscape && load<u8>(past) === COLON ? past + 1 : 0;
}

export function endOfNumber(at: usize): usize {
  if (load<u8>(at) === 0x30) return at + 1;
  while (isDigit(load<u8>(at))) at++;
  return at;
}

export function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function endOfMembers(at: usize, end: usize, depth: i32): usize {
  if (load<u8>(at) === CLOSE_BRACE) return at + 1;
  while (true) {
    if (load<u8>(at) !== QUOTE) return 0;
    at = endOfJsonString(at + 1, end);
    if (at === 0 || load<u8>(at) !== COLON) return 0;
    at = endOfJson(at + 1, end, depth);
    if (at === 0) return 0;
    const byte = load<u8>(at++);
    if (byte !== COMMA) return byte === CLOSE_BRACE ? at : 0;
  }
}

function endOfElements(at: usize, end: usize, depth: i32): usize {
  if (load<u8>(at) === CLOSE_BRACKET) return at + 1;
  while (true) {
    at = endOfJson(at, end, depth);
    if (at === 0) return 0;
    const byte = load<u8>(at++);
    if (byte !== COMMA) return byte === CLOSE_BRACKET ? at : 0;
  }
}

export function areEscapesValid(at: usize, end: usize): bool {
  for (; at < end; at++) {
    if (load<u8>(at) !== BACKSLASH) continue;
    const sign = load<u8>(++at);
    if (sign === 0x75) {
      for (let digit = 0; digit < 4; digit++) {
        if (!isHex(load<u8>(++at))) return false;
      }
    } else if (!isEscape(sign)) return false;
  }
  return true;
}

/** `"`, `\`, `/`, b, f, n, r, t. */
function isEscape(sign: u8): bool {
  if (sign === QUOTE || sign === BACKSLASH || sign === 0x2f) return true;
  return sign === 0x62 || sign === 0x66 || sign === 0x6e || sign === 0x72 || sign === 0x74;
}

function isHex(byte: u8): bool {
  const folded = byte | 0x20;
  return isDigit(byte) || (folded >= 0x61 && folded <= 0x66);
}

/** Past a string without a backslash, at its opening quote; 0 for all else. */
export function endOfPlain(at: usize, end: usize): usize {
  if (load<u8>(at) !== QUOTE) return 0;
  const past = endOfString(at + 1, end);
  return hasEscape ? 0 : past;
}

/** Past an array of strings without a backslash; 0 for all else. */
export function endOfTexts(at: usize, end: usize): usize {
  if (load<u8>(at) !== OPEN_BRACKET) return 0;
  if (load<u8>(at, 1) === CLOSE_BRACKET) return at + 2;
  at++;
  while (true) {
    at = endOfPlain(at, end);
    if (at === 0) return 0;
    const byte = load<u8>(at++);
    if (byte !== COMMA) return byte === CLOSE_BRACKET ? at : 0;
  }
}
