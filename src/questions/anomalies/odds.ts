/** The few pieces of statistics that the tests share. Scores are -log10 of a chance. */

export function scoreOf(chance: number): number {
  return -Math.log10(Math.min(1, Math.max(1e-12, chance)));
}

/**
 * The chance that an actor's day shows something it never showed: as often as that happened to it (`times` in `days`), drawn
 * towards what is common among its like, the more the fewer days there are (a Beta prior that counts as `PRIOR_DAYS`).
 */
export function chanceOfNew(times: number, days: number, common: number): number {
  return (times + PRIOR_DAYS * common) / (days + PRIOR_DAYS);
}

const PRIOR_DAYS = 2;

/** Of many numbers, half lie above. 0 for none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

/** Median absolute deviation, as a standard deviation of normal numbers. */
export function spread(numbers: readonly number[], around: number): number {
  return 1.4826 * median(numbers.map((number) => Math.abs(number - around)));
}

/**
 * Score of a count that stands above those of other days, by its logarithm: counts have heavy tails (a t distribution with 4
 * degrees of freedom), and a spread that is estimated from few days is drawn towards what is `common` among its like.
 */
export function excessScore(value: number, before: readonly number[], common: number): number {
  const logs = before.map((count) => Math.log(1 + count));
  const middle = median(logs);
  // Counts of chance alone spread by their square root.
  const chance = 1 / Math.sqrt(1 + Math.exp(middle));
  const own = logs.length * spread(logs, middle) ** 2;
  const drawn = Math.sqrt((own + COMMON_DAYS * common ** 2) / (logs.length + COMMON_DAYS));
  const width = Math.hypot(drawn, chance) * Math.sqrt(1 + 1 / logs.length);
  const high = Math.max(...logs, middle);
  const z = (Math.log(1 + value) - Math.max(middle, (middle + high) / 2)) / width;
  return z <= 0 ? 0 : ((DEGREES + 1) / 2) * Math.log10(1 + (z * z) / DEGREES);
}

/** Weight of what is common, in days. */
const COMMON_DAYS = 4;
const DEGREES = 4;

/** Of the logarithms of counts. */
export function logSpread(counts: readonly number[]): number {
  const logs = counts.map((count) => Math.log(1 + count));
  return spread(logs, median(logs));
}

/**
 * The share of numbers that are as high, and an exponential tail beyond each: a tenth for each `tail` that a number is lower.
 */
export function shareAbove(value: number, numbers: readonly number[], tail: number): number {
  const least = 0.5 * 10 ** (-Math.max(0, value) / tail);
  const sum = numbers.reduce((total, number) => total + Math.min(1, 10 ** (-(value - number) / tail)), least);
  return sum / (numbers.length + 1);
}
