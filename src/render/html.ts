/**
 * `-o html`: one page that needs nothing else: no scripts, no fonts, nothing from the net, which its own policy forbids too. What
 * is drawn (drawing.ts) stands in the table below as well, for whoever reads with their ears or prints it.
 */
import type { Answer, Cell, Column, Row } from '../answer.ts';
import { cellText } from './cell.ts';
import { type Clock, clockFor } from './clock.ts';
import { coverageLines } from './coverage-lines.ts';
import { drawn } from './drawing.ts';
import { escapeHtml } from './escape.ts';
import { HTML_STYLE } from './html-style.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

export const html: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer, options: RenderOptions) {
    // An age is true for a minute only.
    const columns = answer.columns.filter((column) => column.name !== 'AGE');
    const times = answer.rows.flatMap((row) => columns.flatMap((column) => timeIn(column.cell(row))));
    const clock = clockFor(times, options.nowMs, options.utc ? 'UTC' : options.timeZone, true);
    yield head(answer);
    yield `<h1>${escapeHtml(answer.says)}</h1>\n`;
    yield `<p class="meta">kubectl audit ${escapeHtml(answer.question)}, asked ${escapeHtml(new Date(options.nowMs).toISOString().replace(/\.\d+Z$/, 'Z'))}; times in ${escapeHtml(clock.zone)}</p>\n`;
    if (!answer.coverage.complete)
      yield '<p class="incomplete"><strong>Incomplete:</strong> something could be missing here; what was read is told at the end.</p>\n';
    if (answer.drawing !== undefined) yield* drawn(answer.drawing, clock);
    if (answer.rows.length > 0) yield* tableOf(answer, columns, clock, options);
    yield* listOf(
      'Near misses',
      answer.nearMisses.map(({ text }) => text),
    );
    yield* listOf(
      'Notes',
      answer.notes.map(({ text }) => text),
    );
    yield* listOf('What it led to', answer.ledTo ?? []);
    yield* listOf('Now', answer.now);
    yield* listOf('What was read', coverageLines(answer, options));
    yield* commandsOf(answer.next);
    yield '</main>\n</body>\n</html>\n';
  },
};

function timeIn(cell: Cell): readonly string[] {
  return cell.kind === 'time' ? [cell.at] : [];
}

/** That nothing is fetched and no script runs is not left to escaping alone. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

function head({ question, says }: Answer): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(`${question}: ${says}`)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
`;
}

function* tableOf(
  answer: Answer,
  columns: readonly Column[],
  clock: Clock,
  options: RenderOptions,
): Generator<string> {
  const count = answer.rows.length === 1 ? '1 row' : `${answer.rows.length} rows`;
  yield `<div class="scroll" role="region" aria-label="Rows" tabindex="0">\n<table>\n<caption>${count}</caption>\n<thead><tr>`;
  for (const { name } of columns) yield `<th scope="col">${escapeHtml(name)}</th>`;
  yield '</tr></thead>\n<tbody>\n';
  for (const row of answer.rows) yield lineOf(row, columns, clock, options);
  yield '</tbody>\n</table>\n</div>\n';
}

function lineOf(row: Row, columns: readonly Column[], clock: Clock, { nowMs }: RenderOptions): string {
  const cells = columns.map((column) => {
    const cell = column.cell(row);
    const tone = cell.kind === 'status' ? ` class="${cell.tone}"` : '';
    const text = cell.kind === 'none' ? '' : escapeHtml(cellText(cell, clock, nowMs));
    return `<td${tone}>${cell.kind === 'time' ? `<time datetime="${escapeHtml(cell.at)}">${text}</time>` : text}</td>`;
  });
  return `<tr>${cells.join('')}</tr>\n`;
}

function* listOf(title: string, texts: readonly string[]): Generator<string> {
  if (texts.length === 0) return;
  yield `<h2>${title}</h2>\n<ul>\n`;
  for (const text of texts) yield `<li>${escapeHtml(text)}</li>\n`;
  yield '</ul>\n';
}

function* commandsOf(commands: readonly string[]): Generator<string> {
  if (commands.length === 0) return;
  yield '<h2>Next</h2>\n<ul>\n';
  for (const command of commands) yield `<li><code>${escapeHtml(command)}</code></li>\n`;
  yield '</ul>\n';
}
