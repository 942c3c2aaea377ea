/** The files of one log in its folder, as following needs them: the one that is written to, and those that are not known yet. */
import { MAX_LINE_BYTES } from '../../scan/lines.ts';
import type { LogNames } from './followed-log.ts';
import { KnownFiles, plainName } from './known-files.ts';
import { type FileFacts, FileGone, HEAD_BYTES, type LogFolder, type RemoteFile } from './log-folder.ts';
import { unpackedHead } from './packed.ts';
import { Tail, type TailPlace } from './tail.ts';

/** Times that a folder is listed again because a file went away before it was looked at. */
const MOST_ROUNDS = 5;

export class LogFiles {
  readonly #folder: LogFolder;
  readonly #names: LogNames;
  readonly #known = new KnownFiles();

  constructor(folder: LogFolder, names: LogNames) {
    this.#folder = folder;
    this.#names = names;
  }

  isKnown({ fileName, head }: Tail): boolean {
    return this.knows(fileName, head);
  }

  knows(fileName: string, head: Uint8Array): boolean {
    const rotation = this.#names.rotationOf(fileName);
    return (rotation !== null && this.#known.hasName(fileName, rotation)) || this.#known.has(head);
  }

  know(tail: Tail): void {
    this.#known.add(tail.fileName, this.#names.rotationOf(tail.fileName), tail.head);
  }

  /** All that is there now is known, but for what will be written to the file that is given back: at its last line's end. */
  async settle(signal: AbortSignal): Promise<Tail | null> {
    // Before the live file is looked at: a stamped name that comes up after that may be of a file that nobody knows.
    const stamped = (await this.#list(signal)).filter(
      (name) => this.#names.rotationOf(name)?.stampUs != null,
    );
    for (const name of stamped) this.#known.add(name, this.#names.rotationOf(name), NO_BYTES);
    const live = await this.#settleLive(signal);
    const others = await this.unknown(live, signal);
    for (const tail of others) {
      this.know(tail);
      await tail.file.close();
    }
    if (live !== null) return live;
    const isPlain = (name: string): boolean => this.#names.rotationOf(name)?.isCompressed === false;
    const newest = others.filter((tail) => !tail.isPacked).at(-1)?.fileName ?? stamped.find(isPlain);
    return newest === undefined ? null : await this.#atEnd(newest, signal);
  }

  /** Null: there is none, or nothing in it. */
  async openLive(signal: AbortSignal): Promise<Tail | null> {
    try {
      return await this.open(this.#names.liveName, signal);
    } catch (error) {
      if (error instanceof FileGone) return null;
      throw error;
    }
  }

  /** At its beginning. Null: there is nothing in it. Rejects with FileGone. */
  async open(fileName: string, signal: AbortSignal): Promise<Tail | null> {
    const file = this.#folder.file(fileName);
    try {
      const facts = await file.stat(signal);
      const isPacked = this.#names.rotationOf(fileName)?.isCompressed === true;
      const place = isPacked
        ? { offset: 0, mark: NO_BYTES, head: await unpackedHead(file, signal), isUnread: true }
        : await beginningOf(file, facts, signal);
      if (place !== null && place.head.length > 0) {
        const { atOnceBytes } = this.#folder;
        return new Tail(file, fileName, facts, place, { isPacked, atOnceBytes });
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return null;
  }

  async isSame(tail: Tail, other: Tail, signal: AbortSignal): Promise<boolean> {
    const [id, otherId] = [tail.facts.id, other.facts.id];
    return id !== null && otherId !== null ? id === otherId : await tail.isIn(other, signal);
  }

  /** Oldest first, each opened at its beginning; without the live file, and those that are `current` or its copy. */
  async unknown(current: Tail | null, signal: AbortSignal): Promise<Tail[]> {
    for (let round = 1; ; round++) {
      const names = await this.#list(signal);
      const found: Tail[] = [];
      let isVanished = false;
      for (const name of names) {
        const rotation = this.#names.rotationOf(name);
        if (rotation === null || name === this.#names.liveName || this.#known.hasName(name, rotation))
          continue;
        try {
          const tail = await this.open(name, signal);
          if (tail === null) continue;
          if (!this.isKnown(tail) && !(current !== null && (await current.isIn(tail, signal)))) {
            found.push(tail);
            continue;
          }
          if (this.isKnown(tail)) this.know(tail);
          await tail.file.close();
        } catch (error) {
          if (!(error instanceof FileGone)) throw error;
          isVanished = true;
        }
      }
      const isChanged = isVanished || (await this.#hasChanged(names, found, signal));
      if (!isChanged || round === MOST_ROUNDS) {
        this.#known.listed(names);
        return found.sort(oldestFirst(this.#names));
      }
      for (const tail of found) await tail.file.close();
    }
  }

  /** The file that the tail is of, or a copy of it, under the name that leads there now; opened. */
  async find(tail: Tail, signal: AbortSignal): Promise<Tail | null> {
    // Names are shifted while they are looked at: once is not enough to say that it is nowhere.
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      let isVanished = false;
      for (const name of await this.#list(signal)) {
        try {
          const other = await this.open(name, signal);
          if (other === null) continue;
          if (await tail.isIn(other, signal)) return other;
          await other.file.close();
        } catch (error) {
          if (!(error instanceof FileGone)) throw error;
          isVanished = true;
        }
      }
      if (!isVanished && round > 1) break;
    }
    return null;
  }

  /** Files that were put aside while the others were looked at may have been missed; where there are none, none were. */
  async #hasChanged(names: readonly string[], found: readonly Tail[], signal: AbortSignal): Promise<boolean> {
    if (names.length === 0 && found.length === 0) return false;
    const now = await this.#list(signal);
    return now.length !== names.length || now.some((name, n) => name !== names[n]);
  }

  /** The log's; while a file is being compressed it stands beside its archive: the file counts. Newest stamps first. */
  async #list(signal: AbortSignal): Promise<string[]> {
    const names: readonly string[] = await this.#folder.list(signal).catch((error: unknown) => {
      if (error instanceof FileGone) return [];
      throw error;
    });
    return names
      .filter((name) => {
        const rotation = this.#names.rotationOf(name);
        if (rotation === null) return false;
        return !(
          rotation.isCompressed &&
          names.includes(plainName(name)) &&
          plainName(name) !== this.#names.liveName
        );
      })
      .sort((a, b) => (a < b ? 1 : -1));
  }

  async #settleLive(signal: AbortSignal): Promise<Tail | null> {
    try {
      return await this.#atEnd(this.#names.liveName, signal);
    } catch (error) {
      if (error instanceof FileGone) return null;
      throw error;
    }
  }

  /** Null: there is nothing in it to tell it by. Rejects with FileGone. */
  async #atEnd(fileName: string, signal: AbortSignal): Promise<Tail | null> {
    for (let round = 1; ; round++) {
      const begun = await this.open(fileName, signal);
      if (begun === null || !begun.isTelling) {
        await begun?.file.close();
        return null;
      }
      const place = await lastLineEnd(begun, signal);
      const tail = new Tail(begun.file, fileName, begun.facts, place, {
        isPacked: false,
        atOnceBytes: this.#folder.atOnceBytes,
      });
      // By name, two requests may be answered from two files.
      if (this.#folder.keepsOpen || round === MOST_ROUNDS) return tail;
      const again = await this.open(fileName, signal);
      if (again !== null && (await tail.isIn(again, signal))) return tail;
    }
  }
}

const NO_BYTES = new Uint8Array(0);
const BLOCK_BYTES = 64 * 1024;
const MARK_BYTES = 1024;

/** Behind the last newline; the end where there is none for a line's greatest length. */
async function lastLineEnd(tail: Tail, signal: AbortSignal): Promise<TailPlace> {
  const { file, facts, head } = tail;
  const least = Math.max(tail.offset, facts.bytes - MAX_LINE_BYTES);
  let to = facts.bytes;
  let offset = facts.bytes;
  while (to > least) {
    const from = Math.max(least, to - BLOCK_BYTES);
    const newline = (await file.readAt(from, to - from, signal)).lastIndexOf(0x0a);
    if (newline >= 0) {
      offset = from + newline + 1;
      break;
    }
    to = from;
    if (from === tail.offset) offset = from;
  }
  const markFrom = Math.max(0, offset - MARK_BYTES);
  const mark = Buffer.from(await file.readAt(markFrom, offset - markFrom, signal));
  return { offset, mark, head, isUnread: false };
}

/**
 * A file that was cut short under a writer which does not append (lumberjack's) begins with a hole, up to where the writer was.
 * Null: there is nothing behind it.
 */
async function beginningOf(
  file: RemoteFile,
  facts: FileFacts,
  signal: AbortSignal,
): Promise<TailPlace | null> {
  if (facts.head[0] !== 0) return { offset: 0, mark: NO_BYTES, head: facts.head, isUnread: true };
  let offset = 0;
  const parts: Buffer[] = [];
  for await (const chunk of file.stream(0, facts.bytes, signal)) {
    let start = 0;
    if (parts.length === 0) {
      start = chunk.findIndex((byte) => byte !== 0);
      if (start < 0) start = chunk.length;
      offset += start;
    }
    if (start < chunk.length) parts.push(Buffer.from(chunk.subarray(start)));
    if (parts.reduce((size, part) => size + part.length, 0) >= HEAD_BYTES) break;
  }
  const head = Buffer.concat(parts).subarray(0, HEAD_BYTES);
  if (head.length === 0) return null;
  return { offset, mark: Buffer.alloc(Math.min(MARK_BYTES, offset)), head, isUnread: true };
}

/** By the time of rotation, else by the last write; where those are alike, as names are given: dates rise, numbers are shifted. */
function oldestFirst(names: LogNames) {
  const endUs = ({ fileName, facts }: Tail) => names.rotationOf(fileName)?.stampUs ?? facts.modifiedUs ?? 0;
  const number = ({ fileName }: Tail) => Number(/\.(\d{1,4})$/.exec(plainName(fileName))?.[1] ?? 0);
  return (a: Tail, b: Tail): number =>
    endUs(a) - endUs(b) || number(b) - number(a) || (a.fileName < b.fileName ? -1 : 1);
}
