/**
 * How far each log was read, by its events' own times, so that a later run reads on from there: from a little before, since events
 * come late and in no strict order. What was told of before is known by then (seen-findings.ts).
 */

/** What is read of a log at once. Microseconds; null: nothing is known. */
export interface ReadPart {
  readonly log: string;
  /** Of its events, in their order. */
  readonly timesUs: readonly number[];
  /** All that was written before is read, or passed over. */
  readonly toUs: number | null;
}

/** As it is kept on disk. */
export interface ReadMarksRecord {
  readonly logs: Readonly<Record<string, number>>;
  readonly disorderUs: number;
}

const MINUTE_US = 60_000_000;
const DAY_US = 24 * 60 * MINUTE_US;
/** Forwarders gather, stores show late, clocks differ, and a request is written when it ends. */
const SLACK_US = 5 * MINUTE_US;
/** A log that nothing was read of for longer holds no other back. */
const MOST_BEHIND_US = DAY_US;

export class ReadMarks {
  readonly #logs = new Map<string, number>();
  /** How far an event stood behind one before it. */
  #disorderUs = 0;

  /** `nowUs`: a clock that is ahead must not carry us past what is still to come. */
  take({ log, timesUs, toUs }: ReadPart, nowUs: number): void {
    let newest = this.#logs.get(log) ?? Number.NEGATIVE_INFINITY;
    for (const us of timesUs) {
      const time = Math.min(us, nowUs);
      if (time >= newest) newest = time;
      else this.#disorderUs = Math.min(DAY_US, Math.max(this.#disorderUs, newest - time));
    }
    if (toUs !== null) newest = Math.max(newest, Math.min(toUs, nowUs));
    if (Number.isFinite(newest)) this.#logs.set(log, newest);
  }

  /** From where a later run has to read, so that nothing is missed; null: nothing was read yet. */
  get resumeUs(): number | null {
    if (this.#logs.size === 0) return null;
    const marks = [...this.#logs.values()];
    const behind = Math.max(Math.min(...marks), Math.max(...marks) - MOST_BEHIND_US);
    return behind - SLACK_US - this.#disorderUs;
  }

  get newestUs(): ReadonlyMap<string, number> {
    return this.#logs;
  }

  record(): ReadMarksRecord {
    return { logs: Object.fromEntries(this.#logs), disorderUs: this.#disorderUs };
  }

  restore({ logs, disorderUs }: ReadMarksRecord): void {
    for (const [log, us] of Object.entries(logs)) this.#logs.set(log, us);
    this.#disorderUs = disorderUs;
  }
}
