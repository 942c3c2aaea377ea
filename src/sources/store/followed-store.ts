/**
 * A store followed by asking again: each time for what is newer than the newest event known, and a little more, because events come
 * late and in no order; what was given out before is not given out again.
 */

import type { EventBatch } from '../../event/batch.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import type { AuditEvent } from '../../event/event.ts';
import type { FollowedFindings } from '../joined-findings.ts';
import { Outage } from '../outage.ts';
import { pause } from '../pause.ts';
import type { News } from '../source.ts';
import type { Ask } from './store.ts';

const POLL_MS = 2_000;
const MOST_POLL_MS = 30_000;
/** Forwarders gather for some seconds, and stores show what they were sent after some more. */
const LATE_US = 30 * 1_000_000;

export interface FollowedStoreOptions {
  readonly source: string;
  readonly ask: Ask;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What is missing in what it gives, it adds to `gaps`. */
  readonly fetch: (ask: Ask, gaps: Gap[], signal: AbortSignal) => AsyncIterable<EventBatch>;
  readonly onNews: (news: News) => void;
}

/** Events that were given out, as long as they may come again. */
export class SeenEvents {
  /** When they came last: asked for the how-manieth time. */
  readonly #asked = new Map<string, number>();
  readonly lateUs: number;
  /** Up to there, all was given. */
  #reachedUs: number;
  #newestUs: number;
  #asks = 0;

  /** Nothing that was written so long before is waited for. `lateUs`: how late events may come. */
  constructor(fromUs: number, lateUs: number = LATE_US) {
    this.#reachedUs = fromUs;
    this.#newestUs = fromUs;
    this.lateUs = lateUs;
  }

  /** For what may be new. */
  askFor(ask: Ask): Ask {
    return {
      ...ask,
      stages: { ...ask.stages, sinceUs: this.#sinceUs },
      received: { ...ask.received, sinceUs: null },
    };
  }

  get #sinceUs(): number {
    return this.#reachedUs - this.lateUs;
  }

  /** Those that were not seen before; seen from now on. */
  takeNew(events: readonly AuditEvent[]): readonly AuditEvent[] {
    const fresh = events.filter((event) => {
      const key = `${event.stage} ${event.receivedUs} ${event.auditID}`;
      const isKnown = this.#asked.has(key);
      this.#asked.set(key, this.#asks);
      return !isKnown;
    });
    for (const event of fresh) this.#newestUs = Math.max(this.#newestUs, timeOf(event));
    return fresh;
  }

  /**
   * All was given that was asked for, as far as the store has it: before that, what is older may be missing still, as the newest
   * come first. `isWhole`: what did not come again lies before what is asked for from now on, by the store's own time.
   */
  endAsk(isWhole: boolean): void {
    this.#reachedUs = this.#newestUs;
    if (isWhole) for (const [key, last] of this.#asked) if (last < this.#asks) this.#asked.delete(key);
    this.#asks++;
  }
}

function timeOf({ stageUs, receivedUs }: AuditEvent): number {
  return stageUs ?? receivedUs ?? 0;
}

export class FollowedStore {
  readonly #options: FollowedStoreOptions;
  readonly #seen: SeenEvents;
  readonly #outage: Outage;
  /** By text. */
  readonly #gaps = new Map<string, Gap>();

  constructor(options: FollowedStoreOptions, seen: SeenEvents) {
    this.#options = options;
    this.#seen = seen;
    const { source, now, onNews } = options;
    this.#outage = new Outage({
      ...{ name: source, pollMs: POLL_MS, mostPollMs: MOST_POLL_MS, now },
      onNews: (text) => onNews({ source, text }),
    });
  }

  async *follow(signal: AbortSignal): AsyncGenerator<EventBatch> {
    const { ask, fetch } = this.#options;
    for (;;) {
      await pause(POLL_MS, signal);
      const gaps: Gap[] = [];
      try {
        for await (const batch of fetch(this.#seen.askFor(ask), gaps, signal)) {
          const events = this.#seen.takeNew(batch.events);
          if (events.length > 0 || batch.rejects.length > 0) yield { ...batch, events };
        }
        this.#seen.endAsk(!gaps.some(({ code }) => code === 'source-unreadable' || code === 'budget'));
        this.#outage.end();
        this.#tell(gaps);
      } catch (error) {
        await this.#outage.wait(error, signal);
      }
    }
  }

  #tell(gaps: readonly Gap[]): void {
    const { source, onNews } = this.#options;
    for (const gap of gaps) {
      if (this.#gaps.has(gap.text)) continue;
      this.#gaps.set(gap.text, gap);
      onNews({ source, text: `${source} ${gap.text}` });
    }
  }

  findings(): FollowedFindings {
    const { gap, notes } = this.#outage.findings();
    const late: Note = {
      code: 'late-events',
      text: `${this.#options.source}: what reached it more than ${this.#seen.lateUs / 1e6} s late is not seen while following`,
    };
    return { gaps: [...this.#gaps.values(), ...(gap === null ? [] : [gap])], notes: [...notes, late] };
  }
}
