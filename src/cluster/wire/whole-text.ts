/** An answer taken whole, as text: within bounds, for whoever answers need not be an API server. */
import { text } from 'node:stream/consumers';
import { UserError } from '../../errors.ts';

/** Far above 500 objects of the largest size that etcd takes on average; V8 makes no text of twice as much. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** `address`: who answers, for the message. */
export function wholeText(
  chunks: AsyncIterable<Uint8Array>,
  address: string,
  maxBytes: number = MAX_ANSWER_BYTES,
): Promise<string> {
  return text(bounded(chunks, address, maxBytes));
}

async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  address: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new UserError(
        'AUDIT_CLUSTER_UNREACHABLE',
        `the API server ${address} answered more than ${maxBytes >> 20} MiB at once`,
        { hint: 'ask about one namespace: -n' },
      );
    }
    yield chunk;
  }
}
