/** The name of what a creation made, which only its bodies tell: target.ts's `nameElsewhere`, of bodies that are certainly JSON. */
import { lineEnd, nextAt, nextKey } from './head';
import { endOfJson, endOfKey } from './json';
import {
  ITEMS,
  isText,
  KIND,
  LIST,
  lengthOf,
  METADATA_KEY,
  NAME_KEY,
  RECEIVED,
  REQUEST_OBJECT,
  RESPONSE_OBJECT,
  STATUS_KIND,
  standsAt,
  TABLE,
} from './texts';
import { CLOSE_BRACE, COMMA, hasEscape, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './values';

export const NOT_NAMED = 0;
export const NAMED = 1;
export const NOT_SURE = 2;

/** Of the name that was found last. */
export let madeFrom: usize = 0;
export let madeTo: usize = 0;

/** Values of an object's members that are asked for; 0 where there is none. */
let kindAt: usize = 0;
let metadataAt: usize = 0;
let itemsAt: usize = 0;
let nameAt: usize = 0;

/** All keys of the head must have been reached. */
export function readMadeName(): i32 {
  const end = lineEnd();
  let at = nextAt();
  let asked: usize = 0;
  let answered: usize = 0;
  if (nextKey() === REQUEST_OBJECT) {
    asked = at + lengthOf(REQUEST_OBJECT);
    at = endOfBody(asked, end);
    if (at === 0) return NOT_SURE;
  }
  if (standsAt(at, RESPONSE_OBJECT)) {
    answered = at + lengthOf(RESPONSE_OBJECT);
    at = endOfBody(answered, end);
    if (at === 0) return NOT_SURE;
  }
  if (!standsAt(at, RECEIVED)) return NOT_SURE;
  if (answered !== 0) {
    const isObject = isOneObject(answered, end);
    if (isObject === NOT_SURE) return NOT_SURE;
    if (isObject === NAMED) {
      const found = nameIn(metadataAt, end);
      if (found !== NOT_NAMED) return found;
    }
  }
  if (asked === 0) return NOT_NAMED;
  return readMembers(asked, end) ? nameIn(metadataAt, end) : NOT_SURE;
}

/** Behind it and its comma; 0 for one that is odd. */
function endOfBody(at: usize, end: usize): usize {
  const byte = load<u8>(at);
  if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET && byte !== QUOTE) return 0;
  const past = endOfJson(at, end);
  return past === 0 || load<u8>(past) !== COMMA ? 0 : past + 1;
}

/** NAMED: it is, and its metadata were found. Neither a Status, nor a Table, nor a list. */
function isOneObject(at: usize, end: usize): i32 {
  if (!readMembers(at, end)) return NOT_SURE;
  if (metadataAt === 0) return NOT_NAMED;
  if (itemsAt !== 0 && load<u8>(itemsAt) === OPEN_BRACKET) return NOT_NAMED;
  if (kindAt === 0 || load<u8>(kindAt) !== QUOTE) return NAMED;
  const to = endOfJson(kindAt, end) - 1;
  if (hasEscape) return NOT_SURE;
  const from = kindAt + 1;
  if (isText(from, to, STATUS_KIND) || isText(from, to, TABLE)) return NOT_NAMED;
  const list = lengthOf(LIST);
  return to - from >= list && isText(to - list, to, LIST) ? NOT_NAMED : NAMED;
}

/** Of metadata, wherever they stand; 0: there are none. */
function nameIn(metadata: usize, end: usize): i32 {
  if (metadata === 0) return NOT_NAMED;
  if (!readMembers(metadata, end)) return NOT_SURE;
  if (nameAt === 0 || load<u8>(nameAt) !== QUOTE) return NOT_NAMED;
  const to = endOfJson(nameAt, end) - 1;
  if (hasEscape) return NOT_SURE;
  madeFrom = nameAt + 1;
  madeTo = to;
  return madeFrom === madeTo ? NOT_NAMED : NAMED;
}

/** Of what is known to be JSON. False: a key is there twice, or has a backslash. What is no object has no members. */
function readMembers(start: usize, end: usize): bool {
  kindAt = 0;
  metadataAt = 0;
  itemsAt = 0;
  nameAt = 0;
  if (load<u8>(start) !== OPEN_BRACE || load<u8>(start, 1) === CLOSE_BRACE) return true;
  let at = start + 1;
  while (true) {
    const value = endOfKey(at, end);
    if (value === 0 || !noteMember(at + 1, value - 2, value)) return false;
    at = endOfJson(value, end);
    if (at === 0) return false;
    if (load<u8>(at++) !== COMMA) return true;
  }
}

function noteMember(key: usize, keyEnd: usize, value: usize): bool {
  if (isText(key, keyEnd, KIND)) {
    if (kindAt !== 0) return false;
    kindAt = value;
  } else if (isText(key, keyEnd, METADATA_KEY)) {
    if (metadataAt !== 0) return false;
    metadataAt = value;
  } else if (isText(key, keyEnd, ITEMS)) {
    if (itemsAt !== 0) return false;
    itemsAt = value;
  } else if (isText(key, keyEnd, NAME_KEY)) {
    if (nameAt !== 0) return false;
    nameAt = value;
  }
  return true;
}
