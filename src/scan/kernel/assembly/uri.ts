/** What requestURI says: the path, and whether it names an object. target.ts's and request-path.ts's, for URLs of the usual form. */
import { fromOf, isEscaped, reach, toOf } from './head';
import { areEscapesValid } from './json';
import { RESOURCE, refFrom, refTo } from './object-ref';
import { API, APIS, isSame, isText, NAMESPACES, REQUEST_URI } from './texts';
import { BACKSLASH, QUOTE } from './values';

const SLASH: u8 = 0x2f;
const QUESTION_MARK: u8 = 0x3f;
const NUMBER_SIGN: u8 = 0x23;
const PERCENT: u8 = 0x25;

let isRead: bool = false;
/** The path, as it is written. Both are 0 when it is not known without decoding. */
export let pathFrom: usize = 0;
export let pathTo: usize = 0;

export function forgetUri(): void {
  isRead = false;
}

/** False: the line is odd, up to there. Go writes `&` as an escape: there mostly is one. */
export function readUri(): bool {
  if (isRead) return true;
  if (!reach(REQUEST_URI)) return false;
  isRead = true;
  pathFrom = 0;
  pathTo = 0;
  const to = toOf(REQUEST_URI);
  if (to === 0) return true;
  const from = fromOf(REQUEST_URI);
  if (load<u8>(from) !== QUOTE) return false;
  if (isEscaped(REQUEST_URI) && !areEscapesValid(from + 1, to - 1)) return false;
  const end = endOfPath(from + 1, to - 1);
  const byte = load<u8>(end);
  if (byte === PERCENT || byte === BACKSLASH) return true;
  pathFrom = from + 1;
  pathTo = end;
  return true;
}

/** At its query, or fragment; or where something has to be decoded. */
function endOfPath(from: usize, to: usize): usize {
  const question = i8x16.splat(QUESTION_MARK);
  const number = i8x16.splat(NUMBER_SIGN);
  const percent = i8x16.splat(PERCENT);
  const backslash = i8x16.splat(BACKSLASH);
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const ends = v128.or(i8x16.eq(bytes, question), i8x16.eq(bytes, number));
    const odd = v128.or(i8x16.eq(bytes, percent), i8x16.eq(bytes, backslash));
    const found = <u32>i8x16.bitmask(v128.or(ends, odd));
    if (found !== 0) return min(at + ctz(found), to);
  }
  return to;
}

/**
 * The path certainly names no object: /api/V/RESOURCE, /apis/GROUP/V/RESOURCE, or with /namespaces/NAMESPACE before the
 * resource, which is the reference's own.
 */
export function namesNothing(): bool {
  if (pathFrom === 0 || load<u8>(pathFrom) !== SLASH) return false;
  const length = refTo(RESOURCE) - refFrom(RESOURCE);
  const last = pathTo - length;
  if (last <= pathFrom || load<u8>(last - 1) !== SLASH) return false;
  if (!isSame(last, refFrom(RESOURCE), length)) return false;
  const root = endOfPart(pathFrom + 1);
  const group = isText(pathFrom + 1, root, APIS) ? endOfPart(root + 1) : root;
  if (group === root && !isText(pathFrom + 1, root, API)) return false;
  const version = endOfPart(group + 1);
  if (group === pathFrom + 1 || version <= group + 1 || (group !== root && group === root + 1)) return false;
  if (version + 1 === last) return true;
  const word = endOfPart(version + 1);
  if (!isText(version + 1, word, NAMESPACES)) return false;
  const namespace = endOfPart(word + 1);
  return namespace > word + 1 && namespace + 1 === last;
}

/** The next slash, or the path's end. */
function endOfPart(at: usize): usize {
  while (at < pathTo && load<u8>(at) !== SLASH) at++;
  return at;
}
