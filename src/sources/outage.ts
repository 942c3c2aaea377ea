/** While a log cannot be read: said once when it begins and once when it is over; tried again at growing intervals. */
import { UserError } from '../errors.ts';
import type { Gap, Note } from '../event/coverage.ts';
import { pause } from './pause.ts';
import { FileGone } from './rotated-logs/log-folder.ts';

interface OutageOptions {
  readonly name: string;
  readonly pollMs: number;
  readonly mostPollMs: number;
  readonly now: () => number;
  readonly onNews: (text: string) => void;
}

export class Outage {
  readonly #options: OutageOptions;
  #sinceMs: number | null = null;
  #why = '';
  #waitMs = 0;
  #count = 0;
  #totalMs = 0;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** Throws the signal's reason, and what is no failure of the log's. */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!(error instanceof UserError || error instanceof FileGone)) throw error;
    const { name, pollMs, mostPollMs, onNews, now } = this.#options;
    if (this.#sinceMs === null) {
      this.#sinceMs = now();
      this.#count++;
      this.#waitMs = pollMs;
      onNews(
        `${name} cannot be read: ${error.message}; trying on, and reading then what is written meanwhile`,
      );
    }
    this.#why = error.message;
    await pause(this.#waitMs, signal);
    this.#waitMs = Math.min(mostPollMs, this.#waitMs * 2);
  }

  end(): void {
    if (this.#sinceMs === null) return;
    const { name, onNews, now } = this.#options;
    const lastedMs = now() - this.#sinceMs;
    this.#sinceMs = null;
    this.#totalMs += lastedMs;
    onNews(`${name} is read again, after ${secondsOf(lastedMs)}`);
  }

  findings(): { readonly gap: Gap | null; readonly notes: readonly Note[] } {
    const { name, now } = this.#options;
    const text = `${name} cannot be read since ${secondsOf(now() - (this.#sinceMs ?? 0))}: ${this.#why}`;
    const past = this.#count - (this.#sinceMs === null ? 0 : 1);
    const note = `${name} could not be read ${past === 1 ? 'for a time' : `${past} times`}, ${secondsOf(this.#totalMs)} together; what was written meanwhile was read then`;
    return {
      gap: this.#sinceMs === null ? null : { code: 'source-unreadable', text, source: name },
      notes: past === 0 ? [] : [{ code: 'unreadable-for-a-time', text: note }],
    };
  }
}

function secondsOf(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`;
}
