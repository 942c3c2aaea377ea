/**
 * What a line has in each table of an index, as bytes: two lines with the same key have the same values there. Tables are numbered
 * as ../../index/tables.ts lists them.
 */
import { ABSENT, look, UNKNOWN, VALUE, valueFrom, valueTo } from './fields';
import { fromOf, reach, toOf } from './head';
import { endOfTexts } from './json';
import { IMPERSONATED_SLOT, KEY, KEY_END, KEYS_AT, USER_SLOT } from './layout';
import { hasRef } from './object-ref';
import { IMPERSONATED_USER, LEVEL, SOURCE_IPS, USER, VERB } from './texts';
import { extraFrom, extraTo, groupsAt, isSomebody, mayHaveSession, nameFrom, nameTo, readUser } from './user';

export const TABLES = 8;

/** The fields by their numbers in ../program.ts. */
const USER_AGENT = 5;
const RESOURCE = 11;
const GROUP = 12;
const SUBRESOURCE = 13;
const NAMESPACE = 14;
const NAME = 15;
const CODE = 16;
const REASON = 17;

/** Instead of a length and one more: what no text is so long for. */
const NOT_KNOWN: u16 = 0xffff;
const AS_IT_STANDS: u16 = 0xfffe;
const LONGEST: usize = 0x7000;

let at: usize = 0;

/** Into KEY, and where each begins and ends into KEYS_AT. False: the line is odd, or something in it is not known here. */
export function writeKeys(outcome: i32, longRunning: i32, started: i32): bool {
  at = KEY;
  begin(0);
  write(<u16>outcome | ((<u16>longRunning) << 1) | ((<u16>started) << 2));
  if (!writeText(fromOf(LEVEL), toOf(LEVEL)) || !writeText(fromOf(VERB), toOf(VERB))) return false;
  begin(1);
  if (!writeUsers()) return false;
  begin(2);
  if (!writeAddresses()) return false;
  begin(3);
  if (!writeField(USER_AGENT)) return false;
  begin(4);
  if (!writeField(GROUP) || !writeField(RESOURCE) || !writeField(SUBRESOURCE)) return false;
  begin(5);
  if (!writeField(NAMESPACE)) return false;
  begin(6);
  if (!writeName()) return false;
  begin(7);
  if (!writeField(CODE) || !writeField(REASON)) return false;
  begin(8);
  return true;
}

/** The keys are apart by up to 15 bytes, which are zeros. */
function begin(table: usize): void {
  store<u64>(at, 0);
  store<u64>(at, 0, 8);
  at = (at + 7) & ~7;
  store<u32>(KEYS_AT + (table << 2), <u32>at);
}

function write(sign: u16): void {
  store<u16>(at, sign);
  at += 2;
}

/** False: it is too long. */
function writeText(from: usize, to: usize): bool {
  const length = to - from;
  if (length > LONGEST || at + length + 64 > KEY_END) return false;
  write(<u16>(length + 1));
  memory.copy(at, from, length);
  at += length;
  return true;
}

function writeField(field: u32): bool {
  const found = look(field);
  if (found === VALUE) return writeText(valueFrom, valueTo);
  if (found !== ABSENT) return false;
  write(0);
  return true;
}

/** Of what is no object, it is not known; of what is one, line-indexer.ts may know it. */
function writeName(): bool {
  if (look(NAME) !== UNKNOWN || hasRef) return writeField(NAME);
  write(NOT_KNOWN);
  return true;
}

function writeUsers(): bool {
  return writeUser(USER, USER_SLOT) && writeUser(IMPERSONATED_USER, IMPERSONATED_SLOT);
}

/** Its name and groups; its extras, where they may tell who stands behind it. Its uid, which may be another one each time, tells nothing. */
function writeUser(key: i32, slot: usize): bool {
  if (!readUser(key, slot)) {
    // A name with a backslash in it, as a rule: two that stand there alike are alike.
    write(AS_IT_STANDS);
    return writeText(fromOf(key), toOf(key));
  }
  write(isSomebody(slot) ? 1 : 0);
  if (!writeText(nameFrom(slot), nameTo(slot))) return false;
  const groups = groupsAt(slot);
  if (!writeText(groups, groups === 0 ? 0 : endOfTexts(groups - 1, toOf(key)))) return false;
  return mayHaveSession(slot) ? writeText(extraFrom(slot), extraTo(slot)) : writeText(0, 0);
}

function writeAddresses(): bool {
  if (!reach(SOURCE_IPS)) return false;
  const from = fromOf(SOURCE_IPS);
  const to = toOf(SOURCE_IPS);
  return (to === 0 || endOfTexts(from, to) === to) && writeText(from, to);
}
