/** What a thread finds in a segment of a file: the lines that have to be decoded, and what was counted of the others. */
import { asBuffer } from '../../event/as-buffer.ts';
import type { Tally } from '../../event/batch.ts';
import type { PassedStages } from '../../event/passed-stages.ts';
import type { Line } from '../lines.ts';

export interface Parcel {
  readonly segment: number;
  /** Where in the file the first line of the segment begins, and where the first one behind it does. */
  readonly from: number;
  readonly to: number;
  /** The lines without their newlines, one behind the other. */
  readonly bytes: Uint8Array;
  /** As `LineList` wrote them. */
  readonly lines: Float64Array;
  /** Lines passed over behind the last of these. */
  readonly passedBehind: number;
  readonly stages: readonly PassedStages[];
}

/** What was passed over in some segments. */
export interface TallyPart {
  readonly segments: readonly number[];
  readonly passedOver: Tally;
  readonly stages: readonly PassedStages[];
}

export interface ParcelLine {
  readonly line: Line;
  /** Lines passed over between the one before it, in this parcel, and this one. */
  readonly passedBefore: number;
  /** Where in the file the next line begins. */
  readonly next: number;
}

/** `number`: of the parcel's first line. */
export function* linesOf({ bytes, lines }: Parcel, number: number): Generator<ParcelLine> {
  const buffer = asBuffer(bytes);
  let [start, lineNumber] = [0, number];
  for (let at = 0; at < lines.length; at += LINE_NUMBERS) {
    const [next = 0, length = 0, passedBefore = 0, ending = 0, isContinued = 0] = lines.subarray(at, at + 5);
    lineNumber += passedBefore;
    const end = start + length;
    const line: Line = {
      ...{ bytes: buffer, start, end, number: lineNumber },
      ...{ ending: ENDINGS[ending] ?? 'newline', isContinued: isContinued === 1 },
    };
    yield { line, passedBefore, next };
    if (line.ending !== 'piece') lineNumber++;
    start = end;
  }
}

const ENDINGS: readonly Line['ending'][] = ['newline', 'end of file', 'piece'];
/** Of each line: where the next one begins, length, lines passed over before it, ending, whether it is continued. */
const LINE_NUMBERS = 5;

/** Gathers the lines of a parcel. */
export class LineList {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  readonly #numbers: number[] = [];
  #passed = 0;

  get passedBehind(): number {
    return this.#passed;
  }

  pass(lines: number): void {
    this.#passed += lines;
  }

  /** `next`: where in the file the next line begins. */
  add(line: Line, next: number): void {
    const length = line.end - line.start;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    line.bytes.copy(this.#bytes, this.#length, line.start, line.end);
    this.#length += length;
    this.#numbers.push(next, length, this.#passed, ENDINGS.indexOf(line.ending), line.isContinued ? 1 : 0);
    this.#passed = 0;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#length);
  }

  lines(): Float64Array {
    return Float64Array.from(this.#numbers);
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#length + length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const FIRST_BYTES = 16 * 1024;
