/**
 * Query → what a scanner tells of a line by its head alone, without its bodies: which lines have to be decoded, and what is
 * counted of those that have not. What is not sure there, it leaves to `matches`.
 */
import type { Predicate } from '../query/predicate.ts';
import type { Aggregation, Query, Window } from '../query/query.ts';
import { isHeadField, type Needles, needlesOf, outcomeNeedlesOf } from './needles.ts';

export interface Sieve {
  /** What must hold of a line before the outcome: left without one, the request is asked whether that line matches. */
  readonly stage: Needles;
  /** What holds of the outcome's line when it holds of one before it. */
  readonly anyStage: Needles;
  /** What must hold of a line that tells the outcome: mostly more. */
  readonly outcome: Needles;
  /** An outcome that is passed over may have had a stage that was not. */
  readonly settles: boolean;
  /** What matches before the outcome is told of by its stage alone: only how much of it does not end is wanted. */
  readonly tellsStages: boolean;
  /** Holds of exactly the outcomes that are witnesses; null: none are to be counted. */
  readonly witness: Needles | null;
  /** How the outcomes that hold are counted, all of which match; null: they are decoded. */
  readonly aggregation: Aggregation | null;
  readonly window: Window;
  /** Another log may hold the same requests: witnesses are told one by one. */
  readonly mayRepeat: boolean;
}

/** Null when everything has to be decoded. `mayRepeat`: see `Sieve`. */
export function sieveOf(
  { predicate, witness, aggregation, window }: Query,
  mayRepeat: boolean,
): Sieve | null {
  const asWitness = witness === null ? null : outcomeNeedlesOf(witness);
  const isCounted = asWitness?.isExact === true;
  const decoded: Predicate =
    witness === null || isCounted ? predicate : { kind: 'any', of: [predicate, witness] };
  const outcome = outcomeNeedlesOf(decoded);
  const isAll = witness === null || isCounted;
  const counts = aggregation !== null && isAll && outcome.isExact && aggregation.by.every(isHeadField);
  if (!counts && isAnything(outcome.needles)) return null;
  const anyStage = needlesOf(decoded) ?? ANYTHING;
  const isSameAtAnyStage = JSON.stringify(anyStage) === JSON.stringify(outcome.needles);
  return {
    stage: outcome.failsEarlierToo ? outcome.needles : anyStage,
    anyStage,
    outcome: outcome.needles,
    settles: counts || !isSameAtAnyStage,
    // Then what holds of the head is a match at any stage.
    tellsStages: counts && isSameAtAnyStage,
    witness: isCounted ? asWitness.needles : null,
    aggregation: counts ? aggregation : null,
    window,
    mayRepeat,
  };
}

const ANYTHING: Needles = { kind: 'all', of: [] };

function isAnything(needles: Needles): boolean {
  return needles.kind === 'all' && needles.of.length === 0;
}
