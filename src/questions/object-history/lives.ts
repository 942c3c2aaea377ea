/** Which of the objects that had one name each request was about, and what became of those whose deletion was asked for. */
import { type Head, isCreation, isEffective } from './logged.ts';

export interface Place {
  /** Counted from 1. */
  readonly life: number;
  readonly uid: string | null;
  /** How a deletion left it, by what the log holds after it: `asked` only when nothing tells. */
  readonly fate: Head['fate'];
}

interface Life {
  uid: string | null;
  /** Nothing but refusals and the like so far. */
  isEmpty: boolean;
  state: 'there' | 'going' | 'gone';
}

/** `heads`: in the order of their effect. */
export function placesOf(heads: readonly Head[]): readonly Place[] {
  const lives: Life[] = [newLife()];
  const numbers = heads.map((head) => lifeOf(head, lives));
  return heads.map((head, index) => {
    const life = numbers[index] ?? 1;
    const uid = lives[life - 1]?.uid ?? null;
    return { life, uid, fate: isEffective(head) ? fateAfter(heads, numbers, index) : head.fate };
  });
}

function newLife(): Life {
  return { uid: null, isEmpty: true, state: 'there' };
}

function lifeOf(head: Head, lives: Life[]): number {
  const current = lives.at(-1) ?? newLife();
  if (isAbsence(head)) {
    if (!current.isEmpty) current.state = 'gone';
    return lives.length;
  }
  if (!isEffective(head) && head.shows !== 'object') return lives.length;
  // It took others, if the object was not there.
  const mayBeOthers = head.verb === 'deletecollection' && head.shows === 'nothing';
  if (mayBeOthers && (current.isEmpty || current.state === 'gone')) return lives.length;
  const known = head.uid === null ? -1 : lives.findLastIndex((life) => life.uid === head.uid);
  if (known >= 0 && known < lives.length - 1) return known + 1;
  const isOther = head.uid !== null && current.uid !== null && head.uid !== current.uid;
  const isBack = current.state === 'gone' && (head.uid === null || head.uid !== current.uid);
  const startsAnew = !current.isEmpty && (isCreation(head) || isOther || isBack);
  const life = startsAnew ? newLife() : current;
  if (startsAnew) lives.push(life);
  life.isEmpty = false;
  life.uid ??= head.uid;
  if (head.fate === 'gone') life.state = 'gone';
  else if (head.fate !== null) life.state = 'going';
  return lives.length;
}

/** A read that found nothing: all that is kept of a read that does not show the object. */
export function isAbsence(head: Head): boolean {
  return head.verb === 'get' && head.effect === 'not found';
}

function fateAfter(heads: readonly Head[], numbers: readonly number[], index: number): Head['fate'] {
  const { fate = null, verb = '', endUs = 0 } = heads[index] ?? {};
  if (fate === null || fate === 'held') return fate;
  if (fate === 'gone') {
    // A deletion is written down in two steps: what comes between them finds the object all but gone.
    const isDeed = (head: Head, n: number) =>
      n > index &&
      numbers[n] === numbers[index] &&
      head.verb === 'delete' &&
      head.fate === 'gone' &&
      head.atUs <= endUs;
    return !verb.startsWith('delete') && heads.some(isDeed) ? 'held' : 'gone';
  }
  for (let later = index + 1; later < heads.length; later++) {
    const head = heads[later];
    if (head === undefined || numbers[later] !== numbers[index] || isAbsence(head)) return 'asked';
    if (isEffective(head) || head.shows === 'object') return 'held';
  }
  return 'asked';
}
