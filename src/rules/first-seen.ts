/** Values that were not there before: the correlation `first seen`. */
import type { Correlator, Found, Hit } from './correlate.ts';
import type { Correlation } from './rule.ts';

/** Of one rule. Beyond it those are forgotten that were seen longest ago. */
const MOST_VALUES = 200_000;

export class FirstSeen<T> implements Correlator<T> {
  readonly #lookBackUs: number;
  /** When each was seen last. */
  readonly #seen = new Map<string, number>();
  readonly #most: number;
  #episodes = 0;
  #forgotten = 0;

  constructor(
    { lookBackUs }: Extract<Correlation, { kind: 'first seen' }>,
    slackUs: number,
    most = MOST_VALUES,
  ) {
    this.#lookBackUs = lookBackUs + slackUs;
    this.#most = most;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  add(hit: Hit<T>): readonly Found<T>[] {
    // What is not there is nothing new.
    if (hit.values.every((value) => value === null)) return [];
    const value = `${hit.key}\n${JSON.stringify(hit.values)}`;
    const last = this.#seen.get(value);
    // Behind the others: the first is the one that was seen longest ago.
    this.#seen.delete(value);
    this.#seen.set(value, Math.max(last ?? 0, hit.atUs));
    this.#letGo();
    const isNew = last === undefined || hit.atUs - last > this.#lookBackUs;
    return isNew ? [{ episode: this.#episodes++, isNew, atUs: hit.atUs, hits: [hit] }] : [];
  }

  #letGo(): void {
    if (this.#seen.size <= this.#most) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
    this.#forgotten++;
  }
}
