/** Numbers of the texts that ../texts.ts puts into the memory, and comparing with them. */
import { TEXTS } from './layout';

/** Of the head, in the order in which the API server writes them. */
export const LEVEL = 0;
export const AUDIT_ID = 1;
export const STAGE = 2;
export const REQUEST_URI = 3;
export const VERB = 4;
export const USER = 5;
export const IMPERSONATED_USER = 6;
export const SOURCE_IPS = 8;
export const USER_AGENT = 9;
export const OBJECT_REF = 10;
export const RESPONSE_STATUS = 11;
/** The head's keys are those before this one; with the first keys behind them there are so many. */
export const HEAD_KEYS = 12;
export const KEYS = 15;

export const REQUEST_OBJECT = 12;
export const RESPONSE_OBJECT = 13;
/** requestReceivedTimestamp. */
export const RECEIVED = 14;

export const LINE_HEAD = 15;
export const EVENT_HEAD = 16;
export const TAIL_HEAD = 17;
export const STAGED = 18;
export const ANNOTATIONS = 19;

/** Metadata, Request, RequestResponse. */
export const METADATA = 20;
export const LEVELS_END = 23;
/** In the order of `Stage` in event.ts: RequestReceived, ResponseStarted, ResponseComplete, Panic. */
export const REQUEST_RECEIVED = 23;
export const RESPONSE_STARTED = 24;
export const RESPONSE_COMPLETE = 25;
export const PANIC = 26;
export const STAGES_END = 27;

/** Keys of objectRef: resource, namespace, name, subresource, apiGroup, and others that nothing is asked about. */
export const REF_KEYS = 27;
export const REF_KEYS_END = 35;
export const USERNAME = 35;
export const UID = 36;
export const GROUPS = 37;
export const EXTRA = 38;
export const CREDENTIAL_EXTRA = 39;
export const CODE = 40;
export const REASON = 41;
export const NAMESPACES = 42;
export const CREATE = 43;
export const API = 44;
export const APIS = 45;
/** request.ts has them. */
export const LONG_RUNNING_VERBS = 46;
export const LONG_RUNNING_VERBS_END = 48;
export const LONG_RUNNING_SUBRESOURCES = 48;
export const LONG_RUNNING_SUBRESOURCES_END = 53;
export const KIND = 53;
export const METADATA_KEY = 54;
export const ITEMS = 55;
export const STATUS_KIND = 56;
export const TABLE = 57;
export const LIST = 58;
/** Of objectRef and of metadata. */
export const NAME_KEY = 29;

export function lengthOf(text: i32): usize {
  return load<u32>(TEXTS + ((<usize>text) << 3), 4);
}

/** Whether the text begins at `at`. */
export function standsAt(at: usize, text: i32): bool {
  return isSame(at, load<u32>(TEXTS + ((<usize>text) << 3)), lengthOf(text));
}

/** Whether the bytes from `at` to `end` are the text, and no more. */
export function isText(at: usize, end: usize, text: i32): bool {
  return end - at === lengthOf(text) && standsAt(at, text);
}

export function isSame(a: usize, b: usize, length: usize): bool {
  if (length >= 8) {
    const last = length - 8;
    for (let i: usize = 0; i < last; i += 8) {
      if (load<u64>(a + i) !== load<u64>(b + i)) return false;
    }
    return load<u64>(a + last) === load<u64>(b + last);
  }
  if (length >= 4) {
    const last = length - 4;
    return load<u32>(a) === load<u32>(b) && load<u32>(a + last) === load<u32>(b + last);
  }
  for (let i: usize = 0; i < length; i++) {
    if (load<u8>(a + i) !== load<u8>(b + i)) return false;
  }
  return true;
}
