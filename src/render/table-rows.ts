/** `-o table` row by row: the columns' widths are fixed before the first row is known. */
import { styleText } from 'node:util';
import type { Cell, Column } from '../answer.ts';
import { cellText } from './cell.ts';
import { clockFrom } from './clock.ts';
import { columnsThatFit, columnWidths, GUTTER } from './column-widths.ts';
import { escapeCell, escapeTerminal } from './escape.ts';
import type { RenderOptions } from './renderer.ts';
import type { RowRenderer } from './row-renderer.ts';
import { fitted, widthOf } from './width.ts';

const MIN_COLUMNS = 40;
/** `11-23 02:58:11`. */
const TIME_WIDTH = 14;
/** Of short words, as of what came of a request. */
const WORDS_WIDTH = 15;
const READABLE_WIDTH = 12;
/** No text gets more than this while another could be given some. */
const WIDEST = 60;

export const tableRows: RowRenderer = (shape, options) => {
  const available = Math.max(MIN_COLUMNS, options.columns);
  const clock = clockFrom(options.nowMs, options.utc ? 'UTC' : options.timeZone);
  const all = shape.columns.filter((column) => column.wide !== true);
  const least = all.map(leastWidth);
  const kept = columnsThatFit(least, all, available);
  const columns = kept.flatMap((n) => all[n] ?? []);
  const needed = kept.flatMap((n) => least[n] ?? []);
  const widths = spread(columnWidths(needed, columns, available), columns, available);
  const heads = columns.map((column, n) =>
    fitted(
      escapeTerminal(n === 0 && isTime(column) ? `${column.name}  ${clock.zone}` : column.name),
      widths[n] ?? 1,
    ),
  );
  return {
    header: options.noHeaders ? '' : lineOf(heads, widths),
    line(row) {
      const cells = columns.map((column) => column.brief?.(row) ?? column.cell(row));
      const texts = cells.map((cell, n) => {
        const text = escapeCell(cellText(cell, clock, options.nowMs));
        return fitted(text, widths[n] ?? 1, columns[n]?.shorten);
      });
      return lineOf(texts, widths, (text, n) => toned(text, cells[n], options));
    },
    end: () => null,
  };
};

function isTime(column: Column): boolean {
  return column.name === 'WHEN';
}

function leastWidth(column: Column): number {
  if (isTime(column)) return TIME_WIDTH;
  if (column.readable !== undefined) return Math.max(column.readable, column.name.length);
  return column.shrink === 0 ? WORDS_WIDTH : READABLE_WIDTH;
}

/** What is left of the line, to those that may be shortened: their texts are longer as a rule. */
function spread(least: readonly number[], columns: readonly Column[], available: number): number[] {
  const widths = [...least];
  const growing = [...columns.keys()].filter((n) => columns[n]?.shrink !== 0);
  let left =
    available - GUTTER * Math.max(0, widths.length - 1) - widths.reduce((sum, width) => sum + width, 0);
  while (left > 0) {
    const [narrowest] = growing
      .filter((n) => (widths[n] ?? 0) < WIDEST)
      .sort((a, b) => growth(a) - growth(b) || a - b);
    if (narrowest === undefined) break;
    widths[narrowest] = (widths[narrowest] ?? 0) + 1;
    left--;
  }
  return widths;

  /** Each grows in proportion to what it needs at least. */
  function growth(n: number): number {
    return (widths[n] ?? 1) / (least[n] ?? 1);
  }
}

function lineOf(
  texts: readonly string[],
  widths: readonly number[],
  drawn: (text: string, n: number) => string = (text) => text,
): string {
  const cells = texts.map((text, n) => {
    const blanks = n === texts.length - 1 ? 0 : (widths[n] ?? 0) - widthOf(text);
    return drawn(text, n) + ' '.repeat(Math.max(0, blanks));
  });
  return `${cells.join(' '.repeat(GUTTER)).trimEnd()}\n`;
}

function toned(text: string, cell: Cell | undefined, options: RenderOptions): string {
  if (!options.color || cell?.kind !== 'status') return text;
  const style = ({ good: 'green', bad: 'red', muted: 'dim', plain: 'reset' } as const)[cell.tone];
  return styleText(style, text, { validateStream: false });
}
