/** What a compressed file holds: its first bytes, or its content from a place on. */
import { compressionOf, decompress } from '../../scan/decompress.ts';
import { FileGone, HEAD_BYTES, type RemoteFile } from './log-folder.ts';

const ARCHIVE_HEAD_BYTES = 64 * 1024;

/** Of the content, HEAD_BYTES at most; empty when there is none. Rejects with what the file rejects with. */
export async function unpackedHead(file: RemoteFile, signal: AbortSignal): Promise<Uint8Array> {
  const first = await file.readAt(0, ARCHIVE_HEAD_BYTES, signal);
  const compression = compressionOf(first, file.name);
  if (compression === 'none') return first.subarray(0, HEAD_BYTES);
  const parts: Uint8Array[] = [];
  let size = 0;
  // It breaks off, as it must: only its beginning is given.
  for await (const part of decompress(oneChunk(first), compression, () => {})) {
    parts.push(Buffer.from(part));
    size += part.length;
    if (size >= HEAD_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}

/** The content from `from` on. Throws FileGone for an archive that breaks off: as a rule it is just being written. */
export async function* unpacked(
  file: RemoteFile,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { bytes, head } = await file.stat(signal);
  const compression = compressionOf(head, file.name);
  const all = file.stream(0, bytes, signal);
  const content =
    compression === 'none'
      ? all
      : decompress(all, compression, (why) => {
          throw new FileGone(`${file.name}: ${why}`);
        });
  let at = 0;
  for await (const chunk of content) {
    const wanted = chunk.subarray(Math.min(chunk.length, Math.max(0, from - at)));
    at += chunk.length;
    if (wanted.length > 0) yield wanted;
  }
}

/** Bytes that are there as if they were read. */
export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
