/** How much may be pulled through an API server unasked, and in which pieces, so that its newest part is always whole. */

/** 2 GiB or a minute, whichever comes first: PRODUCT, "When". */
const DEFAULT_BYTES = 2 * 1024 ** 3;
const DEFAULT_MS = 60_000;
/** The first pieces are small, so that there is an answer soon; later ones take some seconds each. */
const FIRST_PIECE_BYTES = 8 * 1024 * 1024;
const LEAST_PIECE_BYTES = 1024 * 1024;
const MOST_PIECE_BYTES = 64 * 1024 * 1024;
const PIECE_MS = 4000;

export class Allowance {
  /** What the limit is, in words. */
  readonly limit: string;
  readonly #now: () => number;
  readonly #untilMs: number;
  #leftBytes: number;

  /** `maxBytes`: --max-bytes, which lifts the limit of time too; null: the default. `now`: milliseconds. */
  constructor(maxBytes: number | null, now: () => number) {
    this.#now = now;
    this.#leftBytes = maxBytes ?? DEFAULT_BYTES;
    this.#untilMs = maxBytes === null ? now() + DEFAULT_MS : Number.POSITIVE_INFINITY;
    this.limit =
      maxBytes === null
        ? 'at most 2 GiB or 60 s through the API server'
        : 'no more was allowed by --max-bytes';
  }

  get isUsedUp(): boolean {
    return this.#leftBytes <= 0 || this.#now() >= this.#untilMs;
  }

  get leftBytes(): number {
    return Math.max(0, this.#leftBytes);
  }

  /** What is set aside for a piece is given back, but for what it took. */
  begin(bytes: number): Piece {
    const began = this.#now();
    this.#leftBytes -= bytes;
    return {
      end: (used) => {
        this.#leftBytes += bytes - used;
        return this.#now() - began;
      },
    };
  }
}

export interface Piece {
  /** Returns the milliseconds it took. */
  end(usedBytes: number): number;
}

/** How large the next piece of one log should be: as much as comes in a few seconds. */
export class PieceSize {
  #bytes = FIRST_PIECE_BYTES;

  get bytes(): number {
    return this.#bytes;
  }

  learn(bytes: number, tookMs: number): void {
    const fitting = (bytes / Math.max(1, tookMs)) * PIECE_MS;
    this.#bytes = Math.round(
      Math.min(MOST_PIECE_BYTES, 2 * this.#bytes, Math.max(LEAST_PIECE_BYTES, fitting)),
    );
  }

  /** A line filled the last one. */
  grow(): void {
    this.#bytes *= 2;
  }
}
