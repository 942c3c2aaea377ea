/** A local file as bytes at an offset, and any ByteSource as chunks for the scanner. Which files: find-files.ts's. */
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../../io.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Rejects with Node's own error (ENOENT, EACCES, …). What `readAt` gives is valid until its next call. */
export async function openByteFile(path: string, name: string): Promise<ByteSource> {
  const file = await open(path, 'r');
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  return {
    name,
    size: async () => (await file.stat()).size,
    readAt: (offset, length, signal) => readAt(file, buffer, offset, length, signal),
    close: () => file.close(),
  };
}

async function readAt(
  file: FileHandle,
  buffer: Buffer,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const target = length <= buffer.length ? buffer : Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(target, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return target.subarray(0, filled);
}

/** From one offset to another; ends early, after `onShort`, when there is less. */
export async function* chunksOf(
  source: ByteSource,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
  onShort: (missingBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let at = range.from;
  while (at < range.to) {
    const chunk = await source.readAt(at, Math.min(CHUNK_BYTES, range.to - at), signal);
    if (chunk.length === 0) return onShort(range.to - at);
    at += chunk.length;
    yield chunk;
  }
}

/** Where the line ends that `from` stands in: the first offset of a whole line, at most `to`. */
export async function nextLineStart(
  source: ByteSource,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<number> {
  for (let at = Math.max(0, from - 1); at < to; ) {
    const chunk = await source.readAt(at, Math.min(CHUNK_BYTES, to - at), signal);
    if (chunk.length === 0) return to;
    const newline = chunk.indexOf(0x0a);
    if (newline >= 0) return at + newline + 1;
    at += chunk.length;
  }
  return to;
}
