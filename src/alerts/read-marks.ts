/**
 * How far each log was read, by its events' own times, so that a later run reads on from there: from a little before, since events
 * come late and in no strict order. What was told of before is known by then (seen-findings.ts).
 */

/** What is read of a log at once. Microseconds; null: nothing is known. */
export interface ReadPart {
  readonly log: string;
  /** Of its events, in their order. */
  readonly timesUs: readonly number[];
  /** The newest that was passed over. */
  readonly toUs: number | null;
  /** All that was written before is read, says the source: that goes before what its events tell. Null: it does not say. */
  readonly readToUs: number | null;
}

/** As it is kept on disk. */
export interface ReadMarksRecord {
  readonly logs: Readonly<Record<string, number>>;
  readonly disorderUs: number;
  /** Logs whose sources say how far they are. */
  readonly declared: readonly string[];
}

const MINUTE_US = 60_000_000;
const DAY_US = 24 * 60 * MINUTE_US;
/** Forwarders gather, stores show late, clocks differ, and a request is written when it ends. */
const SLACK_US = 5 * MINUTE_US;
/** A log that nothing was read of for longer holds no other back. */
const MOST_BEHIND_US = DAY_US;

export class ReadMarks {
  readonly #logs = new Map<string, number>();
  readonly #declared = new Set<string>();
  /** How far an event stood behind one before it. */
  #disorderUs = 0;
  /** As it was when it was held. */
  #held: { readonly record: ReadMarksRecord; readonly resumeUs: number | null } | null = null;

  /** What is read from now on counts when it is released: what was found in it is not taken in before. */
  hold(): void {
    this.#held = { record: this.record(), resumeUs: this.resumeUs };
  }

  release(): void {
    this.#held = null;
  }

  /** `nowUs`: a clock that is ahead must not carry us past what is still to come. */
  take({ log, timesUs, toUs, readToUs }: ReadPart, nowUs: number): void {
    if (readToUs !== null) {
      this.#declared.add(log);
      this.#logs.set(log, Math.min(readToUs, nowUs));
    }
    if (this.#declared.has(log)) return;
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
    if (this.#held !== null) return this.#held.resumeUs;
    if (this.#logs.size === 0) return null;
    const marks = [...this.#logs.values()];
    const behind = Math.max(Math.min(...marks), Math.max(...marks) - MOST_BEHIND_US);
    return behind - SLACK_US - this.#disorderUs;
  }

  get disorderUs(): number {
    return this.#disorderUs;
  }

  record(): ReadMarksRecord {
    if (this.#held !== null) return this.#held.record;
    return {
      logs: Object.fromEntries(this.#logs),
      disorderUs: this.#disorderUs,
      declared: [...this.#declared],
    };
  }

  restore({ logs, disorderUs, declared }: ReadMarksRecord): void {
    for (const log of declared) this.#declared.add(log);
    for (const [log, us] of Object.entries(logs)) this.#logs.set(log, us);
    this.#disorderUs = disorderUs;
  }
}
