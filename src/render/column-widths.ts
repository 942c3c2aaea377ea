/** How wide each column is drawn, so that a row fits. */
import type { Column } from '../answer.ts';

/** Between columns. */
export const GUTTER = 2;
const MIN_WIDTH = 4;
const READABLE_WIDTH = 12;
/** An audit ID is 36 wide, but a client may send a longer one, and must not squeeze the other columns with it. */
const WHOLE_WIDTH = 40;

/**
 * Columns of the highest rank give first, the widest of them first; those of `shrink: 0` only when there is nothing else left to take. Where
 * even that is too wide (`wide` on a narrow terminal), none is kept readable.
 */
export function columnWidths(
  natural: readonly number[],
  columns: readonly Column[],
  available: number,
): number[] {
  const widths = natural.map((width) => Math.min(width, available));
  const room = available - GUTTER * Math.max(0, columns.length - 1);
  const rankOf = (n: number) => columns[n]?.shrink ?? 1;
  const rounds = [
    { least: WHOLE_WIDTH, mayShrink: (n: number) => rankOf(n) === 0 },
    { least: READABLE_WIDTH, mayShrink: (n: number) => rankOf(n) > 1 },
    { least: READABLE_WIDTH, mayShrink: (n: number) => rankOf(n) > 0 },
    { least: MIN_WIDTH, mayShrink: (n: number) => rankOf(n) > 0 },
    { least: MIN_WIDTH, mayShrink: () => true },
    { least: 1, mayShrink: () => true },
  ];
  for (const { least, mayShrink } of rounds) {
    while (sum(widths) > room) {
      const widest = widestOf(widths, least, mayShrink);
      if (widest === null) break;
      widths[widest] = (widths[widest] ?? least) - 1;
    }
  }
  return widths;
}

function widestOf(
  widths: readonly number[],
  least: number,
  mayShrink: (n: number) => boolean,
): number | null {
  let found: number | null = null;
  for (const [n, width] of widths.entries()) {
    if (width > least && mayShrink(n) && (found === null || width > (widths[found] ?? 0))) found = n;
  }
  return found;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
