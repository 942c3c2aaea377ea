/** `-o csv`: every column, times in UTC; coverage has no place in CSV and follows as lines that begin with `#`. */
import type { Answer, Cell } from '../answer.ts';
import { coverageLines } from './coverage-lines.ts';
import { escapeCsv, escapeTerminal } from './escape.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

export const csv: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer, options: RenderOptions) {
    // An age is only a time told again.
    const columns = answer.columns.filter((column) => column.name !== 'AGE');
    if (!options.noHeaders) yield `${columns.map((column) => escapeCsv(column.name)).join(',')}\n`;
    for (const row of answer.rows)
      yield `${columns.map((column) => escapeCsv(textOf(column.cell(row)))).join(',')}\n`;
    for (const line of coverageLines(answer, { ...options, utc: true })) yield `# ${escapeTerminal(line)}\n`;
  },
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
