/**
 * The prefilter over an index: for each of its lines, whether it is passed over, and how it is then counted. It passes over no
 * line that the prefilter would not; what the index does not know, it leaves to be decoded.
 */
import type { Passed } from '../../event/passed-stages.ts';
import type { PassedTally } from '../passed-tally.ts';
import type { Sieve } from '../sieve.ts';
import { fieldColumn } from './field-column.ts';
import { IndexTally } from './index-tally.ts';
import { type LogIndex, receivedUsOf } from './log-index.ts';
import { rowTest } from './row-test.ts';
import { NO, type RowTest, UNSURE, YES } from './row-verdict.ts';
import { ODD, SHAPE } from './tables.ts';

/** Lines judged at a time: columns of so many stay near. */
export const BLOCK_ROWS = 2048;

/** What becomes of a line. */
export const PASSED = 0;
export const WANTED = 1;
/** Nothing is known of it: it has to be decoded, wherever it stands. */
export const UNREAD = 2;

export class IndexSieve {
  readonly #index: LogIndex;
  readonly #sieve: Sieve;
  readonly #stage: RowTest;
  readonly #anyStage: RowTest;
  readonly #outcome: RowTest;
  readonly #witness: RowTest | null;
  readonly #shapes: ArrayLike<number>;
  readonly #isOutcome: RowTest;
  readonly #isLongRunning: RowTest;
  readonly #isStarted: RowTest;
  readonly #tally: IndexTally;
  /** Of the block judged last: its first row, and of each line its time and how it is counted. */
  #from = 0;
  readonly #receivedUs = new Float64Array(BLOCK_ROWS);
  readonly #counts = new Uint8Array(BLOCK_ROWS);
  readonly #fates = new Uint8Array(BLOCK_ROWS);

  /** Null: so many lines would have to be decoded that to scan them all is faster. */
  static over(index: LogIndex, sieve: Sieve): IndexSieve | null {
    const made = new IndexSieve(index, sieve);
    return made.#isWorthIt() ? made : null;
  }

  private constructor(index: LogIndex, sieve: Sieve) {
    this.#index = index;
    this.#sieve = sieve;
    this.#stage = rowTest(index, sieve.stage);
    this.#anyStage = rowTest(index, sieve.anyStage);
    this.#outcome = rowTest(index, sieve.outcome);
    this.#witness = sieve.witness === null ? null : rowTest(index, sieve.witness);
    this.#shapes = index.tables[SHAPE]?.column ?? [];
    this.#isOutcome = testFor(index, 'isOutcome');
    this.#isLongRunning = testFor(index, 'isLongRunning');
    this.#isStarted = testFor(index, 'isStarted');
    this.#tally = new IndexTally(index, sieve);
  }

  /** The fates of at most BLOCK_ROWS lines. Valid until the next call. */
  judge(from: number, count: number): Uint8Array {
    this.#from = from;
    for (let i = 0; i < count; i++) {
      const receivedUs = receivedUsOf(this.#index, from + i);
      this.#receivedUs[i] = receivedUs;
      this.#fates[i] = this.#fateOf(i, from + i, receivedUs);
    }
    return this.#fates.subarray(0, count);
  }

  /** Of the block judged last, lines that are all PASSED. */
  count(from: number, to: number): void {
    const tally = this.#tally;
    for (let row = from; row < to; row++) {
      const i = row - this.#from;
      const receivedUs = this.#receivedUs[i] ?? 0;
      const counts = this.#counts[i] ?? 0;
      tally.addLine(receivedUs, (counts & AS_OUTCOME) !== 0);
      if (counts <= AS_OUTCOME) continue;
      if ((counts & AS_STAGE) !== 0) tally.addStage(row, this.#passedBy(row, (counts & AS_OUTCOME) !== 0));
      if ((counts & AS_WITNESS) !== 0) tally.addWitness(row, receivedUs);
      if ((counts & IN_GROUP) !== 0) tally.groups?.add(row, receivedUs);
    }
  }

  /** What was counted since it was last asked for; some of it later. */
  takeOut(tally: PassedTally): void {
    this.#tally.takeOut(tally);
  }

  /** What was kept back. */
  end(tally: PassedTally): void {
    this.#tally.takeOut(tally);
    this.#tally.takeOutGroups(tally);
  }

  /** By lines taken here and there. */
  #isWorthIt(): boolean {
    const { rows } = this.#index;
    const step = Math.max(SAMPLE_ROWS, Math.floor(rows / SAMPLES));
    let [looked, wanted] = [0, 0];
    for (let row = 0; row < rows; row += step) {
      const fates = this.judge(row, Math.min(SAMPLE_ROWS, rows - row));
      looked += fates.length;
      for (const fate of fates) if (fate !== PASSED) wanted++;
    }
    return rows < SAMPLES * SAMPLE_ROWS || wanted <= looked * MOST_DECODED;
  }

  /** As the prefilter's `passOver`. */
  #fateOf(i: number, row: number, receivedUs: number): number {
    this.#counts[i] = 0;
    if (this.#shapes[row] === ODD) return UNREAD;
    const isInside = this.#isIn(row, receivedUs);
    if (this.#isOutcome(row) !== YES) return this.#fateOfStage(i, row, isInside);
    this.#counts[i] = AS_OUTCOME;
    if (isInside === NO) return PASSED;
    const holds = this.#outcome(row);
    const isCounted = holds === YES && this.#tally.groups?.isKnown(row) === true;
    if (holds !== NO && !isCounted) return WANTED;
    const isWitness = this.#witness === null ? NO : this.#witness(row);
    if (isWitness === UNSURE) return WANTED;
    // Whether it belongs to the window, its end tells.
    if (isInside === UNSURE && (isCounted || isWitness === YES)) return WANTED;
    const isSettled = this.#sieve.settles && this.#anyStage(row) !== NO;
    this.#counts[i] =
      AS_OUTCOME |
      (isSettled ? AS_STAGE : 0) |
      (isWitness === YES ? AS_WITNESS : 0) |
      (isCounted ? IN_GROUP : 0);
    return PASSED;
  }

  #fateOfStage(i: number, row: number, isInside: number): number {
    const holds = isInside === NO ? NO : this.#stage(row);
    if (holds === NO) return PASSED;
    if (holds !== YES || isInside !== YES || !this.#sieve.tellsStages) return WANTED;
    this.#counts[i] = AS_STAGE;
    return PASSED;
  }

  #passedBy(row: number, isOutcome: boolean): Passed {
    const isLongRunning = this.#isLongRunning(row) === YES;
    if (isOutcome) return isLongRunning ? 'ended long-running' : 'ended';
    return isLongRunning && this.#isStarted(row) === YES ? 'running' : 'begun';
  }

  /** As the prefilter's. */
  #isIn(row: number, receivedUs: number): number {
    const { sinceUs, untilUs } = this.#sieve.window;
    if (untilUs !== null && receivedUs >= untilUs) return NO;
    if (sinceUs === null || receivedUs >= sinceUs) return YES;
    return this.#isLongRunning(row) === YES ? UNSURE : NO;
  }
}

function testFor(index: LogIndex, field: 'isOutcome' | 'isLongRunning' | 'isStarted'): RowTest {
  return fieldColumn(index, field).verdicts({ kind: 'equals', field: 'verb', value: 'true' }).ofRow;
}

/** How a line that is passed over is counted, as bits. */
const AS_OUTCOME = 1;
const AS_STAGE = 2;
const AS_WITNESS = 4;
const IN_GROUP = 8;

const SAMPLES = 64;
const SAMPLE_ROWS = 32;
/** Of the lines that were looked at. A guess: to read and decode a line by itself costs several times what a scan takes to pass over it. */
const MOST_DECODED = 0.25;
