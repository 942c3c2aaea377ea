/**
 * The prefilter over an index: for each of its lines, whether it is passed over, and how it is then counted. It passes over no
 * line that the prefilter would not; what the index does not know, it leaves to be decoded.
 */
import { type Witnessed, witnessId } from '../../event/batch.ts';
import type { Group } from '../../event/groups.ts';
import { stagesKey } from '../../event/request.ts';
import type { SettledStages } from '../../event/settled.ts';
import { resourceKey } from '../../event/target.ts';
import { bucketOf } from '../../query/group-of.ts';
import type { PassedTally } from '../passed-tally.ts';
import type { Sieve } from '../sieve.ts';
import { type FieldColumn, fieldColumn } from './field-column.ts';
import { auditIDOf, type LogIndex, receivedUsOf } from './log-index.ts';
import { rowTest } from './row-test.ts';
import { NO, type RowTest, UNSURE, YES } from './row-verdict.ts';
import { isIndexed, ODD, SHAPE } from './tables.ts';

export class IndexSieve {
  readonly #index: LogIndex;
  readonly #sieve: Sieve;
  readonly #anyStage: RowTest;
  readonly #outcome: RowTest;
  readonly #witness: RowTest;
  readonly #isOutcome: RowTest;
  readonly #isLongRunning: RowTest;
  readonly #shapes: ArrayLike<number>;
  /** Null: the index does not know what is counted by. */
  readonly #by: readonly FieldColumn[] | null;
  readonly #level: FieldColumn;
  readonly #kind: readonly FieldColumn[];
  readonly #username: FieldColumn;
  readonly #verb: FieldColumn;
  #counts = noCounts();

  /** Null: so many lines would have to be decoded that to scan them all is faster. */
  static over(index: LogIndex, sieve: Sieve): IndexSieve | null {
    const made = new IndexSieve(index, sieve);
    return made.#isWorthIt() ? made : null;
  }

  private constructor(index: LogIndex, sieve: Sieve) {
    this.#index = index;
    this.#sieve = sieve;
    this.#anyStage = rowTest(index, sieve.anyStage);
    this.#outcome = rowTest(index, sieve.outcome);
    this.#witness = sieve.witness === null ? () => NO : rowTest(index, sieve.witness);
    this.#isOutcome = fieldColumn(index, 'isOutcome').tested('true');
    this.#isLongRunning = fieldColumn(index, 'isLongRunning').tested('true');
    this.#shapes = index.tables[SHAPE]?.column ?? [];
    const by = sieve.aggregation?.by ?? [];
    this.#by = by.every(isIndexed) ? by.map((field) => fieldColumn(index, field)) : null;
    this.#level = fieldColumn(index, 'level');
    const kind = ['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource'] as const;
    this.#kind = kind.map((field) => fieldColumn(index, field));
    this.#username = fieldColumn(index, 'user.username');
    this.#verb = fieldColumn(index, 'verb');
  }

  /** Nothing is known of the line. */
  isOdd(row: number): boolean {
    return this.#shapes[row] === ODD;
  }

  /** False: the line has to be decoded. */
  passOver(row: number): boolean {
    if (this.isOdd(row)) return false;
    const receivedUs = receivedUsOf(this.#index, row);
    const isInside = this.#isIn(row, receivedUs);
    if (this.#isOutcome(row) !== YES) {
      if (isInside !== NO && this.#anyStage(row) !== NO) return false;
      this.#count(receivedUs, 0);
      return true;
    }
    if (isInside !== NO && !this.#passOutcome(row, receivedUs, isInside)) return false;
    this.#count(receivedUs, 1);
    return true;
  }

  /** What was counted since it was last asked for. */
  takeOut(tally: PassedTally): void {
    const { lines, outcomes, fromUs, toUs, shortly, longRunning, witnessed, groups } = this.#counts;
    this.#counts = noCounts();
    if (lines > 0) tally.addLines({ lines, outcomes, fromUs, toUs });
    tally.addWitnessed(witnessed);
    tally.addGroups([...groups.values()]);
    const settled = [this.#settledOf(shortly, false), this.#settledOf(longRunning, true)];
    tally.addSettled(settled.filter(({ count }) => count > 0));
  }

  /** By lines taken here and there. */
  #isWorthIt(): boolean {
    const { rows } = this.#index;
    const step = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
    let [looked, wanted] = [0, 0];
    for (let row = 0; row < rows; row += step) {
      looked++;
      if (!this.passOver(row)) wanted++;
    }
    this.#counts = noCounts();
    return rows < SAMPLED_ROWS || wanted <= looked * MOST_DECODED;
  }

  #passOutcome(row: number, receivedUs: number, isInside: number): boolean {
    const holds = this.#outcome(row);
    const counts = holds === YES && this.#sieve.aggregation !== null;
    const group = counts ? this.#groupKeyOf(row, receivedUs) : null;
    if (holds !== NO && group === null) return false;
    const isWitness = this.#witness(row);
    if (isWitness === UNSURE) return false;
    // Whether it belongs to the window, its end tells.
    if (isInside === UNSURE && (group !== null || isWitness === YES)) return false;
    if (this.#sieve.settles && this.#anyStage(row) !== NO) {
      const { shortly, longRunning } = this.#counts;
      (this.#isLongRunning(row) === YES ? longRunning : shortly).push(row);
    }
    if (isWitness === YES) this.#addWitness(row, receivedUs);
    if (group !== null) this.#addToGroup(group, row, receivedUs);
    return true;
  }

  /** As the prefilter's. */
  #isIn(row: number, receivedUs: number): number {
    const { sinceUs, untilUs } = this.#sieve.window;
    if (untilUs !== null && receivedUs >= untilUs) return NO;
    if (sinceUs === null || receivedUs >= sinceUs) return YES;
    return this.#isLongRunning(row) === YES ? UNSURE : NO;
  }

  #count(receivedUs: number, outcomes: number): void {
    const counts = this.#counts;
    counts.lines++;
    counts.outcomes += outcomes;
    if (receivedUs < counts.fromUs) counts.fromUs = receivedUs;
    if (receivedUs > counts.toUs) counts.toUs = receivedUs;
  }

  #addWitness(row: number, receivedUs: number): void {
    const [group = null, resource = null, subresource = null] = this.#kind.map((field) => field.textAt(row));
    const level = this.#level.textAt(row) ?? '';
    const id = this.#sieve.mayRepeat ? witnessId(auditIDOf(this.#index, row), receivedUs) : null;
    this.#counts.witnessed.push({
      resource: resourceKey({ group, resource, subresource }),
      level,
      count: 1,
      id,
    });
  }

  /** Its values' numbers, and its bucket; null: one of them is not known. */
  #groupKeyOf(row: number, receivedUs: number): string | null {
    if (this.#by === null) return null;
    let key = '';
    for (const field of this.#by) {
      const number = field.numberAt(row);
      if (field.isUnknown(number)) return null;
      key += `${number} `;
    }
    const bucketUs = this.#sieve.aggregation?.bucketUs ?? null;
    return bucketUs === null ? key : `${key}${Math.floor(receivedUs / bucketUs)}`;
  }

  #addToGroup(key: string, row: number, receivedUs: number): void {
    const known = this.#counts.groups.get(key);
    if (known !== undefined) {
      known.count++;
      known.firstUs = Math.min(known.firstUs, receivedUs);
      known.lastUs = Math.max(known.lastUs, receivedUs);
      return;
    }
    const { aggregation } = this.#sieve;
    this.#counts.groups.set(key, {
      key: (this.#by ?? []).map((field) => field.textAt(row)),
      bucketUs: aggregation === null ? null : bucketOf(receivedUs, aggregation),
      ...{ count: 1, firstUs: receivedUs, lastUs: receivedUs },
    });
  }

  #settledOf(rows: readonly number[], isLongRunning: boolean): SettledStages {
    return { isLongRunning, count: rows.length, keys: { [Symbol.iterator]: () => this.#keysOf(rows) } };
  }

  *#keysOf(rows: readonly number[]): Generator<string> {
    for (const row of rows) {
      const [verb, user] = [this.#verb.textAt(row) ?? '', this.#username.textAt(row) ?? ''];
      yield stagesKey(auditIDOf(this.#index, row), receivedUsOf(this.#index, row), verb, user);
    }
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function noCounts() {
  return {
    lines: 0,
    outcomes: 0,
    fromUs: Number.POSITIVE_INFINITY,
    toUs: Number.NEGATIVE_INFINITY,
    /** Rows of requests that are over. */
    shortly: [] as number[],
    longRunning: [] as number[],
    witnessed: [] as Witnessed[],
    groups: new Map<string, Writable<Group>>(),
  };
}

const SAMPLED_ROWS = 2048;
/** Of the lines that were looked at. A guess: to read and decode a line by itself costs several times what a scan takes to pass over it. */
const MOST_DECODED = 0.25;
