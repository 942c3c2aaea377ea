/** Several streams that never end as one, each item when it comes; more may be added while it is read. */

/** Each runs until the signal; one that fails ends all. */
export class Merged<T> {
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  readonly #waiting: { readonly item: T; readonly taken: () => void }[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;
  #wake = (): void => {};

  constructor(signal: AbortSignal) {
    this.#signal = AbortSignal.any([signal, this.#own.signal]);
  }

  /** Its next item is asked for when the one before was taken. */
  add(open: (signal: AbortSignal) => AsyncIterable<T>): void {
    const running = this.#run(open).finally(() => {
      this.#running.delete(running);
      this.#wake();
    });
    this.#running.add(running);
  }

  /** Ends when all have ended; throws what one of them throws. Ending the iteration aborts them. */
  async *items(): AsyncGenerator<T> {
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          yield next.item;
          next.taken();
        } else if (this.#failure !== null) throw this.#failure.error;
        else if (this.#running.size === 0) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.#own.abort();
      for (const { taken } of this.#waiting) taken();
      await Promise.all(this.#running);
    }
  }

  async #run(open: (signal: AbortSignal) => AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of open(this.#signal)) {
        if (this.#own.signal.aborted) return;
        await new Promise<void>((taken) => {
          this.#waiting.push({ item, taken });
          this.#wake();
        });
      }
    } catch (error) {
      this.#failure ??= { error };
    }
  }
}
