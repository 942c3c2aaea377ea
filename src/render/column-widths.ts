/** How wide each column is drawn, so that a row fits. */
import type { Column } from '../answer.ts';

/** Between columns. */
export const GUTTER = 2;
const MIN_WIDTH = 4;

/** The widest shrinkable columns give first; those of `shrink: 0` only when there is nothing else left to take. */
export function columnWidths(
  natural: readonly number[],
  columns: readonly Column[],
  available: number,
): number[] {
  const widths = [...natural];
  const room = available - GUTTER * Math.max(0, columns.length - 1);
  for (const mayShrink of [(n: number) => (columns[n]?.shrink ?? 1) > 0, () => true]) {
    while (sum(widths) > room) {
      const widest = widestOf(widths, mayShrink);
      if (widest === null) break;
      widths[widest] = (widths[widest] ?? MIN_WIDTH) - 1;
    }
  }
  return widths;
}

function widestOf(widths: readonly number[], mayShrink: (n: number) => boolean): number | null {
  let found: number | null = null;
  for (const [n, width] of widths.entries()) {
    if (width > MIN_WIDTH && mayShrink(n) && (found === null || width > (widths[found] ?? 0))) found = n;
  }
  return found;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
