/**
 * Passes over lines of the API server's own log that cannot match, without decoding them: their head is enough to tell,
 * and with their tail for the coverage. Whatever looks odd is left to the full path.
 */
import { isOutcome } from '../event/assembler.ts';
import { isLongRunning } from '../event/request.ts';
import { verdictOf } from '../query/matches.ts';
import { parseCriPrefix } from './cri-line.ts';
import { type EventLine, readEventLine } from './event-line.ts';
import { EVENT_HEAD } from './json-bytes.ts';
import { LineHead } from './line-head.ts';
import { changesWithStage, type Needles } from './needles.ts';

export interface PassedLine {
  readonly isOutcome: boolean;
  readonly receivedUs: number;
}

/**
 * Fast path. 300 MB, as user + system time: one object's deletion 1.7 s, 2.5 with every line decoded; `--code 403` 1.3 and
 * 2.9; `--by alice` 1.0 and 2.8. To judge and count a line that is passed over takes 3 µs.
 */
export class Prefilter {
  readonly #mayMatch: LineTest;
  readonly #head = new LineHead();
  readonly #heads = new HeadSearch();

  constructor(needles: Needles) {
    this.#mayMatch = testOf(needles);
  }

  /** Null: the line has to be decoded. It must begin a record of its own. */
  passOver(bytes: Buffer, start: number, end: number): PassedLine | null {
    const cri = parseCriPrefix(bytes, start, end);
    if (cri?.isPartial === true) return null;
    const from = start + (cri?.prefixBytes ?? 0);
    try {
      const event = readEventLine(this.#head, bytes, from, end);
      if (event === null || this.#mayMatch(event)) return null;
      // Two heads in one line: a server died in the middle of the first.
      if (this.#heads.isIn(bytes, from + 1, end)) return null;
      return { isOutcome: isOutcome(event), receivedUs: event.receivedUs };
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }
}

type LineTest = (event: EventLine) => boolean;

function testOf(needles: Needles): LineTest {
  if (needles.kind === 'text') {
    const { leaf } = needles;
    const holds: LineTest = (event) => verdictOf(event, leaf) !== false;
    return changesWithStage(leaf) ? (event) => isLongRunning(event) || holds(event) : holds;
  }
  const tests = needles.of.map(testOf);
  return needles.kind === 'all'
    ? (event) => tests.every((test) => test(event))
    : (event) => tests.some((test) => test(event));
}

/** Remembers where in the bytes an event's head comes next, so that a chunk is searched once, not once a line. */
class HeadSearch {
  #bytes: Buffer | null = null;
  #searchedFrom = 0;
  /** The first place at or after `#searchedFrom`; Infinity for none. */
  #next = 0;

  isIn(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.#bytes || start < this.#searchedFrom || start > this.#next) {
      this.#bytes = bytes;
      this.#searchedFrom = start;
      const found = bytes.indexOf(EVENT_HEAD, start);
      this.#next = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#next < end;
  }
}
