/** What is passed over by an index, counted as the prefilter counts it, until it is taken out. */
import { type Witnessed, witnessId } from '../../event/batch.ts';
import { listsOfStages, PASSED, type Passed, type PassedStages } from '../../event/passed-stages.ts';
import { stagesKey } from '../../event/request.ts';
import { resourceKey } from '../../event/target.ts';
import type { PassedTally } from '../passed-tally.ts';
import type { Sieve } from '../sieve.ts';
import { type FieldColumn, fieldColumn } from './field-column.ts';
import { auditIDOf, type LogIndex, receivedUsOf } from './log-index.ts';
import { RowGroups } from './row-groups.ts';

/** Groups held at a time: one that is told of twice is counted together by whoever asked. */
const MOST_GROUPS = 50_000;

export class IndexTally {
  readonly #index: LogIndex;
  readonly #mayRepeat: boolean;
  readonly #level: FieldColumn;
  readonly #kind: readonly FieldColumn[];
  readonly #username: FieldColumn;
  readonly #verb: FieldColumn;
  /** Null: nothing is counted by groups that the index could tell. */
  readonly groups: RowGroups | null;
  #lines = 0;
  #outcomes = 0;
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.NEGATIVE_INFINITY;
  /** Rows of stages that are told of. */
  #stages = listsOfStages<number>();
  /** By resource and level, as numbers; with each one's ID, one by one. */
  #witnessed = new Map<string | number, Writable<Witnessed>>();

  constructor(index: LogIndex, { aggregation, mayRepeat }: Sieve) {
    this.#index = index;
    this.#mayRepeat = mayRepeat;
    this.#level = fieldColumn(index, 'level');
    const kind = ['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource'] as const;
    this.#kind = kind.map((field) => fieldColumn(index, field));
    this.#username = fieldColumn(index, 'user.username');
    this.#verb = fieldColumn(index, 'verb');
    this.groups = aggregation === null ? null : RowGroups.by(index, aggregation);
  }

  addLine(receivedUs: number, isOutcome: boolean): void {
    this.#lines++;
    if (isOutcome) this.#outcomes++;
    if (receivedUs < this.#fromUs) this.#fromUs = receivedUs;
    if (receivedUs > this.#toUs) this.#toUs = receivedUs;
  }

  addStage(row: number, passed: Passed): void {
    this.#stages[passed].push(row);
  }

  addWitness(row: number, receivedUs: number): void {
    const id = this.#mayRepeat ? witnessId(auditIDOf(this.#index, row), receivedUs) : null;
    const key = id ?? this.#witnessKey(row);
    const known = this.#witnessed.get(key);
    if (known !== undefined) {
      if (id === null) known.count++;
      return;
    }
    const [group = null, resource = null, subresource = null] = this.#kind.map((field) => field.textAt(row));
    const level = this.#level.textAt(row) ?? '';
    this.#witnessed.set(key, {
      ...{ resource: resourceKey({ group, resource, subresource }), level },
      ...{ count: 1, id },
    });
  }

  /** Groups are kept back until there are many. */
  takeOut(tally: PassedTally): void {
    if (this.#lines > 0)
      tally.addLines({
        ...{ lines: this.#lines, outcomes: this.#outcomes },
        ...{ fromUs: this.#fromUs, toUs: this.#toUs },
      });
    tally.addWitnessed([...this.#witnessed.values()]);
    const stages = PASSED.map((passed) => this.#stagesOf(passed));
    tally.addStages(stages.filter(({ count }) => count > 0));
    if ((this.groups?.size ?? 0) > MOST_GROUPS) this.takeOutGroups(tally);
    this.#lines = 0;
    this.#outcomes = 0;
    this.#fromUs = Number.POSITIVE_INFINITY;
    this.#toUs = Number.NEGATIVE_INFINITY;
    this.#stages = listsOfStages<number>();
    this.#witnessed = new Map();
  }

  takeOutGroups(tally: PassedTally): void {
    if (this.groups !== null) tally.addGroups(this.groups.take());
  }

  #witnessKey(row: number): number {
    return this.#kind.reduce(
      (key, field) => key * field.count + field.numberAt(row),
      this.#level.numberAt(row),
    );
  }

  #stagesOf(passed: Passed): PassedStages {
    const rows = this.#stages[passed];
    return { passed, count: rows.length, keys: { [Symbol.iterator]: () => this.#keysOf(rows) } };
  }

  *#keysOf(rows: readonly number[]): Generator<string> {
    for (const row of rows) {
      const [verb, user] = [this.#verb.textAt(row) ?? '', this.#username.textAt(row) ?? ''];
      yield stagesKey(auditIDOf(this.#index, row), receivedUsOf(this.#index, row), verb, user);
    }
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
