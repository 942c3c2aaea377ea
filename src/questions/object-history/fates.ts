/** What became of the object with each request that may have ended it, as far as what the log holds afterwards tells. */
import { type Head, isCollection, isCreation, isEffective, mayBeSame } from './logged.ts';

/** held: still there, being deleted. asked: gone or held, nothing tells. undone: it was never done (a dry run). */
export type Verdict = 'gone' | 'held' | 'asked' | 'undone';

/** `heads`: in the order of their effect. */
export function verdictsOf(heads: readonly Head[]): readonly (Verdict | null)[] {
  let going: Going = 'no';
  return heads.map((head, index) => {
    if (!isEffective(head)) return null;
    if (isCreation(head)) going = 'no';
    const verdict = verdictOf(heads, index, going);
    if (verdict === 'gone') going = 'no';
    else if (verdict === 'held' || verdict === 'asked')
      going = isCollection(head) && going === 'no' ? 'perhaps' : 'yes';
    return verdict;
  });
}

/** Whether its deletion has begun. */
type Going = 'no' | 'perhaps' | 'yes';

function verdictOf(heads: readonly Head[], index: number, going: Going): Verdict | null {
  const head = heads[index];
  switch (head?.fate) {
    case 'held':
      return 'held';
    case 'gone':
      return isBetweenTheSteps(heads, index) ? 'held' : 'gone';
    case 'passing':
      return sightingAfter(heads, index) === 'none' ? 'gone' : 'held';
    case 'asked':
      return sightingAfter(heads, index) === 'none' ? 'asked' : 'held';
    case 'completed': {
      // What finalizers hold is completed too, and stays.
      const sighting = sightingAfter(heads, index);
      return sighting === 'none' ? 'gone' : sighting === 'same' ? 'held' : 'asked';
    }
    case 'reported': {
      const sighting = sightingAfter(heads, index);
      return sighting === 'none' ? 'gone' : sighting === 'same' ? 'undone' : 'asked';
    }
    case 'released': {
      if (going === 'no') return null;
      const sighting = sightingAfter(heads, index);
      if (sighting === 'same') return going === 'yes' ? 'held' : null;
      return sighting === 'none' && going === 'yes' ? 'gone' : 'asked';
    }
    default:
      return null;
  }
}

/** A forced deletion is written down in two steps: a write that comes between them finds the object all but gone. */
function isBetweenTheSteps(heads: readonly Head[], index: number): boolean {
  const write = heads[index];
  if (write === undefined || write.verb.startsWith('delete')) return false;
  for (let later = index + 1; later < heads.length; later++) {
    const head = heads[later];
    if (head === undefined || head.atUs > write.endUs) return false;
    const isEnd = head.verb === 'delete' && isEffective(head) && ENDS.has(head.fate);
    if (isEnd && mayBeSame(head, write)) return true;
  }
  return false;
}

const ENDS: ReadonlySet<Head['fate']> = new Set(['gone', 'completed']);

/** What next shows that there is an object of the name, without anybody having made one: perhaps the same. */
function sightingAfter(heads: readonly Head[], index: number): 'same' | 'perhaps' | 'none' {
  const uid = heads[index]?.uid ?? null;
  for (let later = index + 1; later < heads.length; later++) {
    const head = heads[later];
    if (head === undefined || isCreation(head) || head.shows === 'absence') return 'none';
    if (isCollection(head) || !(isEffective(head) || head.shows === 'object')) continue;
    if (head.uid === null || uid === null) return 'perhaps';
    return head.uid === uid ? 'same' : 'none';
  }
  return 'none';
}
