/** What came of a request, as far as its outcome tells: done, or why it was not a deed. */
import type { AuditEvent } from '../../event/event.ts';
import { outcomeOf } from '../../event/outcome.ts';
import type { AuditRequest } from '../../event/request.ts';
import { isDryRun } from '../../event/target.ts';

export type Effect =
  | 'done'
  /** dryRun=All: answered like the real thing, nothing stored. */
  | 'dry run'
  /** 401, 403, and what admission turned away. */
  | 'refused'
  /** 404: there was nothing to do it to. */
  | 'not found'
  /** Any other 4xx and 5xx: conflict, invalid, too many requests, server error. */
  | 'failed'
  /** Still going on where the log ends. */
  | 'open'
  /** The outcome is not in the log, or the server itself did not know it (panic, timeout). */
  | 'unknown';

export function effectOf(request: AuditRequest): Effect {
  const { event } = request;
  const { code, deniedBy } = outcomeOf(event);
  if (code === null) return request.isOpen ? 'open' : 'unknown';
  if (isOutcomeUnknown(event)) return 'unknown';
  if (deniedBy !== null) return 'refused';
  if (code === 404) return 'not found';
  if (code >= 400) return 'failed';
  if (isDryRun(event)) return 'dry run';
  return request.isOpen ? 'open' : 'done';
}

/** It changed, or may have changed, what it was about. */
export function tookEffect(effect: Effect): boolean {
  return effect === 'done' || effect === 'open';
}

/**
 * The server wrote a status, but does not know itself what came of it: a panic, a timeout, a store that did not answer in
 * time, a client that left before anything was written (apiserver, filters/audit.go fakes a 200 then).
 */
function isOutcomeUnknown(event: AuditEvent): boolean {
  const { code = null, message } = event.responseStatus ?? {};
  if (event.stage === 'Panic' || code === 504) return true;
  if (code === 200) return message === 'Connection closed early';
  return code === 500 && STORE_LOST.test(message ?? '');
}

const STORE_LOST =
  /^(?:etcdserver: (?:request timed out|leader changed)|rpc error: code = Unavailable|context (?:canceled|deadline exceeded))/;
