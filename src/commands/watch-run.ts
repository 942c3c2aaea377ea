/** A watch while it runs: findings are told apart from those that are known, become alerts, and are on disk before anybody is told. */
import type { Alert } from '../alerts/alert.ts';
import type { Book } from '../alerts/book.ts';
import type { Delivery } from '../alerts/delivery.ts';
import type { Finding } from '../alerts/finding.ts';
import type { WatchMetrics } from '../alerts/metrics.ts';
import type { Remembered, StateFile } from '../alerts/state.ts';
import { UserError } from '../errors.ts';
import { isOutcome } from '../event/assembler.ts';
import type { EventBatch } from '../event/batch.ts';
import type { ParsedWindow } from '../query/time-range.ts';
import type { StreamedRow } from '../questions/row-stream.ts';
import type { Source } from '../sources/source.ts';
import type { FollowOptions } from './follow.ts';
import type { Watching } from './run-following.ts';

/** What is read between two writings is read again when we are killed. */
const KEEP_MS = 2_000;
/** For what is on its way when we are told to end. */
const GRACE_MS = 5_000;
/** With --once, for receivers that are slow: the next run goes on with what is left. */
const ONCE_MS = 120_000;
/** The log is silent, or we are not let through: said after that, and again when it lasts twice as long. */
const SILENT_MS = 600_000;

export interface WatchRunOptions {
  readonly isOnce: boolean;
  /** Null: as flags say. */
  readonly begins: (ParsedWindow & { readonly begins: FollowOptions['begins'] }) | null;
  readonly remembered: Remembered;
  /** Null: nothing is kept. */
  readonly file: StateFile | null;
  readonly delivery: Delivery;
  readonly metrics: WatchMetrics;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** The API server's clock may be so far behind ours. */
const CLOCKS_APART_US = 300_000_000;

export class WatchRun implements Watching {
  readonly isOnce: boolean;
  readonly #options: WatchRunOptions;
  readonly #book: Book;
  #timer: NodeJS.Timeout | null = null;
  /** Up to which version the book is on disk. */
  #keptVersion = 0;
  #isKept = true;
  #isCaughtUp = false;
  #hasFailed = false;
  #hasEnded = false;
  #lastReadMs: number;
  #silentMs = SILENT_MS;

  constructor(options: WatchRunOptions) {
    this.#options = options;
    this.isOnce = options.isOnce;
    this.#book = options.remembered.book;
    this.#lastReadMs = performance.now();
    options.remembered.marks.hold();
  }

  windowFor(_sources: readonly Source[], typed: ParsedWindow): NonNullable<WatchRunOptions['begins']> {
    return this.#options.begins ?? { ...typed, begins: 'since' };
  }

  async take(rows: readonly StreamedRow[]): Promise<readonly StreamedRow[]> {
    const { delivery, remembered, metrics, now, signal } = this.#options;
    const fresh: StreamedRow[] = [];
    for (const one of rows) {
      const finding = one.row as unknown as Finding;
      if (!remembered.seen.take(one.key, finding, now() * 1000)) continue;
      // Reading waits, and the log keeps what comes: nothing is dropped for a receiver that is away.
      if (this.#isFromBefore(finding)) continue;
      await delivery.room(signal);
      this.#book.note(finding, now());
      metrics.found(finding.rule, finding.severity);
      fresh.push(one);
    }
    if (fresh.length > 0) delivery.wake();
    this.#isKept = false;
    return fresh;
  }

  /** It was in the log when the first run began: nobody is told, not by a later run either that reads that far back. */
  #isFromBefore({ last }: Finding): boolean {
    const { isPrimed, beganUs } = this.#options.remembered;
    if (beganUs === null || last === null) return false;
    const isNow = isPrimed || this.#isCaughtUp;
    return Date.parse(last) * 1000 <= beganUs - (isNow ? CLOCKS_APART_US : 0);
  }

  onRead(batch: EventBatch): void {
    const { remembered, metrics, now } = this.#options;
    const { source: log, events, passedOver, readToUs = null } = batch;
    const nowMs = now();
    const timesUs = events.flatMap(({ stageUs, receivedUs }) => stageUs ?? receivedUs ?? []);
    const { toUs } = passedOver;
    // What is there before comes piece by piece, the newest first.
    const part = this.#isCaughtUp
      ? { timesUs, toUs }
      : { timesUs: [], toUs: [...timesUs, toUs ?? 0].reduce((a, b) => Math.max(a, b)) || null };
    remembered.marks.take({ log, ...part, readToUs }, nowMs * 1000);
    const requests = events.filter(isOutcome).length + passedOver.outcomes;
    const reached = [...timesUs, toUs, readToUs].filter((us) => us !== null);
    metrics.read(
      log,
      requests,
      reached.length === 0 ? null : reached.reduce((a, b) => Math.max(a, b)),
      nowMs,
    );
    this.#isKept = false;
    this.#lastReadMs = performance.now();
    this.#silentMs = SILENT_MS;
  }

  async onCaughtUp(): Promise<void> {
    this.#isCaughtUp = true;
    this.#options.remembered.isPrimed = true;
    this.#options.remembered.marks.release();
    await this.keep();
    if (this.isOnce) return;
    this.#timer = setInterval(() => {
      this.#tellSilence();
      if (!this.#isKept) void this.keep();
    }, KEEP_MS);
  }

  /** Resolves when all that is so by now is on disk; or when that failed, which is said: alerts go on. */
  async keep(isDurable = true): Promise<void> {
    const { file, remembered, say, now } = this.#options;
    if (isDurable) this.#isKept = true;
    const { version } = this.#book;
    if (file === null) {
      this.#keptVersion = version;
      return;
    }
    remembered.book.prune(now());
    try {
      await file.keep(isDurable);
      if (isDurable) this.#keptVersion = Math.max(this.#keptVersion, version);
      if (this.#hasFailed) say('the state is kept again');
      this.#hasFailed = false;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!this.#hasFailed) say(`${error.message}; alerts go on, and a restart may repeat them`);
      this.#hasFailed = true;
      this.#isKept = false;
    }
  }

  /** Known to the disk since it was found, or grew. */
  isKept(alert: Alert): boolean {
    return this.#book.versionOf(alert) <= this.#keptVersion;
  }

  /** At the latest when it is over, however it ended. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    const { delivery, file, say } = this.#options;
    await delivery.drain(this.isOnce ? ONCE_MS : GRACE_MS);
    await delivery.stop();
    await this.keep();
    const left = this.#book.owedCount;
    if (left > 0) {
      const what = `${left} ${left === 1 ? 'alert is' : 'alerts are'} not delivered yet`;
      say(
        `${what}${file === null ? ', and there is no state to keep them in' : ': the next run goes on with that'}`,
      );
    }
  }

  /** Whether all is delivered that was owed. */
  get isSettled(): boolean {
    return this.#book.owedCount === 0;
  }

  #tellSilence(): void {
    const silentMs = performance.now() - this.#lastReadMs;
    if (silentMs < this.#silentMs) return;
    this.#silentMs *= 2;
    this.#options.say(
      `nothing was read for ${Math.round(silentMs / 60_000)} minutes: is anything written to the log?`,
    );
  }
}
