/** What a few bytes of JSON text say: where a value begins, and whether it is one of the API server's own events. */

/** How every event of the API server's own log begins. */
export const EVENT_HEAD = Buffer.from('{"kind":"Event","apiVersion":"audit.k8s.io/');

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_BRACE = 0x7b;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const CLOSE_BRACE = 0x7d;
/** NUL, tab, return, blank, comma, closers. */
const BETWEEN = [0x00, 0x09, 0x0d, 0x20, COMMA, 0x5d, 0x7d];

export function beginsEvent(bytes: Buffer, start: number, end: number): boolean {
  return start + EVENT_HEAD.length <= end && beginsWith(bytes, start, EVENT_HEAD);
}

/** Whether the text stands there. A text without a newline that begins in a line lies within it. */
export function beginsWith(bytes: Buffer, start: number, text: Buffer): boolean {
  if (start + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** Past what stands between values: blanks, commas, the closers of a list, and the NULs that a crashed node leaves. */
export function skipBetween(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && BETWEEN.includes(bytes[at] ?? 0)) at++;
  return at;
}

export function isOpener(byte: number | undefined): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

/** `{"`, `[{` and the like, or nothing behind the opener: neither `[INFO]` nor `{foo}`. */
export function isJsonLike(bytes: Buffer, start: number, end: number): boolean {
  let at = start + 1;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  if (at >= end) return true;
  const second = bytes[at];
  return second === QUOTE || (bytes[start] === OPEN_BRACKET ? isOpener(second) : beginsEvent(bytes, at, end));
}
