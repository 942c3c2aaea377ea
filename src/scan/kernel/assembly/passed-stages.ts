/** Stages that are passed over and told of by their request's key, in one list for each of event/passed-stages.ts's PASSED. */
import { fromOf, isEscaped, toOf } from './head';
import { PASSED_STAGES, STAGE_LIST, STAGE_LIST_ENDS, STAGE_LISTS, USER_SLOT } from './layout';
import { copySaid, saidBytes } from './said';
import { AUDIT_ID, USER, VERB } from './texts';
import { isNameEscaped, nameFrom, nameTo, readUser } from './user';

/** The lists. */
export const ENDED: u32 = 0;
export const ENDED_LONG_RUNNING: u32 = 1;
export const BEGUN: u32 = 2;
export const RUNNING: u32 = 3;

/** What `tell` can do. */
export const CAN_TELL = 0;
/** The line is odd. */
export const CANNOT_TELL = 1;
export const NO_ROOM = 2;

/** An audit ID is a UUID, or up to 64 characters that a client chose. */
const MOST_BYTES: usize = 255;
const MOST_USER_BYTES: usize = 4096;
/** The time; the lengths of audit ID, verb and user. */
const ENTRY_HEAD: usize = 12;

export function clearStages(): void {
  for (let list: u32 = 0; list < STAGE_LISTS; list++) setEnd(list, startOf(list));
}

/** Where the entry that was asked about would end, and how long its user's name is. */
let entryEnd: usize = 0;
let userBytes: usize = 0;

export function canTell(list: u32): i32 {
  if (isEscaped(AUDIT_ID) || !readUser(USER, USER_SLOT)) return CANNOT_TELL;
  userBytes = nameTo(USER_SLOT) - nameFrom(USER_SLOT);
  if (isNameEscaped(USER_SLOT)) {
    const said = saidBytes(nameFrom(USER_SLOT), nameTo(USER_SLOT));
    if (said < 0) return CANNOT_TELL;
    userBytes = <usize>said;
  }
  if (lengthOf(AUDIT_ID) > MOST_BYTES || lengthOf(VERB) > MOST_BYTES || userBytes > MOST_USER_BYTES)
    return CANNOT_TELL;
  entryEnd = endOf(list) + ENTRY_HEAD + lengthOf(AUDIT_ID) + lengthOf(VERB) + userBytes;
  return entryEnd > startOf(list) + STAGE_LIST ? NO_ROOM : CAN_TELL;
}

/** Right after `canTell` has said so. */
export function tellStage(list: u32, receivedUs: i64): void {
  const entry = endOf(list);
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
  setEnd(list, entryEnd);
}

function startOf(list: u32): usize {
  return PASSED_STAGES + <usize>list * STAGE_LIST;
}

function endOf(list: u32): usize {
  return load<u32>(STAGE_LIST_ENDS + ((<usize>list) << 2));
}

function setEnd(list: u32, end: usize): void {
  store<u32>(STAGE_LIST_ENDS + ((<usize>list) << 2), <u32>end);
}

/** Of a string, without its quotes. */
function lengthOf(key: i32): usize {
  return toOf(key) - fromOf(key) - 2;
}
