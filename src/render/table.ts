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
  const rows = isWide ? answer.rows : answer.rows.filter((row) => answer.aside?.rows.has(row) !== true);
  const leftOut = rows.length > 0 ? yield* drawRows(rows, answer.columns, options, isWide) : [];
  const total = isWide ? answer.total : answer.total - (answer.aside?.total ?? 0);
  const missing = missingWords(rows.length, total, leftOut);
  if (missing !== '') yield* lines('', missing, options, 'dim');
  yield '\n';
  const shown = new Set(rows.map((row) => row.auditID));
  yield* section('near', nearTexts(answer.nearMisses, shown), options);
  yield* section('note', noteTexts(answer), options);
  yield* section('led to', answer.ledTo ?? [], options);
  yield* section('now', answer.now, options);
  yield* section('read', coverageLines(answer, options), options);
  yield* section('next', answer.next, options);
}

/** Rows or columns that are not shown. */
function missingWords(shown: number, total: number, leftOut: readonly string[]): string {
  return [
    ...(total > shown ? [`${shown} of ${total} shown; --limit N for more`] : []),
    ...(leftOut.length > 0 ? [`no room for ${leftOut.join(', ')}; -o wide shows all`] : []),
  ].join('; ');
}

/** Returns the names of the columns that found no room. */
function* drawRows(
  rows: readonly Row[],
  all: readonly Column[],
  options: RenderOptions,
  isWide: boolean,
): Generator<string, string[]> {
  const columns = all.filter((column) => isWide || !isWideOnly(column, rows));
  const cells = rows.flatMap((row) => {
    const its = columns.map((column) =>
      isWide ? column.cell(row) : (column.brief?.(row) ?? column.cell(row)),
    );
    return linesOf(its, isWide ? Number.POSITIVE_INFINITY : LIST_LINES);
  });
  const times = cells.flat().flatMap((cell) => (cell.kind === 'time' ? [cell.at] : []));
  const clock = clockFor(times, options.nowMs, options.utc ? 'UTC' : options.timeZone);
  const heads = columns.map((column) => headOf(column, rows, clock));
  const texts = cells.map((row) => row.map((cell) => escapeCell(cellText(cell, clock, options.nowMs))));
  const drawnTexts = options.noHeaders ? texts : [heads, ...texts];
  const natural = columns.map((_, n) =>
    drawnTexts.reduce((most, row) => Math.max(most, widthOf(row[n] ?? '')), 1),
  );
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

/** Lines that a list takes in a table; what is beyond is counted. */
const LIST_LINES = 8;
const EMPTY: Cell = { kind: 'text', text: '' };

/** A row with a list takes as many lines as the list has items; the other cells stand on the first. */
function linesOf(cells: readonly Cell[], most: number): (readonly Cell[])[] {
  const lists = cells.map((cell) => (cell.kind === 'list' ? itemsOf(cell.items, most) : null));
  const count = lists.reduce((longest, list) => Math.max(longest, list?.length ?? 1), 1);
  if (lists.every((list) => list === null)) return [cells];
  return Array.from({ length: count }, (_, n) =>
    cells.map((cell, c) => {
      const list = lists[c];
      if (list == null) return n === 0 ? cell : EMPTY;
      const text = list[n];
      return text === undefined ? EMPTY : { kind: 'text', text };
    }),
  );
}

function itemsOf(items: readonly string[], most: number): readonly string[] {
  if (items.length === 0) return ['<none>'];
  if (items.length <= most) return items;
  return [...items.slice(0, most - 1), `and ${items.length - most + 1} more; -o wide shows all`];
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
