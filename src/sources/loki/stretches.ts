/** A time that is too long to be asked about at once, in pieces; what the server allows is learned from its refusals. */
import { type Limit, LimitHit } from './loki-limits.ts';
import type { TimeSpan } from './query-loki.ts';

export const HOUR_NS = 3_600_000_000_000n;
export const DAY_NS = 24n * HOUR_NS;
/** Shorter pieces are not tried: then the server's refusal stands. */
const LEAST_NS = 60_000_000_000n;

/** What takes less may be longer the next time, what takes more has to be shorter: servers end an answer after 30 s, as they come. */
const QUICK_MS = 4_000;
const SLOW_MS = 12_000;

/** What the server gives at once, as far as is known; kept for as long as the store is open. */
export class Allowed {
  lengthNs: bigint;
  lines: number;
  /** As Loki comes: 30d1h. */
  #mostNs = 30n * DAY_NS;

  /** `lengthNs`: to begin with. */
  constructor(lines: number, lengthNs: bigint) {
    this.lines = lines;
    this.lengthNs = lengthNs;
  }

  /** False: less cannot be asked for. `asked`: what was refused. */
  lower(limit: Limit, asked: TimeSpan): boolean {
    switch (limit.of) {
      case 'lines':
        return limit.most > 0 && this.#giveAtMost(limit.most);
      case 'answer':
        return this.#giveAtMost(Math.ceil(this.lines / 4));
      case 'length': {
        // The server may count from whole milliseconds.
        const isLess = this.#shorten(limit.mostNs - 2_000_000n, asked);
        this.#mostNs = this.lengthNs;
        return isLess;
      }
      case 'work':
        return this.#shorten(lengthOf(asked) / 4n, asked);
      case 'unknown': {
        const isFewer = this.#giveAtMost(Math.ceil(this.lines / 4));
        return this.#shorten(lengthOf(asked) / 4n, asked) || isFewer;
      }
      case 'groups':
        return false;
    }
  }

  /** `isWhole`: nothing of it is left to be read. */
  took(asked: TimeSpan, ms: number, isWhole: boolean): void {
    const length = lengthOf(asked);
    if (ms > SLOW_MS) this.#shorten(length / 2n, asked);
    else if (ms < QUICK_MS && isWhole && length * 2n >= this.lengthNs)
      this.lengthNs = least(this.lengthNs * 4n, this.#mostNs);
  }

  #giveAtMost(lines: number): boolean {
    const isLess = lines < this.lines;
    this.lines = Math.min(this.lines, lines);
    return isLess;
  }

  #shorten(toNs: bigint, asked: TimeSpan): boolean {
    const length = lengthOf(asked);
    const most = toNs < length ? toNs : length / 2n;
    if (most < LEAST_NS) return false;
    this.lengthNs = most;
    return true;
  }
}

function lengthOf({ fromNs, toNs }: TimeSpan): bigint {
  return toNs - fromNs + 1n;
}

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Of one end of a stretch, as long as the server allows; `lines`: at most. Its UserError stands when less is no help. */
export async function endwise<Answer>(
  {
    stretch,
    end,
    lines,
  }: { readonly stretch: TimeSpan; readonly end: 'oldest' | 'newest'; readonly lines: number },
  allowed: Allowed,
  ask: (piece: TimeSpan, lines: number) => Promise<Answer>,
): Promise<Answer> {
  let most = lines;
  for (;;) {
    const { fromNs, toNs } = stretch;
    const length = least(lengthOf(stretch), allowed.lengthNs);
    const piece =
      end === 'newest' ? { fromNs: toNs - length + 1n, toNs } : { fromNs, toNs: fromNs + length - 1n };
    try {
      return await ask(piece, most);
    } catch (error) {
      if (!(error instanceof LimitHit)) throw error;
      const { limit, refusal } = error;
      const isOfLines = limit.of !== 'length' && limit.of !== 'work' && most > 1;
      const isShorter = limit.of !== 'answer' && limit.of !== 'lines' && allowed.lower(limit, piece);
      if (!isOfLines && !isShorter) throw refusal;
      if (isOfLines) most = Math.ceil(most / 4);
    }
  }
}

/** Newest first. `ask` is asked again with less when that was too much; its UserError stands when less is no help. */
export async function* piecewise<Answer>(
  { fromNs, toNs }: TimeSpan,
  allowed: Allowed,
  ask: (piece: TimeSpan) => AsyncIterable<Answer>,
  /** Where to go on within a piece that was given in part. */
  reached: () => bigint | null = () => null,
): AsyncGenerator<Answer> {
  let end = toNs;
  while (end >= fromNs) {
    const start = end - allowed.lengthNs + 1n;
    const piece = { fromNs: start > fromNs ? start : fromNs, toNs: end };
    try {
      yield* ask(piece);
      end = piece.fromNs - 1n;
    } catch (error) {
      if (!(error instanceof LimitHit)) throw error;
      if (!allowed.lower(error.limit, piece)) throw error.refusal;
      const at = reached();
      if (at !== null && at < end) end = at;
    }
  }
}
