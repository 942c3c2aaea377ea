/**
 * How things stand now with what who-did found: what is to be looked up for the rows shown, and what the findings mean
 * beside what the log says. Null, and no line, wherever that is not known.
 */
import type { LiveFinding, LiveKey, LiveObject, ObjectKey } from '../../live.ts';
import { isInNamespace, isNamed, isOfType, isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import { tookEffect } from '../fact/effect.ts';
import type { Fact } from '../fact/fact.ts';
import type { Deed } from './deed.ts';
import { UNKNOWN_NOW, type WhoDidNow, whoText } from './who-did-row.ts';

/** Rows are many, requests few (PRODUCT §1, "Now": 50): what is looked up of each kind, at most. */
const MAX_OBJECTS = 25;
const MAX_ADDRESSES = 8;
const MAX_ACTORS = 3;

export interface NowKeys {
  readonly keys: readonly LiveKey[];
  /** The object asked about, when it is one. */
  readonly asked: ObjectKey | null;
  readonly objects: ReadonlyMap<Deed, ObjectKey>;
  readonly addresses: ReadonlyMap<string, LiveKey>;
  /** What an actor, by its words, was able to do. */
  readonly rights: ReadonlyMap<string, { readonly key: LiveKey; readonly to: string }>;
  readonly accounts: ReadonlyMap<string, LiveKey>;
}

/** `shown`: newest first. A question about one object is told in more words. */
export function keysFor(object: ObjectQuery, shown: readonly Deed[], facts: readonly Fact[]): NowKeys {
  const asked = askedKey(object, facts);
  const objects = new Map<Deed, ObjectKey>();
  const known = new Map<string, ObjectKey>(asked === null ? [] : [[idOf(asked), asked]]);
  const addresses = new Map<string, LiveKey>();
  const rights: Map<string, { key: LiveKey; to: string }> = new Map();
  const accounts = new Map<string, LiveKey>();
  for (const deed of shown) {
    // A collection or a namespace's end: what is asked is what it took.
    const key = asked ?? objectKey(deed.fact);
    const same =
      key === null ? undefined : (known.get(idOf(key)) ?? (known.size < MAX_OBJECTS ? key : undefined));
    if (same !== undefined) {
      known.set(idOf(same), same);
      objects.set(deed, same);
    }
    const { ip } = deed.fact.row.from;
    if (ip !== null && addresses.size < MAX_ADDRESSES && !addresses.has(ip))
      addresses.set(ip, { kind: 'address', ip });
    if (isOneObject(object) && tookEffect(deed.fact.effect)) {
      addRight(rights, deed.fact);
      addAccount(accounts, deed.fact);
    }
  }
  const keys = [
    ...known.values(),
    ...[...rights.values()].map(({ key }) => key),
    ...addresses.values(),
    ...accounts.values(),
  ];
  return { keys, asked, objects, addresses, rights, accounts };
}

/** Null when it is not one object, or not known in which namespace. */
function askedKey(object: ObjectQuery, facts: readonly Fact[]): ObjectKey | null {
  if (object.kind !== 'resource' || !isOneObject(object) || object.name === null) return null;
  const known = facts.findLast(
    ({ target }) => isOfType(target, object) && isInNamespace(target, object) && isNamed(target, object),
  );
  const own = known === undefined ? null : objectKey(known);
  const isPlaced = object.isNamespaced === false || object.namespace !== null;
  if (own !== null && isPlaced) return own;
  const [resource] = object.resources;
  if (!isPlaced || resource === undefined || object.group === null) return null;
  const namespace = object.isNamespaced === false ? null : object.namespace;
  // Without a request of its own nothing tells the group's version; most have v1.
  return { kind: 'object', group: object.group, version: 'v1', resource, namespace, name: object.name };
}

function idOf(key: ObjectKey): string {
  return JSON.stringify(key);
}

function objectKey({ target, apiVersion }: Fact): ObjectKey | null {
  const { group, resource, namespace, name } = target;
  if (group === null || resource === null || name === null) return null;
  return { kind: 'object', group, version: apiVersion ?? 'v1', resource, namespace, name };
}

/** Whoever acted as another is asked about acting as that one: what the other may do is the other's. */
function addRight(rights: Map<string, { key: LiveKey; to: string }>, fact: Fact): void {
  const { who, did } = fact.row;
  const name = whoText(who);
  if (who.user === null || rights.has(name) || rights.size >= MAX_ACTORS || who.kind === 'component') return;
  const subject = { kind: 'right' as const, user: who.user, groups: who.groups, path: null };
  if (who.as !== null) {
    const [, account] = /^system:serviceaccount:[^:]+:(.+)$/.exec(who.as) ?? [];
    const place = account === undefined ? null : (who.as.split(':')[2] ?? null);
    const key: LiveKey = {
      ...subject,
      verb: 'impersonate',
      group: '',
      resource: account === undefined ? 'users' : 'serviceaccounts',
      subresource: null,
      namespace: place,
      name: account ?? who.as,
    };
    rights.set(name, { key, to: `act as ${who.as}` });
    return;
  }
  const { group, resource, subresource, namespace, name: object } = fact.target;
  if (resource === null) return;
  const type = `${resource}${group === null || group === '' ? '' : `.${group}`}${subresource === null ? '' : `/${subresource}`}`;
  const where = namespace === null ? '' : ` in ${namespace}`;
  const key: LiveKey = { ...subject, verb: did.verb, group, resource, subresource, namespace, name: object };
  rights.set(name, { key, to: `${did.verb} ${type}${where}` });
}

function addAccount(accounts: Map<string, LiveKey>, fact: Fact): void {
  const { who } = fact.row;
  const [, namespace, name] = /^system:serviceaccount:([^:]+):(.+)$/.exec(who.user ?? '') ?? [];
  if (namespace === undefined || name === undefined || accounts.size >= MAX_ACTORS) return;
  // Controllers of the control plane run in no pod that uses their account.
  if (namespace !== 'kube-system') accounts.set(whoText(who), { kind: 'account', namespace, name });
}

/**
 * `fact`: the request it is told for; null for none. `creations`: requests of the log that made objects, in time order.
 */
export function nowOf(
  fact: Fact | null,
  key: ObjectKey | undefined,
  found: ReadonlyMap<LiveKey, LiveFinding>,
  creations: readonly Fact[],
): WhoDidNow {
  const live = key === undefined ? undefined : found.get(key);
  if (key === undefined || live === undefined) return UNKNOWN_NOW;
  if (live.kind === 'gone')
    return { ...UNKNOWN_NOW, exists: false, text: fact === null ? 'there is no such object' : 'gone' };
  if (live.kind === 'unknown') return { ...UNKNOWN_NOW, text: `unknown: ${live.why}` };
  if (live.kind !== 'object') return UNKNOWN_NOW;
  // What a collection or a namespace's end took has no uid there.
  const own = fact !== null && isAbout(fact, key) ? fact : null;
  const sameObject = fact === null ? null : isSame(own?.target.uid ?? null, fact, live);
  const maker = makerOf(key, live, creations);
  return {
    exists: true,
    sameObject,
    uid: live.uid,
    createdAt: live.createdAt,
    createdBy: maker,
    ready: live.isReady,
    text: inWords(own?.target.uid ?? null, live, sameObject, maker),
  };
}

function isAbout({ target }: Fact, key: ObjectKey): boolean {
  return target.name === key.name && target.namespace === key.namespace && target.resource === key.resource;
}

/** creationTimestamp has whole seconds. Without the log's uid, an object that is younger than the request is another one. */
function isSame(uid: string | null, fact: Fact, live: LiveObject): boolean | null {
  if (uid !== null) return uid === live.uid;
  const madeUs = Date.parse(live.createdAt) * 1000;
  return fact.row.when !== null && madeUs > fact.atUs ? false : null;
}

/** By the uid in the answer to the creation; else by its second. */
function makerOf(key: ObjectKey, live: LiveObject, creations: readonly Fact[]): string | null {
  const madeUs = Date.parse(live.createdAt) * 1000;
  const maker = creations.findLast((fact) => {
    if (!isAbout(fact, key)) return false;
    const { uid } = fact.target;
    return uid === null ? Math.floor(fact.atUs / 1e6) * 1e6 === madeUs : uid === live.uid;
  });
  return maker === undefined ? null : whoText(maker.row.who);
}

function inWords(
  uid: string | null,
  live: LiveObject,
  sameObject: boolean | null,
  maker: string | null,
): string {
  const by = maker === null ? '' : ` by ${maker}`;
  const was = uid === null ? '' : `, not ${short(uid)}`;
  const which =
    sameObject === true
      ? 'the same object'
      : sameObject === false
        ? `another object (uid ${short(live.uid)}${was}), created ${live.createdAt}${by}`
        : `exists, created ${live.createdAt}${by}`;
  return [
    which,
    live.isTerminating ? 'being deleted' : null,
    live.readiness,
    live.owner === null ? null : `owned by ${live.owner}`,
    live.managedBy === null ? null : `managed by ${live.managedBy}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function short(uid: string): string {
  return uid.slice(0, 8);
}

/** The block under the rows. `now`: of the object asked about; null for many. */
export function nowLines(
  now: WhoDidNow | null,
  { addresses, rights, accounts }: NowKeys,
  found: ReadonlyMap<LiveKey, LiveFinding>,
): string[] {
  const lines = now?.text == null ? [] : [now.text];
  for (const [actor, { key, to }] of rights) {
    const right = found.get(key);
    if (right?.kind !== 'right') continue;
    const through = right.through === null ? '' : ` (${right.through})`;
    lines.push(right.isAllowed ? `${actor} may still ${to}${through}` : `${actor} may not ${to} any more`);
  }
  for (const [actor, key] of accounts) {
    const account = found.get(key);
    if (account?.kind !== 'account') continue;
    const by = account.usedBy.length === 0 ? 'no pod' : account.usedBy.join(', ');
    lines.push(`${actor} is used by ${by}`);
  }
  for (const [ip, key] of addresses) {
    const address = found.get(key);
    if (address?.kind !== 'address') continue;
    // What has an address now may have it from somebody else.
    const since = address.since === null ? '' : `, since ${address.since}`;
    lines.push(`${ip} is ${address.of === null ? 'outside the cluster' : `${address.of}${since}`}`);
  }
  return lines;
}
