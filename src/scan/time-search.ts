/**
 * Where in a log a moment stands, found by looking at a few places of it instead of reading it: the lines stand in the order
 * of their stageTimestamp, to within a slack. What a window needs of a log is the source's to say.
 *
 * Why this loses nothing: with a disorder of at most `slack`, whatever stands before a line of the time t is at most
 * t + slack, and whatever stands behind it at least t - slack. So every cut is made at a line that was seen, and is right
 * however the bisection came there.
 */
import { probe, type ReadableAt, type StampedLine } from './time-probe.ts';

/**
 * API servers in blocking mode write in order to within 2.6 ms (measured, v1.34.4 and v1.36.3); in batch mode the buffer is
 * first in, first out. The rest is for a clock that is being set.
 */
export const LEAST_SLACK_US = 1_000_000;
/** Of the largest disorder seen in a probe. */
const SLACK_FACTOR = 4;
/** Beyond this the log is in no order. */
export const MOST_SLACK_US = 60_000_000;
/** That looking may take whatever it finds. */
const FREE_BYTES = 1024 * 1024;
/** A log, or a stretch of it, this short is not searched. */
export const RESOLUTION_BYTES = 256 * 1024;

export interface Stretch {
  /** Both at the beginning of a line, or at an end of the file. */
  readonly from: number;
  readonly to: number;
}

export interface TimeFound {
  /** At the beginning of a line, or the stretch's own end. */
  readonly offset: number;
  /** The disorder that was reckoned with, microseconds. */
  readonly slackUs: number;
  /** Why the stretch could not be narrowed although it is long; null: it was. */
  readonly why: 'no order' | 'no times' | null;
}

/**
 * Everything before the offset has a stageTimestamp before `atUs`: reading for what came at or after it begins there.
 * `knownUs`: disorder that was seen already.
 */
export async function searchStart(
  source: ReadableAt,
  stretch: Stretch,
  atUs: number,
  signal: AbortSignal,
  knownUs = 0,
): Promise<TimeFound> {
  return search(source, stretch, signal, knownUs, {
    whole: stretch.from,
    cutOf: (lines, slackUs) => lines.findLast((line) => line.stampUs < atUs - slackUs)?.end ?? null,
    isBehind: (cut) => cut === null,
    aimUs: (slackUs) => atUs - slackUs,
    // Most windows end now, and often nothing of a log lies in them.
    first: (low, high) => Math.max(low, high - GLANCE_BYTES),
  });
}

/** Everything from the offset on has a stageTimestamp after `atUs`: reading for what came at or before it ends there. */
export async function searchEnd(
  source: ReadableAt,
  stretch: Stretch,
  atUs: number,
  signal: AbortSignal,
  knownUs = 0,
): Promise<TimeFound> {
  return search(source, stretch, signal, knownUs, {
    whole: stretch.to,
    cutOf: (lines, slackUs) => {
      const line = lines.find((each) => each.stampUs > atUs + slackUs);
      return line === undefined ? null : (line.start ?? line.end);
    },
    isBehind: (cut) => cut !== null,
    aimUs: (slackUs) => atUs + slackUs,
    first: (low) => low,
  });
}

interface Aim {
  /** The answer when nothing may be cut off. */
  readonly whole: number;
  /** Where these lines show that may be cut; null: not by them. */
  readonly cutOf: (lines: readonly StampedLine[], slackUs: number) => number | null;
  /** The moment lies before the lines that gave this cut. */
  readonly isBehind: (cut: number | null) => boolean;
  readonly aimUs: (slackUs: number) => number;
  /** Where to look first: a log that lies outside as a whole shows it there. */
  readonly first: (low: number, high: number) => number;
}

/** The last lines of most logs. */
const GLANCE_BYTES = 16 * 1024;

async function search(
  source: ReadableAt,
  stretch: Stretch,
  signal: AbortSignal,
  knownUs: number,
  aim: Aim,
): Promise<TimeFound> {
  for (let slackUs = Math.max(LEAST_SLACK_US, SLACK_FACTOR * knownUs); ; ) {
    if (slackUs > MOST_SLACK_US) return { offset: aim.whole, slackUs, why: 'no order' };
    const narrowed = await narrow(source, stretch, signal, aim, slackUs);
    if (typeof narrowed === 'string') return { offset: aim.whole, slackUs, why: narrowed };
    // More disorder than was reckoned with: the cuts that were made are not proven.
    if (narrowed.slackUs <= slackUs) return { offset: narrowed.offset, slackUs, why: null };
    slackUs = narrowed.slackUs;
  }
}

async function narrow(
  source: ReadableAt,
  { from, to }: Stretch,
  signal: AbortSignal,
  aim: Aim,
  slackUs: number,
): Promise<{ readonly offset: number; readonly slackUs: number } | 'no order' | 'no times'> {
  let offset = aim.whole;
  let disorderUs = 0;
  // Between them lies the moment; what was seen at either, for guessing and for noticing that there is no order.
  let low: Edge = { at: from, us: null };
  let high: Edge = { at: to, us: null };
  // Lines of some MiB make looking dear: what was found so far holds, and the rest is read.
  let spent = 0;
  const counted: ReadableAt = {
    readAt: async (...of) => {
      const bytes = await source.readAt(...of);
      spent += bytes.length;
      return bytes;
    },
  };
  for (let turn = 0; high.at - low.at > Math.max(RESOLUTION_BYTES, spent - FREE_BYTES); turn++) {
    const at = turn === 0 ? aim.first(low.at, high.at) : nextPlace(low, high, aim.aimUs(slackUs), turn);
    const found = await probe(counted, at, high.at, at === low.at, signal);
    if (found === 'no times') return 'no times';
    // Above here nothing is known that was not known at the upper edge: it comes down, and proves nothing.
    if (found === 'nothing') {
      high = { ...high, at };
      continue;
    }
    const first = found.lines[0]?.stampUs ?? 0;
    const last = found.lines.at(-1)?.stampUs ?? first;
    if (low.us !== null && first < low.us - MOST_SLACK_US) return 'no order';
    if (high.us !== null && first > high.us + MOST_SLACK_US) return 'no order';
    disorderUs = Math.max(
      disorderUs,
      found.disorderUs,
      low.us === null ? 0 : low.us - first,
      high.us === null ? 0 : last - high.us,
    );
    const cut = aim.cutOf(found.lines, slackUs);
    if (cut !== null) offset = cut;
    if (aim.isBehind(cut)) high = { at, us: first };
    else low = { at: found.end, us: last };
  }
  return { offset, slackUs: Math.max(slackUs, SLACK_FACTOR * disorderUs) };
}

interface Edge {
  readonly at: number;
  /** Null: nothing was seen there. */
  readonly us: number | null;
}

/**
 * By the times at both edges when they are known, a little to either side in turn so that both edges come near; by halves
 * every third time, so that a log written in bursts costs no more than twice as many probes.
 */
function nextPlace(low: Edge, high: Edge, aimUs: number, turn: number): number {
  const length = high.at - low.at;
  const middle = low.at + Math.floor(length / 2);
  if (turn % 3 === 0 || low.us === null || high.us === null || high.us <= low.us) return middle;
  const share = Math.min(1, Math.max(0, (aimUs - low.us) / (high.us - low.us)));
  const side = (turn % 3 === 1 ? -1 : 1) * Math.min(length / 4, RESOLUTION_BYTES / 2);
  const guess = Math.floor(low.at + share * length + side);
  const margin = Math.floor(Math.min(length / 4, RESOLUTION_BYTES / 4));
  return Math.min(high.at - margin, Math.max(low.at + margin, guess));
}
