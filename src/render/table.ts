/** `-o table`, which fits the terminal, and `-o wide`, which cuts nothing: what is said, the rows, and below them what was read and what to try next. */
import { styleText } from 'node:util';
import type { Answer, Cell, Column, NearMiss, Row } from '../answer.ts';
import { cellText } from './cell.ts';
import { type Clock, clockFor } from './clock.ts';
import { columnsThatFit, columnWidths } from './column-widths.ts';
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
/** With `-o wide` nothing is cut; but what one client sent as its name must not push every row apart. */
const WIDEST = 200;
/** Kinds of notes printed; the rest are counted, and are in the machine output. */
const NOTES_SHOWN = 5;

function* draw(answer: Answer, given: RenderOptions, isWide: boolean): Generator<string> {
  const options = { ...given, columns: Math.max(MIN_COLUMNS, given.columns) };
  yield* lines('', answer.says, options, 'bold');
  const leftOut = answer.rows.length > 0 ? yield* drawRows(answer, options, isWide) : [];
  const missing = missingWords(answer, leftOut);
  if (missing !== '') yield* lines('', missing, options, 'dim');
  yield '\n';
  const shown = new Set(answer.rows.map((row) => row.auditID));
  yield* section('near', nearTexts(answer.nearMisses, shown), options);
  yield* section('note', noteTexts(answer), options);
  yield* section('now', answer.now, options);
  yield* section('read', coverageLines(answer, options), options);
  yield* section('next', answer.next, options);
}

/** Rows or columns that are not shown. */
function missingWords({ rows, total }: Answer, leftOut: readonly string[]): string {
  return [
    ...(total > rows.length ? [`${rows.length} of ${total} shown; --limit N for more`] : []),
    ...(leftOut.length > 0 ? [`no room for ${leftOut.join(', ')}; -o wide shows all`] : []),
  ].join('; ');
}

/** Returns the names of the columns that found no room. */
function* drawRows(answer: Answer, options: RenderOptions, isWide: boolean): Generator<string, string[]> {
  const { rows } = answer;
  const columns = answer.columns.filter((column) => isWide || !isWideOnly(column, rows));
  const cells = rows.map((row) =>
    columns.map((column) => (isWide ? column.cell(row) : (column.brief?.(row) ?? column.cell(row)))),
  );
  const times = cells.flat().flatMap((cell) => (cell.kind === 'time' ? [cell.at] : []));
  const clock = clockFor(times, options.nowMs, options.utc ? 'UTC' : options.timeZone);
  const heads = columns.map((column) => headOf(column, rows, clock));
  const texts = cells.map((row) => row.map((cell) => escapeCell(cellText(cell, clock, options.nowMs))));
  const all = options.noHeaders ? texts : [heads, ...texts];
  const natural = columns.map((_, n) => all.reduce((most, row) => Math.max(most, widthOf(row[n] ?? '')), 1));
  const kept = isWide ? [...columns.keys()] : columnsThatFit(natural, columns, options.columns);
  const of = <T>(list: readonly T[]) => kept.flatMap((n) => list[n] ?? []);
  const shown = of(columns);
  const widths = isWide
    ? natural.map((width) => Math.min(width, WIDEST))
    : columnWidths(of(natural), shown, options.columns);
  const cut = (text: string, n: number) => (isWide ? text : fitted(text, widths[n] ?? 1, shown[n]?.shorten));
  yield '\n';
  if (!options.noHeaders) yield* laidOut([of(heads).map(cut)], widths);
  const drawn = texts.map((row, r) => {
    const its = of(cells[r] ?? []);
    return of(row).map((text, n) => toned(cut(text, n), its[n], options));
  });
  yield* laidOut(drawn, widths);
  return columns.filter((_, n) => !kept.includes(n)).map((column) => column.name);
}

function isWideOnly({ wide }: Column, rows: readonly Row[]): boolean {
  return typeof wide === 'function' ? wide(rows) : wide === true;
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

/** The first of each kind, so that many of one do not hide the others. */
function noteTexts({ notes }: Answer): string[] {
  const kinds = new Map<string, string[]>();
  for (const { code, text } of notes) {
    const known = kinds.get(code);
    if (known === undefined) kinds.set(code, [text]);
    else known.push(text);
  }
  const texts = [...kinds.values()].slice(0, NOTES_SHOWN).flatMap(([first = '', ...more]) => {
    return more.length === 0 ? [first] : [first, `and ${more.length} more of this kind (-o json)`];
  });
  const rest = [...kinds.values()].slice(NOTES_SHOWN).flat().length;
  return rest === 0 ? texts : [...texts, `and ${rest} more ${rest === 1 ? 'note' : 'notes'} (-o json)`];
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
