/** What was passed over, gathered until the next batch: its tally, and stages that are told of. */
import { NOTHING_PASSED, type Tally, type Witnessed } from '../event/batch.ts';
import { GroupList, type Groups, sizeOf } from '../event/groups.ts';
import { listsOfStages, type PassedStages, stagesOf } from '../event/passed-stages.ts';
import type { PassedLines } from './kernel/kernel.ts';
import type { PassedLine } from './prefilter.ts';

export class PassedTally {
  #passed: Writable<Tally> = { ...NOTHING_PASSED };
  #witnessed = new Map<string, Writable<Witnessed>>();
  #groups: Groups[] = [];
  /** Counted line by line. */
  #ownGroups = new GroupList();
  #stages: PassedStages[] = [];
  #ownStages = listsOfStages<string>();

  get isEmpty(): boolean {
    return this.#passed.events + this.#passed.bytes + this.groupsSize + this.#stages.length === 0;
  }

  addBytes(bytes: number): void {
    this.#passed.bytes += bytes;
  }

  add({ isOutcome, receivedUs, stages, witnessed, group }: PassedLine): void {
    this.#count(1, isOutcome ? 1 : 0, receivedUs, receivedUs);
    if (stages !== null) this.#ownStages[stages.passed].push(stages.key);
    if (witnessed !== null) this.addWitnessed([witnessed]);
    if (group !== null) this.#ownGroups.add(group);
  }

  /** As groups.ts's `sizeOf` has it. */
  get groupsSize(): number {
    return this.#groups.reduce((sum, groups) => sum + sizeOf(groups), this.#ownGroups.size);
  }

  /** As `add`, for many lines at once. */
  addLines({ lines, outcomes, fromUs, toUs }: Omit<PassedLines, 'to' | 'isWanted' | 'full'>): void {
    if (lines > 0) this.#count(lines, outcomes, fromUs, toUs);
  }

  addWitnessed(witnessed: readonly Witnessed[]): void {
    for (const { resource, level, count, id } of witnessed) {
      const key = id ?? `${level} ${resource}`;
      const known = this.#witnessed.get(key);
      if (known === undefined) this.#witnessed.set(key, { resource, level, count, id });
      else if (id === null) known.count += count;
    }
  }

  addGroups(groups: Groups): void {
    if (sizeOf(groups) > 0) this.#groups.push(groups);
  }

  addStages(stages: readonly PassedStages[]): void {
    this.#stages.push(...stages);
  }

  /** As another thread has gathered it. */
  addTally({ bytes, events, outcomes, fromUs, toUs, witnessed, counted }: Tally): void {
    this.addBytes(bytes);
    if (fromUs !== null && toUs !== null) this.#count(events, outcomes, fromUs, toUs);
    this.addWitnessed(witnessed);
    for (const groups of counted) this.addGroups(groups);
  }

  /** Those that came since it was last asked for. */
  takeStages(): readonly PassedStages[] {
    const stages = [...this.#stages, ...stagesOf(this.#ownStages)];
    this.#stages = [];
    this.#ownStages = listsOfStages<string>();
    return stages;
  }

  /** And begins anew. */
  take(): { readonly passedOver: Tally; readonly stages: readonly PassedStages[] } {
    const own = this.#ownGroups.list();
    const taken = {
      passedOver: {
        ...this.#passed,
        witnessed: [...this.#witnessed.values()],
        counted: [...this.#groups, ...(own.length === 0 ? [] : [own])],
      },
      stages: this.takeStages(),
    };
    this.#passed = { ...NOTHING_PASSED };
    this.#witnessed = new Map();
    this.#groups = [];
    this.#ownGroups = new GroupList();
    return taken;
  }

  #count(lines: number, outcomes: number, fromUs: number, toUs: number): void {
    const passed = this.#passed;
    passed.events += lines;
    passed.outcomes += outcomes;
    if (passed.fromUs === null || fromUs < passed.fromUs) passed.fromUs = fromUs;
    if (passed.toUs === null || toUs > passed.toUs) passed.toUs = toUs;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
