/** What the log is known to hold, for looking up: by object, by uid, by collection, by credential. Only what took effect. */
import { byTime, type Fact } from '../fact/fact.ts';
import type { OwnerRef } from '../fact/ties.ts';
import { ownersByName } from './owner-names.ts';
import { mayBeSame, type Thing, thingKey, thingOf } from './thing.ts';

export class LoggedFacts {
  readonly #onObject = new Map<string, Fact[]>();
  readonly #ofOneKnown = new Map<string, readonly Fact[]>();
  readonly #collections = new Map<string, Fact[]>();
  readonly #inNamespace = new Map<string, Map<string, Fact[]>>();
  readonly #ofUid = new Map<string, Fact[]>();
  readonly #ownedByUid = new Map<string, Fact[]>();
  readonly #ownedByName = new Map<string, Fact[]>();
  readonly #issues = new Map<string, Fact>();
  readonly #all: readonly Fact[];

  constructor(facts: Iterable<Fact>) {
    this.#all = [...facts].filter((fact) => fact.effect === 'done').sort(byTime);
    for (const fact of this.#all) this.#add(fact);
  }

  get all(): readonly Fact[] {
    return this.#all;
  }

  /** Writes and connections, in time order; those on another object of that name are left out. */
  on(thing: Thing): readonly Fact[] {
    const key = thingKey(thing);
    const facts = this.#onObject.get(key) ?? NONE;
    return thing.uid === null ? facts : this.#ofOne(`${key}${thing.uid}`, thing.uid, facts);
  }

  /** Each request on a busy object asks for all of them. */
  #ofOne(key: string, uid: string, facts: readonly Fact[]): readonly Fact[] {
    const known = this.#ofOneKnown.get(key);
    if (known !== undefined) return known;
    const found = facts.filter(({ target }) => mayBeSame(target.uid, uid));
    if (this.#ofOneKnown.size >= MOST_KNOWN) this.#ofOneKnown.clear();
    this.#ofOneKnown.set(key, found);
    return found;
  }

  /** deletecollection of a type, in one namespace or in all. */
  collectionsOf({ resource, namespace }: Pick<Thing, 'resource' | 'namespace'>): readonly Fact[] {
    const facts = this.#collections.get(resource) ?? [];
    return facts.filter(({ target }) => target.namespace === null || target.namespace === namespace);
  }

  /** On objects of a type by name, in time order. */
  ofType(resource: string, namespace: string | null): readonly Fact[] {
    return this.#inNamespace.get(resource)?.get(namespace ?? '') ?? [];
  }

  /** On whatever an object owns, by its uid where it is told, else by name; in time order. */
  ownedBy(owner: Thing): readonly Fact[] {
    const byUid = owner.uid === null ? [] : (this.#ownedByUid.get(owner.uid) ?? []);
    const byName = (this.#ownedByName.get(thingKey(owner)) ?? []).filter(
      ({ ties }) => owner.uid === null || (ties?.owners ?? []).length === 0,
    );
    return byName.length === 0 ? byUid : [...new Set([...byUid, ...byName])].sort(byTime);
  }

  withUid(uid: string): readonly Fact[] {
    return this.#ofUid.get(uid) ?? [];
  }

  issueOf(credential: string): Fact | null {
    return this.#issues.get(credential) ?? null;
  }

  /** As any request on the object tells; the controller first. */
  ownersOf(thing: Thing): readonly OwnerRef[] {
    const owners = new Map<string, OwnerRef>();
    const facts = thing.uid === null ? this.on(thing) : [...this.withUid(thing.uid), ...this.on(thing)];
    for (const { ties } of facts) for (const owner of ties?.owners ?? []) owners.set(owner.uid, owner);
    return [...owners.values()].sort((a, b) => Number(b.isController) - Number(a.isController));
  }

  /** Where a pod ran; null when not known. */
  nodeOf(pod: Thing): string | null {
    const facts = this.on(pod);
    const told = facts.find(({ ties }) => ties?.node != null)?.ties?.node;
    if (told != null) return told;
    const kubelet = facts.find((fact) => fact.isKubeletCompletion)?.row.who.user;
    return kubelet?.startsWith(KUBELET) === true ? kubelet.slice(KUBELET.length) : null;
  }

  #add(fact: Fact): void {
    const { target, row, ties } = fact;
    if (ties?.issued != null) this.#issues.set(ties.issued, fact);
    if (row.did.verb === 'deletecollection') push(this.#collections, target.resource ?? '', fact);
    const thing = thingOf(fact);
    if (thing === null || target.subresource === 'status' || target.subresource === 'token') return;
    push(this.#onObject, thingKey(thing), fact);
    if (thing.uid !== null) push(this.#ofUid, thing.uid, fact);
    const byNamespace = this.#inNamespace.get(thing.resource) ?? new Map<string, Fact[]>();
    this.#inNamespace.set(thing.resource, byNamespace);
    push(byNamespace, thing.namespace ?? '', fact);
    for (const { uid } of ties?.owners ?? []) push(this.#ownedByUid, uid, fact);
    for (const owner of ownersByName(thing.resource, thing.name))
      push(this.#ownedByName, thingKey({ ...owner, namespace: thing.namespace }), fact);
  }
}

/** Objects of one name may be many, and what tells no uid is kept for each. */
const MOST_KNOWN = 100;
const NONE: readonly Fact[] = [];

const KUBELET = 'system:node:';

function push(map: Map<string, Fact[]>, key: string, fact: Fact): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [fact]);
  else known.push(fact);
}
