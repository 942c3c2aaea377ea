/** A stretch of a file → parcels in the order of its lines, by several threads. */
import type { Worker } from 'node:worker_threads';
import type { Job, Report, SystemError, TallyPart } from './messages.ts';
import type { Parcel } from './parcel.ts';
import { Segments } from './segments.ts';
import type { FileStretch } from './sift-segment.ts';
import { borrowThread, giveBackThread, stopListening, threadCount } from './thread-pool.ts';

export interface FileSifting {
  /** In order. Throws the signal's reason, and what reading throws. Ends early when nobody reads on. */
  parcels(): AsyncGenerator<Parcel>;
  /** What was passed over in segments all of which have been read on from, each part once. */
  takeTallies(): readonly TallyPart[];
}

/** Null: threads cannot be had, or there would be one only. */
export function siftFile(
  file: FileStretch,
  how: Pick<Job, 'sieve' | 'maxLineBytes' | 'segmentBytes'>,
  signal: AbortSignal,
): FileSifting | null {
  const threads = threadCount();
  if (threads < 2) return null;
  const segments = new Segments({ ...file, ...how }, threads);
  const job: Job = { kind: 'sift', file, ...how, threads, shared: segments.shared };
  try {
    return new Sifting(segments, Array.from({ length: threads }, borrowThread), job, signal);
  } catch {
    return null;
  }
}

class Sifting implements FileSifting {
  readonly #segments: Segments;
  readonly #signal: AbortSignal;
  readonly #working = new Set<Worker>();
  readonly #parcels = new Map<number, Parcel>();
  #tallies: TallyPart[] = [];
  #taken = 0;
  #failure: Error | null = null;
  #wake: () => void = () => {};

  constructor(segments: Segments, workers: readonly Worker[], job: Job, signal: AbortSignal) {
    this.#segments = segments;
    this.#signal = signal;
    for (const worker of workers) {
      this.#working.add(worker);
      worker.on('message', (report: Report) => this.#hear(worker, report));
      worker.on('error', (error: Error) => this.#fail(error));
      worker.postMessage(job);
    }
  }

  async *parcels(): AsyncGenerator<Parcel> {
    const onAbort = (): void => this.#wake();
    this.#signal.addEventListener('abort', onAbort);
    try {
      for (let number = 0; number < this.#segments.count; number++) {
        this.#signal.throwIfAborted();
        yield await this.#parcel(number);
        this.#segments.take();
        this.#taken++;
      }
      while (this.#working.size > 0) await this.#news();
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
      this.#stop();
    }
  }

  takeTallies(): readonly TallyPart[] {
    const isTaken = ({ segments }: TallyPart): boolean => segments.every((number) => number < this.#taken);
    const taken = this.#tallies.filter(isTaken);
    this.#tallies = this.#tallies.filter((part) => !isTaken(part));
    return taken;
  }

  async #parcel(number: number): Promise<Parcel> {
    while (true) {
      const parcel = this.#parcels.get(number);
      if (parcel === undefined) await this.#news();
      else {
        this.#parcels.delete(number);
        return parcel;
      }
    }
  }

  async #news(): Promise<void> {
    if (this.#failure === null && !this.#signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#signal.throwIfAborted();
    if (this.#failure !== null) throw this.#failure;
  }

  #hear(worker: Worker, report: Report): void {
    if (report.kind === 'failed') this.#fail(errorOf(report.error));
    else if (report.kind === 'parcel') this.#parcels.set(report.parcel.segment, report.parcel);
    else if (report.kind === 'tally') this.#tallies.push(report.part);
    else if (report.kind === 'done') {
      this.#working.delete(worker);
      giveBackThread(worker);
    }
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** Those that are still at it end by themselves, soon, and nobody waits for them. */
  #stop(): void {
    this.#segments.cancel();
    for (const worker of this.#working) {
      stopListening(worker);
      worker.unref();
      worker.on('error', () => {});
      worker.on('message', ({ kind }: Report) => {
        if (kind === 'done' || kind === 'failed') giveBackThread(worker);
      });
    }
  }
}

export function errorOf({ message, ...rest }: SystemError): Error {
  return Object.assign(new Error(message), rest);
}
