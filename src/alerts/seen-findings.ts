/** Which findings were taken in already, so that a log that is read again tells nothing twice: each by a digest, as long as it may come again. */
import { createHash } from 'node:crypto';
import type { Finding } from './finding.ts';

/** 22 characters each. Beyond it the oldest are forgotten: a restart may tell of them again. */
const MOST = 200_000;

/** Key and the time of its last request, microseconds. */
export type SeenRecord = readonly (readonly [key: string, lastUs: number])[];

export class SeenFindings {
  readonly #lastUs = new Map<string, number>();

  /** Whether it is new; known from now on. `key`: the row's own. */
  take(key: string, finding: Finding, nowUs: number): boolean {
    const of = JSON.stringify([finding.rule, key, finding.auditIDs]);
    const digest = createHash('sha256').update(of).digest('base64').slice(0, 22);
    if (this.#lastUs.has(digest)) return false;
    const lastMs = Date.parse(finding.last ?? '');
    this.#lastUs.set(digest, Number.isNaN(lastMs) ? nowUs : lastMs * 1000);
    if (this.#lastUs.size > MOST) this.#forgetOldest();
    return true;
  }

  /** Before that, nothing is read again. */
  prune(beforeUs: number): void {
    for (const [key, us] of this.#lastUs) if (us < beforeUs) this.#lastUs.delete(key);
  }

  record(): SeenRecord {
    return [...this.#lastUs];
  }

  restore(record: SeenRecord): void {
    for (const [key, us] of record) this.#lastUs.set(key, us);
  }

  #forgetOldest(): void {
    const [oldest] = this.#lastUs.keys();
    if (oldest !== undefined) this.#lastUs.delete(oldest);
  }
}
