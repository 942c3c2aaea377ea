/** Between items that are the same: which of those before became which after, in their order, as far as they are alike. */
import { ALIKE, likeness } from './likeness.ts';

/** More comparisons than that are not made: the first is then held against the first. */
const MAX_COMPARED = 900;

/** Positions, ascending in both. */
export function alignGap(before: readonly unknown[], after: readonly unknown[]): [number, number][] {
  if (before.length === 0 || after.length === 0) return [];
  if (before.length === 1 && after.length === 1 && isOne(before[0], after[0])) return [[0, 0]];
  if (before.length * after.length > MAX_COMPARED) return firstWithFirst(before, after);
  return bestPairs(before, after);
}

/** What stands in the place of another, alone, is that one changed; but for what says that it is another. */
function isOne(was: unknown, is: unknown): boolean {
  return (Array.isArray(was) && Array.isArray(is)) || likeness(was, is) > 0;
}

function firstWithFirst(before: readonly unknown[], after: readonly unknown[]): [number, number][] {
  return before
    .slice(0, after.length)
    .flatMap((item, n): [number, number][] => (likeness(item, after[n]) >= ALIKE ? [[n, n]] : []));
}

/** Those whose likenesses sum up highest. */
function bestPairs(before: readonly unknown[], after: readonly unknown[]): [number, number][] {
  const width = after.length + 1;
  /** Of the first `i` and the first `j`, at i * width + j. */
  const best = new Float64Array((before.length + 1) * width);
  const alike = new Float64Array(before.length * after.length);
  for (const [i, was] of before.entries())
    for (const [j, is] of after.entries()) {
      const found = likeness(was, is);
      if (found >= ALIKE) alike[i * after.length + j] = found;
      const paired = (best[i * width + j] ?? 0) + (found >= ALIKE ? found : 0);
      best[(i + 1) * width + j + 1] = Math.max(
        paired,
        best[i * width + j + 1] ?? 0,
        best[(i + 1) * width + j] ?? 0,
      );
    }
  const pairs: [number, number][] = [];
  let [i, j] = [before.length, after.length];
  while (i > 0 && j > 0) {
    const here = best[i * width + j];
    const isPaired = alike[(i - 1) * after.length + j - 1] !== 0;
    if (best[(i - 1) * width + j] === here) i--;
    else if (best[i * width + j - 1] === here) j--;
    else if (isPaired) pairs.push([--i, --j]);
  }
  return pairs.reverse();
}
