/** An answer taken whole: within bounds, for whoever answers need not be an API server. */
import { text } from 'node:stream/consumers';
import { UserError } from '../errors.ts';
import type { Towards } from './network-error.ts';

/** Far above 500 objects of the largest size that etcd takes on average; V8 makes no text of twice as much. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

export function wholeText(
  chunks: AsyncIterable<Uint8Array>,
  towards: Towards,
  maxBytes: number = MAX_ANSWER_BYTES,
): Promise<string> {
  const tooMuch = () =>
    new UserError(
      towards.codes.unreachable,
      `${towards.what} answered more than ${maxBytes >> 20} MiB at once`,
      { hint: towards.hints.tooMuch },
    );
  return text(bounded(chunks, maxBytes, tooMuch));
}

/** Rejects with what `tooMuch` makes when there are more than `maxBytes`. */
export async function wholeBytes(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooMuch: () => UserError,
): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of bounded(chunks, maxBytes, tooMuch)) all.push(chunk);
  return Buffer.concat(all);
}

async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooMuch: () => UserError,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooMuch();
    yield chunk;
  }
}
