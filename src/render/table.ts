/** `-o table` and `-o wide`: what is said, the rows, and below them what was read and what to try next. */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { Answer, Cell, Column, NearMiss, Row } from '../answer.ts';
import { cellText } from './cell.ts';
import { type Clock, clockFor } from './clock.ts';
import { columnWidths } from './column-widths.ts';
import { coverageLines } from './coverage-lines.ts';
import { escapeTerminal } from './escape.ts';
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
  const texts = cells.map((row) => row.map((cell) => escapeTerminal(cellText(cell, clock, options.nowMs))));
  const all = options.noHeaders ? texts : [heads, ...texts];
  const natural = columns.map((_, n) => Math.max(1, ...all.map((row) => widthOf(row[n] ?? ''))));
  const widths = columnWidths(natural, columns, options.columns);
  yield '\n';
  if (!options.noHeaders) yield* laidOut([heads.map((head, n) => fitted(head, widths[n] ?? 1))], widths);
  const drawn = texts.map((row, r) =>
    row.map((text, n) => toned(fitted(text, widths[n] ?? 1), cells[r]?.[n], options)),
  );
  // Laid out in pieces: a hundred thousand rows are never one string.
  for (let from = 0; from < drawn.length; from += 500) yield* laidOut(drawn.slice(from, from + 500), widths);
}

function headOf(column: Column, rows: readonly Row[], clock: Clock): string {
  const isTime = rows.some((row) => column.cell(row).kind === 'time');
  return escapeTerminal(isTime ? `${column.name}  ${clock.zone}` : column.name);
}

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((place) => [place, '']),
);

function* laidOut(rows: readonly (readonly string[])[], widths: readonly number[]): Generator<string> {
  const grid = new Table({
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: [...widths],
    wordWrap: false,
  });
  const held: string[] = [];
  for (const row of rows) grid.push(row.map((cell) => standingIn(cell, held)));
  let next = 0;
  const drawn = grid.toString().replace(/\ue000+/g, () => held[next++] ?? '');
  for (const line of drawn.split('\n')) yield `${line.trimEnd()}\n`;
}

/**
 * cli-table3 measures emoji and scripts otherwise than widthOf, and would cut or misalign them: it is given as many
 * private characters, of which escaped text has none, and what they stand for is put back where it drew them.
 */
function standingIn(cell: string, held: string[]): string {
  return cell.replace(/[^\x00-\x7f]+/g, (run) => {
    const width = widthOf(run);
    if (width > 0) held.push(run);
    return width > 0 ? '\ue000'.repeat(width) : run;
  });
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
