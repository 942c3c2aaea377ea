/** Of the requests between two moments the one to name: who made, deleted, or last wrote what differs; not who wrote last. */
import type { Change } from '../field-diff/redact-changes.ts';
import type { Step } from '../object-history/step.ts';
import { type ChangesHow, changesOf, isSure } from './step-changes.ts';

export interface Difference {
  /** Microseconds; the earlier is not in it. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly word: 'create' | 'delete' | 'change';
  readonly changes: readonly Change[];
}

/** Null: no request in the log. `steps`: the object's history. */
export function stepBetween(steps: Iterable<Step>, difference: Difference, how: ChangesHow): Step | null {
  const paths = new Set(difference.changes.map(({ path }) => path));
  let found: Step | null = null;
  for (const step of steps) {
    if (step.endUs <= difference.fromUs || step.endUs > difference.toUs) continue;
    switch (difference.word) {
      case 'create':
        if (step.kind === 'create') found = step;
        break;
      case 'delete':
        // What was asked for first: finalizers and kubelets only bring it to its end.
        if (step.kind === 'create') found = null;
        else if (step.kind === 'delete') found ??= step;
        break;
      case 'change':
        if (step.kind !== 'none' && step.kind !== 'seen' && touches(step, paths, how)) found = step;
    }
  }
  return found;
}

/** Of states known in part: what is known of both, and of all else what a request in between changed. Null: nothing. */
export function knownOf(
  changes: readonly Change[],
  steps: Iterable<Step>,
  { fromUs, toUs }: Pick<Difference, 'fromUs' | 'toUs'>,
  how: ChangesHow,
): readonly Change[] | null {
  const touched = new Set<string>();
  for (const step of steps) {
    if (step.endUs <= fromUs || step.endUs > toUs || step.kind !== 'change') continue;
    const its = changesOf(step, { ...how, subresource: step.subresource }) ?? [];
    for (const { path } of its) touched.add(path);
  }
  const known = changes.filter((change) => isSure(change) || touched.has(change.path));
  return known.length === 0 ? null : known;
}

function touches(step: Step, paths: ReadonlySet<string>, how: ChangesHow): boolean {
  const changes = changesOf(step, { ...how, subresource: step.subresource }) ?? [];
  return changes.some(({ path }) => paths.has(path));
}
