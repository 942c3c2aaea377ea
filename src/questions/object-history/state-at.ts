/** The state of an object at a moment: what the last request answered by then had left behind. */
import { at } from './json-tree.ts';
import type { State, Step } from './step.ts';

export interface StateAt {
  readonly state: State;
  /** 0 and null before the first step. */
  readonly life: number;
  readonly uid: string | null;
  /** The step that left it, or showed it; null: the log holds nothing earlier that had an effect. */
  readonly since: Step | null;
  /** Writes that were under way at the moment: each may have taken effect already. */
  readonly pending: readonly Step[];
}

export function stateAt(steps: Iterable<Step>, atUs: number): StateAt {
  let last: Step | null = null;
  let since: Step | null = null;
  let next: Step | null = null;
  const pending: Step[] = [];
  for (const step of steps) {
    if (step.endUs <= atUs) {
      last = step;
      if (step.kind !== 'none') since = step;
      next = null;
      continue;
    }
    next ??= step;
    if (step.atUs <= atUs && TAKES_EFFECT.has(step.kind)) pending.push(step);
  }
  const between = { life: last?.life ?? next?.life ?? 0, uid: last?.uid ?? null };
  const shown = next === null ? NOTHING : shownBy(next, atUs);
  if (last === null) return { ...between, state: shown, since: null, pending };
  const state =
    shown.kind === 'absent' && since !== null ? untilMadeAnew(last.after) : better(last.after, shown);
  return { ...between, state, since, pending };
}

/** It is made anew next: it was gone by then, and no request says since when. */
function untilMadeAnew(after: State): State {
  return 'object' in after ? GONE_BY_THEN : after;
}

const GONE_BY_THEN: State = {
  kind: 'unknown',
  why: 'it was gone before it was made anew; when it went is not in the log',
};

const TAKES_EFFECT: ReadonlySet<Step['kind']> = new Set(['create', 'change', 'delete']);
const NOTHING: State = { kind: 'unknown', why: 'the log holds nothing about it' };

/** What the next step shows of the time before it (a deletion answers with the object), if there was that object then. */
function shownBy({ before }: Step, atUs: number): State {
  if (!('object' in before)) return before;
  const made = at(before.object, 'metadata', 'creationTimestamp');
  const madeUs = typeof made === 'string' ? Date.parse(made) * 1_000 : Number.NaN;
  // The timestamp is of whole seconds.
  return atUs < madeUs + SECOND_US ? MADE_LATER : before;
}

const SECOND_US = 1_000_000;
const MADE_LATER: State = {
  kind: 'unknown',
  why: 'what a later request shows was made after that; what there was before the log does not tell',
};

/** It can be more than what was known. */
function better(after: State, shown: State): State {
  if (after.kind === 'exact' || after.kind === 'absent') return after;
  return RANK[shown.kind] > RANK[after.kind] ? shown : after;
}

const RANK: Readonly<Record<State['kind'], number>> = {
  unknown: 0,
  partial: 1,
  computed: 2,
  exact: 3,
  absent: 3,
};
