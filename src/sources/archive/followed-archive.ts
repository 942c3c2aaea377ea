/**
 * An archive followed: listed again and again, and each object read once; one that grew or was replaced is read again, and what it held
 * before is dropped behind it, as a repetition. What comes is as late as whoever writes the objects.
 */
import type { EventBatch } from '../../event/batch.ts';
import { emptyBatch } from '../../event/batch.ts';
import type { Query } from '../../query/query.ts';
import type { FollowedFindings } from '../joined-findings.ts';
import { Outage } from '../outage.ts';
import { pause } from '../pause.ts';
import type { News } from '../source.ts';
import type { Archive } from './archive.ts';
import { listDated } from './list-dated.ts';
import { wantedDates } from './object-times.ts';
import { type ArchivePlan, planArchive, type TimedObject } from './plan-archive.ts';

/** Objects come every few minutes, and each list is paid for. */
const POLL_MS = 60_000;
const MOST_POLL_MS = 300_000;
/** Of one that is listed and cannot be read. */
const MOST_TRIES = 5;
/** Clocks differ, and objects are dated by when they were begun. */
const SKEW_US = 15 * 60 * 1_000_000;

export interface FollowedArchiveOptions {
  readonly archive: Archive;
  /** How long after an event its object may have been named or finished. */
  readonly lateUs: number;
  readonly now: () => number;
  /** Default POLL_MS; another is for tests. */
  readonly pollMs?: number;
}

export class FollowedArchive {
  readonly #options: FollowedArchiveOptions;
  /** By key: with which content it was read, or given up. */
  #known = new Map<string, string>();
  readonly #tries = new Map<string, number>();
  #outage: Outage | null = null;
  #beganUs: number;

  /** `planned`: what was there when it began. It was read, or is not wanted: what is over budget is not waited for. */
  constructor(options: FollowedArchiveOptions, planned: ArchivePlan, following: Query['following']) {
    this.#options = options;
    this.#beganUs = options.now() * 1000;
    const before = [...planned.read, ...planned.overBudget];
    for (const { key, tag } of before) this.#known.set(key, tag);
    if (following === 'from now') for (const { key, tag } of planned.after) this.#known.set(key, tag);
  }

  /** `read`: whether it was read to its end. Never ends by itself; throws the signal's reason, and bugs. */
  async *follow(
    read: (object: TimedObject) => AsyncGenerator<EventBatch, boolean>,
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const { archive, lateUs, now, pollMs = POLL_MS } = this.#options;
    const { name } = archive;
    const onText = (text: string): void => onNews({ source: name, text });
    const outage = new Outage({
      name,
      pollMs,
      mostPollMs: Math.max(pollMs, MOST_POLL_MS),
      now,
      onNews: onText,
    });
    this.#outage = outage;
    for (;;) {
      await pause(pollMs, signal);
      const askedUs = now() * 1000;
      let fresh: readonly TimedObject[];
      try {
        fresh = await this.#fresh(askedUs, signal);
        outage.end();
      } catch (error) {
        await outage.wait(error, signal);
        continue;
      }
      let isWhole = true;
      for (const object of fresh) {
        const isRead = yield* read(object);
        if (isRead || this.#isGivenUp(object)) this.#known.set(object.key, object.tag);
        else isWhole = false;
      }
      if (isWhole) yield { ...emptyBatch(name), readToUs: askedUs - lateUs };
    }
  }

  findings(): FollowedFindings {
    if (this.#outage === null) return { gaps: [], notes: [] };
    const { gap, notes } = this.#outage.findings();
    return { gaps: gap === null ? [] : [gap], notes };
  }

  /** The oldest first. */
  async #fresh(nowUs: number, signal: AbortSignal): Promise<readonly TimedObject[]> {
    const { archive, lateUs } = this.#options;
    const window = { sinceUs: Math.max(this.#beganUs, nowUs - lateUs) - lateUs - SKEW_US, untilUs: null };
    const listed = await listDated(archive, wantedDates(window, lateUs), signal);
    const { read } = planArchive(listed, window, lateUs, null);
    const fresh = read.filter(({ key, tag }) => this.#known.get(key) !== tag).reverse();
    // What is not listed any more is not asked for again.
    const left = new Set(read.map(({ key }) => key));
    this.#known = new Map([...this.#known].filter(([key]) => left.has(key)));
    return fresh;
  }

  #isGivenUp({ key, tag }: TimedObject): boolean {
    const id = `${key} ${tag}`;
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    if (tries < MOST_TRIES) return false;
    this.#tries.delete(id);
    return true;
  }
}
