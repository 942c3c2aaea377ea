/** Requests whose outcome is passed over although an earlier stage of them may not have been: told by their stages' key. */
import { fromOf, isEscaped, toOf } from './head';
import { SETTLED, SETTLED_LIST, USER_SLOT } from './layout';
import { copySaid, saidBytes } from './said';
import { AUDIT_ID, USER, VERB } from './texts';
import { isNameEscaped, nameFrom, nameTo, readUser } from './user';

/** What `settle` can do. */
export const CAN_SETTLE = 0;
/** The line is odd. */
export const CANNOT_SETTLE = 1;
export const NO_ROOM = 2;

/** An audit ID is a UUID, or up to 64 characters that a client chose. */
const MOST_BYTES: usize = 255;
const MOST_USER_BYTES: usize = 4096;
/** The time; the lengths of audit ID, verb and user. */
const ENTRY_HEAD: usize = 12;

/** Where the two lists end: requests that are not long-running, and those that are. */
export let shortlyEnd: usize = SETTLED;
export let longRunningEnd: usize = SETTLED + SETTLED_LIST;

export function clearSettled(): void {
  shortlyEnd = SETTLED;
  longRunningEnd = SETTLED + SETTLED_LIST;
}

/** Where the entry that was asked about would end, and how long its user's name is. */
let entryEnd: usize = 0;
let userBytes: usize = 0;

export function canSettle(isLongRunning: bool): i32 {
  if (isEscaped(AUDIT_ID) || !readUser(USER, USER_SLOT)) return CANNOT_SETTLE;
  userBytes = nameTo(USER_SLOT) - nameFrom(USER_SLOT);
  if (isNameEscaped(USER_SLOT)) {
    const said = saidBytes(nameFrom(USER_SLOT), nameTo(USER_SLOT));
    if (said < 0) return CANNOT_SETTLE;
    userBytes = <usize>said;
  }
  if (lengthOf(AUDIT_ID) > MOST_BYTES || lengthOf(VERB) > MOST_BYTES || userBytes > MOST_USER_BYTES)
    return CANNOT_SETTLE;
  entryEnd =
    (isLongRunning ? longRunningEnd : shortlyEnd) +
    ENTRY_HEAD +
    lengthOf(AUDIT_ID) +
    lengthOf(VERB) +
    userBytes;
  const listEnd = SETTLED + SETTLED_LIST + (isLongRunning ? SETTLED_LIST : 0);
  return entryEnd > listEnd ? NO_ROOM : CAN_SETTLE;
}

/** Right after `canSettle` has said so. */
export function settle(receivedUs: i64, isLongRunning: bool): void {
  const entry = isLongRunning ? longRunningEnd : shortlyEnd;
  const idBytes = lengthOf(AUDIT_ID);
  const verbBytes = lengthOf(VERB);
  const user = entry + ENTRY_HEAD + idBytes + verbBytes;
  store<f64>(entry, <f64>receivedUs);
  store<u8>(entry, <u8>idBytes, 8);
  store<u8>(entry, <u8>verbBytes, 9);
  store<u16>(entry, <u16>userBytes, 10);
  memory.copy(entry + ENTRY_HEAD, fromOf(AUDIT_ID) + 1, idBytes);
  memory.copy(entry + ENTRY_HEAD + idBytes, fromOf(VERB) + 1, verbBytes);
  if (isNameEscaped(USER_SLOT)) copySaid(user, nameFrom(USER_SLOT), nameTo(USER_SLOT));
  else memory.copy(user, nameFrom(USER_SLOT), userBytes);
  if (isLongRunning) longRunningEnd = entryEnd;
  else shortlyEnd = entryEnd;
}

/** Of a string, without its quotes. */
function lengthOf(key: i32): usize {
  return toOf(key) - fromOf(key) - 2;
}
