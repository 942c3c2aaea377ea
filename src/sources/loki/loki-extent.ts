/**
 * From when to when streams hold anything. Loki does not say: the index is asked for each day's bytes, backwards from now, until
 * nothing was there for 30 days; where it may not be asked, for one line of each month, which takes seconds.
 */
import { UserError } from '../../errors.ts';
import { type Asked, linesOf, type TimeSpan, volumesOf } from './query-loki.ts';
import { type Allowed, DAY_NS, endwise, HOUR_NS, piecewise } from './stretches.ts';

/** With nothing in them for so long, older ones are not looked for. */
const EMPTY_NS = 30n * DAY_NS;
const OLDEST_NS = 20n * 365n * DAY_NS;
/** Clocks of those who write may be ahead. */
export const AHEAD_NS = HOUR_NS;

/** Whole days: what they hold lies within; null: nothing was found. */
export async function daysHeld(
  asked: Asked,
  matchers: string,
  nowNs: bigint,
  allowed: Allowed,
): Promise<TimeSpan | null> {
  const back = { fromNs: nowNs - OLDEST_NS, toNs: nowNs + AHEAD_NS };
  return await daysWithin(asked, matchers, back, allowed, EMPTY_NS);
}

/** The same of a certain time. `emptyNs`: behind that nothing is looked for; null: all of it is looked through. */
export async function daysWithin(
  asked: Asked,
  matchers: string,
  within: TimeSpan,
  allowed: Allowed,
  emptyNs: bigint | null = null,
): Promise<TimeSpan | null> {
  const back = { within, emptyNs: emptyNs ?? within.toNs - within.fromNs };
  try {
    return await spanOf(back, allowed, (piece) => byVolumes(asked, matchers, piece));
  } catch (error) {
    const isRefused = error instanceof UserError && REFUSED.has(error.code);
    if (!isRefused) throw error;
    // Its other accounts leave out what was written lately, of times before.
    return await spanOf(back, allowed, (piece) => byLines(asked, matchers, piece));
  }
}

const REFUSED: ReadonlySet<string> = new Set(['AUDIT_STORE_REFUSED', 'AUDIT_FORBIDDEN']);

/** Moments of some that it holds, to a day, the first and the last among them. */
type EdgesIn = (piece: TimeSpan) => Promise<readonly bigint[]>;

async function spanOf(
  { within, emptyNs }: { readonly within: TimeSpan; readonly emptyNs: bigint },
  allowed: Allowed,
  edgesIn: EdgesIn,
): Promise<TimeSpan | null> {
  let found: TimeSpan | null = null;
  const ask = async function* (piece: TimeSpan) {
    yield { piece, edges: await edgesIn(piece) };
  };
  for await (const { piece, edges } of piecewise(within, allowed, ask)) {
    for (const atNs of edges) {
      // A day's last moment, or the first of the next.
      const [fromNs, toNs] = [atNs - DAY_NS - 1n, atNs + DAY_NS];
      found = {
        fromNs: found === null || fromNs < found.fromNs ? fromNs : found.fromNs,
        toNs: found === null || toNs > found.toNs ? toNs : found.toNs,
      };
    }
    if ((found?.fromNs ?? within.toNs) - piece.fromNs > emptyNs) break;
  }
  return found;
}

async function byVolumes(asked: Asked, matchers: string, piece: TimeSpan): Promise<readonly bigint[]> {
  // Each step costs it a search of its own.
  const length = (piece.toNs - piece.fromNs) / 1_000_000_000n + 1n;
  const whole = await volumesOf(asked, matchers, piece, length);
  if (!whole.some(({ value }) => value > 0)) return [];
  const days = await volumesOf(asked, matchers, piece, DAY_NS / 1_000_000_000n);
  return days.filter(({ value }) => value > 0).map(({ atNs }) => atNs);
}

async function byLines(asked: Asked, matchers: string, piece: TimeSpan): Promise<readonly bigint[]> {
  const edges = [];
  for (const direction of ['forward', 'backward'] as const) {
    const { lines } = await linesOf(asked, matchers, piece, 1, direction);
    if (lines.length === 0) break;
    edges.push(...lines.map(({ atNs }) => atNs));
  }
  return edges;
}

/** The first moment that it holds a line; null: there is none. */
export async function oldestOf(
  asked: Asked,
  query: string,
  days: TimeSpan,
  allowed: Allowed,
): Promise<bigint | null> {
  // It lies in the first of the days.
  const first = days.fromNs + 3n * DAY_NS;
  const stretch = { fromNs: days.fromNs, toNs: first < days.toNs ? first : days.toNs };
  const { lines } = await endwise({ stretch, end: 'oldest', lines: 1 }, allowed, (piece) =>
    linesOf(asked, query, piece, 1, 'forward'),
  );
  return lines[0]?.atNs ?? null;
}
