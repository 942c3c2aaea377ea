/** A local file as bytes at an offset, and any ByteSource as chunks for the scanner. Which files: find-files.ts's. */
import { constants, createReadStream, openSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import type { ByteSource } from '../../io.ts';
import { borrowChunkMemory, CHUNK_BYTES } from '../../scan/chunk-memory.ts';

/** Open in this process, where threads may read it too. */
export interface LocalBytes extends ByteSource {
  readonly fd: number;
}

/** Rejects with Node's own error (ENOENT, EACCES, …). What `readAt` gives is valid until the call after the next. */
export async function openByteFile(path: string, name: string): Promise<LocalBytes> {
  const file = await open(path, 'r');
  const memory = borrowChunkMemory();
  let turn: 0 | 1 = 0;
  return {
    name,
    fd: file.fd,
    size: async () => (await file.stat()).size,
    readAt: (offset, length, signal) => {
      turn = turn === 0 ? 1 : 0;
      return readAt(file, memory.buffers[turn], offset, length, signal);
    },
    close: async () => {
      await file.close();
      memory.giveBack();
    },
  };
}

/**
 * Bytes of what has no offsets, to its end or to the signal. A named pipe waits for its writer in the event loop: a thread
 * that waits in open(2) or read(2) could not be called off, and the process would not end before the writer comes.
 */
export async function openStream(path: string, signal: AbortSignal): Promise<Readable> {
  if (!(await stat(path)).isFIFO()) return createReadStream(path, { signal });
  const { O_RDONLY, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDONLY | O_NONBLOCK);
  return addAbortSignal(signal, new Socket({ fd, readable: true, writable: false }));
}

/** Waits for the next chunk no longer than until the signal, which is thrown; the chunks are left to their owner then. */
export async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      const stop = (): void => reject(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener('abort', stop, { once: true });
      iterator
        .next()
        .finally(() => signal.removeEventListener('abort', stop))
        .then(resolve, reject);
    });
    if (next.done === true) return;
    yield next.value;
  }
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

/**
 * From one offset to another; ends early, after `onShort`, when there is less. Reads one chunk ahead of what is worked on:
 * a chunk must stay valid until the second read after its own.
 */
export async function* chunksOf(
  source: ByteSource,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
  onShort: (missingBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const readFrom = (at: number): Promise<Uint8Array> => {
    const chunk = source.readAt(at, Math.min(CHUNK_BYTES, range.to - at), signal);
    // Awaited below, but later: until then a failure must not count as unhandled.
    chunk.catch(() => {});
    return chunk;
  };
  let at = range.from;
  let ahead = at < range.to ? readFrom(at) : null;
  try {
    while (ahead !== null) {
      const chunk = await ahead;
      at += chunk.length;
      ahead = chunk.length > 0 && at < range.to ? readFrom(at) : null;
      if (chunk.length === 0) onShort(range.to - at);
      else yield chunk;
    }
  } finally {
    // The owner closes the source next.
    await ahead?.catch(() => {});
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
