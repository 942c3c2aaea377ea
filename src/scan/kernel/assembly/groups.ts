/**
 * Counts lines by the values of some of their fields, and over time: groups in a table that is handed out when it is full, from the
 * front of the memory on, and their time buckets from its end on.
 */
import { ABSENT, look, lookAtLastAddress, SOURCE_ADDRESSES, VALUE, valueFrom, valueTo } from './fields';
import { GROUP_SLOTS, GROUPS, GROUPS_END, KEY, KEY_END } from './layout';
import { isSame } from './texts';

/** What `countIn` did. */
export const COUNTED = 0;
/** Nothing: a field's value is not known here. */
export const NOT_KNOWN = 1;
/** Nothing: there is no room. */
export const NO_ROOM = 2;

/** More groups would make the slots slow. */
const MOST_GROUPS: u32 = 0x1_0000;
const SLOT_MASK: u32 = 0x1_ffff;

/** Offsets in a group; it is followed by its key, and the next one begins at a multiple of eight. */
const HASH: usize = 0;
const KEY_BYTES: usize = 4;
const COUNT: usize = 8;
const KIND: usize = 12;
/** The number of the bucket that came up last: of those that the group has, the first. */
const BUCKET: usize = 16;
const FIRST: usize = 24;
const LAST: usize = 32;
const GROUP_HEAD: usize = 40;

/** Offsets in a bucket: where it begins, as a double; its count; the number of the group's next one, or 0. */
const FROM: usize = 0;
const REQUESTS: usize = 8;
const NEXT: usize = 12;
const BUCKET_BYTES: usize = 16;
/** Lines stand nearly in the order of their times: further back than this a bucket is not looked for, and may be there twice. */
const MOST_LOOKED_AT = 8;

/** Where the groups end. */
export let groupsEnd: usize = GROUPS;
/** Where the last bucket begins. */
export let bucketsStart: usize = GROUPS_END;
let groups: u32 = 0;

/** Forgets all groups. */
export function clearGroups(): void {
  if (groups > 0) memory.fill(GROUP_SLOTS, 0, (<usize>SLOT_MASK + 1) << 2);
  groups = 0;
  groupsEnd = GROUPS;
  bucketsStart = GROUPS_END;
}

/**
 * `spec`: width of a time bucket in microseconds or 0, number of fields, fields. `kind`: whose groups they are. Earliest and
 * latest of a group are of `receivedUs`.
 */
export function countIn(spec: usize, kind: u32, receivedUs: i64): i32 {
  const keyEnd = writeKey(spec);
  if (keyEnd === 0) return NOT_KNOWN;
  if (groupsEnd + GROUP_HEAD + (keyEnd - KEY) + 8 + BUCKET_BYTES > bucketsStart) return NO_ROOM;
  const group = groupOf(keyEnd, kind, receivedUs);
  if (group === 0) return NO_ROOM;
  store<u32>(group, load<u32>(group, COUNT) + 1, COUNT);
  store<f64>(group, min(load<f64>(group, FIRST), <f64>receivedUs), FIRST);
  store<f64>(group, max(load<f64>(group, LAST), <f64>receivedUs), LAST);
  const width = <i64>load<f64>(spec);
  if (width !== 0) countInBucket(group, <f64>(receivedUs - (receivedUs % width)));
  return COUNTED;
}

/** 0: there are too many. */
function groupOf(keyEnd: usize, kind: u32, receivedUs: i64): usize {
  const hash = hashOf(keyEnd, kind);
  let slot = hash & SLOT_MASK;
  while (true) {
    const group = <usize>load<u32>(GROUP_SLOTS + ((<usize>slot) << 2));
    if (group === 0) return addGroup(slot, hash, keyEnd, kind, receivedUs);
    if (load<u32>(group, HASH) === hash && isGroup(group, keyEnd, kind)) return group;
    slot = (slot + 1) & SLOT_MASK;
  }
}

/** There must be room for one more. */
function countInBucket(group: usize, fromUs: f64): void {
  let number = load<u32>(group, BUCKET);
  for (let looked = 0; number !== 0 && looked < MOST_LOOKED_AT; looked++) {
    const bucket = GROUPS_END - <usize>number * BUCKET_BYTES;
    const from = load<f64>(bucket, FROM);
    if (from === fromUs) {
      store<u32>(bucket, load<u32>(bucket, REQUESTS) + 1, REQUESTS);
      return;
    }
    if (from < fromUs) break;
    number = load<u32>(bucket, NEXT);
  }
  bucketsStart -= BUCKET_BYTES;
  store<f64>(bucketsStart, fromUs, FROM);
  store<u32>(bucketsStart, 1, REQUESTS);
  store<u32>(bucketsStart, load<u32>(group, BUCKET), NEXT);
  store<u32>(group, <u32>((GROUPS_END - bucketsStart) / BUCKET_BYTES), BUCKET);
}

/** A field is its length and one more, or 0 for none, and its bytes. Where the key ends; 0: it is not known, or too long. */
function writeKey(spec: usize): usize {
  const count = load<u32>(spec, 8);
  let at = KEY;
  for (let number: u32 = 0; number < count; number++) {
    const field = load<u32>(spec + ((<usize>number) << 2), 12);
    const found = field === SOURCE_ADDRESSES ? lookAtLastAddress() : look(field);
    if (found === ABSENT) {
      store<u16>(at, 0);
      at += 2;
      continue;
    }
    if (found !== VALUE) return 0;
    const length = valueTo - valueFrom;
    if (at + length + 10 > KEY_END) return 0;
    store<u16>(at, <u16>(length + 1));
    memory.copy(at + 2, valueFrom, length);
    at += length + 2;
  }
  // Hashed and compared by eight bytes.
  store<u64>(at, 0);
  return at;
}

/** There must be room, but for too many. */
function addGroup(slot: u32, hash: u32, keyEnd: usize, kind: u32, receivedUs: i64): usize {
  if (groups >= MOST_GROUPS) return 0;
  const group = groupsEnd;
  const keyBytes = keyEnd - KEY;
  store<u32>(group, hash, HASH);
  store<u32>(group, <u32>keyBytes, KEY_BYTES);
  store<u32>(group, 0, COUNT);
  store<u32>(group, kind, KIND);
  store<u32>(group, 0, BUCKET);
  store<f64>(group, <f64>receivedUs, FIRST);
  store<f64>(group, <f64>receivedUs, LAST);
  memory.copy(group + GROUP_HEAD, KEY, keyBytes);
  store<u32>(GROUP_SLOTS + ((<usize>slot) << 2), <u32>group);
  groupsEnd = (groupsEnd + GROUP_HEAD + keyBytes + 7) & ~7;
  groups++;
  return group;
}

function isGroup(group: usize, keyEnd: usize, kind: u32): bool {
  if (load<u32>(group, KIND) !== kind) return false;
  const keyBytes = keyEnd - KEY;
  return <usize>load<u32>(group, KEY_BYTES) === keyBytes && isSame(group + GROUP_HEAD, KEY, keyBytes);
}

function hashOf(keyEnd: usize, kind: u32): u32 {
  const prime: u64 = 0x9e3779b1;
  let hash: u64 = (<u64>kind + 1) * prime;
  for (let at = KEY; at < keyEnd; at += 8) {
    hash = (hash ^ load<u64>(at)) * prime;
    hash ^= hash >> 29;
  }
  return <u32>(hash >> 32);
}
