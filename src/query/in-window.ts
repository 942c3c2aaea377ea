/** Whether a request belongs to a window. One instant per request, so that no window can cut one. */
import { type AuditRequest, isLongRunning } from '../event/request.ts';
import type { Window } from './query.ts';

/**
 * `since ≤ received < until`; a long-running request when its span overlaps the window, an open one lasting on.
 * A request whose time was cut away belongs to every window: it cannot be ruled out.
 */
export function isInWindow(request: AuditRequest, window: Window): boolean {
  const { receivedUs } = request;
  if (receivedUs === null || isReceivedIn(receivedUs, window)) return true;
  if (window.untilUs !== null && receivedUs >= window.untilUs) return false;
  if (!isLongRunning(request.event)) return false;
  if (request.isOpen) return true;
  return request.endedUs !== null && window.sinceUs !== null && request.endedUs >= window.sinceUs;
}

/** `since ≤ us < until`. */
export function isReceivedIn(us: number, { sinceUs, untilUs }: Window): boolean {
  return (sinceUs === null || us >= sinceUs) && (untilUs === null || us < untilUs);
}
