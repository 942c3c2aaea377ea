/**
 * A store followed by asking again: each time for what is newer than the newest event known, and a little more, because events come
 * late and in no order; what was given out before is not given out again. Where each time is paid for, it is asked seldom.
 */

import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { FollowedFindings } from '../joined-findings.ts';
import { Outage } from '../outage.ts';
import { pause } from '../pause.ts';
import { sizeOf } from '../rotated-logs/in-words.ts';
import type { News } from '../source.ts';
import type { SeenEvents, StoreBatch } from './seen-events.ts';
import type { Ask, Paid } from './store.ts';

const POLL_MS = 2_000;
const MOST_POLL_MS = 30_000;
/** Each time, some minutes' events are looked through: more often, they would be paid for over and over. */
export const PAID_POLL_MS = 60_000;

/** What more of them would say is that it goes on. */
const MOST_GAPS = 100;

export interface FollowedStoreOptions {
  readonly source: string;
  readonly ask: Ask;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What is missing in what it gives, it adds to `gaps`. */
  readonly fetch: (ask: Ask, gaps: Gap[], signal: AbortSignal) => AsyncIterable<StoreBatch>;
  /** What asking is paid for with; null: it is free of charge. */
  readonly paidFor: (ask: Ask) => Paid | null;
  /** Bytes that are looked through each time, about, at most, where that is paid for; null: nobody knows. */
  readonly paidBytes: number | null;
  /** Bytes that may be paid for; null: no bound. */
  readonly maxBytes: number | null;
  readonly onNews: (news: News) => void;
}

export class FollowedStore {
  readonly #options: FollowedStoreOptions;
  readonly #seen: SeenEvents;
  readonly #outage: Outage;
  /** By text. */
  readonly #gaps = new Map<string, Gap>();
  #paidAsks = 0;
  #askedMs: number | null = null;

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
    const { source, ask, fetch, paidFor, now } = this.#options;
    for (;;) {
      const paid = paidFor(this.#seen.askFor(ask));
      if (paid !== null) this.#tellPaid(paid);
      await pause(paid === null ? POLL_MS : PAID_POLL_MS, signal);
      if (paid !== null && !this.#mayPay()) return;
      const gaps: Gap[] = [];
      const askedMs = now();
      try {
        for await (const batch of fetch(this.#seen.askFor(ask), gaps, signal)) {
          const fresh = this.#seen.takeNew(batch);
          if (fresh.events.length > 0 || fresh.rejects.length > 0) yield fresh;
        }
        const isWhole = !gaps.some(({ code }) => code === 'source-unreadable' || code === 'budget');
        this.#seen.endAsk(isWhole, askedMs * 1000);
        // Where nothing matches, it shows that we are there.
        if (isWhole) yield { ...emptyBatch(source), readToUs: askedMs * 1000 - this.#seen.lateUs };
        this.#askedMs = askedMs;
        this.#outage.end();
        this.#tell(gaps);
      } catch (error) {
        await this.#outage.wait(error, signal);
      }
    }
  }

  /** Once. */
  #tellPaid({ mend }: Paid): void {
    if (this.#paidAsks > 0) return;
    const { source, paidBytes, onNews } = this.#options;
    const each = paidBytes === null ? '' : ` (up to about ${sizeOf(paidBytes)})`;
    const free = mend === null ? '' : `; ${mend}`;
    const text = `${source} is asked every ${PAID_POLL_MS / 1000} s, as each time is paid for${each}${free}`;
    onNews({ source, text });
  }

  /** Counts what is about to be paid for. */
  #mayPay(): boolean {
    const { source, paidBytes, maxBytes } = this.#options;
    const bytes = (this.#paidAsks + 1) * (paidBytes ?? 0);
    if (maxBytes !== null && bytes > maxBytes) {
      const text = `is not followed any longer: ${sizeOf(bytes)} would be paid for; --max-bytes allows ${sizeOf(maxBytes)}`;
      this.#tell([{ code: 'budget', text, source }]);
      return false;
    }
    this.#paidAsks++;
    return true;
  }

  #tell(gaps: readonly Gap[]): void {
    const { source, onNews } = this.#options;
    for (const gap of gaps) {
      if (this.#gaps.has(gap.text) || this.#gaps.size >= MOST_GAPS) continue;
      this.#gaps.set(gap.text, gap);
      onNews({ source, text: `${source} ${gap.text}` });
    }
  }

  findings(): FollowedFindings {
    const { gap, notes } = this.#outage.findings();
    return {
      gaps: [...this.#gaps.values(), ...(gap === null ? [] : [gap])],
      notes: [...notes, ...this.#notes()],
    };
  }

  #notes(): readonly Note[] {
    const { source, paidBytes } = this.#options;
    const last =
      this.#askedMs === null
        ? ''
        : `, nor what came after ${formatMicros(this.#askedMs * 1000)}, when it was last asked`;
    const late = `${source}: what reached it more than ${this.#seen.lateUs / 1e6} s late is not seen while following${last}`;
    const each = paidBytes === null ? '' : `, up to about ${sizeOf(paidBytes * this.#paidAsks)} together`;
    const paid = `${source} was asked ${this.#paidAsks} times while it was followed, each paid for${each}`;
    const repeats = `${source}: more came at once than is remembered; some may have been told twice`;
    return [
      { code: 'late-events', text: late },
      ...(this.#paidAsks === 0 ? [] : [{ code: 'paid-asks', text: paid }]),
      ...(this.#seen.hasForgotten ? [{ code: 'repeats', text: repeats }] : []),
    ];
  }
}
