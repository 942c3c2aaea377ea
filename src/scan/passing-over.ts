/**
 * Which lines need not be decoded, counted for the coverage: many at a time by the kernel, and one by one by the prefilter
 * where the kernel is not sure.
 */
import type { Collector } from './collector.ts';
import { LinePasser } from './kernel/line-passer.ts';
import type { Line, LineReader } from './lines.ts';
import type { Needles } from './needles.ts';
import { Prefilter } from './prefilter.ts';

export class PassingOver {
  readonly #collector: Collector;
  readonly #lines: LineReader;
  readonly #prefilter: Prefilter;
  readonly #kernel: LinePasser | null;
  #chunk: Buffer | null = null;
  /** Where in the chunk a line begins that has to be decoded. */
  #wantedAt = -1;

  constructor(
    needles: Needles,
    options: { readonly maxLineBytes: number; readonly usesKernel: boolean },
    collector: Collector,
    lines: LineReader,
  ) {
    this.#collector = collector;
    this.#lines = lines;
    this.#prefilter = new Prefilter(needles);
    this.#kernel = options.usesKernel ? new LinePasser(needles, options.maxLineBytes) : null;
  }

  /** The chunk that the lines come from now. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#wantedAt = -1;
    this.#kernel?.push(chunk);
  }

  /** Fast path: the lines that come next, as far as the kernel goes. The next one must begin a record of its own. */
  skipAhead(): void {
    const at = this.#lines.lineStart;
    if (this.#kernel === null || at === null) return;
    const passed = this.#kernel.passOver(at);
    if (passed === null) return;
    this.#wantedAt = passed.isWanted ? passed.to : -1;
    if (passed.lines === 0) return;
    this.#lines.skip(passed.to, passed.lines);
    this.#collector.passOverAll(passed);
  }

  /** Whether it is passed over. It must be whole, and begin a record of its own. */
  passes(line: Line): boolean {
    const { bytes, start, end } = line;
    const isCarried = bytes !== this.#chunk;
    if (!isCarried && start === this.#wantedAt) return false;
    const carried = isCarried ? (this.#kernel?.passLine(line) ?? null) : null;
    if (carried !== null) {
      this.#collector.passOverAll(carried);
      return true;
    }
    const passed = this.#prefilter.passOver(bytes, start, end);
    if (passed !== null) this.#collector.passOver(passed);
    return passed !== null;
  }

  close(): void {
    this.#kernel?.close();
  }
}
