/**
 * Whether a line could match: matches.ts's verdict over the program that ../program.ts has written, in the order in which
 * prefilter.ts judges. Whatever is not sure could.
 */
import { ABSENT, look, ODD, UNKNOWN, VALUE, valueFrom, valueTo } from './fields';
import { fits } from './glob';
import { isSame } from './texts';
import { endOfString } from './values';

/** Verdicts of `judge`. */
export const CANNOT = 0;
/** Or could not. */
export const COULD = 1;
export const NOT_JUDGED = 2;
/** As far as its head tells, it does match. */
export const MATCHES = 3;

/** Kinds of nodes, by their numbers in ../program.ts: a word each, and a word for where the node ends. */
const ALL: u32 = 0;
const ANY: u32 = 1;
const SWITCH: u32 = 3;
/** It is not told. */
const PERHAPS: u32 = 4;
/** Kind, end, and where the node lies that it stands for. */
const REFERENCE: u32 = 5;

/** Kinds of tests. */
const IS_ABSENT: u32 = 0;
const IS_ONE_OF_FEW: u32 = 1;
const IS_ONE_OF_MANY: u32 = 2;
const FITS: u32 = 3;
const FITS_IN_ANY_CASE: u32 = 4;
const HOLDS_TEXT: u32 = 6;
const IS_IN_NETWORK: u32 = 7;

const NO = 0;
const YES = 1;
const NOT_SURE = 2;

export function judge(node: usize): i32 {
  const kind = load<u32>(node);
  if (kind === SWITCH) return judgeSwitch(node);
  if (kind === PERHAPS) return COULD;
  if (kind === REFERENCE) return judge(load<u32>(node, 8));
  if (kind !== ALL && kind !== ANY) return judgeLeaf(node);
  const decisive = kind === ALL ? CANNOT : MATCHES;
  let verdict = kind === ALL ? MATCHES : CANNOT;
  const end = load<u32>(node, 4);
  for (let part: usize = node + 8; part < end; part = load<u32>(part, 4)) {
    const one = judge(part);
    if (one === NOT_JUDGED || one === decisive) return one;
    if (one === COULD) verdict = COULD;
  }
  return verdict;
}

/**
 * kind, end, field, number of cases; where to go on without a value, with another one, with one that is not known, and in each
 * case; place and length of each case's value.
 */
function judgeSwitch(node: usize): i32 {
  const found = look(load<u32>(node, 8));
  if (found === ODD) return NOT_JUDGED;
  if (found === ABSENT) return judge(load<u32>(node, 16));
  if (found !== VALUE) return judge(load<u32>(node, 24));
  const targets = node + 28;
  const cases = <usize>load<u32>(node, 12);
  const values = targets + (cases << 2);
  const length = valueTo - valueFrom;
  for (let number: usize = 0; number < cases; number++) {
    const value = values + (number << 3);
    if (<usize>load<u32>(value, 4) === length && isSame(valueFrom, load<u32>(value), length))
      return judge(load<u32>(targets + (number << 2)));
  }
  return judge(isAscii(valueFrom, valueTo) ? load<u32>(node, 20) : load<u32>(node, 24));
}

/** kind, end, field, isNegated, test, then what the test needs. */
function judgeLeaf(node: usize): i32 {
  const found = look(load<u32>(node, 8));
  if (found === ODD) return NOT_JUDGED;
  if (found === UNKNOWN) return COULD;
  const test = load<u32>(node, 16);
  let outcome = NO;
  if (test === IS_ABSENT) outcome = found === ABSENT ? YES : NO;
  else if (found === VALUE) outcome = tell(test, node + 20, valueFrom, valueTo);
  else if (found !== ABSENT) outcome = tellAny(test, node + 20);
  if (outcome === NOT_SURE) return COULD;
  const isNegated = load<u32>(node, 12) !== 0;
  return (outcome === YES) !== isNegated ? MATCHES : CANNOT;
}

/** One of the strings of an array, none of which has a backslash. */
function tellAny(test: u32, needed: usize): i32 {
  let outcome = NO;
  let at = valueFrom;
  while (true) {
    const past = endOfString(at + 1, at + 0x100000);
    const one = tell(test, needed, at + 1, past - 1);
    if (one === YES) return YES;
    if (one === NOT_SURE) outcome = NOT_SURE;
    if (load<u8>(past) !== 0x2c) return outcome;
    at = past + 1;
  }
}

function tell(test: u32, needed: usize, from: usize, to: usize): i32 {
  switch (test) {
    case IS_ONE_OF_FEW:
      return isOneOfFew(needed, from, to) ? YES : unlessAscii(from, to);
    case IS_ONE_OF_MANY:
      return isOneOfMany(needed, from, to) ? YES : unlessAscii(from, to);
    case FITS:
    case FITS_IN_ANY_CASE: {
      if (!isAscii(from, to)) return NOT_SURE;
      const pattern = load<u32>(needed);
      return fits(from, to, pattern, pattern + load<u32>(needed, 4), test === FITS_IN_ANY_CASE) ? YES : NO;
    }
    // That it stands there is not all that is asked.
    case HOLDS_TEXT:
      return holdsText(needed, from, to) ? NOT_SURE : NO;
    case IS_IN_NETWORK:
      return isInNetwork(needed, from, to);
    // The code lies between two.
    default:
      return isBetween(needed, from, to) ? YES : NO;
  }
}

/** Bytes that are no UTF-8 are decoded to what another text may have. */
function unlessAscii(from: usize, to: usize): i32 {
  return isAscii(from, to) ? NO : NOT_SURE;
}

function isAscii(from: usize, to: usize): bool {
  for (; from + 4 <= to; from += 4) if ((load<u32>(from) & 0x80808080) !== 0) return false;
  for (; from < to; from++) if (load<u8>(from) >= 0x80) return false;
  return true;
}

/** Their number, then place and length of each. */
function isOneOfFew(needed: usize, from: usize, to: usize): bool {
  const end = needed + 4 + ((<usize>load<u32>(needed)) << 3);
  for (let wanted = needed + 4; wanted < end; wanted += 8) {
    const length = <usize>load<u32>(wanted, 4);
    if (to - from === length && isSame(from, load<u32>(wanted), length)) return true;
  }
  return false;
}

/** The last slot's number and the table's place; slots of hash, place and length, of which an empty one has no place. */
function isOneOfMany(needed: usize, from: usize, to: usize): bool {
  const mask = load<u32>(needed);
  const table = <usize>load<u32>(needed, 4);
  const hash = hashOf(from, to);
  let number = hash & mask;
  while (true) {
    const slot = table + <usize>number * 12;
    const place = <usize>load<u32>(slot, 4);
    if (place === 0) return false;
    const length = <usize>load<u32>(slot, 8);
    if (load<u32>(slot) === hash && to - from === length && isSame(from, place, length)) return true;
    number = (number + 1) & mask;
  }
}

/** FNV-1a. */
function hashOf(from: usize, to: usize): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = (hash ^ load<u8>(at)) * 0x01000193;
  return hash;
}

function isBetween(needed: usize, from: usize, to: usize): bool {
  let code: i32 = 0;
  for (let at = from; at < to; at++) code = code * 10 + <i32>load<u8>(at) - 0x30;
  return code >= load<i32>(needed) && code <= load<i32>(needed, 4);
}

/** Place and length of a text of three bytes or more. Reads up to 16 bytes behind `to`. */
function holdsText(needed: usize, from: usize, to: usize): bool {
  const place = <usize>load<u32>(needed);
  const length = <usize>load<u32>(needed, 4);
  // Its second byte and its last: it begins with a quote, as all keys do.
  const second = i8x16.splat(load<u8>(place, 1));
  const last = i8x16.splat(load<u8>(place + length - 1));
  for (let at = from; at + length <= to; at += 16) {
    let places = <u32>(
      i8x16.bitmask(v128.and(i8x16.eq(v128.load(at, 1), second), i8x16.eq(v128.load(at + length - 1), last)))
    );
    for (; places !== 0; places &= places - 1) {
      const found = at + <usize>ctz(places);
      if (found + length <= to && isSame(found, place, length)) return true;
    }
  }
  return false;
}

/** Whether it is a network of IPv4, its bits, and which of them count. Of another form than `10.0.3.7` an address is not told. */
function isInNetwork(needed: usize, from: usize, to: usize): i32 {
  if (load<u32>(needed) === 0) return NOT_SURE;
  let address: u32 = 0;
  let at = from;
  for (let part = 0; part < 4; part++) {
    const start = at;
    let number: u32 = 0;
    while (at < to && at - start < 3 && load<u8>(at) - 0x30 <= 9)
      number = number * 10 + (load<u8>(at++) - 0x30);
    if (at === start || number > 255 || (at - start > 1 && load<u8>(start) === 0x30)) return NOT_SURE;
    address = (address << 8) | number;
    if (part < 3 && (at >= to || load<u8>(at++) !== 0x2e)) return NOT_SURE;
  }
  if (at !== to) return NOT_SURE;
  return (address & load<u32>(needed, 8)) === load<u32>(needed, 4) ? YES : NO;
}
