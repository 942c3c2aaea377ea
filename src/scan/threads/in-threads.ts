/** One job for several threads: what they make of each segment, in the order of the segments. */
import type { Worker } from 'node:worker_threads';
import type { IndexJob, Job, Report, SystemError } from './messages.ts';
import type { Segments } from './segments.ts';
import { giveBackThread, stopListening } from './thread-pool.ts';

/**
 * `threads`: borrowed; they are given back. `made`: what a report tells of a segment; null: nothing. `makeOwn`: makes of a segment
 * itself what it can at once, instead of waiting; null: nothing; default never. Throws the signal's reason, and what reading
 * throws. Ends when no thread has more to do, and early when nobody reads on.
 */
export async function* inThreads<Made extends { readonly segment: number }>(
  threads: readonly Worker[],
  job: Job | IndexJob,
  segments: Segments,
  made: (report: Report, thread: Worker) => Made | null,
  signal: AbortSignal,
  makeOwn: () => Made | null = () => null,
): AsyncGenerator<Made> {
  const working = new Working(threads, job, made, signal, makeOwn);
  try {
    for (let number = 0; number < segments.count; number++) {
      signal.throwIfAborted();
      yield await working.next(number);
      segments.take();
    }
    await working.end();
  } finally {
    segments.cancel();
    working.leave();
  }
}

class Working<Made extends { readonly segment: number }> {
  readonly #signal: AbortSignal;
  readonly #threads: Set<Worker>;
  readonly #made = new Map<number, Made>();
  readonly #makeOwn: () => Made | null;
  readonly #onAbort = (): void => this.#wake();
  #failure: Error | null = null;
  #wake: () => void = () => {};

  constructor(
    threads: readonly Worker[],
    job: Job | IndexJob,
    made: (report: Report, thread: Worker) => Made | null,
    signal: AbortSignal,
    makeOwn: () => Made | null,
  ) {
    this.#signal = signal;
    this.#makeOwn = makeOwn;
    this.#threads = new Set(threads);
    signal.addEventListener('abort', this.#onAbort);
    for (const thread of threads) {
      thread.on('message', (report: Report) => this.#hear(thread, report, made(report, thread)));
      thread.on('error', (error: Error) => this.#fail(error));
      thread.postMessage(job);
    }
  }

  async next(number: number): Promise<Made> {
    for (;;) {
      const made = this.#made.get(number);
      if (made !== undefined) {
        this.#made.delete(number);
        return made;
      }
      const own = this.#makeOwn();
      if (own === null) await this.#news();
      else {
        this.#made.set(own.segment, own);
        await this.#hearOthers();
      }
    }
  }

  async end(): Promise<void> {
    while (this.#threads.size > 0) await this.#news();
  }

  /** Those that are still at it end by themselves, soon, and nobody waits for them. */
  leave(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    for (const thread of this.#threads) {
      stopListening(thread);
      thread.unref();
      thread.on('error', () => {});
      thread.on('message', ({ kind }: Report) => {
        if (kind === 'done' || kind === 'failed') giveBackThread(thread);
      });
    }
  }

  async #news(): Promise<void> {
    if (this.#failure === null && !this.#signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#check();
  }

  #check(): void {
    this.#signal.throwIfAborted();
    if (this.#failure !== null) throw this.#failure;
  }

  /** What they have said by now, and what else waits for this thread. */
  async #hearOthers(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.#check();
  }

  #hear(thread: Worker, report: Report, made: Made | null): void {
    if (made !== null) this.#made.set(made.segment, made);
    if (report.kind === 'failed') this.#fail(errorOf(report.error));
    if (report.kind === 'done' || report.kind === 'failed') {
      this.#threads.delete(thread);
      giveBackThread(thread);
    }
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}

function errorOf({ message, ...rest }: SystemError): Error {
  return Object.assign(new Error(message), rest);
}
