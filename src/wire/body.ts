/** An answer as it comes: its body in pieces, with a limit on how long it may stand still. */
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import type { ApiResponse } from '../io.ts';
import { networkError, TimeUp, type Towards } from './network-error.ts';

/** Beyond this the connection waits until the reader has taken what there is. */
const MOST_BYTES = 512 * 1024;

/** A header that stands there several times is one. `idleMs`, `signal`: as `bodyOf` has them. */
export function answerOf(
  response: IncomingMessage,
  idleMs: number,
  signal: AbortSignal,
  towards: Towards,
): ApiResponse {
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    ),
    body: bodyOf(response, idleMs, signal, towards),
  };
}

/**
 * Ends the connection when the reader stops early. Rejects with the signal's reason, or with a UserError when the connection
 * breaks or no byte comes for `idleMs` (0: forever): only waiting counts, not what the reader does between two pieces.
 */
export async function* bodyOf(
  response: IncomingMessage,
  idleMs: number,
  signal: AbortSignal,
  towards: Towards,
): AsyncGenerator<Uint8Array> {
  const arrived = new Arrived(response);
  let isStuck = false;
  try {
    for (;;) {
      const piece = arrived.take();
      if (piece !== null) {
        yield piece;
        continue;
      }
      if (arrived.isAtEnd) return;
      const timer =
        idleMs === 0
          ? undefined
          : setTimeout(() => {
              isStuck = true;
              response.destroy();
            }, idleMs);
      await arrived.more().finally(() => clearTimeout(timer));
      if (isStuck) throw new TimeUp(`nothing more came within ${idleMs / 1000} s`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw networkError(isStuck ? new TimeUp(`nothing more came within ${idleMs / 1000} s`) : error, towards);
  } finally {
    // Not by `complete`: what has arrived whole, and is not read, holds its socket, and an abort later has nobody to hear of it.
    if (!response.readableEnded) response.destroy();
  }
}

/**
 * What came since it was last taken, together: TLS gives 16 KB at a time, and each by itself costs every reader up to the
 * scanner as much as a large one (1 GB: 61,000 of them).
 */
class Arrived {
  readonly #response: IncomingMessage;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #end: 'done' | { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.on('data', (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= MOST_BYTES) response.pause();
      // Later in the same turn of the event loop more of it comes, as a rule.
      if (this.#chunks.length === 1) setImmediate(() => this.#wake?.());
    });
    finished(response, { writable: false }, (error) => {
      this.#end = error === null || error === undefined ? 'done' : { error };
      this.#wake?.();
    });
  }

  get isAtEnd(): boolean {
    return this.#end === 'done' && this.#bytes === 0;
  }

  /** Null: nothing came. Throws what the connection broke with, once all that came before is taken. */
  take(): Uint8Array | null {
    const [first, ...rest] = this.#chunks;
    if (first === undefined) {
      if (this.#end !== null && this.#end !== 'done') throw this.#end.error;
      return null;
    }
    const piece = rest.length === 0 ? first : Buffer.concat(this.#chunks, this.#bytes);
    // Left to the collector there are tens of MB of them.
    if (rest.length > 0) for (const chunk of this.#chunks) release(chunk);
    this.#chunks = [];
    this.#bytes = 0;
    this.#response.resume();
    return piece;
  }

  /** Resolves when something came, or the end did. */
  async more(): Promise<void> {
    if (this.#chunks.length > 0 || this.#end !== null) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}

/** Gives its memory back, where it has one of its own. */
function release({ buffer, length }: Uint8Array): void {
  if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/**
 * What a body begins with, at most so many bytes and one piece more; and all of it, as if nothing had been read of it. Reading it whole,
 * or ending early, ends the body.
 */
export async function begun(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly beginning: Buffer; readonly rest: AsyncIterable<Uint8Array> }> {
  const pieces = body[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const piece = await pieces.next();
    if (piece.done === true) {
      const whole = Buffer.concat(taken, bytes);
      return { beginning: whole, rest: onePiece(whole) };
    }
    taken.push(piece.value);
    bytes += piece.value.length;
    if (bytes <= maxBytes) continue;
    const beginning = Buffer.concat(taken, bytes);
    return { beginning, rest: goneOn(beginning, pieces) };
  }
}

async function* onePiece(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

async function* goneOn(beginning: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield beginning;
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) yield piece.value;
  } finally {
    await pieces.return?.();
  }
}

/** What is left of an answer that nobody wants, read away so that its socket can be used again; a long one is cut off. */
export function discard(response: IncomingMessage): void {
  const length = Number(response.headers['content-length'] ?? 0);
  if (length > 65_536) response.destroy();
  else response.resume();
}
