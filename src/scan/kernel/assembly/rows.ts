/**
 * Lines → rows of an index: of each its length, its time and its ID, and of each table a number that stands for the values it has
 * there, counted as they come up. What the numbers stand for, line-indexer.ts tells by a line that has them. At any line that
 * is odd, or of which a value is not known here, it stops: that one is line-indexer.ts's.
 */
import { entryOf, forgetEntries, hasRoomForEntries, isNew, numberOf } from './entries';
import { fromOf, reach, toOf } from './head';
import { isDigit } from './json';
import { KEYS_AT, NEWS, NEWS_END, ROWS, ROWS_END } from './layout';
import { endOfLine, nextLine } from './line';
import { isLongRunning } from './long-running';
import { readStatus } from './status';
import { TABLES, writeKeys } from './table-keys';
import { receivedOf } from './tail';
import { AUDIT_ID, RESPONSE_STATUS } from './texts';
import { isStarted, isWhole, outcomeOf } from './whole';

/** Why `indexLines` stopped before the end. */
const LINE: u32 = 0;
/** There is no room for more rows or news: they have to be taken first. */
const ROOM: u32 = 1;
/** There is no room for more entries: it has to begin anew. */
const ENTRIES: u32 = 2;

/** Offsets in a row: time (a double), length, ID, an entry for each table. */
const LENGTH: usize = 8;
const ID: usize = 16;
const ENTRIES_AT: usize = 32;
const ROW_BYTES: usize = 64;
/** Of an entry that came up: where it lies, and the line that has it, from and to. */
const NEWS_BYTES: usize = 12;

/** Of the last call. */
export let rows: u32 = 0;
export let newsEnd: usize = NEWS;
export let stoppedFor: u32 = LINE;

/** Entries are numbered from 0 again. Nothing may be counted or settled meanwhile, and `clear` has to come before and behind. */
export function beginRows(): void {
  forgetEntries();
  rows = 0;
  newsEnd = NEWS;
}

/** As `passOver`; each line is whole, and has its row. */
export function indexLines(start: usize, end: usize, maxLineBytes: usize): usize {
  rows = 0;
  newsEnd = NEWS;
  stoppedFor = LINE;
  let at = start;
  while (at < end) {
    const row = ROWS + <usize>rows * ROW_BYTES;
    if (row + ROW_BYTES > ROWS_END || newsEnd + <usize>TABLES * NEWS_BYTES > NEWS_END) {
      stoppedFor = ROOM;
      break;
    }
    if (!hasRoomForEntries(TABLES)) {
      stoppedFor = ENTRIES;
      break;
    }
    const lineEnd = endOfLine(at, end);
    if (lineEnd === 0 || nextLine - 1 - at > maxLineBytes) break;
    if (!isWhole(at, lineEnd)) break;
    const receivedUs = receivedOf(at, lineEnd);
    if (receivedUs < 0 || !reach(RESPONSE_STATUS) || !readStatus()) break;
    const outcome = outcomeOf();
    const longRunning = isLongRunning();
    if (
      outcome < 0 ||
      longRunning < 0 ||
      !writeId(row + ID) ||
      !writeKeys(outcome, longRunning, isStarted() ? 1 : 0)
    )
      break;
    store<f64>(row, <f64>receivedUs);
    store<u32>(row, <u32>(nextLine - at), LENGTH);
    writeEntries(row + ENTRIES_AT, at, lineEnd);
    rows++;
    at = nextLine;
  }
  return at;
}

function writeEntries(into: usize, start: usize, end: usize): void {
  for (let table = 0; table < TABLES; table++) {
    const key = KEYS_AT + ((<usize>table) << 2);
    const entry = entryOf(table, load<u32>(key), load<u32>(key, 4));
    store<u32>(into + ((<usize>table) << 2), numberOf(entry));
    if (!isNew) continue;
    store<u32>(newsEnd, <u32>entry);
    store<u32>(newsEnd, <u32>start, 4);
    store<u32>(newsEnd, <u32>end, 8);
    newsEnd += NEWS_BYTES;
  }
}

/** False: it is no UUID as the API server writes them. */
function writeId(into: usize): bool {
  const from = fromOf(AUDIT_ID) + 1;
  if (toOf(AUDIT_ID) - 1 - from !== 36) return false;
  let at = from;
  for (let byte: usize = 0; byte < 16; byte++) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) {
      if (load<u8>(at++) !== 0x2d) return false;
    }
    const high = digitOf(load<u8>(at));
    const low = digitOf(load<u8>(at, 1));
    if (high < 0 || low < 0) return false;
    store<u8>(into + byte, <u8>((high << 4) | low));
    at += 2;
  }
  return true;
}

/** Small letters alone: the text must come back as it was. */
function digitOf(byte: u8): i32 {
  if (isDigit(byte)) return <i32>byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? <i32>byte - 0x57 : -1;
}
