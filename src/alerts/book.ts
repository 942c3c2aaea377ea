/**
 * What was alerted, and what is still owed to whom: pure, without a clock or a disk. An alert is told once to each receiver, and
 * again when it still happens after a time that it was quiet about; in between it grows.
 */

import { SEVERITIES, type Severity } from '../rules/rule.ts';
import { type Alert, again, fingerprintOf, newAlert } from './alert.ts';
import { type Finding, gravity } from './finding.ts';

/** Whom it owes: what of a receiver it has to know. */
export interface Debtee {
  readonly key: string;
  readonly keeps: boolean;
  /** What is less grave is not sent to it. */
  readonly least: Severity;
}

/** Owed to all receivers together. Whoever reads the log waits then, and the log keeps what comes. */
export const MOST_OWED = 10_000;
/** Told and remembered, at most; the oldest are forgotten, and told again when they still happen. */
const MOST_TOLD = 20_000;

interface Entry {
  alert: Alert;
  /** Of the book, when it was last changed by a finding. */
  version: number;
  /** By receiver: when it was told, milliseconds since the epoch. */
  readonly told: Map<string, number>;
}

/** As it is kept on disk. */
export interface BookRecord {
  readonly alert: Alert;
  readonly told: Readonly<Record<string, number>>;
  /** Receivers. */
  readonly owed: readonly string[];
}

export class Book {
  readonly #debtees: readonly Debtee[];
  /** How long an alert stands after its latest finding, and nothing is said of it again. */
  readonly #freshMs: number;
  /** By fingerprint, the longest known first. */
  readonly #entries = new Map<string, Entry>();
  /** By receiver and gravity: fingerprints, the longest owed first. */
  readonly #owed = new Map<string, readonly Set<string>[]>();

  #version = 0;

  constructor(debtees: readonly Debtee[], freshMs: number) {
    this.#debtees = debtees;
    this.#freshMs = freshMs;
    for (const { key } of debtees)
      this.#owed.set(
        key,
        SEVERITIES.map(() => new Set<string>()),
      );
  }

  /** Takes a finding that is known to be new. */
  note(finding: Finding, nowMs: number): void {
    const fingerprint = fingerprintOf(finding);
    const before = this.#entries.get(fingerprint);
    const isNew = before === undefined || (this.#isOver(before, nowMs) && !this.#isOwed(fingerprint));
    const entry: Entry = isNew
      ? { alert: newAlert(finding, nowMs), version: ++this.#version, told: new Map() }
      : { alert: again(before.alert, finding, nowMs), version: before.version, told: before.told };
    // A new one stands behind the others.
    if (isNew) this.#entries.delete(fingerprint);
    this.#entries.set(fingerprint, entry);
    for (const debtee of this.#debtees)
      if (this.#isDue(entry, debtee, nowMs)) this.#owe(debtee.key, entry, nowMs);
    // Nobody is told: a terminal has its own lines.
    if (entry.told.size === 0 && !this.#isOwed(fingerprint)) this.#entries.delete(fingerprint);
    this.#forgetOldest();
  }

  #isDue({ alert, told }: Entry, { key, keeps, least }: Debtee, nowMs: number): boolean {
    if (gravity(alert.finding.severity) < gravity(least)) return false;
    const toldMs = told.get(key);
    if (toldMs === undefined) return true;
    // What a receiver keeps is posted to it again and again while it stands.
    return !keeps && nowMs - toldMs >= this.#freshMs;
  }

  #owe(key: string, entry: Entry, nowMs: number): void {
    const { fingerprint, finding } = entry.alert;
    const bucket = this.#owed.get(key)?.[gravity(finding.severity)];
    if (bucket === undefined || bucket.has(fingerprint)) return;
    entry.version = ++this.#version;
    // Told before: what is told now is another message, and no repetition of that.
    if (entry.told.has(key)) entry.alert = { ...entry.alert, beganMs: nowMs };
    bucket.add(fingerprint);
  }

  /** Grows with each debt. */
  get version(): number {
    return this.#version;
  }

  /** At which it was owed last. */
  versionOf({ fingerprint }: Alert): number {
    return this.#entries.get(fingerprint)?.version ?? 0;
  }

  get owedCount(): number {
    return this.#debtees.reduce((sum, { key }) => sum + this.owedTo(key), 0);
  }

  owedTo(key: string): number {
    return (this.#owed.get(key) ?? []).reduce((sum, { size }) => sum + size, 0);
  }

  /** The gravest first, of those the longest owed; `passes`: whether it may be sent now. */
  *due(key: string, passes: (alert: Alert) => boolean): Generator<Alert> {
    for (const bucket of (this.#owed.get(key) ?? []).toReversed()) {
      for (const fingerprint of bucket) {
        const entry = this.#entries.get(fingerprint);
        if (entry !== undefined && passes(entry.alert)) yield entry.alert;
      }
    }
  }

  /** What a receiver that keeps alerts was told of and that still stands there. */
  standing(key: string, nowMs: number): Alert[] {
    return [...this.#entries.values()]
      .filter(({ alert, told }) => told.has(key) && this.standsUntil(key, alert, nowMs) > nowMs)
      .map(({ alert }) => alert);
  }

  /** Counted from when the receiver is told, where that is later: what it hears of when it is over, nobody is woken by. */
  standsUntil(key: string, { fingerprint, foundMs }: Alert, nowMs: number): number {
    const toldMs = this.#entries.get(fingerprint)?.told.get(key) ?? nowMs;
    return Math.max(foundMs, toldMs) + this.#freshMs;
  }

  /** The receiver has them, or will never take them. */
  settle(key: string, alerts: readonly Alert[], nowMs: number): void {
    for (const { fingerprint } of alerts) {
      for (const bucket of this.#owed.get(key) ?? []) bucket.delete(fingerprint);
      this.#entries.get(fingerprint)?.told.set(key, nowMs);
    }
  }

  /** Forgets what is over and owed to nobody. */
  prune(nowMs: number): void {
    for (const [fingerprint, entry] of this.#entries)
      if (this.#isOver(entry, nowMs) && !this.#isOwed(fingerprint)) this.#entries.delete(fingerprint);
  }

  records(): BookRecord[] {
    return [...this.#entries.values()].map(({ alert, told }) => ({
      alert,
      told: Object.fromEntries(told),
      owed: this.#debtees.map(({ key }) => key).filter((key) => this.#isOwedTo(key, alert.fingerprint)),
    }));
  }

  /** Of an earlier run. How many alerts were owed to receivers that there are no longer, by receiver. */
  restore(records: readonly BookRecord[]): ReadonlyMap<string, number> {
    const lost = new Map<string, number>();
    for (const { alert, told, owed } of records) {
      const entry: Entry = { alert, version: 0, told: new Map(Object.entries(told)) };
      this.#entries.set(alert.fingerprint, entry);
      for (const key of owed) {
        const bucket = this.#owed.get(key)?.[gravity(alert.finding.severity)];
        if (bucket === undefined) lost.set(key, (lost.get(key) ?? 0) + 1);
        else bucket.add(alert.fingerprint);
      }
    }
    return lost;
  }

  #isOver({ alert, told }: Entry, nowMs: number): boolean {
    const sinceMs = Math.max(alert.foundMs, ...told.values());
    return nowMs - sinceMs >= this.#freshMs;
  }

  #isOwed(fingerprint: string): boolean {
    return this.#debtees.some(({ key }) => this.#isOwedTo(key, fingerprint));
  }

  #isOwedTo(key: string, fingerprint: string): boolean {
    return (this.#owed.get(key) ?? []).some((bucket) => bucket.has(fingerprint));
  }

  #forgetOldest(): void {
    if (this.#entries.size <= MOST_TOLD + MOST_OWED) return;
    for (const fingerprint of this.#entries.keys()) {
      if (this.#entries.size <= MOST_TOLD) return;
      if (!this.#isOwed(fingerprint)) this.#entries.delete(fingerprint);
    }
  }
}
