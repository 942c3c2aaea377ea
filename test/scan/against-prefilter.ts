/** Runs the kernel over a chunk, and the prefilter over the same lines: what the one passes over, the other must. */
import { deepStrictEqual } from 'node:assert';
import { LinePasser } from '../../src/scan/kernel/line-passer.ts';
import { MAX_LINE_BYTES } from '../../src/scan/lines.ts';
import type { Needles } from '../../src/scan/needles.ts';
import { type PassedLine, Prefilter } from '../../src/scan/prefilter.ts';

export interface Passed {
  /** Lines. */
  readonly byKernel: number;
  readonly byPrefilter: number;
}

/** Throws where the kernel passes over what the prefilter does not, counts it as something else, or wants what it passes over. */
export function passedOver(chunk: Buffer, needles: Needles): Passed {
  const prefilter = new Prefilter(needles);
  const passer = new LinePasser(needles, MAX_LINE_BYTES);
  passer.push(chunk);
  let [byKernel, byPrefilter] = [0, 0];
  for (let at = 0; at < chunk.length; ) {
    const passed = passer.passOver(at);
    const to = passed?.to ?? at;
    const lines = linesOf(chunk, at, to).map(({ start, end }) => prefilter.passOver(chunk, start, end));
    if (passed !== null && lines.length > 0) {
      const { fromUs, toUs, outcomes } = passed;
      deepStrictEqual({ lines: passed.lines, outcomes, fromUs, toUs }, countsOf(lines));
    }
    byKernel += lines.length;
    byPrefilter += lines.length;
    const newline = chunk.indexOf(0x0a, to);
    if (newline < 0) break;
    const [left] = linesOf(chunk, to, newline + 1).map(({ start, end }) =>
      prefilter.passOver(chunk, start, end),
    );
    if (passed?.isWanted === true) deepStrictEqual(left, null);
    if (left !== null) byPrefilter++;
    at = newline + 1;
  }
  passer.close();
  return { byKernel, byPrefilter };
}

function countsOf(passed: readonly (PassedLine | null)[]): Readonly<Record<string, number>> {
  const known = passed.filter((line) => line !== null);
  const times = known.map((line) => line.receivedUs);
  return {
    lines: known.length,
    outcomes: known.filter((line) => line.isOutcome).length,
    fromUs: Math.min(...times),
    toUs: Math.max(...times),
  };
}

/** As the scanner cuts them: neither the newline nor a return before it is the line's. */
function linesOf(chunk: Buffer, from: number, to: number): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let start = from; start < to; ) {
    const newline = chunk.indexOf(0x0a, start);
    const end = newline > start && chunk[newline - 1] === 0x0d ? newline - 1 : newline;
    lines.push({ start, end });
    start = newline + 1;
  }
  return lines;
}
