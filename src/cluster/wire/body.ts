/** The body of an answer, chunk by chunk, with a limit on how long it may stand still. */
import type { IncomingMessage } from 'node:http';
import { networkError, TimeUp, type Towards } from './network-error.ts';

/**
 * Ends the connection when the reader stops early. Rejects with the signal's reason, or with a UserError when the connection
 * breaks or no byte comes for `idleMs` (0: forever): only waiting counts, not what the reader does between two chunks.
 */
export async function* bodyOf(
  response: IncomingMessage,
  idleMs: number,
  signal: AbortSignal,
  towards: Towards,
): AsyncGenerator<Uint8Array> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let isStuck = false;
  try {
    for (;;) {
      const timer =
        idleMs === 0
          ? undefined
          : setTimeout(() => {
              isStuck = true;
              response.destroy();
            }, idleMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (isStuck) throw new TimeUp(`nothing more came within ${idleMs / 1000} s`);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw networkError(isStuck ? new TimeUp(`nothing more came within ${idleMs / 1000} s`) : error, towards);
  } finally {
    // Not by `complete`: what has arrived whole, and is not read, holds its socket, and an abort later has nobody to hear of it.
    if (!response.readableEnded) response.destroy();
  }
}

/** What is left of an answer that nobody wants, read away so that its socket can be used again; a long one is cut off. */
export function discard(response: IncomingMessage): void {
  const length = Number(response.headers['content-length'] ?? 0);
  if (length > 65_536) response.destroy();
  else response.resume();
}
