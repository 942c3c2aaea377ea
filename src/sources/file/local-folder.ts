/** A folder of this machine as a log's: what was opened is read on, whatever becomes of its name. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FileFacts,
  FileGone,
  HEAD_BYTES,
  type LogFolder,
  PassingTrouble,
  type RemoteFile,
} from '../rotated-logs/log-folder.ts';
import { failureOf, idOf, isSystemError } from './find-files.ts';

/** `path`: absolute. `name`: as the user would write it, for messages. */
export function openLocalFolder(path: string, name: string): LogFolder {
  return {
    path: name,
    keepsOpen: true,
    atOnceBytes: CHUNK_BYTES,
    list: () => tried(name, () => readdir(path)),
    file: (fileName) => new LocalFile(join(path, fileName), name === '' ? fileName : join(name, fileName)),
    close: async () => {},
  };
}

const CHUNK_BYTES = 256 * 1024;
/** A pipe among the names must not block. */
const READING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

class LocalFile implements RemoteFile {
  readonly name: string;
  readonly #path: string;
  #opened: Promise<FileHandle> | null = null;
  #chunk: Buffer | null = null;

  constructor(path: string, name: string) {
    this.#path = path;
    this.name = name;
  }

  async size(): Promise<number> {
    return (await (await this.#handle()).stat()).size;
  }

  async stat(): Promise<FileFacts> {
    const handle = await this.#handle();
    return tried(this.name, async () => {
      const stats = await handle.stat({ bigint: true });
      const head = Buffer.alloc(HEAD_BYTES);
      // A folder, or a pipe that nobody writes to, is no log.
      const { bytesRead } = stats.isFile() ? await handle.read(head, 0, HEAD_BYTES, 0) : { bytesRead: 0 };
      return {
        bytes: Number(stats.size),
        modifiedUs: Number(stats.mtimeNs / 1000n),
        head: head.subarray(0, bytesRead),
        hasRanges: true,
        id: idOf(this.#path, stats),
      };
    });
  }

  async readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.stream(offset, offset + length, signal)) parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  }

  async *stream(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const handle = await this.#handle();
    this.#chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const chunk = this.#chunk;
    for (let at = from; at < to; ) {
      signal.throwIfAborted();
      const length = Math.min(CHUNK_BYTES, to - at);
      const { bytesRead } = await tried(this.name, () => handle.read(chunk, 0, length, at));
      at += bytesRead;
      if (bytesRead > 0) yield chunk.subarray(0, bytesRead);
      // The end: what comes behind it by now may be of a file that was cut short and written anew meanwhile.
      if (bytesRead < length) return;
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await (await opened?.catch(() => null))?.close();
  }

  #handle(): Promise<FileHandle> {
    this.#opened ??= tried(this.name, () => open(this.#path, READING));
    return this.#opened;
  }
}

/** What the file system refuses, it may grant later. */
async function tried<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const failure = failureOf(name, error);
    if (failure.kind === 'not found') throw new FileGone(failure.text);
    throw new PassingTrouble('AUDIT_FILE_UNREADABLE', failure.text);
  }
}
