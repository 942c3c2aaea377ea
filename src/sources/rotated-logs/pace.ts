/** How often something is done that is of no use as a rule: at growing intervals, from `pollMs` up to `mostPollMs`. */
export class Pace {
  readonly #options: { readonly pollMs: number; readonly mostPollMs: number; readonly now: () => number };
  #dueMs = 0;
  #intervalMs: number;

  constructor(options: { readonly pollMs: number; readonly mostPollMs: number; readonly now: () => number }) {
    this.#options = options;
    this.#intervalMs = options.pollMs;
  }

  /** When it is, the next time is put off. */
  isDue(): boolean {
    const { now, mostPollMs } = this.#options;
    const nowMs = now();
    // A clock that was set back must not put it off for hours.
    if (nowMs < this.#dueMs && this.#dueMs - nowMs <= this.#intervalMs) return false;
    this.#dueMs = nowMs + this.#intervalMs;
    this.#intervalMs = Math.min(mostPollMs, this.#intervalMs * 2);
    return true;
  }

  reset(): void {
    this.#dueMs = 0;
    this.#intervalMs = this.#options.pollMs;
  }
}
