/** `-o table` and `-o wide`: what is said, the rows, and below them what was read and what to try next. */
import { styleText } from 'node:util';
import type { Answer, Cell, Column, NearMiss, Row } from '../answer.ts';
import { cellText } from './cell.ts';
import { type Clock, clockFor } from './clock.ts';
import { columnWidths } from './column-widths.ts';
import { coverageLines } from './coverage-lines.ts';
import { escapeCell, escapeTerminal } from './escape.ts';
import { laidOut } from './lay-out.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { fitted, widthOf, wrapped } from './width.ts';

export const table: Renderer = {
  carriesCoverage: true,
  render: (answer, options) => draw(answer, options, false),
};
export const wide: Renderer = {
  carriesCoverage: true,
  render: (answer, options) => draw(answer, options, true),
};

/** The labels at the left of what stands below the rows. */
const INDENT = 7;
const MIN_COLUMNS = 40;
/** Notes printed; the rest are counted, and are in the machine output. */
const NOTES_SHOWN = 5;

function* draw(answer: Answer, given: RenderOptions, isWide: boolean): Generator<string> {
  const options = { ...given, columns: Math.max(MIN_COLUMNS, given.columns) };
  yield* lines('', answer.says, options, 'bold');
  if (answer.rows.length > 0) yield* drawRows(answer, options, isWide);
  if (answer.total > answer.rows.length) {
    yield* lines('', `${answer.rows.length} of ${answer.total} shown; --limit N for more`, options, 'dim');
  }
  yield '\n';
  const shown = new Set(answer.rows.map((row) => row.auditID));
  yield* section('near', nearTexts(answer.nearMisses, shown), options);
  yield* section('note', noteTexts(answer), options);
  yield* section('read', coverageLines(answer, options), options);
  yield* section('next', answer.next, options);
}

function* drawRows(answer: Answer, options: RenderOptions, isWide: boolean): Generator<string> {
  const columns = answer.columns.filter((column) => isWide || column.wide !== true);
  const cells = answer.rows.map((row) => columns.map((column) => column.cell(row)));
  const times = cells.flat().flatMap((cell) => (cell.kind === 'time' ? [cell.at] : []));
  const clock = clockFor(times, options.nowMs, options.utc ? 'UTC' : options.timeZone);
  const heads = columns.map((column) => headOf(column, answer.rows, clock));
  const texts = cells.map((row) => row.map((cell) => escapeCell(cellText(cell, clock, options.nowMs))));
  const all = options.noHeaders ? texts : [heads, ...texts];
  const natural = columns.map((_, n) => all.reduce((most, row) => Math.max(most, widthOf(row[n] ?? '')), 1));
  const widths = columnWidths(natural, columns, options.columns);
  yield '\n';
  if (!options.noHeaders) yield* laidOut([heads.map((head, n) => fitted(head, widths[n] ?? 1))], widths);
  const drawn = texts.map((row, r) =>
    row.map((text, n) => toned(fitted(text, widths[n] ?? 1), cells[r]?.[n], options)),
  );
  yield* laidOut(drawn, widths);
}

function headOf(column: Column, rows: readonly Row[], clock: Clock): string {
  const isTime = rows.some((row) => column.cell(row).kind === 'time');
  return escapeTerminal(isTime ? `${column.name}  ${clock.zone}` : column.name);
}

function toned(text: string, cell: Cell | undefined, options: RenderOptions): string {
  if (!options.color || cell?.kind !== 'status') return text;
  const style = ({ good: 'green', bad: 'red', muted: 'dim', plain: 'reset' } as const)[cell.tone];
  return styleText(style, text, { validateStream: false });
}

function nearTexts(misses: readonly NearMiss[], shown: ReadonlySet<unknown>): string[] {
  return misses.filter((miss) => miss.row === null || !shown.has(miss.row.auditID)).map((miss) => miss.text);
}

function noteTexts({ notes }: Answer): string[] {
  const texts = notes.slice(0, NOTES_SHOWN).map((note) => note.text);
  return notes.length > NOTES_SHOWN
    ? [...texts, `and ${notes.length - NOTES_SHOWN} more notes (-o json)`]
    : texts;
}

function* section(label: string, texts: readonly string[], options: RenderOptions): Generator<string> {
  for (const [n, text] of texts.entries()) {
    yield* lines(n === 0 ? label : ' ', text, options, text.startsWith('INCOMPLETE') ? 'red' : null);
  }
}

function* lines(
  label: string,
  text: string,
  options: RenderOptions,
  style: 'bold' | 'dim' | 'red' | null,
): Generator<string> {
  const indent = label === '' ? '' : label.padEnd(INDENT);
  for (const [n, line] of wrapped(escapeTerminal(text), options.columns - indent.length).entries()) {
    const shown = style !== null && options.color ? styleText(style, line, { validateStream: false }) : line;
    yield `${n === 0 ? indent : ' '.repeat(indent.length)}${shown}\n`;
  }
}
