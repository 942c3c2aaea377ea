/** What a predicate's field is in the line: value-of.ts's `finalValueOf` of a line whose bodies are not looked at. */
import { fromOf, isEscaped, lineEnd, nextAt, nextKey, reach, toOf } from './head';
import { endOfJson, endOfTexts } from './json';
import { IMPERSONATED_SLOT, SAID, SAID_END, USER_SLOT } from './layout';
import { madeFrom, madeTo, NAMED, readMadeName } from './made-name';
import {
  GROUP,
  hasRef,
  isEmpty,
  NAME,
  NAMESPACE,
  RESOURCE,
  readRef,
  refFrom,
  refTo,
  SUBRESOURCE,
} from './object-ref';
import { copySaid, saidBytes } from './said';
import { codeFrom, codeTo, readStatus, reasonFrom, reasonTo } from './status';
import { annotationsFrom, annotationsTo } from './tail';
import {
  AUDIT_ID,
  CREATE,
  IMPERSONATED_USER,
  isText,
  LEVEL,
  lengthOf,
  METADATA,
  NAMESPACES,
  PANIC,
  RECEIVED,
  REQUEST_OBJECT,
  REQUEST_URI,
  RESPONSE_COMPLETE,
  RESPONSE_OBJECT,
  SOURCE_IPS,
  STAGE,
  standsAt,
  USER,
  USER_AGENT,
  VERB,
} from './texts';
import { namesNothing, pathFrom, pathTo, readUri } from './uri';
import { groupsAt, isNameEscaped, isSomebody, mayHaveSession, nameFrom, nameTo, readUser } from './user';
import { BACKSLASH, COMMA, endOfValue, QUOTE } from './values';

/** What `look` finds. ODD: the line is not judged at all. */
export const ABSENT = 0;
export const VALUE = 1;
/** Several: behind the bracket of an array of strings. */
export const VALUES = 2;
export const UNKNOWN = 3;
export const ODD = 4;

/** Of the value looked at last; of several, the first. */
export let valueFrom: usize = 0;
export let valueTo: usize = 0;

/** In which `look` finds no one value. */
export const SOURCE_ADDRESSES = 18;

/** The fields by their numbers in ../program.ts. */
export function look(field: u32): i32 {
  switch (field) {
    case 0:
      return text(VERB);
    case 1:
      return text(AUDIT_ID);
    case 2:
      return text(LEVEL);
    case 3:
      return lookAtUri();
    case 4:
      return lookAtPath();
    case 5:
      return lookAtAgent();
    case 6:
      return lookAtName(USER, USER_SLOT);
    case 7:
      return lookAtName(IMPERSONATED_USER, IMPERSONATED_SLOT);
    case 8:
      return lookAtGroups(USER, USER_SLOT);
    case 9:
      return lookAtGroups(IMPERSONATED_USER, IMPERSONATED_SLOT);
    case 10:
      return lookAtSession();
    case 11:
      return lookAtRef(RESOURCE);
    case 12:
      return lookAtRef(GROUP);
    case 13:
      return lookAtRef(SUBRESOURCE);
    case 14:
      return lookAtRef(NAMESPACE);
    case 15:
      return lookAtRef(NAME);
    case 16:
      return readStatus() ? maybe(codeFrom, codeTo) : ODD;
    case 17:
      return readStatus() ? maybe(reasonFrom, reasonTo) : ODD;
    case SOURCE_ADDRESSES:
      return lookAtAddresses();
    case 19:
      return lookAtAnnotations();
    case 20:
      return lookAtLastAddress();
    default:
      return ODD;
  }
}

/** The request makes something, whose name may stand in bodies that were not looked at. */
function mayBeNamedInBody(): bool {
  if (!isText(fromOf(VERB) + 1, toOf(VERB) - 1, CREATE)) return false;
  return !isText(fromOf(LEVEL) + 1, toOf(LEVEL) - 1, METADATA);
}

function value(from: usize, to: usize): i32 {
  valueFrom = from;
  valueTo = to;
  return VALUE;
}

/** An empty string is as none. */
function maybe(from: usize, to: usize): i32 {
  return from === to ? ABSENT : value(from, to);
}

/** A key whose value is known to be a string that is filled. */
function text(key: i32): i32 {
  if (load<u8>(fromOf(key)) !== QUOTE) return ODD;
  return isEscaped(key) ? ODD : value(fromOf(key) + 1, toOf(key) - 1);
}

function lookAtUri(): i32 {
  if (!readUri()) return ODD;
  const to = toOf(REQUEST_URI);
  return to === 0 || isEscaped(REQUEST_URI) ? UNKNOWN : value(fromOf(REQUEST_URI) + 1, to - 1);
}

function lookAtPath(): i32 {
  if (!readUri()) return ODD;
  return pathFrom === 0 ? UNKNOWN : value(pathFrom, pathTo);
}

function lookAtAgent(): i32 {
  if (!reach(USER_AGENT)) return ODD;
  const from = fromOf(USER_AGENT);
  const to = toOf(USER_AGENT);
  if (to === 0) return ABSENT;
  if (load<u8>(from) !== QUOTE || isEscaped(USER_AGENT)) return ODD;
  return maybe(from + 1, to - 1);
}

function lookAtName(key: i32, slot: usize): i32 {
  if (!readUser(key, slot)) return ODD;
  if (!isSomebody(slot)) return ABSENT;
  return isNameEscaped(slot) ? lookAtSaid(nameFrom(slot), nameTo(slot)) : value(nameFrom(slot), nameTo(slot));
}

/** It stays until the next one is looked at. */
function lookAtSaid(from: usize, to: usize): i32 {
  const bytes = saidBytes(from, to);
  if (bytes < 0 || SAID + <usize>bytes > SAID_END) return UNKNOWN;
  copySaid(SAID, from, to);
  return value(SAID, SAID + <usize>bytes);
}

function lookAtGroups(key: i32, slot: usize): i32 {
  if (!readUser(key, slot)) return ODD;
  valueFrom = groupsAt(slot);
  return valueFrom === 0 ? ABSENT : VALUES;
}

function lookAtSession(): i32 {
  if (!readUser(USER, USER_SLOT) || !readUser(IMPERSONATED_USER, IMPERSONATED_SLOT)) return ODD;
  return mayHaveSession(USER_SLOT) || mayHaveSession(IMPERSONATED_SLOT) ? UNKNOWN : ABSENT;
}

function lookAtRef(field: i32): i32 {
  if (!readUri() || !readRef()) return ODD;
  // Of a URL of no resource the path stands for a name.
  if (!hasRef) return field === NAME ? UNKNOWN : ABSENT;
  // Not for the field: target.ts looks for the object's uid there, and prefilter.ts leaves the line where that is no JSON.
  if (!readStatus()) return ODD;
  if (field === GROUP) return value(refFrom(GROUP), refTo(GROUP));
  if (field === NAMESPACE && isOfNamespace()) return ABSENT;
  if (!isEmpty(field)) return value(refFrom(field), refTo(field));
  if (field !== NAME) return ABSENT;
  if (!namesNothing()) return UNKNOWN;
  return mayBeNamedInBody() ? lookAtMadeName() : ABSENT;
}

/** Only the outcome has bodies, and only what is made itself has its name in them. */
function lookAtMadeName(): i32 {
  if (!isEmpty(SUBRESOURCE)) return UNKNOWN;
  const stageFrom = fromOf(STAGE) + 1;
  const stageTo = toOf(STAGE) - 1;
  if (!isText(stageFrom, stageTo, RESPONSE_COMPLETE) && !isText(stageFrom, stageTo, PANIC)) return UNKNOWN;
  return readMadeName() === NAMED ? value(madeFrom, madeTo) : UNKNOWN;
}

/** The reference is a Namespace's own. */
function isOfNamespace(): bool {
  return isEmpty(GROUP) && isText(refFrom(RESOURCE), refTo(RESOURCE), NAMESPACES);
}

/** What a request is counted by: query/group-of.ts. */
export function lookAtLastAddress(): i32 {
  if (!reach(SOURCE_IPS)) return ODD;
  const from = fromOf(SOURCE_IPS);
  const to = toOf(SOURCE_IPS);
  if (to === 0 || endOfTexts(from, to) !== to) return lookAtAddresses();
  if (to - from === 2) return ABSENT;
  // Before the closing quote and bracket.
  const last = to - 2;
  let first = last;
  while (load<u8>(first - 1) !== QUOTE) first--;
  return first === last ? UNKNOWN : value(first, last);
}

function lookAtAddresses(): i32 {
  if (!reach(SOURCE_IPS)) return ODD;
  const to = toOf(SOURCE_IPS);
  if (to === 0) return UNKNOWN;
  return endOfJson(fromOf(SOURCE_IPS), to) === to ? UNKNOWN : ODD;
}

/** The whole object, for a text that is looked for in it. Not where a text may stand there in another form: `\u0061`, `\/`. */
function lookAtAnnotations(): i32 {
  if (!readStatus()) return ODD;
  if (!hasTimesBehindBodies()) return UNKNOWN;
  if (annotationsFrom === 0) return ABSENT;
  const backslash = i8x16.splat(BACKSLASH);
  for (let at = annotationsFrom; at < annotationsTo; at += 16) {
    let places = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), backslash));
    for (; places !== 0; places &= places - 1) {
      const next = at + <usize>ctz(places) + 1;
      if (next < annotationsTo && (load<u8>(next) === 0x75 || load<u8>(next) === 0x2f)) return UNKNOWN;
    }
  }
  return value(annotationsFrom, annotationsTo);
}

/** Then there are no annotations but those behind the times, which tail.ts has found. */
function hasTimesBehindBodies(): bool {
  let at = nextAt();
  let key = nextKey();
  while (key === REQUEST_OBJECT || key === RESPONSE_OBJECT) {
    at = endOfValue(at + lengthOf(key), lineEnd());
    if (at === 0 || load<u8>(at) !== COMMA) return false;
    at++;
    if (standsAt(at, RECEIVED)) return true;
    key = key === REQUEST_OBJECT && standsAt(at, RESPONSE_OBJECT) ? RESPONSE_OBJECT : -1;
  }
  return key === RECEIVED;
}
