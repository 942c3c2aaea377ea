/**
 * Time in buckets of equal width, so many of them at most: they become wider when there would be more. Each width is a
 * multiple of the one before, and all have an edge in common, so what was counted in narrow ones goes into wide ones whole.
 */
import type { WiderBucket } from '../../query/query.ts';

const SECOND_US = 1_000_000;
/** Steps that people count time in. Beyond a day, and from a width that none of them is a multiple of: twice as wide each. */
const WIDTHS_US = [
  ...[1, 5, 15, 30],
  ...[60, 300, 900, 1800],
  ...[3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600],
].map((seconds) => seconds * SECOND_US);

export interface TimeAxisOptions {
  readonly widthUs: number;
  /** A moment at which a bucket begins. */
  readonly fromUs: number;
  readonly maxBuckets: number;
}

export class TimeAxis {
  readonly #fromUs: number;
  readonly #maxBuckets: number;
  #widthUs: number;
  #first = 0;
  #last = -1;

  constructor({ widthUs, fromUs, maxBuckets }: TimeAxisOptions) {
    this.#widthUs = widthUs;
    this.#fromUs = fromUs;
    this.#maxBuckets = maxBuckets;
  }

  get widthUs(): number {
    return this.#widthUs;
  }

  /** The widest buckets that begin at multiples of their width, each within one of these: what a source may count by. */
  get commonUs(): number {
    return commonOf(this.#widthUs, this.#fromUs);
  }

  /** The same of the widths that it will have when it reaches from one moment to another that is so much later. */
  get wider(): readonly WiderBucket[] {
    const wider: WiderBucket[] = [];
    for (let widthUs = this.#widthUs; widthUs < WIDEST_US; ) {
      // More buckets than that are touched, wherever they begin.
      const overUs = widthUs * this.#maxBuckets;
      widthUs = widerThan(widthUs);
      wider.push({ overUs, bucketUs: commonOf(widthUs, this.#fromUs) });
    }
    return wider;
  }

  /** Buckets by number: those from `first` to `last` were reached. */
  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  get size(): number {
    return this.#last - this.#first + 1;
  }

  bucketAt(atUs: number): number {
    return Math.floor((atUs - this.#fromUs) / this.#widthUs);
  }

  startOf(bucket: number): number {
    return bucket * this.#widthUs + this.#fromUs;
  }

  /** Makes room for a moment. Returns how many of the buckets have become one by it: 1, unless they had to be widened. */
  reach(atUs: number): number {
    const bucket = this.bucketAt(atUs);
    const isEmpty = this.size === 0;
    this.#first = isEmpty ? bucket : Math.min(this.#first, bucket);
    this.#last = isEmpty ? bucket : Math.max(this.#last, bucket);
    let factor = 1;
    while (this.size > this.#maxBuckets) factor *= this.#widen();
    return factor;
  }

  #widen(): number {
    const factor = widerThan(this.#widthUs) / this.#widthUs;
    this.#widthUs *= factor;
    this.#first = Math.floor(this.#first / factor);
    this.#last = Math.floor(this.#last / factor);
    return factor;
  }
}

/** Beyond a day, there are few buckets however narrow they are. */
const WIDEST_US = 24 * 3600 * SECOND_US;

function commonOf(widthUs: number, fromUs: number): number {
  let [divisor, rest] = [widthUs, Math.abs(fromUs)];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return divisor;
}

function widerThan(widthUs: number): number {
  return WIDTHS_US.find((wider) => wider > widthUs && wider % widthUs === 0) ?? widthUs * 2;
}

/** Buckets that a window may be asked for in, to be put together to as few as are shown. */
const MAX_ASKED = 1500;
/** A wide window may hold a log of a few hours. */
const WIDEST_ASKED_US = 60 * SECOND_US;

/** The width to count a window in when nobody says which: fine enough for a sparkline of the part that the log covers. */
export function askedWidth(spanUs: number | null): number {
  const fits = WIDTHS_US.find((widthUs) => spanUs !== null && spanUs <= widthUs * MAX_ASKED);
  return Math.min(fits ?? WIDEST_ASKED_US, WIDEST_ASKED_US);
}
