/** One object's life as its removals see it, and what a request says about it. */
import type { Deed } from './deed.ts';
import type { Fact } from './fact.ts';

export interface Life {
  state: 'unknown' | 'present' | 'terminating' | 'gone';
  made: Fact | null;
  /** What began the last removal. */
  removal: Deed | null;
  /** At Metadata level: the latest write to an object whose delete is being held. */
  maybeReleased: Fact | null;
  finalizers: number | null;
  isSeen: boolean;
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
  return tellsRemoval(removal.fact) && write.atUs > removal.fact.endUs;
}

export function isHeld(life: Life): boolean {
  return life.state === 'terminating' && (life.finalizers ?? 0) > 0;
}
