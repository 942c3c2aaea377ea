/**
 * One log file on a node that stays the same file, whatever becomes of its name: it is rotated away, compressed and shifted
 * while it is read, connections break, API servers restart. Offsets mean the same bytes throughout; a file that is gone for
 * good is an error.
 *
 * A live log grows, and its Last-Modified with it: If-Range would always say "changed". So identity is the file's first
 * bytes: they hold the first event's auditID. After each stream has begun they are asked for once more: a name that led to
 * the file after that led to it before, for no rotation gives a name back.
 */

import type { ByteSource } from '../../io.ts';
import { decompress } from '../../scan/decompress.ts';
import { pause } from '../pause.ts';
import {
  type FileFacts,
  FileGone,
  type LogFolder,
  PassingTrouble,
  type RemoteFile,
} from '../rotated-logs/log-folder.ts';
import { type NodeLog, rotationIn } from './node-log.ts';

/** Failures in a row without a byte in between; the waits before the tries after them. */
const WAITS_MS = [250, 1000, 3000];
/** Names in a row under which not one byte of it was found. */
const MOST_MOVES = 5;

export class FollowedFile implements ByteSource {
  readonly #folder: LogFolder;
  readonly #log: NodeLog;
  readonly #facts: FileFacts;
  /** What it was called when it was opened. */
  readonly startedAs: string;
  /** Lumberjack's stamped names are never given to another file. */
  #isNameItsOwn: boolean;
  #name: string;
  #remote: RemoteFile;
  /** It was compressed meanwhile: its bytes are those of the archive's content. */
  #isPacked = false;
  #bytesRead = 0;

  /** Rejects with FileGone, or a UserError. */
  static async open(
    folder: LogFolder,
    log: NodeLog,
    name: string,
    signal: AbortSignal,
  ): Promise<FollowedFile> {
    const remote = folder.file(name);
    const facts = await again(signal, () => remote.stat(signal));
    return new FollowedFile(folder, log, name, remote, facts);
  }

  private constructor(folder: LogFolder, log: NodeLog, name: string, remote: RemoteFile, facts: FileFacts) {
    this.#folder = folder;
    this.#log = log;
    this.#name = name;
    this.startedAs = name;
    this.#remote = remote;
    this.#facts = facts;
    this.#isNameItsOwn = hasStamp(log, name);
    this.#bytesRead = facts.head.length;
  }

  /** That came through the API server for it, whatever for. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** It is an archive by now: no place in it can be looked at. */
  get isPacked(): boolean {
    return this.#isPacked;
  }

  /** What it is called by now: `cp-1:/var/log/kubernetes/audit/audit.log`. */
  get name(): string {
    return this.#remote.name;
  }

  /** Within its folder. */
  get fileName(): string {
    return this.#name;
  }

  /** When it was opened. */
  get facts(): FileFacts {
    return this.#facts;
  }

  async size(): Promise<number> {
    return this.#facts.bytes;
  }

  /** For looking at places of it; `settle` tells afterwards whether all of them were of this file. */
  async readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = await again(signal, () => this.#remote.readAt(offset, length, signal));
    this.#bytesRead += bytes.length;
    return bytes;
  }

  /** False: the name had led to another file since who knows when; it leads to this one again. Rejects with FileGone. */
  async settle(signal: AbortSignal): Promise<boolean> {
    if (await this.#isStillItself(signal)) return true;
    await this.#follow(signal);
    return false;
  }

  /** Rejects with FileGone when it was removed or cut short, with a UserError when retries are used up. */
  async *stream(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let at = from;
    let failures = 0;
    let moves = 0;
    while (at < to) {
      const before = at;
      try {
        for await (const chunk of this.#isPacked
          ? this.#unpacked(at, to, signal)
          : this.#begun(at, to, signal)) {
          at += chunk.length;
          failures = 0;
          moves = 0;
          yield chunk;
        }
        if (at > before) continue;
        if (moves++ === MOST_MOVES) throw this.#gone();
        await this.#follow(signal);
      } catch (error) {
        signal.throwIfAborted();
        const isMoved = error instanceof Moved || (error instanceof FileGone && !this.#isPacked);
        if (isMoved && moves++ < MOST_MOVES) await this.#follow(signal);
        else if (error instanceof PassingTrouble) await rest(failures++, error, signal);
        else throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.#remote.close();
  }

  /** A stream of which it is known, before its first byte is handed on, that it is this file's. */
  async *#begun(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let isKnown = this.#isNameItsOwn;
    for await (const chunk of this.#remote.stream(from, to, signal)) {
      if (!isKnown && !(await this.#isStillItself(signal))) throw new Moved();
      isKnown = true;
      this.#bytesRead += chunk.length;
      yield chunk;
    }
  }

  async #isStillItself(signal: AbortSignal): Promise<boolean> {
    if (this.#isNameItsOwn) return true;
    try {
      const { head } = await again(signal, () => this.#remote.stat(signal));
      this.#bytesRead += head.length;
      return beginsWith(head, this.#facts.head);
    } catch (error) {
      if (error instanceof FileGone) return false;
      throw error;
    }
  }

  async *#unpacked(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { bytes } = await this.#remote.stat(signal);
    const archive = this.#counted(this.#remote.stream(0, bytes, signal));
    let at = 0;
    for await (const chunk of decompress(archive, 'gzip', (why) => this.#throwBroken(why))) {
      const wanted = chunk.subarray(Math.min(chunk.length, Math.max(0, from - at)), Math.max(0, to - at));
      at += chunk.length;
      // Decompression hands out the same memory again.
      if (wanted.length > 0) yield Buffer.from(wanted);
      if (at >= to) return;
    }
  }

  async *#counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#bytesRead += chunk.length;
      yield chunk;
    }
  }

  #throwBroken(why: string): never {
    throw new FileGone(`${this.name}: ${why}`);
  }

  /** Finds the file under the name it bears now. Rejects with FileGone when there is none. */
  async #follow(signal: AbortSignal): Promise<void> {
    if (this.#isPacked) throw this.#gone();
    for (const name of await this.#candidates(signal)) {
      const remote = this.#folder.file(name);
      const isPacked = rotationIn(this.#log, name)?.isCompressed === true;
      try {
        const head = isPacked
          ? await unpackedHead(remote, this.#facts.head.length, signal)
          : (await remote.stat(signal)).head;
        if (!beginsWith(head, this.#facts.head)) continue;
      } catch (error) {
        if (error instanceof FileGone) continue;
        throw error;
      }
      this.#name = name;
      this.#remote = remote;
      this.#isPacked = isPacked;
      this.#isNameItsOwn = hasStamp(this.#log, name);
      return;
    }
    throw this.#gone();
  }

  #gone(): FileGone {
    return new FileGone(`${this.name} was removed, or cut short, while it was being read`);
  }

  /** Where it can be by now: the latest stamp first, a file before its archive, which may still be growing. */
  async #candidates(signal: AbortSignal): Promise<string[]> {
    const names = await again(signal, () => this.#folder.list(signal));
    const of = names.flatMap((name) => {
      const rotation = rotationIn(this.#log, name);
      return rotation === null || name === this.#name ? [] : [{ name, rotation }];
    });
    const rank = (each: (typeof of)[number]): number => (each.rotation.isCompressed ? 1 : 0);
    return of
      .sort(
        (a, b) =>
          rank(a) - rank(b) ||
          (b.rotation.stampUs ?? 0) - (a.rotation.stampUs ?? 0) ||
          (a.name < b.name ? -1 : 1),
      )
      .map(({ name }) => name);
  }
}

/** The name leads to another file by now. */
class Moved extends Error {}

/** Repeats what fails in passing, a bounded number of times. */
async function again<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingTrouble)) throw error;
      await rest(failures, error, signal);
    }
  }
}

/** Waits before the next try; throws the trouble when there were enough. */
async function rest(failures: number, trouble: PassingTrouble, signal: AbortSignal): Promise<void> {
  const waitMs = WAITS_MS[failures];
  if (waitMs === undefined) throw trouble;
  await pause(waitMs, signal);
}

function hasStamp(log: NodeLog, name: string): boolean {
  return rotationIn(log, name)?.stampUs != null;
}

/** What had a first byte keeps it; an empty file may have become any. */
function beginsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return head.length > 0 && Buffer.from(bytes.subarray(0, head.length)).equals(head);
}

const ARCHIVE_HEAD_BYTES = 64 * 1024;

async function unpackedHead(remote: RemoteFile, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const first = remote.stream(0, ARCHIVE_HEAD_BYTES, signal);
  // It breaks off, as it must: only its beginning was given.
  for await (const part of decompress(first, 'gzip', () => {})) {
    parts.push(Buffer.from(part));
    size += part.length;
    if (size >= length) break;
  }
  return Buffer.concat(parts).subarray(0, length);
}
