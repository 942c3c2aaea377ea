/** `-o csv`: every column, times in UTC; coverage has no place in CSV and follows as lines that begin with `#`. */
import type { Answer, Cell } from '../answer.ts';
import { coverageLines } from './coverage-lines.ts';
import { escapeCsv, escapeTerminal } from './escape.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import type { RowRenderer } from './row-renderer.ts';

export const csv: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer, options: RenderOptions) {
    const { header, line, end } = csvRows(answer, options);
    yield header;
    for (const row of answer.rows) yield line(row, null);
    yield end(answer) ?? '';
  },
};

export const csvRows: RowRenderer = (shape, options) => {
  // An age is only a time told again.
  const columns = shape.columns.filter((column) => column.name !== 'AGE');
  const lineOf = (cells: readonly string[]) => `${cells.map(escapeCsv).join(',')}\n`;
  return {
    header: options.noHeaders ? '' : lineOf(columns.map((column) => column.name)),
    line: (row) => lineOf(columns.map((column) => textOf(column.cell(row)))),
    end: (answer) =>
      coverageLines(answer, { ...options, utc: true })
        .map((line) => `# ${escapeTerminal(line)}\n`)
        .join(''),
  };
};

function textOf(cell: Cell): string {
  switch (cell.kind) {
    case 'none':
      return '';
    case 'time':
    case 'age':
      return cell.at;
    case 'number':
      return String(cell.value);
    case 'list':
      return cell.items.join('; ');
    case 'text':
    case 'status':
      return cell.text;
  }
}
