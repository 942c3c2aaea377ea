/**
 * Passes over lines that cannot match, many at a time, in whatever memory they lie. At any line that the kernel does not judge
 * it stops: that one is prefilter.ts's.
 */
import type { Line } from '../lines.ts';
import type { PassedTally } from '../passed-tally.ts';
import type { Sieve } from '../sieve.ts';
import { borrowKernel, giveBackKernel, type Kernel, kernelOf, type PassedLines } from './kernel.ts';
import { type Program, toProgram } from './program.ts';

/**
 * Fast path, held against the prefilter by test/scan/kernel.test.ts. To judge a line that is passed over takes 0.7 µs at 4 KB,
 * most of it for finding its end; the prefilter takes 10.
 */
export class LinePasser {
  /** Null: the sieve cannot be put into one. */
  readonly #program: Program | null;
  readonly #maxLineBytes: number;
  #chunk: Buffer = EMPTY;
  /** In whose memory the chunk lies. */
  #host: Kernel | null = null;
  /** For what lies elsewhere. */
  #own: Kernel | null = null;
  /** The part of the chunk that lies in the window of our own. */
  #windowFrom = 0;
  #windowTo = 0;

  constructor(sieve: Sieve, maxLineBytes: number) {
    this.#program = toProgram(sieve);
    this.#maxLineBytes = maxLineBytes;
  }

  /** `tally`: what was counted until now goes there when the chunk lies in another memory than the last one. */
  push(chunk: Buffer, tally: PassedTally): void {
    const host = kernelOf(chunk);
    if (host !== this.#host) this.takeOut(tally);
    this.#chunk = chunk;
    this.#host = host;
    this.#forgetWindow();
  }

  /** From the line on that begins at `start` of the chunk. Null: there is no kernel that could judge. */
  passOver(start: number): PassedLines | null {
    if (this.#program === null) return null;
    if (this.#host !== null) return this.#run(this.#host, this.#chunk, start, this.#chunk.length);
    const own = this.#openOwn();
    if (own === null) return null;
    if (start < this.#windowFrom || start >= this.#windowTo) {
      this.#windowFrom = start;
      this.#windowTo = start + this.#chunk.copy(own.window, 0, start);
    }
    const from = this.#windowFrom;
    const passed = this.#run(own, own.window, start - from, this.#windowTo - from);
    // It may have stopped because the rest of a line is not in the window: the next call begins there.
    if (this.#windowTo < this.#chunk.length) this.#forgetWindow();
    return passed === null ? null : { ...passed, to: passed.to + from };
  }

  /** A whole line that does not lie in the chunk. Null: it is not passed over. */
  passLine({ bytes, start, end }: Line): PassedLines | null {
    const kernel = this.#host ?? this.#openOwn();
    if (kernel === null || end - start >= kernel.window.length) return null;
    this.#forgetWindow();
    bytes.copy(kernel.window, 0, start, end);
    kernel.window[end - start] = NEWLINE;
    const passed = this.#run(kernel, kernel.window, 0, end - start + 1);
    return passed?.lines === 1 ? passed : null;
  }

  /** What was counted and told since it was last asked for. */
  takeOut(tally: PassedTally): void {
    for (const kernel of [this.#host, this.#own]) {
      const taken = this.#program === null ? null : (kernel?.takeOut(this.#program) ?? null);
      if (taken === null) continue;
      tally.addGroups(taken.counted);
      tally.addWitnessed(taken.witnessed);
      tally.addStages(taken.stages);
    }
  }

  /** As `takeOut`, without what was counted. */
  takeOutStages(tally: PassedTally): void {
    for (const kernel of [this.#host, this.#own]) {
      if (this.#program !== null && kernel !== null) tally.addStages(kernel.takeOutStages(this.#program));
    }
  }

  close(): void {
    if (this.#own !== null) giveBackKernel(this.#own);
    this.#own = null;
  }

  #run(kernel: Kernel, bytes: Buffer, start: number, end: number): PassedLines | null {
    if (this.#program === null) return null;
    return kernel.passOver(this.#program, bytes, start, end, this.#maxLineBytes);
  }

  #openOwn(): Kernel | null {
    this.#own ??= borrowKernel();
    return this.#own;
  }

  #forgetWindow(): void {
    this.#windowFrom = 0;
    this.#windowTo = 0;
  }
}

const EMPTY = Buffer.alloc(0);
const NEWLINE = 0x0a;
