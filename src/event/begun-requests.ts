/** Requests of which only a key was told when they began, until their end is seen. Memory is bounded. */

/** How many have not ended, as far as the log tells. */
export interface Begun {
  /** Long-running ones that were started. */
  readonly running: number;
  /** Of which no more is in the log. */
  readonly withoutOutcome: number;
}

/** Beyond it the oldest is counted as it stands. */
const MOST = 50_000;

export class BegunRequests {
  /** Whether it is running. */
  readonly #open = new Map<string, boolean>();
  #evicted: Begun = { running: 0, withoutOutcome: 0 };

  get evicted(): number {
    return this.#evicted.running + this.#evicted.withoutOutcome;
  }

  /** The key of one that had to make room; null: there was room. */
  begin(key: string, isRunning: boolean): string | null {
    this.#open.set(key, isRunning || this.#open.get(key) === true);
    if (this.#open.size <= MOST) return null;
    const [oldest] = this.#open;
    if (oldest === undefined) return null;
    this.#open.delete(oldest[0]);
    this.#evicted = added(this.#evicted, oldest[1]);
    return oldest[0];
  }

  end(key: string): void {
    this.#open.delete(key);
  }

  /** Those that have not ended, and those that made room. */
  left(): Begun {
    return [...this.#open.values()].reduce(added, this.#evicted);
  }
}

function added({ running, withoutOutcome }: Begun, isRunning: boolean): Begun {
  return isRunning
    ? { running: running + 1, withoutOutcome }
    : { running, withoutOutcome: withoutOutcome + 1 };
}
