/**
 * What looking may cost: so many requests, so much time, a few at once. What does not fit is not asked, and whoever wanted
 * it is told so.
 */

/** PRODUCT §1, "Now". */
const MAX_REQUESTS = 50;
const MAX_MS = 3_000;
const AT_ONCE = 6;

export class Budget {
  /** Aborted when the time is up or the user gives up. */
  readonly signal: AbortSignal;
  readonly #timeUp = AbortSignal.timeout(MAX_MS);
  #left = MAX_REQUESTS;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#timeUp]);
  }

  get isTimeUp(): boolean {
    return this.#timeUp.aborted;
  }

  /** Null without having asked when nothing is left. Rejects as `request` does. */
  async spend<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    if (this.#left === 0 || this.signal.aborted) return null;
    this.#left--;
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return this.signal.aborted ? null : await request(this.signal);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
