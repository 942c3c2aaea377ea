/** Deletions of namespaces, and whether each took the object asked about: the namespace controller's collections tell. */

import type { Fact } from '../fact/fact.ts';
import type { Deed } from './deed.ts';

export interface Collection {
  readonly fact: Fact;
  readonly took: readonly string[] | null;
}

export interface NamespaceEnd {
  readonly fact: Fact;
  /** The object was known not to be there, or to be going already, when the end was asked for. */
  readonly isTooLate: boolean;
  readonly wasThere: boolean;
}

export interface JudgedEnd {
  readonly deed: Deed;
  /** Further deletes of the same namespace, and the collections that carried it out. */
  readonly followers: readonly Deed[];
}

export interface Surroundings {
  /** Collections of the type asked about. */
  readonly collections: readonly Collection[];
  /** Creations of objects asked about. */
  readonly births: readonly Fact[];
  readonly names: (took: readonly string[]) => boolean;
  /** The question names a namespace. */
  readonly isPlaced: boolean;
}

/** `ends`: of one namespace, in time order. */
export function judgeNamespaceEnds(
  ends: readonly NamespaceEnd[],
  around: Surroundings,
): readonly JudgedEnd[] {
  const judged: JudgedEnd[] = [];
  let from = 0;
  for (let to = 1; to <= ends.length; to++) {
    const [end, again] = [ends[from], ends[to]];
    if (end === undefined) break;
    const swept = sweptBetween(end.fact, again?.fact ?? null, around);
    if (again !== undefined && isSameEnd(end.fact, again.fact, swept.length, around)) continue;
    const deed = judgeEnd(end, swept, around);
    const repeats = ends.slice(from + 1, to);
    if (deed !== null) {
      const followers = [...repeats, ...swept].map(({ fact }) => ({ ...deed, fact }));
      judged.push({ deed, followers });
    }
    from = to;
  }
  return judged;
}

function judgeEnd(end: NamespaceEnd, swept: readonly Collection[], around: Surroundings): Deed | null {
  if (end.isTooLate) return null;
  const isProven = swept.some(({ took }) => took !== null && around.names(took));
  const isTold = swept.some(({ took }) => took !== null);
  if (isTold && !isProven) return null;
  // Asked about all namespaces, an end counts only where the object is known to have been.
  if (!isProven && !around.isPlaced && !end.wasThere) return null;
  const why = isProven ? 'the namespace controller took it' : 'everything in a namespace goes with it';
  return { fact: end.fact, word: 'delete namespace', link: isProven ? 'proven' : 'likely', why };
}

function sweptBetween(end: Fact, again: Fact | null, around: Surroundings): readonly Collection[] {
  return around.collections.filter(
    ({ fact }) =>
      fact.target.namespace === end.target.name &&
      isByNamespaceController(fact) &&
      fact.atUs >= end.atUs &&
      fact.atUs < (again?.atUs ?? Number.POSITIVE_INFINITY),
  );
}

/** A second delete of a namespace that is still going, not one of a new namespace of that name. */
function isSameEnd(end: Fact, again: Fact, sweptMeanwhile: number, around: Surroundings): boolean {
  const [uid, other] = [end.row.object.uid, again.row.object.uid];
  if (uid !== null && other !== null) return uid === other;
  const isMadeMeanwhile = around.births.some((born) => born.atUs > end.atUs && born.atUs < again.atUs);
  return sweptMeanwhile === 0 && !isMadeMeanwhile && sweptBetween(again, null, around).length > 0;
}

/** Without service accounts of their own, controllers act as the controller manager. */
function isByNamespaceController({ row }: Fact): boolean {
  const { user } = row.who;
  return (
    user === 'system:serviceaccount:kube-system:namespace-controller' ||
    user === 'system:kube-controller-manager'
  );
}
