/** The times of the lines at one place of a log. What is concluded from them is time-search.ts's. */
import { parseMicros } from '../event/micros.ts';

/** What is needed of a ByteSource. */
export interface ReadableAt {
  /** At most `length` bytes from `offset`; fewer only at the end. */
  readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
}

/** Some lines at Metadata level; a line with bodies is read on for, in larger and larger steps. */
const FIRST_BYTES = 16 * 1024;
const MOST_BYTES = 1024 * 1024;
/** Lines without a time, for so long: no audit log, or not the API server's own form. */
const PATIENCE_BYTES = 1024 * 1024;
/** At a line's end stand its times and its annotations, behind the bodies. */
const TAIL_BYTES = 16 * 1024;

export interface StampedLine {
  /** Null: before the place that was looked at. */
  readonly start: number | null;
  /** Behind its newline. */
  readonly end: number;
  readonly stampUs: number;
}

export interface Probe {
  /** At least one; in the order of the log. */
  readonly lines: readonly StampedLine[];
  /** Behind the last whole line that was looked at. */
  readonly end: number;
  /** The largest step backwards among them. */
  readonly disorderUs: number;
}

/**
 * Reads on from `at` until a line with a time has ended, at most to `to`. `isLineStart`: a line begins at `at`. 'nothing': there is none before `to`, as when one
 * long line reaches over it. 'no times': there were lines enough, and none of them had one.
 */
export async function probe(
  source: ReadableAt,
  at: number,
  to: number,
  isLineStart: boolean,
  signal: AbortSignal,
): Promise<Probe | 'nothing' | 'no times'> {
  let kept = Buffer.alloc(0);
  let keptAt = at;
  let passed = 0;
  let lineStart = isLineStart ? at : null;
  for (let step = FIRST_BYTES; keptAt + kept.length < to; step = Math.min(2 * step, MOST_BYTES)) {
    const readAt = keptAt + kept.length;
    const bytes = await source.readAt(readAt, Math.min(step, to - readAt), signal);
    if (bytes.length === 0) break;
    kept = Buffer.concat([kept, bytes]);
    const newline = kept.lastIndexOf(0x0a);
    if (newline < 0) {
      // Of a long line its end is enough.
      const cut = Math.max(0, kept.length - TAIL_BYTES);
      kept = kept.subarray(cut);
      keptAt += cut;
      continue;
    }
    const lines = stampedLines(kept.subarray(0, newline + 1), keptAt, lineStart);
    if (lines.length > 0) return { lines, end: keptAt + newline + 1, disorderUs: disorderOf(lines) };
    passed += newline + 1;
    if (passed > PATIENCE_BYTES) return 'no times';
    keptAt += newline + 1;
    lineStart = keptAt;
    kept = kept.subarray(newline + 1);
  }
  return 'nothing';
}

/** `start`: of the line that `bytes` begin with, null when that is not known. */
export function stampedLines(bytes: Buffer, offset: number, start: number | null): StampedLine[] {
  const lines: StampedLine[] = [];
  let lineStart = start;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const stampUs = stampOf(bytes, at, newline);
    const end = offset + newline + 1;
    if (stampUs !== null) lines.push({ start: lineStart, end, stampUs });
    at = newline + 1;
    lineStart = end;
  }
  return lines;
}

/** Behind the bodies: a quote inside of a string would have a backslash before it. */
const STAMP = Buffer.from('"stageTimestamp":"');
const LONGEST_TIME = 40;

/** The stageTimestamp of an event's line, microseconds; null for other lines. */
export function stampOf(bytes: Buffer, start: number, end: number): number | null {
  const line = bytes.subarray(Math.max(start, end - TAIL_BYTES), end);
  const at = line.lastIndexOf(STAMP);
  if (at < 0) return null;
  const from = at + STAMP.length;
  const to = line.indexOf(0x22, from);
  return to < 0 || to - from > LONGEST_TIME ? null : parseMicros(line.toString('latin1', from, to));
}

function disorderOf(lines: readonly StampedLine[]): number {
  let disorderUs = 0;
  let latestUs = Number.NEGATIVE_INFINITY;
  for (const { stampUs } of lines) {
    disorderUs = Math.max(disorderUs, latestUs - stampUs);
    latestUs = Math.max(latestUs, stampUs);
  }
  return disorderUs;
}
