/**
 * Brings alerts to their receivers: each by itself, so that one that hangs holds up no other; grouped, no faster than it bears,
 * again and again until it has taken them. What is owed is the book's; that it is on disk before and after, the caller's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from './alert.ts';
import { type Book, MOST_OWED } from './book.ts';
import type { Receiver } from './receivers/receiver.ts';
import { backOffMs } from './retry-wait.ts';
import { send } from './send.ts';

/** What comes together is told together. */
const GATHER_MS = 500;
/** What a receiver keeps is posted again so often: Alertmanager's own resolve_timeout is 5 minutes, and Prometheus posts each minute. */
const REPOST_MS = 60_000;
/** What a receiver refuses as such is tried again after growing times, in case it is mended; and then given up. */
const REFUSED_FIRST_MS = 60_000;
const MOST_REFUSALS = 10;
const LONGEST_SLEEP_MS = 600_000;

export interface Delivered {
  readonly receiver: string;
  /** `failed`: given up. */
  readonly result: 'delivered' | 'failed';
  readonly alerts: number;
}

export interface DeliveryOptions {
  readonly receivers: readonly PacedReceiver[];
  readonly book: Book;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  /** Resolves when what the book holds is kept: on disk, or (`isDurable` false) at least where our own end takes nothing from it. */
  readonly keep: (isDurable: boolean) => Promise<void>;
  /** That an alert is owed is on disk. */
  readonly isKept: (alert: Alert) => boolean;
  readonly onDelivered: (delivered: Delivered) => void;
  readonly onFailure: (receiver: string) => void;
  readonly onNews: (text: string) => void;
  /** Of what no receiver and no network is to blame for. */
  readonly onBug: (error: unknown) => void;
}

export interface PacedReceiver extends Receiver {
  readonly perMinute: number;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #over = new AbortController();
  readonly #lines: readonly Line[];
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#lines = options.receivers.map((receiver) => new Line(receiver, options, () => this.#wakeWaiting()));
  }

  start(): void {
    const { signal } = this.#over;
    this.#running = Promise.all(this.#lines.map((line) => line.run(signal))).catch((error: unknown) => {
      if (!signal.aborted) this.#options.onBug(error);
    });
  }

  /** There is something new in the book. */
  wake(): void {
    for (const line of this.#lines) line.wake();
  }

  /** Resolves when there is room for more. Rejects with the signal's reason. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#options.book.owedCount >= MOST_OWED) await this.#change(signal);
  }

  /** Resolves when nothing is owed but what was refused, and all that stands was posted; at the latest after `mostMs`. */
  async drain(mostMs: number): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), mostMs);
    for (const line of this.#lines) line.hurry();
    const drained = async (): Promise<void> => {
      while (!late.signal.aborted && this.#lines.some((line) => line.isBusy))
        await this.#change(late.signal).catch(() => {});
    };
    await Promise.race([this.#running, drained()]);
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
    for (const { server } of this.#options.receivers) server.close();
  }

  #waiting: (() => void)[] = [];

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  #wakeWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** To one receiver. */
class Line {
  readonly #receiver: PacedReceiver;
  readonly #options: DeliveryOptions;
  readonly #onChange: () => void;
  /** Of what it refused: by fingerprint. Times here are performance.now's: nobody sets it back. */
  readonly #refused = new Map<string, { readonly times: number; readonly untilMs: number }>();
  /** Tells which of several it refuses: sent one by one. */
  readonly #suspects = new Set<string>();
  #wake: (() => void) | null = null;
  #failures = 0;
  #mayMs = 0;
  /** Of a receiver that keeps alerts: what it was posted in this run, by fingerprint. Without it, it may have been restarted since. */
  readonly #posted = new Map<string, { readonly atMs: number; readonly foundMs: number }>();
  #isHurried = false;

  constructor(receiver: PacedReceiver, options: DeliveryOptions, onChange: () => void) {
    this.#receiver = receiver;
    this.#options = options;
    this.#onChange = onChange;
  }

  /** There is something to be sent, now or when the receiver lets us. */
  get isBusy(): boolean {
    return this.#next() !== null || this.#toRepost(0).length > 0;
  }

  wake(): void {
    this.#wake?.();
  }

  /** What stands, and has grown, is posted now, and nothing is gathered any more. */
  hurry(): void {
    this.#isHurried = true;
    this.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (!this.isBusy) {
        await this.#sleep(signal);
        // What comes with the first of several is told with it.
        if (this.isBusy && !this.#isHurried) await sleep(GATHER_MS, undefined, { signal });
        continue;
      }
      const waitMs = this.#mayMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
      await this.#step(signal);
      this.#onChange();
    }
  }

  /** What is due, or will be in `aheadMs`. */
  #toRepost(aheadMs: number): readonly Alert[] {
    const { keeps, key } = this.#receiver;
    if (!keeps) return [];
    const nowMs = performance.now() + aheadMs;
    return this.#options.book.standing(key, this.#options.now()).filter(({ fingerprint, foundMs }) => {
      const posted = this.#posted.get(fingerprint);
      if (posted === undefined || nowMs - posted.atMs >= REPOST_MS) return true;
      return this.#isHurried && posted.foundMs !== foundMs;
    });
  }

  /** What goes into one message; null: nothing is due. */
  #next(): readonly Alert[] | null {
    const { key, mostAtOnce } = this.#receiver;
    const may = ({ fingerprint }: Alert): boolean =>
      (this.#refused.get(fingerprint)?.untilMs ?? 0) <= performance.now();
    const together: Alert[] = [];
    for (const alert of this.#options.book.due(key, may)) {
      const [first] = together;
      if (first === undefined) {
        together.push(alert);
        if (this.#isAlone(alert)) break;
      } else if (!this.#isAlone(alert) && this.#receiver.groupOf(alert) === this.#receiver.groupOf(first))
        together.push(alert);
      if (together.length >= mostAtOnce) break;
    }
    return together.length === 0 ? null : together;
  }

  #isAlone({ fingerprint }: Alert): boolean {
    return this.#suspects.has(fingerprint) || this.#refused.has(fingerprint);
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { keep, isKept } = this.#options;
    const { mostAtOnce } = this.#receiver;
    const due = this.#next();
    if (due !== null) {
      // What is told, and could be told again after a crash, is at least known by then.
      if (!due.every(isKept)) await keep(true);
      await this.#tell(due, false, signal);
      return;
    }
    // Together, though they were told at different times.
    const standing = this.#toRepost(0).length === 0 ? [] : this.#toRepost(REPOST_MS / 2);
    for (let at = 0; at < standing.length; at += mostAtOnce)
      if (!(await this.#tell(standing.slice(at, at + mostAtOnce), true, signal))) return;
  }

  /** Whether it was accepted. */
  async #tell(alerts: readonly Alert[], isAgain: boolean, signal: AbortSignal): Promise<boolean> {
    const { book, now, keep, onDelivered, onFailure, onNews, chance } = this.#options;
    const { name, key, perMinute } = this.#receiver;
    const message = () => this.#receiver.messageFor(alerts, (alert) => book.standsUntil(key, alert, now()));
    const verdict = await send(this.#receiver, message, now, signal);
    this.#mayMs = performance.now() + 60_000 / perMinute;
    if (verdict.kind === 'accepted') {
      if (this.#failures > 0) onNews(`${name} takes alerts again`);
      this.#failures = 0;
      this.#remember(alerts);
      if (isAgain) return true;
      for (const { fingerprint } of alerts) {
        this.#refused.delete(fingerprint);
        this.#suspects.delete(fingerprint);
      }
      book.settle(key, alerts, now());
      // Killed until then, we tell the same again, under the same key.
      await keep(false);
      onDelivered({ receiver: name, result: 'delivered', alerts: alerts.length });
      return true;
    }
    onFailure(name);
    if (verdict.kind === 'refused' && !isAgain) {
      this.#refuse(alerts, verdict.why);
      return false;
    }
    this.#failures++;
    if (this.#failures === 1)
      onNews(`alerts are not taken: ${verdict.why}; trying on, nothing is lost meanwhile`);
    const asked = verdict.kind === 'later' ? verdict.afterMs : null;
    const waitMs = asked ?? backOffMs(this.#failures, chance());
    this.#mayMs = Math.max(this.#mayMs, performance.now() + waitMs);
    return false;
  }

  #remember(posted: readonly Alert[]): void {
    if (!this.#receiver.keeps) return;
    const atMs = performance.now();
    for (const { fingerprint, foundMs } of posted) this.#posted.set(fingerprint, { atMs, foundMs });
    for (const [fingerprint, last] of this.#posted)
      if (atMs - last.atMs > 3 * REPOST_MS) this.#posted.delete(fingerprint);
  }

  /** Of several, it is not said which: they are sent one by one. One is put aside, and given up when that was of no use. */
  #refuse(alerts: readonly Alert[], why: string): void {
    const { book, now, onNews, onDelivered } = this.#options;
    const { name, key } = this.#receiver;
    const [only] = alerts;
    if (alerts.length > 1 || only === undefined) {
      for (const { fingerprint } of alerts) this.#suspects.add(fingerprint);
      return;
    }
    this.#suspects.delete(only.fingerprint);
    const times = (this.#refused.get(only.fingerprint)?.times ?? 0) + 1;
    if (times === 1)
      onNews(`an alert of ${only.finding.rule} is refused: ${why}; it is put aside, and tried again`);
    if (times < MOST_REFUSALS) {
      this.#refused.set(only.fingerprint, {
        times,
        untilMs: performance.now() + REFUSED_FIRST_MS * 2 ** (times - 1),
      });
      return;
    }
    this.#refused.delete(only.fingerprint);
    book.settle(key, alerts, now());
    onNews(`an alert of ${only.finding.rule} is given up: ${why}`);
    onDelivered({ receiver: name, result: 'failed', alerts: 1 });
  }

  /** Until there is something new, or what was refused, or what stands, is due again. */
  #sleep(signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const refused = [...this.#refused.values()].map(({ untilMs }) => untilMs);
    const posted = [...this.#posted.values()].map(({ atMs }) => Math.max(atMs + REPOST_MS, nowMs + 1_000));
    const ms = Math.max(100, Math.min(...refused, ...posted, nowMs + LONGEST_SLEEP_MS) - nowMs);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
