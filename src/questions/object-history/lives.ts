/** Which of the objects that had one name each request was about. */
import { type Verdict, verdictsOf } from './fates.ts';
import { type Head, isCollection, isCreation, isEffective } from './logged.ts';

export interface Place {
  /** Counted from 1. */
  readonly life: number;
  readonly uid: string | null;
  readonly verdict: Verdict | null;
}

interface Life {
  uid: string | null;
  /** Nothing but refusals and the like so far. */
  isEmpty: boolean;
  isGone: boolean;
}

/** `heads`: in the order of their effect. */
export function placesOf(heads: readonly Head[]): readonly Place[] {
  const verdicts = verdictsOf(heads);
  const lives: Life[] = [newLife()];
  const numbers = heads.map((head, index) => lifeOf(head, verdicts[index] ?? null, lives));
  return heads.map((_, index) => {
    const life = numbers[index] ?? 1;
    return { life, uid: lives[life - 1]?.uid ?? null, verdict: verdicts[index] ?? null };
  });
}

function newLife(): Life {
  return { uid: null, isEmpty: true, isGone: false };
}

function lifeOf(head: Head, verdict: Verdict | null, lives: Life[]): number {
  const current = lives.at(-1) ?? newLife();
  if (head.shows === 'absence') {
    if (!current.isEmpty) current.isGone = true;
    return lives.length;
  }
  if (!isEffective(head) && head.shows !== 'object') return lives.length;
  // It took others, if the object was not there.
  if (isCollection(head) && (current.isEmpty || current.isGone)) return lives.length;
  const known = head.uid === null ? -1 : lives.findLastIndex((life) => life.uid === head.uid);
  if (known >= 0 && known < lives.length - 1) return known + 1;
  const isOther = head.uid !== null && current.uid !== null && head.uid !== current.uid;
  const isBack = current.isGone && (head.uid === null || head.uid !== current.uid);
  const startsAnew = !current.isEmpty && (isCreation(head) || isOther || isBack);
  const life = startsAnew ? newLife() : current;
  if (startsAnew) lives.push(life);
  life.isEmpty = false;
  life.uid ??= head.uid;
  if (verdict === 'gone') life.isGone = true;
  return lives.length;
}
