/** What a diff means: the changes applied to what was before. Written apart from the diff, for the property that holds it. */
import type { FieldChange } from '../../../src/questions/field-diff/field-diff.ts';
import type { Segment } from '../../../src/questions/field-diff/segment.ts';

/** A place that changes lead to or through. */
interface Step {
  readonly segment: Segment | null;
  readonly below: Map<string, Step>;
  change: FieldChange | null;
  /** It was added or removed as a whole. */
  whole: 'add' | 'remove' | null;
}

export function applyDiff(before: unknown, changes: readonly FieldChange[]): unknown {
  const root = step(null);
  for (const change of changes) {
    let here = root;
    for (const [depth, segment] of [...change.segments.entries(), [change.segments.length, null] as const]) {
      if (depth === change.wholeDepth && change.op !== 'replace') here.whole = change.op;
      if (segment === null) here.change = change;
      else {
        const key = JSON.stringify(segment);
        const next = here.below.get(key) ?? step(segment);
        here.below.set(key, next);
        here = next;
      }
    }
  }
  return applied(before, root);
}

function step(segment: Segment | null): Step {
  return { segment, below: new Map(), change: null, whole: null };
}

function applied(before: unknown, at: Step): unknown {
  if (at.whole === 'remove') return undefined;
  if (at.whole === 'add') return built(at);
  if (at.change !== null) return at.change.after;
  const steps = [...at.below.values()];
  if (steps.length === 0) return before;
  if (Array.isArray(before)) return appliedToList(before, steps);
  const object = new Map(Object.entries(before as object));
  for (const next of steps) {
    if (next.segment?.kind !== 'field') throw new Error('not a field');
    const { name } = next.segment;
    const value = applied(object.get(name), next);
    if (value === undefined) object.delete(name);
    else object.set(name, value);
  }
  return Object.fromEntries(object);
}

function appliedToList(before: readonly unknown[], steps: readonly Step[]): unknown[] {
  const removed = new Set<number>();
  const added = new Map<number, Step>();
  const changed = new Map<number, Step>();
  let order: readonly number[] | null = null;
  for (const next of steps) {
    const { segment } = next;
    if (segment?.kind === 'order') order = segment.from;
    else if (segment?.kind !== 'item') throw new Error('not an item');
    else if (segment.before === null) added.set(segment.after ?? -1, next);
    else if (segment.after === null) removed.add(segment.before);
    else changed.set(segment.before, next);
  }
  const kept = order ?? before.flatMap((_, index) => (removed.has(index) ? [] : [index]));
  const rest = kept.values();
  return Array.from({ length: kept.length + added.size }, (_, index) => {
    const isNew = added.get(index);
    if (isNew !== undefined) return built(isNew);
    const from = rest.next().value ?? -1;
    const isChanged = changed.get(from);
    return isChanged === undefined ? before[from] : applied(before[from], isChanged);
  });
}

/** What is new, out of its leaves. */
function built(at: Step): unknown {
  if (at.change !== null) return at.change.after;
  const steps = [...at.below.values()];
  if (steps[0]?.segment?.kind === 'item') {
    const list: unknown[] = [];
    for (const next of steps) if (next.segment?.kind === 'item') list[next.segment.after ?? -1] = built(next);
    return list;
  }
  return Object.fromEntries(
    steps.map((next) => [next.segment?.kind === 'field' ? next.segment.name : '?', built(next)]),
  );
}
