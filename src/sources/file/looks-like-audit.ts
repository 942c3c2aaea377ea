/** Whether a file holds audit events, told from its first bytes or its last: for files that nobody named, in a folder. */
import { UserError } from '../../errors.ts';
import type { Unwrap } from '../../event/decode.ts';
import { scan } from '../../scan/scan.ts';
import { oneChunk } from '../rotated-logs/packed.ts';
import { openByteFile } from './byte-file.ts';

const SNIFFED_BYTES = 64 * 1024;
/** Of the records in the first bytes: prose may quote an event, the API server's own log has other lines in between. */
const LEAST_SHARE = 0.2;

export type Looks = 'audit log' | 'empty' | 'something else' | 'unsupported';

/** Rejects with Node's own error when the file cannot be read. */
export async function looksLikeAudit(path: string, unwrap: Unwrap, signal: AbortSignal): Promise<Looks> {
  const file = await openByteFile(path, path);
  try {
    const first = await file.readAt(0, SNIFFED_BYTES, signal);
    if (first.length === 0) return 'empty';
    const looks = await looksOf(first, path, unwrap, signal);
    const size = (await file.size(signal)) ?? 0;
    if (looks !== 'something else' || size <= SNIFFED_BYTES) return looks;
    // An API server that writes both into one log says much of its own before the first request.
    return await looksOf(
      await file.readAt(size - SNIFFED_BYTES, SNIFFED_BYTES, signal),
      path,
      unwrap,
      signal,
    );
  } finally {
    await file.close();
  }
}

async function looksOf(first: Uint8Array, path: string, unwrap: Unwrap, signal: AbortSignal): Promise<Looks> {
  let events = 0;
  let others = 0;
  const options = { source: path, file: path, unwrap, sieve: null, onTrouble: () => {}, signal };
  try {
    for await (const batch of scan(oneChunk(first), options)) {
      const salvaged = batch.rejects.filter((reject) => reject.salvaged !== null).length;
      events += batch.events.length + salvaged;
      others += batch.rejects.length - salvaged;
    }
  } catch (error) {
    if (error instanceof UserError) return 'unsupported';
    throw error;
  }
  return events > 0 && events >= LEAST_SHARE * (events + others) ? 'audit log' : 'something else';
}
