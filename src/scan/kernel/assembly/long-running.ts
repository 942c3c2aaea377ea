/** Whether a request is long-running: request.ts's `isLongRunning`. */
import { fromOf, toOf } from './head';
import { hasRef, readRef, refFrom, refTo, SUBRESOURCE } from './object-ref';
import {
  isText,
  LONG_RUNNING_SUBRESOURCES,
  LONG_RUNNING_SUBRESOURCES_END,
  LONG_RUNNING_VERBS,
  LONG_RUNNING_VERBS_END,
  VERB,
} from './texts';

/** 1 or 0; -1: the line is odd. */
export function isLongRunning(): i32 {
  const verb = fromOf(VERB) + 1;
  if (isAmong(verb, toOf(VERB) - 1, LONG_RUNNING_VERBS, LONG_RUNNING_VERBS_END)) return 1;
  if (!readRef()) return -1;
  if (!hasRef) return 0;
  const from = refFrom(SUBRESOURCE);
  const to = refTo(SUBRESOURCE);
  return isAmong(from, to, LONG_RUNNING_SUBRESOURCES, LONG_RUNNING_SUBRESOURCES_END) ? 1 : 0;
}

function isAmong(from: usize, to: usize, first: i32, end: i32): bool {
  for (let text = first; text < end; text++) if (isText(from, to, text)) return true;
  return false;
}
