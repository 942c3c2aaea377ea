/** The bytes of one object, from where a connection broke off on when it did. */
import { UserError } from '../../errors.ts';
import type { Archive, StoredObject } from './archive.ts';
import { Patience } from './retried.ts';

/** Rejects as `Archive.open`, and with a UserError for a form that is not read here, and for less than was listed. */
export async function* objectBytes(
  archive: Archive,
  object: StoredObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const patience = new Patience();
  let at = 0;
  for (;;) {
    try {
      for await (const chunk of await archive.open(object, at, signal)) {
        if (at === 0) refuseForeign(chunk, object.key);
        at += chunk.length;
        patience.reset();
        yield chunk;
      }
      break;
    } catch (error) {
      await patience.wait(error, signal);
    }
  }
  // One that is written to still may have grown.
  if (at < object.bytes) throw shorter(object, at);
}

function shorter({ key, bytes }: StoredObject, got: number): UserError {
  return new UserError('AUDIT_STORE_REFUSED', `"${key}" ended after ${got} of ${bytes} bytes`, {
    hint: 'once more; was it replaced, or does a proxy answer for the archive?',
  });
}

/** What else archives are made of, by its first bytes. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['Parquet', 'PAR1'],
  ['Avro', 'Obj\u0001'],
  ['ORC', 'ORC'],
  ['ZIP', 'PK\u0003\u0004'],
  ['Snappy', '\u00ff\u0006\u0000\u0000sNaPpY'],
];

function refuseForeign(first: Uint8Array, key: string): void {
  const beginning = Buffer.from(first.buffer, first.byteOffset, first.length).toString('latin1', 0, 16);
  const [format] = FOREIGN.find(([, magic]) => beginning.startsWith(magic)) ?? [];
  if (format === undefined) return;
  throw new UserError('AUDIT_UNSUPPORTED_COMPRESSION', `"${key}" is ${format}, which is not read`, {
    hint: 'JSON is read, a record a line: plain, gzip or zstd',
  });
}
