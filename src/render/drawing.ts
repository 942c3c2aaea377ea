/**
 * A drawing as SVG: time runs down, a line for each row; who did it is a lane; ties run from what set something off to what it
 * set off, dashed where that is likely only. Shapes tell done, refused and without effect apart, not colours alone.
 */
import type { Drawing, Mark } from '../answer.ts';
import type { Clock } from './clock.ts';
import { escapeHtml, escapeTerminal } from './escape.ts';
import { fitted, widthOf } from './width.ts';

/** Marks drawn at most: the newest. Beyond, a picture tells less than the table. */
const MOST = 400;
/** All lengths in pixels. */
const ROW = 20;
const LANE = 24;
const TIME = 150;
const CHARACTER = 7.3;
/** Characters of a text, and of a lane's name. */
const TEXT = 100;
const NAME = 34;
/** A silence that is worth a word. */
const PAUSE_MS = 60_000;

export function* drawn({ lanes, marks }: Drawing, clock: Clock): Generator<string> {
  if (marks.length === 0) return;
  const first = Math.max(0, marks.length - MOST);
  const shown = marks.slice(first);
  const head =
    Math.ceil(Math.max(...lanes.map((name) => Math.min(NAME, widthOf(name))), 4) * CHARACTER * 0.72) + 24;
  const width = TIME + (lanes.length + 1) * LANE + Math.ceil(TEXT * CHARACTER);
  const height = head + shown.length * ROW + 12;
  const place = {
    head,
    x: (lane: number) => TIME + (lane + 0.5) * LANE,
    y: (n: number) => head + (n + 0.5) * ROW,
  };
  yield '<figure>\n<div class="scroll" role="region" aria-label="Drawing" tabindex="0">\n';
  yield `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="drawing-title" aria-describedby="drawing-text">\n`;
  yield `<title id="drawing-title">${shown.length} rows in the order of time</title>\n`;
  yield `<desc id="drawing-text">${lanes.length === 1 ? 'One lane' : `${lanes.length} lanes`}, one for each actor; lines run from what set something off to what it set off. The table below tells the same.</desc>\n`;
  for (const [n, name] of lanes.entries()) yield laneOf(name, place.x(n), height, place.head);
  for (const [n, mark] of shown.entries()) {
    const before = shown[n - 1];
    yield lineOf(mark, n, before, { lanes: lanes.length, width, clock, place });
  }
  for (const [n, mark] of shown.entries()) {
    const above = mark.under === null ? undefined : shown[mark.under - first];
    if (above !== undefined) yield tieOf(above, (mark.under ?? 0) - first, mark, n, place);
  }
  for (const [n, mark] of shown.entries()) yield shapeOf(mark, n, place);
  yield '</svg>\n</div>\n';
  const left = first > 0 ? `The newest ${shown.length} of ${marks.length} rows. ` : '';
  yield `<figcaption>${left}Filled: done. Cross: refused or failed. Ring: without effect. Lines: what set it off; dashed: likely.</figcaption>\n</figure>\n`;
}

interface Place {
  readonly head: number;
  x(lane: number): number;
  y(row: number): number;
}

interface Around {
  readonly lanes: number;
  readonly width: number;
  readonly clock: Clock;
  readonly place: Place;
}

function laneOf(name: string, x: number, height: number, head: number): string {
  const text = escapeHtml(fitted(escapeTerminal(name), NAME, 'middle'));
  return `<line class="lane" x1="${x}" y1="${head}" x2="${x}" y2="${height - 6}"/><text class="soft" transform="translate(${x - 2} ${head - 6}) rotate(-46)">${text}</text>\n`;
}

function lineOf(mark: Mark, n: number, before: Mark | undefined, around: Around): string {
  const { lanes, width, clock, place } = around;
  const y = place.y(n);
  const time = mark.at === null ? '' : escapeHtml(clock.time(mark.at));
  const band =
    n % 2 === 1
      ? `<rect class="band" x="0" y="${y - ROW / 2}" width="${width}" height="${ROW}" opacity=".6"/>`
      : '';
  const pause = pauseOf(mark, before, y, width);
  const words = escapeHtml(fitted(escapeTerminal(mark.text), TEXT, 'middle'));
  const x = TIME + (lanes + 0.6) * LANE;
  return `${band}${pause}<text class="soft" x="6" y="${y + 4}">${time}</text><text x="${x}" y="${y + 4}">${words}</text>\n`;
}

function pauseOf({ at }: Mark, before: Mark | undefined, y: number, width: number): string {
  if (at === null || before === undefined || before.at === null) return '';
  const silentMs = Date.parse(at) - Date.parse(before.at);
  if (!(silentMs >= PAUSE_MS)) return '';
  const top = y - ROW / 2;
  return `<line class="pause" x1="0" y1="${top}" x2="${width}" y2="${top}"/>`;
}

/** In one lane a bow to the left; between two an S. */
function tieOf(above: Mark, from: number, mark: Mark, to: number, place: Place): string {
  if (above.lane === null || mark.lane === null) return '';
  const [x1, y1, x2, y2] = [place.x(above.lane), place.y(from), place.x(mark.lane), place.y(to)];
  const bow = Math.min(LANE * 0.45, 4 + (to - from));
  const path =
    x1 === x2
      ? `M${x1} ${y1}C${x1 - bow} ${y1 + 8} ${x2 - bow} ${y2 - 8} ${x2} ${y2}`
      : `M${x1} ${y1}C${x1} ${y1 + 14} ${x2} ${y2 - 14} ${x2} ${y2}`;
  return `<path class="tie${mark.isLikely ? ' likely' : ''}" d="${path}"/>\n`;
}

function shapeOf(mark: Mark, n: number, place: Place): string {
  const y = place.y(n);
  if (mark.lane === null)
    return `<rect class="gap" x="${TIME + 3}" y="${y - 7}" width="${place.x(0) - TIME + 12}" height="14"/>\n`;
  const x = place.x(mark.lane);
  switch (mark.tone) {
    case 'bad':
      return `<path class="bad" d="M${x - 5} ${y - 5}L${x + 5} ${y + 5}M${x + 5} ${y - 5}L${x - 5} ${y + 5}"/>\n`;
    case 'muted':
      return `<circle class="muted" cx="${x}" cy="${y}" r="4.5"/>\n`;
    case 'plain':
      return `<rect class="plain" x="${x - 4.5}" y="${y - 4.5}" width="9" height="9"/>\n`;
    case 'good':
      return `<circle class="good" cx="${x}" cy="${y}" r="5"/>\n`;
  }
}
