/**
 * A place in a file up to which it was read, and what is known of the file: enough to tell it from any other that bears its
 * name by now, or to find it under another. Nothing is handed on before it is known to be of this file.
 */
import type { FileFacts, RemoteFile } from './log-folder.ts';
import { FileGone, HEAD_BYTES } from './log-folder.ts';
import { unpacked } from './packed.ts';

const NO_BYTES = Buffer.alloc(0);
/** Right before the place: the end of the last event that was read, with its times, is in it. */
const MARK_BYTES = 1024;
/** The auditID stands in a line's first 130 bytes: a shorter beginning may be that of another file. */
const TELLING_BYTES = 256;

export interface TailPlace {
  readonly offset: number;
  /** The bytes before it, MARK_BYTES at most; without any the place is taken on trust. */
  readonly mark: Uint8Array;
  /** The first bytes of the file, behind a hole; the same for an archive's content. */
  readonly head: Uint8Array;
  /** The head stands behind the place, not before it. */
  readonly isUnread: boolean;
}

export interface TailOptions {
  /** It is an archive: read to its end once, and never written to. */
  readonly isPacked: boolean;
  /** The folder's. */
  readonly atOnceBytes: number;
}

export class Tail {
  file: RemoteFile;
  fileName: string;
  /** When it was opened. */
  facts: FileFacts;
  isPacked: boolean;
  readonly #atOnceBytes: number;
  #offset: number;
  #mark: Buffer;
  /** What is known to stand behind the place although it was not handed on: the head of a file not read yet. */
  #ahead: Buffer;
  #head: Buffer;

  constructor(
    file: RemoteFile,
    fileName: string,
    facts: FileFacts,
    place: TailPlace,
    { isPacked, atOnceBytes }: TailOptions,
  ) {
    this.#atOnceBytes = atOnceBytes;
    this.file = file;
    this.fileName = fileName;
    this.facts = facts;
    this.isPacked = isPacked;
    this.#offset = place.offset;
    this.#mark = Buffer.from(place.mark);
    this.#head = Buffer.from(place.head);
    this.#ahead = place.isUnread ? this.#head : NO_BYTES;
  }

  get offset(): number {
    return this.#offset;
  }

  get head(): Buffer {
    return this.#head;
  }

  /** A line of it is there, or enough of one to tell the file by. */
  get isTelling(): boolean {
    return this.#head.length >= TELLING_BYTES || this.#head.includes(0x0a);
  }

  /**
   * What was written behind the place, which moves on with it; 'more': there may be more by now. 'elsewhere': the name leads
   * to another file, to none, or to this one cut short. Throws what the file throws; what was handed on until then counts.
   */
  async *readOn(signal: AbortSignal): AsyncGenerator<Uint8Array, 'read' | 'more' | 'elsewhere'> {
    const known = Buffer.concat([this.#mark, this.#ahead]);
    const from = this.#offset - this.#mark.length;
    const toldBefore = this.#mark.length;
    let checked: Buffer | null = NO_BYTES;
    let left = this.#atOnceBytes;
    try {
      for await (const chunk of this.#stream(from, signal)) {
        left -= chunk.length;
        let fresh: Uint8Array = chunk;
        if (checked !== null) {
          checked = Buffer.concat([checked, chunk]);
          const length = Math.min(checked.length, known.length);
          if (!known.subarray(0, length).equals(checked.subarray(0, length))) return 'elsewhere';
          if (length < known.length) continue;
          fresh = checked.subarray(toldBefore);
          checked = null;
        }
        if (fresh.length === 0) continue;
        this.#take(fresh);
        yield fresh;
      }
    } catch (error) {
      if (error instanceof FileGone) return 'elsewhere';
      throw error;
    }
    if (checked !== null && checked.length < known.length) return 'elsewhere';
    return left <= 0 && !this.isPacked ? 'more' : 'read';
  }

  /** Whether the file's bytes are those that were read up to the place: the file under its new name, or its copy. */
  async isIn(other: Tail, signal: AbortSignal): Promise<boolean> {
    if (!isSameHead(this.#head, other.head)) return false;
    // An archive is not unpacked twice: whether the place is right is seen when it is read.
    if (other.isPacked) return true;
    const from = this.#offset - this.#mark.length;
    return this.#mark.equals(await other.file.readAt(from, this.#mark.length, signal));
  }

  /** Goes on in it, from the same place on. */
  moveTo(other: Tail): void {
    this.file = other.file;
    this.fileName = other.fileName;
    this.facts = other.facts;
    this.isPacked = other.isPacked;
  }

  #stream(from: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const to = from + this.#atOnceBytes;
    return this.isPacked ? unpacked(this.file, from, signal) : this.file.stream(from, to, signal);
  }

  #take(fresh: Uint8Array): void {
    this.#ahead = NO_BYTES;
    if (this.#head.length < HEAD_BYTES && this.#head.length === this.#offset)
      this.#head = Buffer.concat([this.#head, fresh.subarray(0, HEAD_BYTES - this.#head.length)]);
    const all = fresh.length >= MARK_BYTES ? fresh : Buffer.concat([this.#mark, fresh]);
    this.#mark = Buffer.from(all.subarray(Math.max(0, all.length - MARK_BYTES)));
    this.#offset += fresh.length;
  }
}

/** One may have been looked at when it was shorter. */
export function isSameHead(a: Uint8Array, b: Uint8Array): boolean {
  const shared = Math.min(a.length, b.length);
  if (shared === 0 || (shared < TELLING_BYTES && a.length !== b.length && !isWholeLine(a, b))) return false;
  return Buffer.from(a.buffer, a.byteOffset, shared).equals(b.subarray(0, shared));
}

function isWholeLine(a: Uint8Array, b: Uint8Array): boolean {
  return (a.length < b.length ? a : b).includes(0x0a);
}
