/**
 * Passes over lines of the API server's own log that hold none of the needles, without decoding them: what is needed for
 * the coverage is read from the line's ends. Whatever looks odd is left to the full path.
 */
import { FIRST_AFTER_BODIES } from '../event/fields-of-text.ts';
import { parseMicros } from '../event/micros.ts';
import { beginsEvent, EVENT_HEAD } from './json-bytes.ts';
import type { Needles } from './needles.ts';

export interface PassedLine {
  readonly isOutcome: boolean;
  readonly receivedUs: number;
}

export class Prefilter {
  readonly #mayMatch: LineTest;
  readonly #heads = new NeedleSearch(EVENT_HEAD.toString(), false);

  constructor(needles: Needles) {
    this.#mayMatch = testOf(needles, new Map());
  }

  /** Null: the line has to be decoded. */
  passOver(bytes: Buffer, start: number, end: number): PassedLine | null {
    if (end - start < MIN_LINE_BYTES || !beginsEvent(bytes, start, end)) return null;
    // Two heads in one line: a server died in the middle of the first.
    if (this.#heads.isIn(bytes, start + EVENT_HEAD.length, end)) return null;
    if (this.#mayMatch(bytes, start, end)) return null;
    return summaryOf(bytes, start, end);
  }
}

type LineTest = (bytes: Buffer, start: number, end: number) => boolean;

/** Every text is searched for once, in however many places it stands. */
function testOf(needles: Needles, searches: Map<string, NeedleSearch>): LineTest {
  if (needles.kind === 'text') {
    const search = searches.get(needles.text) ?? new NeedleSearch(needles.text, true);
    searches.set(needles.text, search);
    return (bytes, start, end) => search.isIn(bytes, start, end);
  }
  const tests = needles.of.map((part) => testOf(part, searches));
  return needles.kind === 'all'
    ? (bytes, start, end) => tests.every((test) => test(bytes, start, end))
    : (bytes, start, end) => tests.some((test) => test(bytes, start, end));
}

/** Shorter than any event. */
const MIN_LINE_BYTES = 200;

/** Remembers where in the bytes its text comes next, so that a chunk is searched once, not once a line. */
class NeedleSearch {
  readonly #text: Buffer;
  readonly #isValue: boolean;
  #bytes: Buffer | null = null;
  #searchedFrom = 0;
  /** The first place at or after `#searchedFrom`; Infinity for none. */
  #next = 0;

  constructor(text: string, isValue: boolean) {
    this.#text = Buffer.from(text);
    this.#isValue = isValue;
  }

  isIn(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.#bytes || start < this.#searchedFrom || start > this.#next) {
      this.#bytes = bytes;
      this.#searchedFrom = start;
      this.#next = this.#find(bytes, start);
    }
    return this.#next + this.#text.length <= end;
  }

  #find(bytes: Buffer, start: number): number {
    let at = bytes.indexOf(this.#text, start);
    while (at >= 0 && this.#isValue && !isWholeValue(bytes, at, at + this.#text.length)) {
      at = bytes.indexOf(this.#text, at + 1);
    }
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }
}

/** Between quotes, or a segment of a URL: a reference may leave out the name that its URL has. */
function isWholeValue(bytes: Buffer, from: number, to: number): boolean {
  const before = bytes[from - 1];
  const after = bytes[to];
  if (before === QUOTE) return after === QUOTE;
  return before === SLASH && (after === QUOTE || after === SLASH || after === QUESTION);
}

const QUOTE = 0x22;
const SLASH = 0x2f;
const QUESTION = 0x3f;

/** Null when the line's end is not that of a whole event. */
function summaryOf(bytes: Buffer, start: number, end: number): PassedLine | null {
  const stage = STAGE.exec(bytes.toString('latin1', start, Math.min(end, start + HEAD_BYTES)))?.[1];
  if (stage === undefined) return null;
  const text = bytes.toString('utf8', Math.max(start, end - TAIL_BYTES), end);
  const at = text.lastIndexOf(FIRST_AFTER_BODIES);
  if (at < 0) return null;
  const receivedUs = receivedOf(`{${text.slice(at + 1)}`);
  if (receivedUs === null) return null;
  if (stage !== 'ResponseStarted') return { isOutcome: stage !== 'RequestReceived', receivedUs };
  // A failed login ends with this stage.
  const mayBe401 = bytes.subarray(start, end).includes('"code":401');
  return mayBe401 ? null : { isOutcome: false, receivedUs };
}

/** The stage stands right behind level and auditID: no string with quotes of its own can come before it. */
const STAGE = /^[^\\]*?,"stage":"(RequestReceived|ResponseStarted|ResponseComplete|Panic)",/;
const HEAD_BYTES = 400;
/** From the end of the bodies on: times and annotations. Longer annotations go the full way. */
const TAIL_BYTES = 4096;

function receivedOf(tail: string): number | null {
  try {
    const { requestReceivedTimestamp } = JSON.parse(tail) as { requestReceivedTimestamp?: unknown };
    return typeof requestReceivedTimestamp === 'string' ? parseMicros(requestReceivedTimestamp) : null;
  } catch {
    return null;
  }
}
