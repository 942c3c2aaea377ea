/**
 * Which facts are the deed that a word means, on the object asked about: deeds and attempts, no-ops, and requests that
 * could be one but whose body the log does not hold. Removals have their own fold (removals.ts).
 */
import { isInNamespace, isNamed, isOfType, isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import type { Word } from '../../query/words.ts';
import { byEnd, type Fact } from '../fact/fact.ts';
import { type KnownState, StateTrack } from '../fact/state-track.ts';
import type { Deed } from './deed.ts';
import { drainsOf } from './drains.ts';
import { type Removals, removalsOf } from './removals.ts';
import { VERDICTS } from './verdicts.ts';

export interface Deeds {
  readonly deeds: readonly Deed[];
  /** Succeeded and changed nothing. */
  readonly noOps: readonly Fact[];
  /** Succeeded; whether it was the deed cannot be told without the body. */
  readonly unsure: readonly Fact[];
  /** Near it, and not it: a denial where approval was asked about, a cordon without evictions. */
  readonly otherwise: readonly Fact[];
  readonly removals: Removals | null;
}

export function deedsOf(word: Word, object: ObjectQuery, unordered: readonly Fact[]): Deeds {
  const facts = unordered.toSorted(byEnd);
  if (word.name === 'drain') {
    const { deeds, cordonsOnly } = drainsOf(object, facts);
    return { deeds, noOps: [], unsure: [], otherwise: cordonsOnly, removals: null };
  }
  const removals = word.name === 'delete' || word.name === 'change' ? removalsOf(object, facts) : null;
  const found = { deeds: [...(removals?.deeds ?? [])], noOps: [...(removals?.idle ?? [])], removals };
  if (word.name === 'delete') return { ...found, unsure: [], otherwise: [] };
  return { ...found, ...judged(word, object, facts, found) };
}

function judged(
  word: Word,
  object: ObjectQuery,
  facts: readonly Fact[],
  { deeds, noOps, removals }: { deeds: Deed[]; noOps: Fact[]; removals: Removals | null },
): Pick<Deeds, 'unsure' | 'otherwise'> {
  const track = new StateTrack();
  const isWaiting = word.name === 'read' ? waitingFor(facts) : () => false;
  const told = new Set(
    [
      ...deeds.map((deed) => deed.fact),
      ...(removals?.completions.values() ?? []),
      ...(removals?.orphans ?? []),
    ].map((fact) => fact.key),
  );
  const namedUs = word.name === 'create' ? firstNamedUs(object, facts) : Number.POSITIVE_INFINITY;
  const unsure: Fact[] = [];
  const otherwise: Fact[] = [];
  for (const fact of facts) {
    const before = track.before(fact);
    track.add(fact);
    if (told.has(fact.key) || isWaiting(fact)) continue;
    if (fact.target.name === null && fact.atUs > namedUs) continue;
    const about = isAbout(word, fact, object);
    if (about === 'no') continue;
    const verdict = VERDICTS[word.name]?.(fact, before, object) ?? 'yes';
    if (verdict === 'no') {
      if (fact.asked.approval === 'Denied' && word.name === 'approve') otherwise.push(fact);
    } else if (verdict === 'unsure' || (about === 'unsure' && fact.effect === 'done')) unsure.push(fact);
    else if (isNoOp(fact, before) && (word.name === 'change' || isWriteWord(word))) noOps.push(fact);
    else if (about !== 'unsure')
      deeds.push(
        verdict === 'likely'
          ? { fact, word: wordFor(word, fact), link: 'likely', why: whyLikely(word, fact) }
          : { fact, word: wordFor(word, fact), link: null, why: null },
      );
  }
  return { unsure, otherwise };
}

/** Clocks of API servers may differ by this much. */
const SKEW_US = 1_000_000;

/** What is named already was not made by a later request that leaves the name to the server. */
function firstNamedUs(object: ObjectQuery, facts: readonly Fact[]): number {
  const first = isOneObject(object)
    ? facts.find(
        (fact) =>
          fact.effect === 'done' &&
          isOfType(fact.target, object) &&
          isInNamespace(fact.target, object) &&
          isNamed(fact.target, object),
      )
    : undefined;
  return first === undefined ? Number.POSITIVE_INFINITY : first.atUs + SKEW_US;
}

function whyLikely({ name }: Word, fact: Fact): string {
  const isBodyless = !fact.hasBody && fact.after === null;
  if (name === 'create') return 'its name was made by the server and begins alike';
  if (name === 'read' || name === 'touch') return 'a list with a selector, whose answer is not in the log';
  if (name === 'approve') return 'an approval and a denial look alike without their bodies';
  if (name === 'restart' && isBodyless) return 'by field manager kubectl-rollout; the body is not in the log';
  if (isBodyless) return 'its body is not in the log';
  return 'how things stood before it is not in the log';
}

/** The trade's word in the row: the word asked for, but a change is told by what it was. */
function wordFor(word: Word, fact: Fact): string {
  return ['change', 'touch', 'read', 'impersonate'].includes(word.name) ? fact.row.did.word : word.name;
}

function isWriteWord(word: Word): boolean {
  return ['scale', 'restart', 'rollout', 'cordon', 'uncordon', 'bind', 'approve'].includes(word.name);
}

/** `unsure`: on something that may be the object, or be about it; the log does not say. */
type About = 'yes' | 'no' | 'unsure';

function isAbout(word: Word, fact: Fact, object: ObjectQuery): About {
  if (word.verbs !== null && !word.verbs.includes(fact.row.did.verb)) return 'no';
  const { subresource } = fact.target;
  const asked = object.kind === 'resource' ? object.subresource : null;
  if (asked !== null) return subresource === asked && isOn(word, fact, object) ? 'yes' : 'no';
  if (object.kind === 'path') return 'yes';
  if (word.through === 'main' && subresource !== null) return 'no';
  if (Array.isArray(word.through) && !word.through.includes(subresource)) return 'no';
  if (
    word.to !== null &&
    (fact.target.group !== word.to.group || !word.to.resources.includes(fact.target.resource ?? ''))
  )
    return 'no';
  if (word.name === 'bind') return isBinding(fact, object);
  return isOn(word, fact, object) ? 'yes' : 'no';
}

function isOn(word: Word, fact: Fact, object: ObjectQuery): boolean {
  if (word.name === 'impersonate' && isAnIdentity(object)) return isImpersonationOf(fact, object);
  if (!isOfType(fact.target, object)) return false;
  const isWholeCollection = fact.target.name === null;
  const isEverywhere = fact.target.namespace === null && isWholeCollection;
  if (!isEverywhere && !isInNamespace(fact.target, object)) return false;
  return (
    isNamed(fact.target, object) ||
    (isWholeCollection && (word.name === 'create' || fact.row.did.verb !== 'create'))
  );
}

/** Asked about a role: by what is bound. Asked about a binding: by its name. */
function isBinding(fact: Fact, object: ObjectQuery): About {
  const isHere = isInNamespace(fact.target, object);
  if (object.kind !== 'resource') return isHere ? 'yes' : 'no';
  const isRole = object.resources.some((r) => r === 'roles' || r === 'clusterroles');
  if (!isRole) return isOfType(fact.target, object) && isHere && isNamed(fact.target, object) ? 'yes' : 'no';
  // A Role is bound where it is; a ClusterRole anywhere.
  const isOfRole = object.resources.includes('roles');
  if (isOfRole && (fact.target.resource !== 'rolebindings' || !isHere)) return 'no';
  if (fact.roleRef === null) return 'unsure';
  const isKind = object.resources.includes(`${fact.roleRef.kind.toLowerCase()}s`);
  const isIt =
    isKind && (object.name === null || isNamed({ ...fact.target, name: fact.roleRef.name }, object));
  return isIt ? 'yes' : 'no';
}

/** Of users, groups and service accounts it is asked who was impersonated; of anything else, on what. */
export function isAnIdentity(object: ObjectQuery): object is Extract<ObjectQuery, { kind: 'resource' }> {
  return object.kind === 'resource' && object.resources.some((resource) => IDENTITIES.has(resource));
}

const IDENTITIES: ReadonlySet<string> = new Set(['users', 'groups', 'serviceaccounts']);

function isImpersonationOf(fact: Fact, object: Extract<ObjectQuery, { kind: 'resource' }>): boolean {
  if (object.resources.includes('groups')) return isImpersonatedGroup(fact, object);
  const as = fact.row.who.as ?? fact.wantedToBe?.name ?? null;
  if (object.name === null) return as !== null;
  if (as === null) return false;
  if (!object.resources.includes('serviceaccounts')) return isNamed({ ...fact.target, name: as }, object);
  const [, , namespace, name] = as.startsWith('system:serviceaccount:') ? as.split(':') : [];
  return (
    name !== undefined &&
    isNamed({ ...fact.target, name }, object) &&
    (object.namespace === null || object.namespace === namespace)
  );
}

function isImpersonatedGroup(fact: Fact, object: ObjectQuery): boolean {
  const refused = fact.wantedToBe?.resource === 'groups' ? [fact.wantedToBe.name] : [];
  return [...fact.asGroups, ...refused].some((name) => isNamed({ ...fact.target, name }, object));
}

/**
 * `kubectl delete` waits with a list and a watch that name the object: no reading by a person. Known by the same
 * identity having deleted the same object just before.
 */
const DELETE_WAIT_US = 15 * 60 * 1_000_000;

function waitingFor(facts: readonly Fact[]): (fact: Fact) => boolean {
  const deletedAt = new Map<string, number[]>();
  for (const fact of facts) {
    if (fact.row.did.verb !== 'delete' || fact.effect !== 'done') continue;
    const key = actorAndObject(fact);
    deletedAt.set(key, [...(deletedAt.get(key) ?? []), fact.atUs]);
  }
  return (fact) => {
    if ((fact.row.did.verb !== 'list' && fact.row.did.verb !== 'watch') || fact.target.name === null)
      return false;
    const times = deletedAt.get(actorAndObject(fact)) ?? [];
    return times.some((atUs) => atUs <= fact.atUs && fact.atUs - atUs <= DELETE_WAIT_US);
  };
}

function actorAndObject({ row, target }: Fact): string {
  return JSON.stringify([
    row.who.user,
    row.who.as,
    target.group,
    target.resource,
    target.namespace,
    target.name,
  ]);
}

/** The same resourceVersion after as before: nothing was stored. A release of the last finalizer stores nothing either. */
function isNoOp(fact: Fact, before: KnownState): boolean {
  if (fact.effect !== 'done' || fact.isCreation) return false;
  if (fact.row.did.verb !== 'patch' && fact.row.did.verb !== 'update') return false;
  const { after, asked, target } = fact;
  if (after?.isTerminating && after.finalizers === 0) return false;
  // Its resourceVersion moves with every status: what it was scaled to tells more.
  if (target.subresource === 'scale' && before.replicas !== null && isOlder(before, after))
    return asked.replicas === before.replicas;
  if (after?.resourceVersion != null) {
    return (
      after.resourceVersion === asked.resourceVersion || after.resourceVersion === before.resourceVersion
    );
  }
  return asked.isEmpty;
}

/** Of requests that overlap, the later one may be answered first; the versions of one object are in order. */
function isOlder({ resourceVersion }: KnownState, after: Fact['after']): boolean {
  const [known, own] = [resourceVersion, after?.resourceVersion ?? null];
  if (known === null || own === null || !/^\d{1,20}$/.test(known) || !/^\d{1,20}$/.test(own)) return true;
  return BigInt(known) <= BigInt(own);
}
