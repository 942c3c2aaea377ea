/** Which segment of a file is read next: shared by the threads that read it. */

/** Small enough that few bytes are held at a time, large enough that handing one over costs nothing beside it. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Segments that may be finished and not yet taken, for each thread. */
const AHEAD = 3;

const NEXT = 0;
const TAKEN = 1;
const IS_CANCELLED = 2;
const WAIT_MS = 1000;

/** Which part of a file is read, in pieces of which size. */
export interface Division {
  readonly from: number;
  readonly to: number;
  readonly segmentBytes: number;
}

export interface Segment {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

export function segmentOf({ from, to, segmentBytes }: Division, number: number): Segment {
  const start = from + number * segmentBytes;
  return { number, from: start, to: Math.min(to, start + segmentBytes) };
}

export class Segments {
  readonly shared: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #division: Division;
  readonly #ahead: number;

  /** `shared`: of another thread; default a new one. */
  constructor(
    division: Division,
    threads: number,
    shared = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT),
  ) {
    this.shared = shared;
    this.#numbers = new Int32Array(shared);
    this.#division = division;
    this.#ahead = threads * AHEAD;
  }

  get count(): number {
    const { from, to, segmentBytes } = this.#division;
    return Math.ceil((to - from) / segmentBytes);
  }

  /** For the calling thread alone. Waits until enough of those before it are taken. Null: there is no more to do. */
  next(): Segment | null {
    const number = Atomics.add(this.#numbers, NEXT, 1);
    if (number >= this.count) return null;
    while (!this.#isCancelled) {
      const taken = Atomics.load(this.#numbers, TAKEN);
      if (number - taken < this.#ahead) return segmentOf(this.#division, number);
      Atomics.wait(this.#numbers, TAKEN, taken, WAIT_MS);
    }
    return null;
  }

  /** As `next`, but waits for nothing. Null also while enough of those before it are not taken. */
  nextAtOnce(): Segment | null {
    const number = Atomics.load(this.#numbers, NEXT);
    const isFree = number < this.count && number - Atomics.load(this.#numbers, TAKEN) < this.#ahead;
    if (!isFree || this.#isCancelled) return null;
    // Another thread was first: there may be one more.
    if (Atomics.compareExchange(this.#numbers, NEXT, number, number + 1) !== number) return this.nextAtOnce();
    return segmentOf(this.#division, number);
  }

  /** The next one in order has been dealt with. */
  take(): void {
    Atomics.add(this.#numbers, TAKEN, 1);
    Atomics.notify(this.#numbers, TAKEN);
  }

  /** No thread begins another one. */
  cancel(): void {
    Atomics.store(this.#numbers, IS_CANCELLED, 1);
    Atomics.notify(this.#numbers, TAKEN);
  }

  get #isCancelled(): boolean {
    return Atomics.load(this.#numbers, IS_CANCELLED) === 1;
  }
}
