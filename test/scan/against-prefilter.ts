/** Runs the kernel over a chunk, and the prefilter over the same lines: what the one passes over, the other must. */
import { deepStrictEqual } from 'node:assert';
import { groupsIn } from '../../src/event/groups.ts';
import { keysOf, type PassedStages } from '../../src/event/passed-stages.ts';
import { LinePasser } from '../../src/scan/kernel/line-passer.ts';
import { MAX_LINE_BYTES } from '../../src/scan/lines.ts';
import { PassedTally } from '../../src/scan/passed-tally.ts';
import { Prefilter } from '../../src/scan/prefilter.ts';
import type { Sieve } from '../../src/scan/sieve.ts';
import { countGroups } from '../support/count-groups.ts';

export interface Passed {
  /** Lines. */
  readonly byKernel: number;
  readonly byPrefilter: number;
}

/** Throws where the kernel passes over what the prefilter does not, counts it as something else, or wants what it passes over. */
export function passedOver(chunk: Buffer, sieve: Sieve): Passed {
  const prefilter = new Prefilter(sieve);
  const passer = new LinePasser(sieve, MAX_LINE_BYTES);
  const tally = new PassedTally();
  const expected = new PassedTally();
  passer.push(chunk, tally);
  let [byKernel, byPrefilter] = [0, 0];
  for (let at = 0; at < chunk.length; ) {
    const passed = passer.passOver(at);
    const to = passed?.to ?? at;
    if (passed !== null) tally.addLines(passed);
    const lines = linesOf(chunk, at, to).map(({ start, end }) => prefilter.passOver(chunk, start, end));
    deepStrictEqual([passed?.lines ?? 0, lines.includes(null)], [lines.length, false]);
    for (const line of lines) if (line !== null) expected.add(line);
    byKernel += lines.length;
    byPrefilter += lines.length;
    if (passed !== null && passed.full !== null) {
      if (passed.full === 'told') passer.takeOutStages(tally);
      else passer.takeOut(tally);
      at = to;
      continue;
    }
    const newline = chunk.indexOf(0x0a, to);
    if (newline < 0) break;
    const [left] = linesOf(chunk, to, newline + 1).map(({ start, end }) =>
      prefilter.passOver(chunk, start, end),
    );
    if (passed?.isWanted === true) deepStrictEqual(left, null);
    if (left !== null) byPrefilter++;
    at = newline + 1;
  }
  passer.takeOut(tally);
  passer.close();
  const [told, toldByPrefilter] = [toldBy(tally), toldBy(expected)];
  deepStrictEqual(told.counts, toldByPrefilter.counts);
  // The kernel is less sure of what an earlier stage may be: to settle too much is no harm.
  deepStrictEqual(
    [...toldByPrefilter.ended].filter((key) => !told.ended.has(key)),
    [],
  );
  return { byKernel, byPrefilter };
}

/** In any order, and however it was gathered. */
function toldBy(tally: PassedTally): { readonly counts: unknown; readonly ended: ReadonlySet<string> } {
  const { passedOver, stages } = tally.take();
  const { counted, witnessed, fromUs, toUs, events, outcomes } = passedOver;
  const groups = countGroups(groupsIn(counted));
  const keys = stages.flatMap((told) => [...keysOf(told)].map((key) => ({ key, passed: told.passed })));
  const isBegun = ({ passed }: Pick<PassedStages, 'passed'>) => passed === 'begun' || passed === 'running';
  return {
    counts: {
      ...{ fromUs, toUs, events, outcomes, groups },
      begun: keys.filter(isBegun),
      witnessed: witnessed.map((each) => JSON.stringify(each)).sort(),
    },
    ended: new Set(keys.filter((told) => !isBegun(told)).map(({ key, passed }) => `${key} ${passed}`)),
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
