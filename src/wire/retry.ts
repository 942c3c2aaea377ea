/** When to ask again, and after how long (client-go rest/with_retry.go, a little more patient with gateways). */
import type { IncomingMessage } from 'node:http';

/** In all. */
export const MAX_TRIES = 4;
/** A server may ask for more; then its answer stands. */
const LONGEST_WAIT_MS = 15_000;

/**
 * Milliseconds to wait before the next try; null: this is the answer. 429 is said before anything is done, so it holds for
 * every method. 502 to 504 are a gateway's, except for a proxied path, where they are the node's or the service's own and
 * come slowly.
 */
export function retryAfter(
  response: IncomingMessage,
  method: string,
  path: string,
  tries: number,
): number | null {
  if (tries >= MAX_TRIES) return null;
  const status = response.statusCode ?? 0;
  const asked = Number.parseInt(response.headers['retry-after'] ?? '', 10);
  if (status === 429 || (status >= 500 && method === 'GET' && !Number.isNaN(asked))) {
    const ms = Number.isNaN(asked) ? backOff(tries) : Math.max(asked, 0) * 1000;
    return ms <= LONGEST_WAIT_MS ? ms : null;
  }
  if (method !== 'GET' || ![502, 503, 504].includes(status) || /\/proxy(?:\/|$|\?)/.test(path)) return null;
  return backOff(tries);
}

/** 0.2, 0.6, 1.8 s. */
export function backOff(tries: number): number {
  return 200 * 3 ** (tries - 1);
}
