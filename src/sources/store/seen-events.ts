/** What a store that is followed gave out, as long as it may come again: events, and records that nobody can read. */
import type { EventBatch } from '../../event/batch.ts';
import type { AuditEvent } from '../../event/event.ts';
import type { Ask } from './store.ts';

/** Forwarders gather for some seconds, and stores show what they were sent after some more. */
const LATE_US = 30 * 1_000_000;
/** Between our clock and an API server's; further apart, tokens and certificates begin to fail. */
const SKEW_US = 15 * 60 * 1_000_000;
/** Some 70 MB. As many as come within `lateUs`, where 2,000 match each second for 4 minutes. */
const MOST_SEEN = 500_000;

/** As a store gives it out. */
export interface StoreBatch extends EventBatch {
  /** By which each of `rejects` is known again. */
  readonly rejectKeys: readonly string[];
}

export class SeenEvents {
  /** When they came last: asked for the how-manieth time. */
  readonly #asked = new Map<string, number>();
  readonly #most: number;
  readonly lateUs: number;
  /** Up to there, all was given. */
  #reachedUs: number;
  #newestUs: number;
  #asks = 0;
  #hasMadeRoom = false;
  /** More came at once than is remembered: some may be given out again. */
  hasForgotten = false;

  /** Nothing that was written so long before is waited for. `lateUs`: how late events may come. `most`: remembered, at most. */
  constructor(fromUs: number, lateUs: number = LATE_US, most: number = MOST_SEEN) {
    this.#reachedUs = fromUs;
    this.#newestUs = fromUs;
    this.lateUs = lateUs;
    this.#most = most;
  }

  /** For what may be new. */
  askFor(ask: Ask): Ask {
    return askSince(ask, this.#reachedUs - this.lateUs);
  }

  /** How long a time is asked for, at most, when that is done every so often: when nothing is found for long. */
  longestUs(everyUs: number): number {
    return everyUs + SKEW_US + this.lateUs;
  }

  /** Without what was seen before; seen from now on. */
  takeNew(batch: StoreBatch): StoreBatch {
    const events = batch.events.filter((event) => this.#isNew(keyOf(event)));
    const isNew = batch.rejectKeys.map((key) => this.#isNew(key));
    for (const event of events) this.#newestUs = Math.max(this.#newestUs, timeOf(event));
    return {
      ...batch,
      events,
      rejects: batch.rejects.filter((_, at) => isNew[at]),
      rejectKeys: batch.rejectKeys.filter((_, at) => isNew[at]),
    };
  }

  #isNew(key: string): boolean {
    const isKnown = this.#asked.has(key);
    if (isKnown || this.#hasRoom()) this.#asked.set(key, this.#asks);
    else this.hasForgotten = true;
    return !isKnown;
  }

  /** What did not come again has to make room. The newest come first, and are the likeliest to come again. */
  #hasRoom(): boolean {
    if (this.#asked.size < this.#most) return true;
    if (this.#hasMadeRoom) return false;
    this.#hasMadeRoom = true;
    this.#forget();
    return this.#asked.size < this.#most;
  }

  #forget(): void {
    for (const [key, last] of this.#asked) if (last < this.#asks) this.#asked.delete(key);
  }

  /**
   * All was given that was asked for, as far as the store has it: before that, what is older may be missing still, as the newest
   * come first. `isWhole`: what did not come again lies before what is asked for from now on, by the store's own time.
   * `askedUs`: when it was asked.
   */
  endAsk(isWhole: boolean, askedUs: number): void {
    // Where nothing is found for long, not all of that time is looked through again and again.
    this.#reachedUs = Math.max(Math.min(this.#newestUs, askedUs), this.#reachedUs, askedUs - SKEW_US);
    if (isWhole) this.#forget();
    this.#asks++;
    this.#hasMadeRoom = false;
  }
}

/** For what was written since then, whenever it was received. */
export function askSince(ask: Ask, sinceUs: number): Ask {
  return { ...ask, stages: { ...ask.stages, sinceUs }, received: { ...ask.received, sinceUs: null } };
}

function keyOf({ stage, receivedUs, auditID }: AuditEvent): string {
  return `${stage} ${receivedUs} ${auditID}`;
}

function timeOf({ stageUs, receivedUs }: AuditEvent): number {
  return stageUs ?? receivedUs ?? 0;
}
