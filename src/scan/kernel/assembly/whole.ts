/** What every event has, and whether one tells its request's outcome. */
import { beginHead, fromOf, isEscaped, reach, toOf } from './head';
import { IMPERSONATED_SLOT, USER_SLOT } from './layout';
import { forgetRef } from './object-ref';
import { codeOf, forgetStatus, readStatus } from './status';
import {
  AUDIT_ID,
  isText,
  LEVEL,
  LEVELS_END,
  METADATA,
  REQUEST_RECEIVED,
  RESPONSE_STARTED,
  STAGE,
  STAGES_END,
  USER,
  VERB,
} from './texts';
import { forgetUri } from './uri';
import { forgetUser, isSomebody, readUser } from './user';
import { QUOTE } from './values';

/** The line begins as an event, and has what every event has. */
export function isWhole(start: usize, end: usize): bool {
  if (!beginHead(start, end) || !reach(VERB)) return false;
  forgetUri();
  forgetRef();
  forgetStatus();
  forgetUser(USER_SLOT);
  forgetUser(IMPERSONATED_SLOT);
  if (textAmong(LEVEL, METADATA, LEVELS_END) < 0) return false;
  if (textAmong(STAGE, REQUEST_RECEIVED, STAGES_END) < 0) return false;
  return isFilled(AUDIT_ID) && isFilled(VERB) && !isEscaped(VERB);
}

/** Which of these texts the value is; -1 for none. */
function textAmong(key: i32, first: i32, end: i32): i32 {
  if (toOf(key) === 0 || load<u8>(fromOf(key)) !== QUOTE) return -1;
  for (let text = first; text < end; text++) {
    if (isText(fromOf(key) + 1, toOf(key) - 1, text)) return text;
  }
  return -1;
}

function isFilled(key: i32): bool {
  return toOf(key) - fromOf(key) > 2 && load<u8>(fromOf(key)) === QUOTE;
}

/** A line whose stage is ResponseStarted. */
export function isStarted(): bool {
  return isText(fromOf(STAGE) + 1, toOf(STAGE) - 1, RESPONSE_STARTED);
}

/** 1 or 0 for whether the line tells its request's outcome, assembler.ts's `isOutcome`; -1: the line is odd. */
export function outcomeOf(): i32 {
  const stage = textAmong(STAGE, REQUEST_RECEIVED, STAGES_END);
  if (stage === REQUEST_RECEIVED) return 0;
  if (stage !== RESPONSE_STARTED) return 1;
  if (!readUser(USER, USER_SLOT)) return -1;
  if (isSomebody(USER_SLOT)) return 0;
  if (!readStatus()) return -1;
  const code = codeOf();
  return code === 401 || code === 400 ? 1 : 0;
}
