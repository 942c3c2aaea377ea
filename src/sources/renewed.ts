/** What is true for a time, asked once, and again when it is about to end or was refused. */

/** What ends so soon is asked for again before it is used. */
const ENDS_SOON_MS = 60_000;

export class Renewed<T> {
  readonly #ask: () => Promise<T>;
  readonly #endsMs: (known: T) => number | null;
  readonly #now: () => number;
  #known: Promise<T> | null = null;

  /** `endsMs`, `now`: milliseconds since the epoch; null: it is not known to end. */
  constructor(ask: () => Promise<T>, endsMs: (known: T) => number | null, now: () => number) {
    this.#ask = ask;
    this.#endsMs = endsMs;
    this.#now = now;
  }

  /** `isRenewed`: what was told last was refused. Rejects as asking does; a failure is asked for again. */
  async get(isRenewed: boolean): Promise<T> {
    if (isRenewed) this.#known = null;
    const known = await this.#asked();
    const endsMs = this.#endsMs(known) ?? Number.POSITIVE_INFINITY;
    if (isRenewed || endsMs - this.#now() >= ENDS_SOON_MS) return known;
    this.#known = null;
    return await this.#asked();
  }

  #asked(): Promise<T> {
    if (this.#known !== null) return this.#known;
    const asking = this.#ask();
    this.#known = asking;
    asking.catch(() => {
      this.#known = null;
    });
    return asking;
  }
}
