/** From times of runs to figures, and whether a figure is what it is to be. */

/**
 * `ours / theirs` and `ours - theirs` (milliseconds) are to be at most their bound; `theirs / ours`, at least.
 */
export type Comparison = 'ours / theirs' | 'theirs / ours' | 'ours - theirs';

/** Of two neighbouring runs. */
export interface RunPair {
  readonly oursMs: number;
  readonly theirsMs: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Run by run, so that what else the machine does meets both. Throws for no runs. */
export function compare(comparison: Comparison, runs: readonly RunPair[]): Spread {
  return spreadOf(runs.map((run) => figureOf(comparison, run)));
}

function figureOf(comparison: Comparison, { oursMs, theirsMs }: RunPair): number {
  switch (comparison) {
    case 'ours / theirs':
      return oursMs / theirsMs;
    case 'theirs / ours':
      return theirsMs / oursMs;
    case 'ours - theirs':
      return oursMs - theirsMs;
  }
}

export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined || !numbers.every(Number.isFinite))
    throw new Error(`no figure can be made of ${numbers.length === 0 ? 'no run' : numbers.join()}`);
  return { median: middle(sorted), min, max };
}

/** Null: there is no aim, or it holds for logs of another size. */
export function isMet(
  comparison: Comparison,
  { median }: Pick<Spread, 'median'>,
  bound: number | null,
): boolean | null {
  if (bound === null) return null;
  return comparison === 'theirs / ours' ? median >= bound : median <= bound;
}

/** Of an even number, between the two in the middle. */
function middle(sorted: readonly number[]): number {
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half)] ?? Number.NaN)) / 2;
}
