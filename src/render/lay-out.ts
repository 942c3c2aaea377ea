/** Cells, none wider than its column → lines of a table without borders. Widths are column-widths.ts's. */
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
  for (let from = 0; from < Math.min(rows.length, BY_CLI_TABLE); from += AT_ONCE)
    yield* byCliTable(rows.slice(from, Math.min(from + AT_ONCE, BY_CLI_TABLE)), widths);
  // Fast path; the slow one is above.
  for (let n = BY_CLI_TABLE; n < rows.length; n++) yield lineOf(rows[n] ?? [], widths);
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
