/** What a user, or an impersonated one, is: decode.ts's `userOf`, as far as the kernel asks. */
import { fromOf, reach, toOf } from './head';
import { endOfJson, endOfJsonString, endOfKey, endOfTexts } from './json';
import { CREDENTIAL_EXTRA, EXTRA, GROUPS, isText, standsAt, UID, USERNAME } from './texts';
import { CLOSE_BRACE, COMMA, hasEscape, OPEN_BRACE, QUOTE } from './values';

/** Offsets in a slot: where the name and the groups stand, and what else there is. */
const NAME_FROM: usize = 0;
const NAME_TO: usize = 4;
const GROUPS_AT: usize = 8;
const GROUP_COUNT: usize = 12;
const FLAGS: usize = 16;
const EXTRA_FROM: usize = 20;
const EXTRA_TO: usize = 24;

const IS_READ: u32 = 1;
const IS_SOMEBODY: u32 = 2;
/** An extra that could tell of a person behind the login. */
const MAY_HAVE_SESSION: u32 = 4;
const IS_NAME_ESCAPED: u32 = 8;

export function forgetUser(slot: usize): void {
  store<u32>(slot, 0, FLAGS);
}

/** False: the line is odd, up to there. */
export function readUser(key: i32, slot: usize): bool {
  if ((load<u32>(slot, FLAGS) & IS_READ) !== 0) return true;
  if (!reach(key)) return false;
  store<u64>(slot, 0);
  store<u64>(slot, 0, GROUPS_AT);
  store<u32>(slot, IS_READ, FLAGS);
  const to = toOf(key);
  return to === 0 || readMembers(fromOf(key), to, slot);
}

export function isSomebody(slot: usize): bool {
  return (load<u32>(slot, FLAGS) & IS_SOMEBODY) !== 0;
}

export function mayHaveSession(slot: usize): bool {
  return (load<u32>(slot, FLAGS) & MAY_HAVE_SESSION) !== 0;
}

/** The name has a backslash in it. */
export function isNameEscaped(slot: usize): bool {
  return (load<u32>(slot, FLAGS) & IS_NAME_ESCAPED) !== 0;
}

/** All of its extras, where there may be a session among them. */
export function extraFrom(slot: usize): usize {
  return load<u32>(slot, EXTRA_FROM);
}

export function extraTo(slot: usize): usize {
  return load<u32>(slot, EXTRA_TO);
}

export function nameFrom(slot: usize): usize {
  return load<u32>(slot, NAME_FROM);
}

export function nameTo(slot: usize): usize {
  return load<u32>(slot, NAME_TO);
}

/** Behind the opening bracket; 0: there are none. */
export function groupsAt(slot: usize): usize {
  return load<u32>(slot, GROUP_COUNT) === 0 ? 0 : load<u32>(slot, GROUPS_AT);
}

function readMembers(start: usize, to: usize, slot: usize): bool {
  if (load<u8>(start) !== OPEN_BRACE) return false;
  if (load<u8>(start, 1) === CLOSE_BRACE) return start + 2 === to;
  let seen: u32 = 0;
  let flags = IS_READ;
  let at = start + 1;
  while (true) {
    const key = at + 1;
    const value = endOfKey(at, to);
    if (value === 0) return false;
    const keyEnd = value - 2;
    const number = numberOf(key, keyEnd);
    // A key that comes twice, or that nobody writes.
    if (number < 0 || ((seen >> number) & 1) !== 0) return false;
    seen |= 1 << number;
    if (number < 2) {
      if (load<u8>(value) !== QUOTE) return false;
      at = endOfJsonString(value + 1, to);
      if (at === 0) return false;
      if (number === 0) {
        if (hasEscape) flags |= IS_NAME_ESCAPED;
        store<u32>(slot, <u32>(value + 1), NAME_FROM);
        store<u32>(slot, <u32>(at - 1), NAME_TO);
      }
      if (at - value > 2) flags |= IS_SOMEBODY;
    } else if (number === 2) {
      at = endOfTexts(value, to);
      if (at === 0) return false;
      // `[]` and no more.
      if (at - value > 2) {
        store<u32>(slot, <u32>(value + 1), GROUPS_AT);
        store<u32>(slot, 1, GROUP_COUNT);
        flags |= IS_SOMEBODY;
      }
    } else {
      at = endOfExtra(value, to);
      if (at === 0) return false;
      if (hasForeignExtra) {
        flags |= MAY_HAVE_SESSION;
        store<u32>(slot, <u32>value, EXTRA_FROM);
        store<u32>(slot, <u32>at, EXTRA_TO);
      }
    }
    const byte = load<u8>(at++);
    if (byte === COMMA) continue;
    store<u32>(slot, flags, FLAGS);
    return byte === CLOSE_BRACE && at === to;
  }
}

function numberOf(key: usize, keyEnd: usize): i32 {
  if (isText(key, keyEnd, USERNAME)) return 0;
  if (isText(key, keyEnd, UID)) return 1;
  if (isText(key, keyEnd, GROUPS)) return 2;
  return isText(key, keyEnd, EXTRA) ? 3 : -1;
}

let hasForeignExtra: bool = false;

/** What the API server's own authenticators add names no person: all of it begins alike. */
function endOfExtra(at: usize, end: usize): usize {
  hasForeignExtra = false;
  if (load<u8>(at) !== OPEN_BRACE) return 0;
  if (load<u8>(at, 1) === CLOSE_BRACE) return at + 2;
  at++;
  while (true) {
    const value = endOfKey(at, end);
    if (value === 0) return 0;
    if (!standsAt(at + 1, CREDENTIAL_EXTRA)) hasForeignExtra = true;
    at = endOfJson(value, end);
    if (at === 0) return 0;
    const byte = load<u8>(at++);
    if (byte !== COMMA) return byte === CLOSE_BRACE ? at : 0;
  }
}
