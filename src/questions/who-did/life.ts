/** One object's life as its removals see it, and what a request says about it. */

import type { Fact } from '../fact/fact.ts';
import type { Deed } from './deed.ts';

export interface Life {
  state: 'unknown' | 'present' | 'terminating' | 'gone';
  made: Fact | null;
  /** What began the last removal. */
  removal: Deed | null;
  /** At Metadata level: the latest write to an object whose delete is being held. */
  maybeReleased: Fact | null;
  /** The removal of its last finalizer. */
  released: Fact | null;
  finalizers: number | null;
  isSeen: boolean;
  /** The last request that found it there, and neither made it nor took it away. */
  found: Fact | null;
  /** Of all objects that had the name; the last is the one that has it. */
  readonly uids: Set<string>;
}

export function newLife(): Life {
  return {
    state: 'unknown',
    made: null,
    removal: null,
    maybeReleased: null,
    released: null,
    finalizers: null,
    isSeen: false,
    found: null,
    uids: new Set(),
  };
}

/** There is another object of the name; `made`: by this, when the log holds it. */
export function startAnew(life: Life, made: Fact | null): void {
  life.state = 'present';
  life.made = made;
  life.removal = null;
  life.found = null;
}

export function lifeKey(resource: string, namespace: string | null, name: string): string {
  return JSON.stringify([resource, namespace, name]);
}

/** As far as both uids are known. */
export function isSameObject(a: Fact, b: Fact): boolean {
  const [one, other] = [a.row.object.uid, b.row.object.uid];
  return one === null || other === null || one === other;
}

/** A delete of what is being deleted already. */
export function isRepeat(life: Life, fact: Fact): boolean {
  if (life.state !== 'terminating' || life.removal === null) return false;
  // What is held answers with itself; an answer that tells of a removal is another object's.
  return isSameObject(life.removal.fact, fact) && !tellsRemoval(fact);
}

/** The answer is a Status with the object's uid: it was there, free of finalizers, and went at once. */
export function tellsRemoval(fact: Fact): boolean {
  return fact.isRemovedAtOnce === true && fact.after === null;
}

/** Only what began after the removal had been answered shows that the object was still there. */
export function isContradicted(removal: Deed, write: Fact): boolean {
  return tellsRemoval(removal.fact) && write.atUs > removal.fact.endUs && isSameObject(removal.fact, write);
}

/** What could be made can not have been there: but clocks of API servers may differ by this much. */
const SKEW_US = 1_000_000;

/** It was there before it was made, and nothing is known to have taken it away. */
export function wasThere(life: Life, born: Fact): boolean {
  if (life.state === 'gone' || life.state === 'terminating') return false;
  if (life.state === 'present' && life.made !== null) return true;
  const { found } = life;
  // The same plural may be a type of several groups, when no table knows it.
  if (found === null || found.target.group !== born.target.group) return false;
  return found.endUs < born.atUs - SKEW_US;
}

/** What it let happen before it was answered: a delete that was received first, although its answer came last. */
export function releasedMeanwhile(life: Life, removal: Fact, orphans: readonly Fact[]): Fact | null {
  const { released } = life;
  if (released === null || !orphans.includes(released)) return null;
  return removal.atUs <= released.atUs && isSameObject(removal, released) ? released : null;
}

export function isHeld(life: Life): boolean {
  return life.state === 'terminating' && (life.finalizers ?? 0) > 0;
}
