/** What a test found, before it is known whether that is rare enough to be told. */

import type { FindingKind } from './finding-kinds.ts';
import type { Facet } from './seen.ts';
import type { ActorHabits } from './span.ts';

/** Tests with a false-alarm budget of their own. `rate`: of people, `load`: of programs, which are steadier. */
export const FAMILIES = [
  ...(['newcomer', 'habit', 'time', 'rate', 'load', 'network', 'token', 'bulk'] as const),
] as const;
export type Family = (typeof FAMILIES)[number];

/** Which requests it is about: of the actor, and all of these. Null: any. */
export interface Evidence {
  readonly facet: Facet | null;
  readonly value: string | null;
  /** Reading in bulk. */
  readonly isBulk: boolean;
  /** Whole hours of UTC, microseconds; null: the whole window. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
}

export const ALL_OF_IT: Evidence = { facet: null, value: null, isBulk: false, fromUs: null, toUs: null };

export interface Candidate {
  readonly family: Family;
  readonly kind: FindingKind;
  readonly habits: ActorHabits;
  /** How odd it is: about -log10 of the chance that an actor's day shows the like. Only compared within a family. */
  readonly score: number;
  readonly value: string;
  readonly baseline: string;
  readonly why: string;
  readonly evidence: Evidence;
  /** Newcomers that are told of in one finding, besides the first. */
  readonly folded: readonly string[];
}
