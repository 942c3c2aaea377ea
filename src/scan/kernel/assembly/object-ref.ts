/** The object's reference: decode.ts's `objectRefOf`, as far as the kernel asks. */
import { fromOf, reach, toOf } from './head';
import { endOfKey, endOfPlain } from './json';
import { REF_SLOT } from './layout';
import { isText, OBJECT_REF, REF_KEYS, REF_KEYS_END } from './texts';
import { CLOSE_BRACE, COMMA, OPEN_BRACE } from './values';

/** Numbers of its fields. */
export const RESOURCE = 0;
export const NAMESPACE = 1;
export const NAME = 2;
export const SUBRESOURCE = 3;
export const GROUP = 4;

let isRead: bool = false;
/** There is a reference. */
export let hasRef: bool = false;

export function forgetRef(): void {
  isRead = false;
}

/** False: the line is odd, up to there. */
export function readRef(): bool {
  if (isRead) return true;
  if (!reach(OBJECT_REF)) return false;
  isRead = true;
  memory.fill(REF_SLOT, 0, (<usize>(REF_KEYS_END - REF_KEYS)) << 3);
  const to = toOf(OBJECT_REF);
  hasRef = to !== 0;
  return !hasRef || (readMembers(fromOf(OBJECT_REF), to) && refFrom(RESOURCE) < refTo(RESOURCE));
}

/** Both are alike for an empty field, and 0 for a missing one. */
export function refFrom(field: i32): usize {
  return load<u32>(REF_SLOT + ((<usize>field) << 3));
}

export function refTo(field: i32): usize {
  return load<u32>(REF_SLOT + ((<usize>field) << 3), 4);
}

export function isEmpty(field: i32): bool {
  return refFrom(field) === refTo(field);
}

function readMembers(start: usize, to: usize): bool {
  if (load<u8>(start) !== OPEN_BRACE) return false;
  let at = start + 1;
  while (true) {
    const key = at + 1;
    const value = endOfKey(at, to);
    if (value === 0) return false;
    const slot = slotOf(key, value - 2);
    // A key that comes twice, or that nobody writes.
    if (slot === 0 || load<u32>(slot) !== 0) return false;
    at = endOfPlain(value, to);
    if (at === 0) return false;
    store<u32>(slot, <u32>(value + 1));
    store<u32>(slot, <u32>(at - 1), 4);
    const byte = load<u8>(at++);
    if (byte !== COMMA) return byte === CLOSE_BRACE && at === to;
  }
}

function slotOf(key: usize, keyEnd: usize): usize {
  for (let text = REF_KEYS; text < REF_KEYS_END; text++) {
    if (isText(key, keyEnd, text)) return REF_SLOT + ((<usize>(text - REF_KEYS)) << 3);
  }
  return 0;
}
