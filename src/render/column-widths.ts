/** Which columns are drawn, and how wide each, so that a row fits. */
import type { Column } from '../answer.ts';

/** Between columns. */
export const GUTTER = 2;
const MIN_WIDTH = 4;
const READABLE_WIDTH = 12;
/** An audit ID is 36 wide, but a client may send a longer one, and must not squeeze the other columns with it. */
const WHOLE_WIDTH = 40;

/** Which columns stay, by their places: as many as can be read side by side. */
export function columnsThatFit(
  natural: readonly number[],
  columns: readonly Column[],
  available: number,
): number[] {
  const needed = (n: number) => Math.min(natural[n] ?? 1, readableWidth(columns[n]));
  const dropOf = (n: number) => columns[n]?.drop ?? 0;
  let kept = [...columns.keys()];
  while (sum(kept.map(needed)) + gutters(kept.length) > available) {
    const highest = Math.max(...kept.map(dropOf));
    if (highest === 0) break;
    kept = kept.filter((n) => dropOf(n) !== highest);
  }
  return kept;
}

/**
 * Columns of the highest rank give first, the widest of them first; those of `shrink: 0` only when there is nothing else
 * left to take. Where even that is too wide, none is kept readable.
 */
export function columnWidths(
  natural: readonly number[],
  columns: readonly Column[],
  available: number,
): number[] {
  const widths = natural.map((width) => Math.min(width, available));
  const room = available - gutters(columns.length);
  const rankOf = (n: number) => columns[n]?.shrink ?? 1;
  const readable = (n: number) => readableWidth(columns[n]);
  const rounds = [
    { least: readable, mayShrink: (n: number) => rankOf(n) === 0 },
    { least: readable, mayShrink: (n: number) => rankOf(n) > 1 },
    { least: readable, mayShrink: (n: number) => rankOf(n) > 0 },
    { least: () => MIN_WIDTH, mayShrink: (n: number) => rankOf(n) > 0 },
    { least: () => MIN_WIDTH, mayShrink: () => true },
    { least: () => 1, mayShrink: () => true },
  ];
  for (const { least, mayShrink } of rounds) {
    while (sum(widths) > room) {
      const widest = widestOf(widths, least, mayShrink);
      if (widest === null) break;
      widths[widest] = (widths[widest] ?? 1) - 1;
    }
  }
  return widths;
}

function widestOf(
  widths: readonly number[],
  least: (n: number) => number,
  mayShrink: (n: number) => boolean,
): number | null {
  let found: number | null = null;
  for (const [n, width] of widths.entries()) {
    if (width > least(n) && mayShrink(n) && (found === null || width > (widths[found] ?? 0))) found = n;
  }
  return found;
}

function readableWidth(column: Column | undefined): number {
  return column?.shrink === 0 ? WHOLE_WIDTH : (column?.readable ?? READABLE_WIDTH);
}

function gutters(count: number): number {
  return GUTTER * Math.max(0, count - 1);
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
