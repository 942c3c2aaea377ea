/**
 * Two lists whose items have no names, laid side by side with the least edit: what is the same first (Myers, "An O(ND)
 * Difference Algorithm", 1986), then what is alike in the gaps between.
 */
import { alignGap } from './align-gap.ts';
import type { Sameness } from './sameness.ts';

/** More insertions and deletions than that tell nobody anything. */
const MAX_EDITS = 1_000;

/** What an item of after was before. */
export interface Earlier {
  /** Null: it is new. */
  readonly from: number | null;
  readonly isSame: boolean;
}

/** For each item of after; the positions ascend. Null: too much differs. */
export function align(
  before: readonly unknown[],
  after: readonly unknown[],
  sameness: Sameness,
): Earlier[] | null {
  const isSame = (one: unknown, other: unknown): boolean => sameness.isSame(one, other);
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isSame(before[head], after[head])) head++;
  let tail = 0;
  while (tail < shorter - head && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail++;

  const same = commonItems(
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
    sameness,
  );
  if (same === null) return null;

  const found = after.map((_, index): Earlier => {
    if (index < head) return { from: index, isSame: true };
    if (index < after.length - tail) return { from: null, isSame: false };
    return { from: before.length - after.length + index, isSame: true };
  });
  let [fromBefore, fromAfter] = [head, head];
  const ends: readonly (readonly [number, number])[] = [
    ...same,
    [before.length - tail - head, after.length - tail - head],
  ];
  for (const [inBefore, inAfter] of ends) {
    const [toBefore, toAfter] = [head + inBefore, head + inAfter];
    const gap = alignGap(before.slice(fromBefore, toBefore), after.slice(fromAfter, toAfter));
    for (const [one, other] of gap) found[fromAfter + other] = { from: fromBefore + one, isSame: false };
    if (toAfter < after.length - tail) found[toAfter] = { from: toBefore, isSame: true };
    [fromBefore, fromAfter] = [toBefore + 1, toAfter + 1];
  }
  return found;
}

/** Positions of what both have, ascending in both. Null: too many edits. */
function commonItems(
  before: readonly unknown[],
  after: readonly unknown[],
  sameness: Sameness,
): readonly (readonly [number, number])[] | null {
  // Fast path: most changes are of one item, or put some in.
  if (Math.min(before.length, after.length) === 0 || before.length + after.length === 2) return [];
  const [was = [], is = []] = numbered([before, after], sameness);
  return commonRuns(was, is);
}

/** The same numbers for the same items: comparing them is all that is left to do, and it is done often. */
function numbered(lists: readonly (readonly unknown[])[], sameness: Sameness): number[][] {
  const byPrint = new Map<number, { readonly id: number; readonly item: unknown }[]>();
  let last = 0;
  const idOf = (item: unknown): number => {
    const lookalikes = byPrint.get(sameness.printOf(item)) ?? [];
    const known = lookalikes.slice(0, MAX_LOOKALIKES).find((one) => sameness.isSame(one.item, item));
    if (known !== undefined) return known.id;
    lookalikes.push({ id: ++last, item });
    byPrint.set(sameness.printOf(item), lookalikes);
    return last;
  };
  return lists.map((list) => list.map(idOf));
}

/** Items that differ and whose prints do not: there are none, but for those that somebody made. */
const MAX_LOOKALIKES = 50;

/** The longest such sequence. */
function commonRuns(was: readonly number[], is: readonly number[]): [number, number][] | null {
  const most = Math.min(MAX_EDITS, was.length + is.length);
  /** By diagonal (position before − position after): how far before it was got. */
  const reached = new Int32Array(2 * most + 3);
  const center = most + 1;
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    const earlier = reached.slice(center - edits - 1, center + edits + 2);
    trace.push(earlier);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = startOf(diagonal, edits, earlier);
      while (x < was.length && x - diagonal < is.length && was[x] === is[x - diagonal]) x++;
      reached[center + diagonal] = x;
      if (x >= was.length && x - diagonal >= is.length) return walkBack(trace, was.length, is.length);
    }
  }
  return null;
}

/** `earlier`: what was reached with one edit less, by diagonal + edits + 1. */
function startOf(diagonal: number, edits: number, earlier: Int32Array): number {
  const at = (other: number): number => earlier[other + edits + 1] ?? 0;
  return isInsertion(diagonal, edits, earlier) ? at(diagonal + 1) : at(diagonal - 1) + 1;
}

function isInsertion(diagonal: number, edits: number, earlier: Int32Array): boolean {
  if (diagonal === -edits) return true;
  const at = (other: number): number => earlier[other + edits + 1] ?? 0;
  return diagonal !== edits && at(diagonal - 1) < at(diagonal + 1);
}

function walkBack(trace: readonly Int32Array[], length: number, otherLength: number): [number, number][] {
  const pairs: [number, number][] = [];
  let [x, y] = [length, otherLength];
  for (const [edits, earlier] of [...trace.entries()].reverse()) {
    const diagonal = x - y;
    const from = isInsertion(diagonal, edits, earlier) ? diagonal + 1 : diagonal - 1;
    const [fromX, fromY] =
      edits === 0 ? [0, 0] : [earlier[from + edits + 1] ?? 0, (earlier[from + edits + 1] ?? 0) - from];
    while (x > fromX && y > fromY) pairs.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}
