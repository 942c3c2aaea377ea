/**
 * Who took objects away, in every way there is, from facts in time order: deletes by name, evictions, collections,
 * namespaces and CRDs, last finalizers; and which kubelet's final delete completes which of them.
 */
import {
  isInNamespace,
  isNamed,
  isOfType,
  isOneObject,
  matchesName,
  type ObjectQuery,
} from '../../query/object-query.ts';
import type { Fact } from '../fact/fact.ts';
import { isLeftOut } from '../fact/selector.ts';
import { type LoggedUids, loggedUids, uidOf } from '../fact/uids.ts';
import type { Deed } from './deed.ts';
import {
  isContradicted,
  isHeld,
  isRepeat,
  isSameObject,
  type Life,
  lifeKey,
  newLife,
  releasedMeanwhile,
  startAnew,
  tellsRemoval,
  wasThere,
} from './life.ts';
import { type Collection, judgeNamespaceEnds, type NamespaceEnd } from './namespace-ends.ts';

export interface Removals {
  readonly deeds: readonly Deed[];
  /** A deed's key → the deed that began the same removal: of a repeat, a release, a controller carrying it out. */
  readonly begunBy: ReadonlyMap<string, Deed>;
  /** Keys of deletes that were granted and still wait for a finalizer where the log ends. */
  readonly held: ReadonlySet<string>;
  /** A removal's key → the kubelet's final delete that completed it. */
  readonly completions: ReadonlyMap<string, Fact>;
  /** Ends whose beginning is not in the log: final deletes by a kubelet, and removals of a last finalizer. */
  readonly orphans: readonly Fact[];
  readonly births: readonly Fact[];
  /** The last time each object was made, if it was and has not been removed since. */
  readonly madeAgain: readonly Fact[];
  /** Made, or another object by its uid, with no removal between: that one is not in the log. */
  readonly unlogged: readonly Fact[];
  /** Something in the log shows that there was such an object. */
  readonly isSeen: boolean;
  /** Granted like real deletes, but the object was still there: dry runs whose body is not in the log. */
  readonly idle: readonly Fact[];
  /** Objects were written to after these had removed them, and are not seen to have been made again. */
  readonly doubted: readonly Fact[];
}

/** A namespace's or a type's end, or a collection whose victims are not known: it may have taken what was there. */
interface Sweep {
  readonly fact: Fact;
  /** Null: all namespaces. */
  readonly namespace: string | null;
}

export function removalsOf(object: ObjectQuery, facts: readonly Fact[]): Removals {
  return new RemovalFold(object).fold(facts);
}

class RemovalFold {
  readonly #object: ObjectQuery;
  readonly #lives = new Map<string, Life>();
  readonly #deeds = new Map<string, Deed>();
  readonly #begunBy = new Map<string, Deed>();
  readonly #completions = new Map<string, Fact>();
  readonly #orphans: Fact[] = [];
  readonly #births: Fact[] = [];
  readonly #unlogged: Fact[] = [];
  readonly #idle: Fact[] = [];
  readonly #doubted: Fact[] = [];
  readonly #sweeps: Sweep[] = [];
  /** By namespace. */
  readonly #namespaceEnds = new Map<string, NamespaceEnd[]>();
  readonly #sweptBy: Collection[] = [];

  #logged: LoggedUids = loggedUids([]);

  constructor(object: ObjectQuery) {
    this.#object = object;
  }

  fold(facts: readonly Fact[]): Removals {
    this.#logged = loggedUids(facts);
    for (const fact of facts) this.#add(fact);
    for (const life of this.#lives.values()) this.#releaseHeld(life);
    this.#judgeNamespaceEnds();
    const lives = [...this.#lives.values()];
    return {
      deeds: [...this.#deeds.values()],
      begunBy: this.#begunBy,
      held: new Set(lives.flatMap((life) => (isHeld(life) ? [life.removal?.fact.key ?? ''] : []))),
      completions: this.#completions,
      orphans: this.#orphans.filter((fact) => !this.#begunBy.has(fact.key)),
      births: this.#births,
      madeAgain: lives.flatMap((l) => (l.state === 'present' && l.made !== null ? [l.made] : [])),
      unlogged: this.#unlogged,
      isSeen: lives.some((life) => life.isSeen),
      idle: this.#idle,
      doubted: this.#doubted,
    };
  }

  #add(fact: Fact): void {
    const { target, row } = fact;
    const verb = row.did.verb;
    if (verb === 'deletecollection') {
      this.#addCollection(fact);
      return;
    }
    const isOnOne = target.name !== null && isOfType(target, this.#object);
    if (isOnOne && isInNamespace(target, this.#object) && isNamed(target, this.#object)) {
      this.#addOnObject(fact);
      return;
    }
    if (verb !== 'delete' || fact.effect !== 'done' || target.subresource !== null) return;
    if (target.resource === 'namespaces' && target.group === '') this.#addNamespaceEnd(fact);
    else if (target.resource === 'customresourcedefinitions') this.#addTypeEnd(fact);
  }

  #addOnObject(fact: Fact): void {
    const { target, row } = fact;
    const life = this.#life(target.namespace, target.name ?? '', target.resource ?? '');
    const verb = row.did.verb;
    const isMain = target.subresource === null;
    if (fact.effect === 'done') {
      this.#identify(life, fact);
      life.isSeen = true;
    }
    if (isMain && fact.isCreation && fact.effect === 'done') this.#born(life, fact);
    else if (isMain && verb === 'delete') this.#addDelete(life, fact);
    else if (target.subresource === 'eviction' && verb === 'create') this.#begin(life, fact, 'evict');
    else if ((verb === 'patch' || verb === 'update') && (isMain || target.subresource === 'finalize')) {
      this.#addWrite(life, fact);
    }
  }

  /** Another object than before, whose making is not in the log. */
  #identify(life: Life, fact: Fact): void {
    const uid = uidOf(fact);
    if (uid === null || life.uids.has(uid)) return;
    const before = [...life.uids].at(-1);
    life.uids.add(uid);
    if (fact.isCreation || before === undefined || this.#logged.made.has(uid)) return;
    if (life.found !== null && life.found.target.group !== fact.target.group) return;
    const isGone = life.state === 'gone' || life.state === 'terminating';
    if (!isGone && !this.#logged.removed.has(before) && !this.#isSwept(life, fact)) this.#unlogged.push(fact);
    startAnew(life, null);
    life.finalizers = fact.after?.finalizers ?? null;
  }

  #born(life: Life, fact: Fact): void {
    this.#releaseHeld(life);
    this.#births.push(fact);
    const before = [...life.uids].findLast((uid) => uid !== uidOf(fact));
    const isLogged = before !== undefined && this.#logged.removed.has(before);
    if (wasThere(life, fact) && !isLogged && !this.#isSwept(life, fact)) this.#unlogged.push(fact);
    startAnew(life, fact);
    // At Metadata level a creation does not tell its uid: the next that is seen is its own.
    if (uidOf(fact) === null) life.uids.clear();
    life.finalizers = fact.after?.finalizers ?? null;
  }

  #isSwept(life: Life, fact: Fact): boolean {
    return this.#sweeps.some(
      (sweep) =>
        sweep.fact.atUs >= (life.made?.atUs ?? 0) &&
        (sweep.namespace === null || sweep.namespace === fact.target.namespace),
    );
  }

  #addDelete(life: Life, fact: Fact): void {
    if (!fact.isKubeletCompletion) this.#begin(life, fact, 'delete');
    else if (fact.effect === 'done') this.#complete(life, fact);
  }

  #complete(life: Life, fact: Fact): void {
    const known = life.removal !== null && isSameObject(life.removal.fact, fact) ? life.removal.fact : null;
    const isTaken = known !== null && life.state === 'gone' && this.#completions.has(known.key);
    const begun = (isTaken ? null : known) ?? this.#lastSweepBefore(fact);
    if (begun !== null) this.#completions.set(begun.key, fact);
    else if (fact.isMirrorPod) this.#begin(life, fact, 'delete');
    else this.#orphans.push(fact);
    life.state = 'gone';
  }

  #begin(life: Life, fact: Fact, word: string): void {
    const deed: Deed = { fact, word, link: null, why: null };
    this.#deeds.set(fact.key, deed);
    if (fact.effect !== 'done') return;
    const released = releasedMeanwhile(life, fact, this.#orphans);
    if (released !== null) this.#begunBy.set(released.key, deed);
    if (isRepeat(life, fact)) {
      if (life.removal !== null) this.#begunBy.set(fact.key, life.removal);
    } else {
      this.#unmask(life, fact);
      if (tellsRemoval(fact)) this.#refuteSweeps(life, fact);
      life.removal = deed;
    }
    life.state = fact.isRemovedAtOnce === true || released !== null ? 'gone' : 'terminating';
    if (fact.after !== null) life.finalizers = fact.after.finalizers;
  }

  /** The same object removed at once a second time: the first cannot have been meant. */
  #unmask(life: Life, fact: Fact): void {
    const first = life.removal?.fact;
    if (first === undefined || life.state !== 'gone' || !tellsRemoval(first) || !tellsRemoval(fact)) return;
    if (fact.row.object.uid === null || first.row.object.uid !== fact.row.object.uid) return;
    this.#deeds.delete(first.key);
    this.#idle.push(first);
  }

  /** What could be removed at once had not been taken before; pods only begin to end. */
  #refuteSweeps(life: Life, fact: Fact): void {
    for (const { fact: sweep } of this.#sweeps) {
      const isBetween = sweep.atUs >= (life.made?.atUs ?? 0) && sweep.atUs < fact.atUs;
      const isHere = sweep.target.namespace === null || sweep.target.namespace === fact.target.namespace;
      if (isBetween && isHere && isOneObject(this.#object)) this.#deeds.delete(sweep.key);
    }
  }

  #addWrite(life: Life, fact: Fact): void {
    if (fact.effect !== 'done') return;
    life.found = fact;
    const { after, target } = fact;
    if (life.removal !== null && isContradicted(life.removal, fact)) this.#doubt(life, life.removal);
    if (after === null) {
      const isHeld =
        life.state === 'terminating' &&
        life.removal?.fact.isRemovedAtOnce === false &&
        target.resource !== 'pods';
      if (isHeld) life.maybeReleased = fact;
      return;
    }
    // A pod that is being deleted has no finalizers as a rule: any write to it would look like a release.
    const isRelease =
      target.resource !== 'pods' || fact.asked.touchesFinalizers || (life.finalizers ?? 0) > 0;
    if (after.isTerminating && after.finalizers === 0 && isRelease) this.#release(life, fact, null);
    life.finalizers = after.finalizers;
  }

  /** Written to after it had gone: it had not, or was made again by a request that is not in the log. */
  #doubt(life: Life, removal: Deed): void {
    const why =
      'written to afterwards without having been made again: a dry run, whose body is not in the log, or its making is missing';
    if (removal.fact.row.level === 'Metadata')
      this.#deeds.set(removal.fact.key, { ...removal, link: 'likely', why });
    this.#doubted.push(removal.fact);
    life.removal = null;
    life.state = 'present';
  }

  #release(life: Life, fact: Fact, why: string | null): void {
    const link = why === null ? null : 'likely';
    this.#deeds.set(fact.key, { fact, word: 'remove last finalizer', link, why });
    if (life.removal === null) this.#orphans.push(fact);
    else this.#begunBy.set(fact.key, life.removal);
    life.released = fact;
    life.state = 'gone';
    life.maybeReleased = null;
  }

  /** The last write before an object was gone, or made again, is the likely release of a held delete. */
  #releaseHeld(life: Life): void {
    const fact = life.maybeReleased;
    life.maybeReleased = null;
    if (fact === null || life.state !== 'terminating') return;
    this.#release(
      life,
      fact,
      'the last write to an object whose delete was held; the body is not in the log',
    );
  }

  #addCollection(fact: Fact): void {
    const object = this.#object;
    const isAllNamespaces = fact.target.namespace === null;
    if (!isOfType(fact.target, object) || (!isAllNamespaces && !isInNamespace(fact.target, object))) return;
    const named = object.kind === 'resource' ? object.name : null;
    if (named !== null && isLeftOut(fact.fieldSelector, named)) return;
    const hits = fact.took?.filter((name) => named === null || matchesName(name, named)) ?? null;
    if (fact.effect === 'done') this.#sweptBy.push({ fact, took: fact.took });
    if (hits?.length === 0) return;
    if (fact.effect !== 'done')
      this.#deeds.set(fact.key, { fact, word: 'deletecollection', link: null, why: null });
    else if (hits === null) this.#addUnprovenSweep(fact, named);
    else this.#addSweep(fact, hits);
  }

  #addSweep(fact: Fact, hits: readonly string[]): void {
    const deed: Deed = { fact, word: 'deletecollection', link: 'proven', why: 'named in the answer' };
    this.#deeds.set(fact.key, deed);
    for (const name of hits) {
      const life = this.#life(fact.target.namespace, name, fact.target.resource ?? '');
      const isAgain = life.state === 'terminating' && isOneObject(this.#object);
      if (isAgain && life.removal !== null) this.#begunBy.set(fact.key, life.removal);
      else life.removal = deed;
      life.isSeen = true;
      life.state = fact.target.resource === 'pods' ? 'terminating' : 'gone';
    }
  }

  #addUnprovenSweep(fact: Fact, named: string | null): void {
    if (this.#stateIn(fact.target.namespace) === 'gone') return;
    this.#sweeps.push({ fact, namespace: fact.target.namespace });
    const why =
      fact.selector === null
        ? 'its victims are not named in the log'
        : `its victims are not named in the log; selector ${fact.selector}`;
    const link = named === null ? null : 'likely';
    this.#deeds.set(fact.key, { fact, word: 'deletecollection', link, why });
  }

  #addNamespaceEnd(fact: Fact): void {
    const object = this.#object;
    if (object.kind !== 'resource' || object.isNamespaced === false) return;
    if (object.namespace !== null && fact.target.name !== object.namespace) return;
    const name = fact.target.name ?? '';
    const state = this.#stateIn(name);
    const isTooLate = state === 'gone' || state === 'terminating';
    const end = { fact, isTooLate, wasThere: state === 'present' };
    this.#namespaceEnds.set(name, [...(this.#namespaceEnds.get(name) ?? []), end]);
    this.#sweeps.push({ fact, namespace: name });
  }

  #judgeNamespaceEnds(): void {
    const around = {
      collections: this.#sweptBy,
      births: this.#births,
      names: (took: readonly string[]) => this.#names(took),
      isPlaced: this.#object.kind === 'resource' && this.#object.namespace !== null,
    };
    for (const ends of this.#namespaceEnds.values()) {
      for (const { deed, followers } of judgeNamespaceEnds(ends, around)) {
        this.#deeds.set(deed.fact.key, deed);
        for (const follower of followers) {
          // A collection that is a deed for what it took keeps its own word.
          if (follower.fact.row.did.verb === 'delete') this.#deeds.set(follower.fact.key, follower);
          this.#begunBy.set(follower.fact.key, deed);
        }
      }
    }
  }

  #addTypeEnd(fact: Fact): void {
    const object = this.#object;
    const [plural, ...group] = (fact.target.name ?? '').split('.');
    if (object.kind !== 'resource' || plural === undefined || !object.resources.includes(plural)) return;
    if (object.group !== null && object.group !== group.join('.')) return;
    const lives = [...this.#lives.values()];
    if (isOneObject(object) && lives.length > 0 && lives.every((life) => life.state === 'gone')) return;
    const why = 'the deletion of a CRD takes all its objects; none of these deletions is logged';
    this.#deeds.set(fact.key, { fact, word: 'delete crd', link: 'likely', why });
    this.#sweeps.push({ fact, namespace: null });
  }

  #names(took: readonly string[]): boolean {
    const name = this.#object.kind === 'resource' ? this.#object.name : null;
    return name === null ? took.length > 0 : took.some((n) => matchesName(n, name));
  }

  #lastSweepBefore(completion: Fact): Fact | null {
    const sweep = this.#sweeps.findLast(
      ({ fact, namespace }) =>
        fact.row.did.verb === 'deletecollection' &&
        (namespace === null || namespace === completion.target.namespace) &&
        completion.atUs - fact.atUs <= LONGEST_GRACE_US,
    );
    return sweep?.fact ?? null;
  }

  /** For a question about one object: how things stand with it in that namespace just now; else unknown. */
  #stateIn(namespace: string | null): Life['state'] {
    const object = this.#object;
    if (object.kind !== 'resource' || !isOneObject(object)) return 'unknown';
    for (const resource of object.resources) {
      const life = this.#lives.get(lifeKey(resource, namespace, object.name ?? ''));
      if (life !== undefined) return life.state;
    }
    return 'unknown';
  }

  #life(namespace: string | null, name: string, resource: string): Life {
    const key = lifeKey(resource, namespace, name);
    const known = this.#lives.get(key);
    if (known !== undefined) return known;
    const life = newLife();
    this.#lives.set(key, life);
    return life;
  }
}

/** A pod swept longer ago than this, and only now completed, was rather deleted by something else. */
const LONGEST_GRACE_US = 60 * 60 * 1_000_000;
