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
} from '../query/object-query.ts';
import type { Deed } from './deed.ts';
import type { Fact } from './fact.ts';

export interface Removals {
  readonly deeds: readonly Deed[];
  /** A removal's key → the kubelet's final delete that completed it. */
  readonly completions: ReadonlyMap<string, Fact>;
  /** Final deletes by a kubelet whose beginning is not in the log. */
  readonly orphans: readonly Fact[];
  /** The last time each object was made, if it was and has not been removed since. */
  readonly madeAgain: readonly Fact[];
  /** Made twice with no removal between: that one is not in the log. */
  readonly unlogged: readonly Fact[];
}

interface Life {
  state: 'unknown' | 'present' | 'terminating' | 'gone';
  made: Fact | null;
  /** The last request that began a removal. */
  removal: Fact | null;
  /** At Metadata level: the latest write to an object whose delete is being held. */
  maybeReleased: Fact | null;
  finalizers: number | null;
}

export function removalsOf(object: ObjectQuery, facts: readonly Fact[]): Removals {
  return new RemovalFold(object).fold(facts);
}

class RemovalFold {
  readonly #object: ObjectQuery;
  readonly #lives = new Map<string, Life>();
  readonly #deeds: Deed[] = [];
  readonly #completions = new Map<string, Fact>();
  readonly #orphans: Fact[] = [];
  readonly #unlogged: Fact[] = [];
  /** Collections whose victims are not known, and namespaces' ends: judged when all is seen. */
  readonly #unprovenSweeps: Fact[] = [];
  readonly #namespaceEnds: { fact: Fact; state: Life['state'] }[] = [];
  readonly #sweptBy: { fact: Fact; took: readonly string[] }[] = [];

  constructor(object: ObjectQuery) {
    this.#object = object;
  }

  fold(facts: readonly Fact[]): Removals {
    for (const fact of facts) this.#add(fact);
    for (const life of this.#lives.values()) this.#releaseHeld(life);
    this.#judgeNamespaceEnds();
    const madeAgain = [...this.#lives.values()].flatMap((l) =>
      l.state === 'present' && l.made !== null ? [l.made] : [],
    );
    return {
      deeds: this.#deeds,
      completions: this.#completions,
      orphans: this.#orphans,
      madeAgain,
      unlogged: this.#unlogged,
    };
  }

  #add(fact: Fact): void {
    const { target, row } = fact;
    const verb = row.did.verb;
    if (verb === 'deletecollection') {
      this.#addSweep(fact);
      return;
    }
    if (
      isOfType(target, this.#object) &&
      isInNamespace(target, this.#object) &&
      isNamed(target, this.#object)
    ) {
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
    if (isMain && fact.isCreation && fact.effect === 'done') this.#born(life, fact);
    else if (isMain && verb === 'delete') this.#addDelete(life, fact);
    else if (target.subresource === 'eviction' && verb === 'create') this.#begin(life, fact, 'evict');
    else if ((verb === 'patch' || verb === 'update') && (isMain || target.subresource === 'finalize')) {
      this.#addWrite(life, fact);
    }
  }

  #born(life: Life, fact: Fact): void {
    this.#releaseHeld(life);
    if (life.state === 'present' && life.made !== null) this.#unlogged.push(fact);
    life.state = 'present';
    life.made = fact;
    life.removal = null;
    life.finalizers = fact.after?.finalizers ?? null;
  }

  #addDelete(life: Life, fact: Fact): void {
    if (!fact.isKubeletCompletion) this.#begin(life, fact, 'delete');
    else if (fact.effect === 'done') this.#complete(life, fact);
  }

  #complete(life: Life, fact: Fact): void {
    const begun = life.removal ?? this.#lastSweepOf(fact.target.namespace);
    if (begun === null) this.#orphans.push(fact);
    else this.#completions.set(begun.key, fact);
    life.state = 'gone';
  }

  #begin(life: Life, fact: Fact, word: string): void {
    this.#deeds.push({ fact, word, link: null, why: null });
    if (fact.effect !== 'done') return;
    life.removal = fact;
    life.state = fact.isRemovedAtOnce === true ? 'gone' : 'terminating';
    if (fact.after !== null) life.finalizers = fact.after.finalizers;
  }

  #addWrite(life: Life, fact: Fact): void {
    if (fact.effect !== 'done') return;
    const { after, target } = fact;
    if (after === null) {
      const isHeld =
        life.state === 'terminating' && life.removal?.isRemovedAtOnce === false && target.resource !== 'pods';
      if (isHeld) life.maybeReleased = fact;
      return;
    }
    // A pod that is being deleted has no finalizers as a rule: any write to it would look like a release.
    const isRelease =
      target.resource !== 'pods' || fact.asked.touchesFinalizers || (life.finalizers ?? 0) > 0;
    if (after.isTerminating && after.finalizers === 0 && isRelease) {
      this.#deeds.push({ fact, word: 'remove last finalizer', link: null, why: null });
      life.state = 'gone';
      life.maybeReleased = null;
    }
    life.finalizers = after.finalizers;
  }

  /** The last write before an object was gone, or made again, is the likely release of a held delete. */
  #releaseHeld(life: Life): void {
    const fact = life.maybeReleased;
    life.maybeReleased = null;
    if (fact === null || life.state !== 'terminating') return;
    const why = 'the last write to an object whose delete was held; the body is not in the log';
    this.#deeds.push({ fact, word: 'remove last finalizer', link: 'likely', why });
    life.state = 'gone';
  }

  #addSweep(fact: Fact): void {
    const object = this.#object;
    const isAllNamespaces = fact.target.namespace === null;
    if (!isOfType(fact.target, object) || (!isAllNamespaces && !isInNamespace(fact.target, object))) return;
    const named = object.kind === 'resource' ? object.name : null;
    if (fact.effect !== 'done') {
      this.#deeds.push({ fact, word: 'deletecollection', link: null, why: null });
      return;
    }
    if (fact.took === null) {
      this.#addUnprovenSweep(fact, named);
      return;
    }
    this.#sweptBy.push({ fact, took: fact.took });
    const hits = named === null ? fact.took : fact.took.filter((name) => matchesName(name, named));
    if (hits.length === 0) return;
    this.#deeds.push({ fact, word: 'deletecollection', link: 'proven', why: 'named in the answer' });
    for (const name of hits) {
      const life = this.#life(fact.target.namespace, name, fact.target.resource ?? '');
      life.removal = fact;
      life.state = fact.target.resource === 'pods' ? 'terminating' : 'gone';
    }
  }

  #addUnprovenSweep(fact: Fact, named: string | null): void {
    const isGone = this.#stateIn(fact.target.namespace) === 'gone';
    if (isGone) return;
    this.#unprovenSweeps.push(fact);
    const why =
      fact.selector === null
        ? 'its victims are not named in the log'
        : `its victims are not named in the log; selector ${fact.selector}`;
    this.#deeds.push({ fact, word: 'deletecollection', link: named === null ? null : 'likely', why });
  }

  #addNamespaceEnd(fact: Fact): void {
    const object = this.#object;
    if (object.kind !== 'resource' || object.isNamespaced === false) return;
    if (object.namespace !== null && fact.target.name !== object.namespace) return;
    this.#namespaceEnds.push({ fact, state: this.#stateIn(fact.target.name) });
  }

  /** A namespace takes what is in it; the controller's collections after it say whether the object was. */
  #judgeNamespaceEnds(): void {
    for (const { fact, state } of this.#namespaceEnds) {
      if (state === 'gone' || state === 'terminating') continue;
      const swept = this.#sweptBy.filter(
        (s) => s.fact.target.namespace === fact.target.name && isAfter(s.fact, fact),
      );
      const isProven = swept.some((s) => this.#names(s.took));
      if (swept.length > 0 && !isProven) continue;
      // Asked about all namespaces, an end counts only where the object is known to have been.
      const isPlaced = this.#object.kind === 'resource' && this.#object.namespace !== null;
      if (!isProven && !isPlaced && state !== 'present') continue;
      const why = isProven ? 'the namespace controller took it' : 'everything in a namespace goes with it';
      this.#deeds.push({ fact, word: 'delete namespace', link: isProven ? 'proven' : 'likely', why });
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
    this.#deeds.push({ fact, word: 'delete crd', link: 'likely', why });
  }

  #names(took: readonly string[]): boolean {
    const name = this.#object.kind === 'resource' ? this.#object.name : null;
    return name === null ? took.length > 0 : took.some((n) => matchesName(n, name));
  }

  #lastSweepOf(namespace: string | null): Fact | null {
    return (
      this.#unprovenSweeps.findLast((s) => s.target.namespace === null || s.target.namespace === namespace) ??
      null
    );
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
    const life: Life = { state: 'unknown', made: null, removal: null, maybeReleased: null, finalizers: null };
    this.#lives.set(key, life);
    return life;
  }
}

function lifeKey(resource: string, namespace: string | null, name: string): string {
  return JSON.stringify([resource, namespace, name]);
}

/** A collection that the end of its namespace set off: later, and not a person's own. */
function isAfter(sweep: Fact, end: Fact): boolean {
  return sweep.atUs >= end.atUs && sweep.row.who.kind !== 'person';
}
