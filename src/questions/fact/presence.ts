/**
 * Which requests of a status only show that an object was there: of those on one object, told by its uid, the first and the
 * last are enough, and a controller writes hundreds between them.
 */
import { byTime, type Fact } from './fact.ts';

/** Null: it shows more than that, or not of which object. */
export function presenceOf({ target, effect, row }: Fact): string | null {
  const isStatus = target.subresource === 'status' && effect === 'done' && row.did.verb !== 'create';
  if (!isStatus || target.uid === null) return null;
  return JSON.stringify([target.resource, target.namespace, target.name, target.uid]);
}

/** The first and the last known; whoever is told to let one go must. */
export class Presences {
  readonly #ends = new Map<string, readonly [first: Fact, last: Fact]>();

  /** What need not be kept any more; the fact itself when it stands between. */
  add(presence: string, fact: Fact): Fact | null {
    const ends = this.#ends.get(presence);
    if (ends === undefined) {
      this.#ends.set(presence, [fact, fact]);
      return null;
    }
    const [first, last] = ends;
    if (fact.key === first.key || fact.key === last.key) return null;
    if (byTime(fact, first) < 0) {
      this.#ends.set(presence, [fact, last]);
      return first === last ? null : first;
    }
    if (byTime(fact, last) > 0) {
      this.#ends.set(presence, [first, fact]);
      return first === last ? null : last;
    }
    return fact;
  }
}
