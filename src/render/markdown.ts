/** `-o markdown`: for a ticket or a post-mortem. */
import type { Answer } from '../answer.ts';
import { cellText } from './cell.ts';
import { clockFor } from './clock.ts';
import { coverageLines } from './coverage-lines.ts';
import { escapeMarkdown } from './escape.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

export const markdown: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer, options: RenderOptions) {
    // An age is true for a minute only.
    const columns = answer.columns.filter((column) => column.name !== 'AGE');
    const cells = answer.rows.map((row) => columns.map((column) => column.cell(row)));
    const times = cells.flat().flatMap((cell) => (cell.kind === 'time' ? [cell.at] : []));
    const clock = clockFor(times, options.nowMs, options.utc ? 'UTC' : options.timeZone, true);
    yield `**${escapeMarkdown(answer.says)}**\n\n`;
    if (cells.length > 0) {
      yield lineOf(
        columns
          .map((column) => (column.name === 'WHEN' ? `WHEN ${clock.zone}` : column.name))
          .map(escapeMarkdown),
      );
      yield lineOf(columns.map(() => '---'));
      for (const row of cells)
        yield lineOf(
          row.map((cell) =>
            cell.kind === 'none' ? '' : escapeMarkdown(cellText(cell, clock, options.nowMs)),
          ),
        );
      yield '\n';
    }
    for (const miss of answer.nearMisses) yield `- ${escapeMarkdown(miss.text)}\n`;
    for (const line of answer.ledTo ?? []) yield `- led to: ${escapeMarkdown(line)}\n`;
    for (const line of answer.now) yield `- now: ${escapeMarkdown(line)}\n`;
    for (const line of coverageLines(answer, options)) yield `- ${escapeMarkdown(line)}\n`;
  },
};

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}
