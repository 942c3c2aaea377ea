/**
 * How many, over time, in little memory and whatever the order: the cells are twice as wide whenever there would be too
 * many of them, and always begin at a multiple of their width, so their number and content depend on the times alone.
 */

/** Enough that a bar of a sparkline is drawn from ten cells or more. */
const MAX_CELLS = 256;
/** In the machine output: equal parts of the time that coverage says was covered. */
export const BARS = 24;

export class TimeCounts {
  #widthUs = 1;
  #cells = new Map<number, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #firstUs: number | null = null;
  #lastUs: number | null = null;

  get firstUs(): number | null {
    return this.#firstUs;
  }

  get lastUs(): number | null {
    return this.#lastUs;
  }

  /** Moments told apart: the more, the more often and the less in one go. */
  get moments(): number {
    return this.#cells.size;
  }

  add(atUs: number): void {
    this.#firstUs = Math.min(this.#firstUs ?? atUs, atUs);
    this.#lastUs = Math.max(this.#lastUs ?? atUs, atUs);
    const cell = Math.floor(atUs / this.#widthUs);
    this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + 1);
    this.#first = Math.min(this.#first, cell);
    this.#last = Math.max(this.#last, cell);
    while (this.#last - this.#first >= MAX_CELLS) this.#widen();
  }

  /** Counts in equal parts from `fromUs` to `toUs`, right to within a tenth of a part; what lies outside is at the edges. */
  bars(fromUs: number, toUs: number, bars = BARS): number[] {
    const counts = new Array<number>(bars).fill(0);
    for (const [cell, count] of this.#cells) {
      const middleUs = (cell + 0.5) * this.#widthUs - 0.5;
      const part = Math.floor(((middleUs - fromUs) * bars) / (toUs - fromUs + 1));
      const bar = Math.min(bars - 1, Math.max(0, part));
      counts[bar] = (counts[bar] ?? 0) + count;
    }
    return counts;
  }

  #widen(): void {
    const cells = new Map<number, number>();
    for (const [cell, count] of this.#cells) {
      const wider = Math.floor(cell / 2);
      cells.set(wider, (cells.get(wider) ?? 0) + count);
    }
    this.#cells = cells;
    this.#widthUs *= 2;
    this.#first = Math.floor(this.#first / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}
