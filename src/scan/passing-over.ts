/**
 * Which lines need not be decoded, counted: many at a time by the kernel, and one by one by the prefilter
 * where the kernel is not sure.
 */
import { LinePasser } from './kernel/line-passer.ts';
import type { Line, LineReader } from './lines.ts';
import type { PassedTally } from './passed-tally.ts';
import { Prefilter } from './prefilter.ts';
import type { Sieve } from './sieve.ts';

export class PassingOver {
  readonly #tally: PassedTally;
  readonly #prefilter: Prefilter;
  readonly #kernel: LinePasser | null;
  #chunk: Buffer | null = null;
  /** Where in the chunk a line begins that has to be decoded. */
  #wantedAt = -1;

  constructor(
    sieve: Sieve,
    options: { readonly maxLineBytes: number; readonly usesKernel: boolean },
    tally: PassedTally,
  ) {
    this.#tally = tally;
    this.#prefilter = new Prefilter(sieve);
    this.#kernel = options.usesKernel ? new LinePasser(sieve, options.maxLineBytes) : null;
  }

  /** The chunk that the lines come from now. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#wantedAt = -1;
    this.#kernel?.push(chunk, this.#tally);
  }

  /** Fast path: the lines that come next, as far as the kernel goes. The next one must begin a record of its own. */
  skipAhead(lines: LineReader): void {
    for (let isHeldUp = this.#kernel !== null; isHeldUp; ) {
      const at = lines.lineStart;
      const passed = at === null ? null : (this.#kernel?.passOver(at) ?? null);
      if (passed === null) return;
      this.#wantedAt = passed.isWanted ? passed.to : -1;
      isHeldUp = passed.full !== null;
      if (passed.full === 'counted') this.#kernel?.takeOut(this.#tally);
      else if (passed.full === 'told') this.#kernel?.takeOutStages(this.#tally);
      if (passed.lines === 0) continue;
      lines.skip(passed.to, passed.lines);
      this.#tally.addLines(passed);
    }
  }

  /** What the kernel has counted since it was last asked for goes to the collector. */
  takeOut(): void {
    this.#kernel?.takeOut(this.#tally);
  }

  /** Whether it is passed over. It must be whole, and begin a record of its own. */
  passes(line: Line): boolean {
    const { bytes, start, end } = line;
    const isCarried = bytes !== this.#chunk;
    if (!isCarried && start === this.#wantedAt) return false;
    const carried = isCarried ? (this.#kernel?.passLine(line) ?? null) : null;
    if (carried !== null) {
      this.#tally.addLines(carried);
      return true;
    }
    const passed = this.#prefilter.passOver(bytes, start, end);
    if (passed !== null) this.#tally.add(passed);
    return passed !== null;
  }

  close(): void {
    this.#kernel?.close();
  }
}
