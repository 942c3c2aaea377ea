/** Counts over time as a line of bars, one character each. */

const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NONE = '·';

/** One character for `each` bars; the highest is the row's own most. */
export function sparkText(bars: readonly number[], each: number): string {
  const sums: number[] = [];
  for (let at = 0; at < bars.length; at += each)
    sums.push(bars.slice(at, at + each).reduce((sum, n) => sum + n, 0));
  const most = Math.max(1, ...sums);
  return sums
    .map((n) => (n === 0 ? NONE : (HEIGHTS[Math.ceil((n / most) * HEIGHTS.length) - 1] ?? NONE)))
    .join('');
}
