/** When many of its like stray as far on the same day, something is going on, and nobody of them is odd. */

const CROWD = 0.1;
const CROWD_AT_LEAST = 4;

/** The share of those who do so; 0 while it is no crowd. */
export function crowdShare(like: number, all: number): number {
  return like >= CROWD_AT_LEAST && like / all >= CROWD ? like / all : 0;
}
