/** An object's owners, up to the top, and all that it owns, down to the last: as uids in bodies tell, else as names do. */
import { isInNamespace, isNamed, isOfType, type ObjectQuery } from '../../query/object-query.ts';
import type { LoggedFacts } from '../cause-chain/logged-facts.ts';
import { ownersOf } from '../cause-chain/owners.ts';
import { mayBeSame, type Thing, thingKey, thingOf } from '../cause-chain/thing.ts';
import type { Fact } from '../fact/fact.ts';

export interface Family {
  /** The object, or what it owns, however far down. */
  isWithin(fact: Fact): boolean;
  isOwner(fact: Fact): boolean;
}

/** Objects of one family, at most; a Deployment's pods of a day are a few hundred. */
const MOST = 5_000;

export function isItself({ target }: Fact, object: ObjectQuery): boolean {
  return isOfType(target, object) && isNamed(target, object) && isInNamespace(target, object);
}

export function familyOf(object: ObjectQuery, facts: readonly Fact[], log: LoggedFacts): Family {
  const roots = things(facts.filter((fact) => isItself(fact, object)));
  const within = new Members();
  const owners = new Members();
  spread(roots, within, (thing) => things(log.ownedBy(thing)));
  spread(
    roots.flatMap((thing) => ownersOf(thing, log)),
    owners,
    (thing) => ownersOf(thing, log),
  );
  return {
    isWithin: (fact) => isItself(fact, object) || within.hold(fact),
    isOwner: (fact) => owners.hold(fact),
  };
}

/** One for each uid, and one for those requests that tell none. */
function things(facts: readonly Fact[]): readonly Thing[] {
  const known = new Map<string, Thing>();
  for (const fact of facts) {
    const thing = thingOf(fact);
    if (thing !== null) known.set(`${thingKey(thing)} ${thing.uid}`, thing);
  }
  return [...known.values()];
}

function spread(from: readonly Thing[], into: Members, on: (thing: Thing) => readonly Thing[]): void {
  const open = [...from];
  for (let thing = open.pop(); thing !== undefined; thing = open.pop()) {
    if (into.size >= MOST || !into.add(thing)) continue;
    open.push(...on(thing));
  }
}

class Members {
  readonly #uids = new Map<string, Set<string | null>>();
  size = 0;

  /** False: known already. */
  add(thing: Thing): boolean {
    const key = thingKey(thing);
    const uids = this.#uids.get(key) ?? new Set();
    this.#uids.set(key, uids);
    if (uids.has(thing.uid)) return false;
    uids.add(thing.uid);
    this.size++;
    return true;
  }

  /** Requests that failed tell no uid: then by the name. */
  hold(fact: Fact): boolean {
    const thing = thingOf(fact);
    if (thing === null) return false;
    const uids = this.#uids.get(thingKey(thing));
    return uids !== undefined && [...uids].some((uid) => mayBeSame(uid, thing.uid));
  }
}
