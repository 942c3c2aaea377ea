/** Cells → lines of a table without borders. A cell wider than its column shifts the rest of its row. Widths are column-widths.ts's. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { GUTTER } from './column-widths.ts';
import { widthOf } from './width.ts';

/** cli-table3 takes 0.3 ms a row, and more the more rows it has at once. */
const AT_ONCE = 20;
/** What a person may look at. A hundred thousand rows (a pipe, a file) took it 29 s, and take 0.1 s without it. */
const BY_CLI_TABLE = 1000;

/** May be coloured; without a line break. Trailing blanks are left out. */
export function* laidOut(rows: readonly (readonly string[])[], widths: readonly number[]): Generator<string> {
  for (let from = 0; from < Math.min(rows.length, BY_CLI_TABLE); from += AT_ONCE) {
    const some = rows.slice(from, Math.min(from + AT_ONCE, BY_CLI_TABLE));
    const isSmall = some.length * widths.reduce((sum, width) => sum + width, 0) <= PRIVATE;
    if (isSmall && some.every((row) => fits(row, widths))) yield* byCliTable(some, widths);
    else for (const row of some) yield lineOf(row, widths);
  }
  // Fast path; the slow one is above.
  for (let n = BY_CLI_TABLE; n < rows.length; n++) yield lineOf(rows[n] ?? [], widths);
}

function fits(row: readonly string[], widths: readonly number[]): boolean {
  return row.every((cell, n) => {
    const seen = stripVTControlCharacters(cell);
    // With no width of its own to stand in for.
    const isUpheld = !STARTS_WITHOUT_WIDTH.test(seen);
    return isUpheld && widthOf(seen) <= (widths[n] ?? 0);
  });
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, n) => {
    const blanks = (widths[n] ?? 0) - widthOf(stripVTControlCharacters(cell));
    return cell + ' '.repeat(Math.max(0, blanks));
  });
  return `${padded.join(' '.repeat(GUTTER)).trimEnd()}\n`;
}

const PLACES = ['top', 'bottom', 'left', 'mid', 'right'];
const NO_BORDERS = Object.fromEntries(
  [...PLACES, ...PLACES.flatMap((place) => ['mid', 'left', 'right'].map((end) => `${place}-${end}`))].map(
    (place) => [place, ''],
  ),
);

function* byCliTable(rows: readonly (readonly string[])[], widths: readonly number[]): Generator<string> {
  const grid = new Table({
    chars: { ...NO_BORDERS, middle: ' '.repeat(GUTTER) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: [...widths],
    wordWrap: false,
  });
  const held: string[] = [];
  for (const row of rows) grid.push(row.map((cell) => standingIn(cell, held)));
  const drawn = grid
    .toString()
    .replace(/([\ue000-\uf8ff])\1*/g, (run) => held[run.charCodeAt(0) - 0xe000] ?? '');
  for (const line of drawn.split('\n')) yield `${line.trimEnd()}\n`;
}

/**
 * cli-table3 measures emoji, scripts and marks otherwise than widthOf, and would cut or misalign them: it is given as many
 * private characters, of which escaped text has none, and what they stand for is put back where it drew them. Each run
 * has its own, so that none can come to stand in another cell.
 */
function standingIn(cell: string, held: string[]): string {
  return cell.replace(FOREIGN, (run) => {
    const width = widthOf(run);
    if (width === 0) return run;
    held.push(run);
    return privateAt(held.length - 1).repeat(width);
  });
}

/** With the letter that it begins to mark, for that is where its width is. */
const FOREIGN = /(?:[\x20-\x7e](?=[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff])|[^\x00-\x7f])+/gu;
const STARTS_WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** A piece that could hold more is not given to cli-table3. */
const PRIVATE = 6400;

function privateAt(n: number): string {
  return String.fromCharCode(0xe000 + (n % PRIVATE));
}
