/** Verdicts of query/matches.ts as numbers: columns are full of them. */

export const NO = 0;
export const YES = 1;
export const UNSURE = 2;

/** NO, YES or UNSURE of an index's line. */
export type RowTest = (row: number) => number;
