/**
 * One request: its stages joined, repeated records dropped. What questions see. Joining is assembler.ts's.
 */
import { digest } from './digest.ts';
import type { AuditEvent } from './event.ts';

export interface AuditRequest {
  /**
   * Of (auditID, requestReceivedTimestamp, verb, requestURI, authenticated user). Audit IDs alone are chosen by clients and
   * shared by aggregated servers. The same key again replaces an earlier, still open request (following only).
   */
  readonly key: string;
  /** The event that tells the outcome: ResponseComplete, else Panic, else ResponseStarted, else RequestReceived. */
  readonly event: AuditEvent;
  readonly receivedUs: number | null;
  /** When the outcome was written; null while it is open. */
  readonly endedUs: number | null;
  /** A long-running request (watch, exec, port-forward) whose end is not in what was read. */
  readonly isOpen: boolean;
}

/** Verbs and subresources the API server itself counts as long-running (its LongRunningRequestCheck). */
export const LONG_RUNNING_VERBS: ReadonlySet<string> = new Set(['watch', 'proxy']);
export const LONG_RUNNING_SUBRESOURCES: ReadonlySet<string> = new Set([
  'attach',
  'exec',
  'proxy',
  'log',
  'portforward',
]);

export function isLongRunning(event: AuditEvent): boolean {
  if (LONG_RUNNING_VERBS.has(event.verb)) return true;
  const subresource = event.objectRef?.subresource ?? null;
  return subresource !== null && LONG_RUNNING_SUBRESOURCES.has(subresource);
}

/** Kept by the hundred thousand, and made of what clients choose: a digest. */
export function requestKey({ auditID, receivedUs, verb, requestURI, user }: AuditEvent): string {
  return digest(JSON.stringify([auditID, receivedUs, verb, requestURI, user?.username ?? null]));
}

/**
 * What all stages of one request have in common, as far as a scanner tells it: the identity without the URL. Two requests of
 * one client may share it only where it chose the audit ID, and sent both within one microsecond.
 */
export function stagesKey(auditID: string, receivedUs: number, verb: string, username: string): string {
  return JSON.stringify([receivedUs, auditID, verb, username]);
}
