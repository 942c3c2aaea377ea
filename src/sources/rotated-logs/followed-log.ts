/**
 * One log, followed: what is written to it from a place on, each byte once, whatever becomes of its files: renamed, compressed,
 * copied and cut short, removed, made anew, several times between two looks. In sections, one for each file; what the bytes
 * hold is scan/'s.
 *
 * A log has one writer, which has one file open: once another file has a line, nothing more comes to the one before. So that
 * is read to its end after a successor was seen, and left then. Lines that are written between the copy and the cut of a
 * copytruncate are nowhere.
 */
import { UserError } from '../../errors.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import { Outage } from '../outage.ts';
import { pause } from '../pause.ts';
import { LogFiles } from './log-files.ts';
import { FileGone, type LogFolder } from './log-folder.ts';
import { Pace } from './pace.ts';
import type { Rotation } from './rotation.ts';
import { isSameHead, type Tail } from './tail.ts';

export interface LogNames {
  /** The file that is written to, as a rule. */
  readonly liveName: string;
  /** Null: the name does not belong to this log. */
  rotationOf(fileName: string): Rotation | null;
}

export interface FollowOptions {
  /** `EventBatch.source`. */
  readonly name: string;
  /** Between two looks. */
  readonly pollMs: number;
  /** Between two looks at what fails, at most. */
  readonly mostPollMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onNews: (text: string) => void;
}

export interface Section {
  /** For messages. */
  readonly file: string;
  /** It begins where the file does. */
  readonly isBeginning: boolean;
  /** Must be read to their end before the next section is asked for. A chunk is valid until the next. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Times in a row that it is found, and not one byte of it: an archive that breaks off, or names that are being shifted. */
const MOST_TRIES = 5;

export class FollowedLog {
  readonly #folder: LogFolder;
  readonly #files: LogFiles;
  readonly #names: LogNames;
  readonly #options: FollowOptions;
  readonly #outage: Outage;
  /** Of looking through the folder while there is no live file to be seen. */
  readonly #listing: Pace;
  readonly #lost: Gap[] = [];
  #copies = 0;
  #current: Tail | null = null;
  #isUnsettled = false;

  constructor(folder: LogFolder, names: LogNames, options: FollowOptions) {
    this.#folder = folder;
    this.#names = names;
    this.#options = options;
    this.#files = new LogFiles(folder, names);
    this.#outage = new Outage(options);
    this.#listing = new Pace(options);
  }

  get name(): string {
    return this.#options.name;
  }

  /**
   * Begins at the end of what is there now, at a line's beginning. Without it, a log is followed from its first file's
   * beginning. Rejects with a UserError when it cannot be told.
   */
  async settle(signal: AbortSignal): Promise<void> {
    this.#current = await this.#files.settle(signal);
  }

  /** After `settle`: where in this file following begins, and so everything else ends; null: it is followed as a whole. */
  async endOf(fileName: string, signal: AbortSignal): Promise<number | null> {
    const tail = await this.#files.open(fileName, signal).catch(nullWhenGone);
    if (tail === null) return Number.POSITIVE_INFINITY;
    try {
      if (this.#current !== null && (await this.#files.isSame(this.#current, tail, signal)))
        return this.#current.offset;
      return this.#files.isKnown(tail) ? Number.POSITIVE_INFINITY : null;
    } finally {
      await tail.file.close();
    }
  }

  /** As `settle`, but when it can: it could not be told yet. What is written until then is missed, and a gap. */
  settleLater(): void {
    this.#isUnsettled = true;
  }

  /** As `endOf`, of a file of which so much is known; looks at nothing. */
  endOfKnown(fileName: string, head: Uint8Array): number | null {
    const current = this.#current;
    if (current !== null && isSameHead(head, current.head)) return current.offset;
    const isOld =
      this.#names.rotationOf(fileName)?.isCompressed === true || this.#files.knows(fileName, head);
    return isOld ? Number.POSITIVE_INFINITY : null;
  }

  /** Where it begins, in words. */
  get explained(): string {
    const current = this.#current;
    if (current === null) return `follow ${this.#folder.path}/${this.#names.liveName} once it is there`;
    return `follow ${current.file.name} from byte ${current.offset}`;
  }

  /** Never ends by itself; throws the signal's reason, and bugs. */
  async *sections(signal: AbortSignal): AsyncGenerator<Section> {
    try {
      if (this.#isUnsettled) await this.#settleAtLast(signal);
      for (;;) {
        if (this.#current === null) {
          const { older, next } = await this.#awaitNext(signal);
          for (const tail of older) yield this.#section(tail, this.#rest(tail, signal));
          this.#current = next;
        }
        const tail = this.#current;
        if (tail === null) continue;
        this.#listing.reset();
        yield this.#section(tail, this.#chunksOf(tail, signal));
        this.#current = null;
      }
    } finally {
      await this.#current?.file.close();
    }
  }

  findings(): { readonly gaps: readonly Gap[]; readonly notes: readonly Note[] } {
    const { gap, notes } = this.#outage.findings();
    const copies = `${this.name} was copied and cut short ${this.#copies} times while it was followed: lines that were written between copy and cut are in neither`;
    return {
      gaps: [...this.#lost, ...(gap === null ? [] : [gap])],
      notes: [...notes, ...(this.#copies === 0 ? [] : [{ code: 'copied-and-cut', text: copies }])],
    };
  }

  async #settleAtLast(signal: AbortSignal): Promise<void> {
    await this.#patiently(() => this.settle(signal), signal);
    this.#isUnsettled = false;
    const text = `${this.name} could not be read when following began: what was written to it until it could is missing`;
    this.#lost.push({ code: 'source-unreadable', text, source: this.name });
  }

  #section(tail: Tail, chunks: AsyncIterable<Uint8Array>): Section {
    const isBeginning = tail.offset === 0;
    const file = isBeginning ? tail.file.name : `${tail.file.name} (from byte ${tail.offset})`;
    return { file, isBeginning, chunks };
  }

  async *#chunksOf(tail: Tail, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    while (yield* this.#readOn(tail, signal)) {
      if (tail.isPacked || (await this.#patiently(() => this.#hasSuccessor(tail, signal), signal))) {
        yield* this.#readOn(tail, signal);
        break;
      }
      await pause(this.#options.pollMs, signal);
    }
    await this.#leave(tail);
  }

  /** Of a file that is not written to any more. */
  async *#rest(tail: Tail, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield* this.#readOn(tail, signal);
    await this.#leave(tail);
  }

  /** To what is its end now, under whatever name. False: it is nowhere any more. */
  async *#readOn(tail: Tail, signal: AbortSignal): AsyncGenerator<Uint8Array, boolean> {
    for (let tries = 0; tries < MOST_TRIES; ) {
      const before = tail.offset;
      let end: 'read' | 'more' | 'elsewhere';
      try {
        end = yield* tail.readOn(signal);
        this.#outage.end();
      } catch (error) {
        await this.#outage.wait(error, signal);
        continue;
      }
      if (end === 'elsewhere') {
        if (!(await this.#patiently(() => this.#find(tail, signal), signal))) break;
        if (tail.offset > before) tries = 0;
        else if (tries++ > 0) await pause(this.#options.pollMs, signal);
      } else if (end === 'read') return true;
    }
    this.#lose(tail);
    return false;
  }

  async #find(tail: Tail, signal: AbortSignal): Promise<boolean> {
    const found = await this.#files.find(tail, signal);
    if (found === null) return false;
    // An open file is itself under any name: only one that was cut short is found elsewhere.
    if (this.#folder.keepsOpen) this.#copies++;
    await tail.file.close();
    tail.moveTo(found);
    return true;
  }

  /** A file with a line in it that is written to instead: the live name leads to it, or there is none and it is new. */
  async #hasSuccessor(tail: Tail, signal: AbortSignal): Promise<boolean> {
    const isAtLiveName = tail.fileName === this.#names.liveName;
    // Reading by that name has just shown it.
    if (!this.#folder.keepsOpen && isAtLiveName) return false;
    const live = await this.#files.openLive(signal);
    if (live !== null) {
      const isOther = live.isTelling && !(await this.#files.isSame(tail, live, signal));
      await live.file.close();
      return isOther;
    }
    if (!this.#listing.isDue()) return false;
    const fresh = await this.#files.unknown(tail, signal);
    await Promise.all(fresh.map((each) => each.file.close()));
    return fresh.length > 0;
  }

  async #awaitNext(signal: AbortSignal): Promise<{ older: readonly Tail[]; next: Tail | null }> {
    for (;;) {
      // The live file first: what is put aside after that is in the list.
      const found = await this.#patiently(async () => {
        const live = await this.#files.openLive(signal);
        const telling = live?.isTelling === true ? live : null;
        if (telling === null) await live?.file.close();
        const isListed = telling !== null || this.#listing.isDue();
        return { live: telling, older: isListed ? await this.#files.unknown(telling, signal) : [] };
      }, signal);
      const { live, older } = found;
      if (live !== null) return { older, next: live };
      const newest = older.at(-1);
      // Without a live file, the newest may be the one that is written to.
      if (newest !== undefined && !newest.isPacked) return { older: older.slice(0, -1), next: newest };
      if (older.length > 0) return { older, next: null };
      await pause(this.#options.pollMs, signal);
    }
  }

  async #leave(tail: Tail): Promise<void> {
    this.#files.know(tail);
    await tail.file.close();
  }

  #lose(tail: Tail): void {
    const text = `"${tail.file.name}" was removed, or cut short, after ${tail.offset} bytes of it were read: what was written to it after that is missing`;
    this.#options.onNews(text);
    if (this.#lost.length < MOST_GAPS)
      this.#lost.push({ code: 'source-unreadable', text, source: this.name });
  }

  /** Again until it goes well: what fails, whoever runs the machine can mend. */
  async #patiently<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      try {
        const done = await run();
        this.#outage.end();
        return done;
      } catch (error) {
        await this.#outage.wait(error, signal);
      }
    }
  }
}

/** The later ones are told as news. */
const MOST_GAPS = 20;

function nullWhenGone(error: unknown): null {
  if (error instanceof FileGone || error instanceof UserError) return null;
  throw error;
}
