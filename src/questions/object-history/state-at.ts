/** The state of an object at a moment: what the last request answered by then had left behind. */
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
  if (last === null) return { ...between, state: next?.before ?? NOTHING, since: null, pending };
  return { ...between, state: better(last.after, next), since, pending };
}

const TAKES_EFFECT: ReadonlySet<Step['kind']> = new Set(['create', 'change', 'delete']);
const NOTHING: State = { kind: 'unknown', why: 'the log holds nothing about it' };

/** What the next step shows of the time before it (a deletion answers with the object) can be more than what was known. */
function better(after: State, next: Step | null): State {
  if (next === null || after.kind === 'exact' || after.kind === 'absent') return after;
  return RANK[next.before.kind] > RANK[after.kind] ? next.before : after;
}

const RANK: Readonly<Record<State['kind'], number>> = {
  unknown: 0,
  partial: 1,
  computed: 2,
  exact: 3,
  absent: 3,
};
