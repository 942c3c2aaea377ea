/** `-o custom-columns=HEAD:.path,…`: columns of one's own over the rows, laid out as kubectl lays them out. */
import type { Answer } from '../answer.ts';
import { parseColumns } from './custom-columns-parse.ts';
import { wordsOf } from './jsonpath.ts';
import { valuesAt } from './jsonpath-evaluate.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { widthOf } from './width.ts';

export const customColumns: Renderer = {
  carriesCoverage: false,
  *render(answer: Answer, options: RenderOptions) {
    const columns = parseColumns(options.template ?? '');
    const rows = answer.rows.map((row) => columns.map(({ path }) => cellOf(valuesAt(path, row))));
    const heads = options.noHeaders ? [] : [columns.map((column) => column.head)];
    const widths = columns.map((_, n) =>
      [...heads, ...rows].reduce((most, row) => Math.max(most, widthOf(row[n] ?? '') + PADDING), MIN_WIDTH),
    );
    for (const row of heads) yield lineOf(row, widths);
    for (const row of rows) yield lineOf(row, widths);
  },
};

/** kubectl's tabwriter (cli-runtime, printers/tabwriter.go). */
const PADDING = 3;
const MIN_WIDTH = 6;

function cellOf(values: readonly unknown[]): string {
  if (values.length === 0) return '<none>';
  return values.map((value) => (value === null ? '<none>' : wordsOf(value))).join(',');
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const last = cells.length - 1;
  return `${cells.map((cell, n) => (n === last ? cell : cell + ' '.repeat((widths[n] ?? 0) - widthOf(cell)))).join('')}\n`;
}
