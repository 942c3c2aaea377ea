/** The logs behind paths, globs and folders, followed: those that are there, and those that come up later. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import type { Sieve } from '../../scan/sieve.ts';
import { type FollowedFindings, joined } from '../joined-findings.ts';
import { Merged } from '../merged.ts';
import { pause } from '../pause.ts';
import { FollowedLog } from '../rotated-logs/followed-log.ts';
import { rotationOf } from '../rotated-logs/rotation.ts';
import { scanFollowed } from '../rotated-logs/scan-followed.ts';
import type { News } from '../source.ts';
import { type FindOptions, type Found, type FoundFile, findFiles, siblingName } from './find-files.ts';
import { openLocalFolder } from './local-folder.ts';

/** A look costs two system calls. */
const POLL_MS = 250;
const MOST_POLL_MS = 5_000;
/** Between two looks for logs that came up; a folder is looked through by reading the beginnings of its files. */
const DISCOVERY_MS = 5_000;
/** Of the time may go into that, at most. */
const DISCOVERY_SHARE = 0.05;

export class FollowedFiles {
  readonly #patterns: readonly string[];
  readonly #options: FindOptions;
  readonly #now: () => number;
  /** By the live file's own path, behind all links. */
  readonly #logs = new Map<string, FollowedLog>();
  /** In words. */
  readonly #awaited: News[] = [];
  #onNews: (news: News) => void = () => {};

  /** `patterns`: without `-` and without pipes. */
  constructor(patterns: readonly string[], options: FindOptions, now: () => number) {
    this.#patterns = patterns;
    this.#options = options;
    this.#now = now;
  }

  /** What is there now is where following begins. */
  async begin(): Promise<Found> {
    const found = await findFiles(this.#patterns, this.#options);
    for (const log of await this.#add(found)) await log.settle(this.#options.signal);
    for (const { kind, name, text } of found.failures) {
      if (kind === 'unreadable') continue;
      this.#awaited.push({ source: name, text: `${text}; waiting for it` });
      if (kind === 'not found') this.#await(name);
    }
    return found;
  }

  /** No: only pipes were named. */
  get hasAny(): boolean {
    return this.#patterns.length > 0;
  }

  get explained(): string[] {
    return [...this.#logs.values()].map((log) => log.explained);
  }

  /** Where in the file that which is there ends, and following begins; null: all of it is followed. */
  async endOf(file: FoundFile): Promise<number | null> {
    const { key, fileName } = await placeOf(file);
    return (await this.#logs.get(key)?.endOf(fileName, this.#options.signal)) ?? null;
  }

  async *follow(
    sieve: Sieve | null,
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    this.#onNews = onNews;
    for (const news of this.#awaited.splice(0)) onNews(news);
    const merged = new Merged<EventBatch>(signal);
    const start = (log: FollowedLog): void =>
      merged.add((own) => scanFollowed(log, { sieve, onNews: (text) => this.#tell(log.name, text) }, own));
    for (const log of this.#logs.values()) start(log);
    merged.add((own) => this.#discover(start, own));
    yield* merged.items();
  }

  findings(): FollowedFindings {
    return joined([...this.#logs.values()].map((log) => log.findings()));
  }

  /** Logs that were not there are followed from their beginning. */
  async *#discover(start: (log: FollowedLog) => void, signal: AbortSignal): AsyncGenerator<EventBatch> {
    let waitMs = DISCOVERY_MS;
    for (;;) {
      await pause(waitMs, signal);
      const beganMs = performance.now();
      const found = await findFiles(this.#patterns, { ...this.#options, signal });
      for (const log of await this.#add(found)) {
        this.#tell(log.name, `${log.name} has come up, and is followed from its beginning`);
        start(log);
        yield emptyBatch(log.name);
      }
      waitMs = Math.max(DISCOVERY_MS, (performance.now() - beganMs) / DISCOVERY_SHARE);
    }
  }

  async #add({ files }: Found): Promise<FollowedLog[]> {
    const added: FollowedLog[] = [];
    for (const file of files.filter(({ isStream }) => !isStream)) {
      const place = await placeOf(file);
      if (this.#logs.has(place.key)) continue;
      added.push(this.#open(place));
    }
    return added;
  }

  /** A path that leads nowhere yet. */
  #await(name: string): void {
    if (/[*?[{]/.test(name)) return;
    const path = resolve(this.#options.cwd, name);
    if (this.#logs.has(path)) return;
    this.#open({ key: path, folder: dirname(path), shown: dirname(name), liveName: basename(path), name });
  }

  #open({ key, folder, shown, liveName, name }: Omit<LogPlace, 'fileName'>): FollowedLog {
    const belonging = (fileName: string) => {
      const rotation = rotationOf(fileName);
      if (fileName === liveName) return { ...rotation, isLive: true };
      return rotation.liveName === liveName ? rotation : null;
    };
    const log = new FollowedLog(
      openLocalFolder(folder, shown),
      { liveName, rotationOf: belonging },
      {
        ...{ name, pollMs: POLL_MS, mostPollMs: MOST_POLL_MS, now: this.#now },
        onNews: (text) => this.#tell(name, text),
      },
    );
    this.#logs.set(key, log);
    return log;
  }

  #tell(source: string, text: string): void {
    this.#onNews({ source, text });
  }
}

interface LogPlace {
  readonly key: string;
  /** Absolute. */
  readonly folder: string;
  /** As the user would write it. */
  readonly shown: string;
  readonly liveName: string;
  readonly fileName: string;
  /** `EventBatch.source`. */
  readonly name: string;
}

/** A link's target is rotated in the folder where it lies, as a container's log is. */
async function placeOf(file: FoundFile): Promise<LogPlace> {
  const path = await realpath(file.path).catch(() => file.path);
  const isLink = basename(path) !== basename(file.path);
  const [folder, fileName] = [dirname(path), basename(path)];
  const { liveName } = rotationOf(fileName);
  return {
    ...{ key: join(folder, liveName), folder, liveName, fileName },
    shown: isLink ? folder : dirname(file.name),
    name: isLink ? file.name : siblingName(file.name, liveName),
  };
}
