/** Entries of an index's tables, found by their keys and numbered as they come up, for each table from 0. */
import { ENTRY_COUNTS, GROUP_SLOTS, GROUPS, KEY, KEY_END, ROWS } from './layout';
import { TABLES } from './table-keys';
import { isSame } from './texts';

/** More would make the slots slow. */
const MOST_ENTRIES: u32 = 0x1_8000;
const SLOT_MASK: u32 = 0x1_ffff;

/** Offsets in an entry; it is followed by its key, and the next one begins at a multiple of eight. */
const HASH: usize = 0;
const KEY_BYTES: usize = 4;
const TABLE: usize = 8;
const NUMBER: usize = 12;
const ENTRY_HEAD: usize = 16;

let entries: u32 = 0;
let entriesEnd: usize = GROUPS;

/** What `entryOf` found came up just then. */
export let isNew: bool = false;

export function forgetEntries(): void {
  memory.fill(GROUP_SLOTS, 0, (<usize>SLOT_MASK + 1) << 2);
  memory.fill(ENTRY_COUNTS, 0, (<usize>TABLES) << 2);
  entries = 0;
  entriesEnd = GROUPS;
}

/** Whatever their keys are. */
export function hasRoomForEntries(count: u32): bool {
  return entries + count <= MOST_ENTRIES && entriesEnd + (KEY_END - KEY) * 2 <= ROWS;
}

/** Where it lies. There must be room. The key must be followed by zeros up to a multiple of eight bytes. */
export function entryOf(table: u32, key: usize, keyEnd: usize): usize {
  const hash = hashOf(table, key, keyEnd);
  let slot = hash & SLOT_MASK;
  while (true) {
    const entry = <usize>load<u32>(GROUP_SLOTS + ((<usize>slot) << 2));
    if (entry === 0) return addEntry(slot, hash, table, key, keyEnd);
    if (load<u32>(entry, HASH) === hash && isEntry(entry, table, key, keyEnd - key)) {
      isNew = false;
      return entry;
    }
    slot = (slot + 1) & SLOT_MASK;
  }
}

export function numberOf(entry: usize): u32 {
  return load<u32>(entry, NUMBER);
}

function addEntry(slot: u32, hash: u32, table: u32, key: usize, keyEnd: usize): usize {
  const entry = entriesEnd;
  const count = ENTRY_COUNTS + ((<usize>table) << 2);
  store<u32>(entry, hash, HASH);
  store<u32>(entry, <u32>(keyEnd - key), KEY_BYTES);
  store<u32>(entry, table, TABLE);
  store<u32>(entry, load<u32>(count), NUMBER);
  memory.copy(entry + ENTRY_HEAD, key, keyEnd - key);
  store<u32>(count, load<u32>(count) + 1);
  store<u32>(GROUP_SLOTS + ((<usize>slot) << 2), <u32>entry);
  entriesEnd = (entry + ENTRY_HEAD + (keyEnd - key) + 7) & ~7;
  entries++;
  isNew = true;
  return entry;
}

function isEntry(entry: usize, table: u32, key: usize, keyBytes: usize): bool {
  if (load<u32>(entry, TABLE) !== table || <usize>load<u32>(entry, KEY_BYTES) !== keyBytes) return false;
  return isSame(entry + ENTRY_HEAD, key, keyBytes);
}

function hashOf(table: u32, key: usize, keyEnd: usize): u32 {
  const prime: u64 = 0x9e3779b1;
  let hash: u64 = (<u64>table + 1) * prime;
  for (let at = key; at < keyEnd; at += 8) {
    hash = (hash ^ load<u64>(at)) * prime;
    hash ^= hash >> 29;
  }
  return <u32>(hash >> 32);
}
