/** What somebody may have meant: the name that is fewest slips of the finger away. */

/** Null when nothing is near enough: a wrong guess costs more than none. Ignores case. */
export function nearestName(typed: string, names: Iterable<string>): string | null {
  const wanted = typed.toLowerCase();
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const slips = slipsBetween(wanted, name.toLowerCase());
    if (slips < fewest) [best, fewest] = [name, slips];
  }
  return best;
}

/** For the end of a sentence; nothing when nothing is near. */
export function didYouMean(typed: string, names: Iterable<string>): string {
  const name = nearestName(typed, names);
  return name === null ? '' : `; did you mean ${name}?`;
}

/** Characters put in, left out, changed, or swapped with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const oneLonger = Math.min(last[j] ?? 0, row[j - 1] ?? 0) + 1;
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(changed, oneLonger, isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : changed);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? a.length;
}
