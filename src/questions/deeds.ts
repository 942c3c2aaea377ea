/**
 * Which facts are the deed that a word means, on the object asked about: deeds and attempts, no-ops, and requests that
 * could be one but whose body the log does not hold. Removals have their own fold (removals.ts).
 */
import { isInNamespace, isNamed, isOfType, type ObjectQuery } from '../query/object-query.ts';
import type { Word } from '../query/words.ts';
import type { Deed } from './deed.ts';
import type { Fact } from './fact.ts';
import { type Removals, removalsOf } from './removals.ts';
import { type KnownState, StateTrack } from './state-track.ts';

export interface Deeds {
  readonly deeds: readonly Deed[];
  /** Succeeded and changed nothing. */
  readonly noOps: readonly Fact[];
  /** Succeeded; whether it was the deed cannot be told without the body. */
  readonly unsure: readonly Fact[];
  readonly removals: Removals | null;
}

/** `facts` in time order. */
export function deedsOf(word: Word, object: ObjectQuery, facts: readonly Fact[]): Deeds {
  const removals = word.name === 'delete' || word.name === 'change' ? removalsOf(object, facts) : null;
  if (word.name === 'delete') return { deeds: removals?.deeds ?? [], noOps: [], unsure: [], removals };
  if (word.name === 'drain') return { ...drains(object, facts), noOps: [], removals };
  const track = new StateTrack();
  const removed = new Set(removals?.deeds.map((deed) => deed.fact.key));
  const completing = new Set(
    [...(removals?.completions.values() ?? []), ...(removals?.orphans ?? [])].map((f) => f.key),
  );
  const deeds: Deed[] = [...(removals?.deeds ?? [])];
  const noOps: Fact[] = [];
  const unsure: Fact[] = [];
  for (const fact of facts) {
    const before = track.before(fact);
    track.add(fact);
    if (removed.has(fact.key) || completing.has(fact.key) || !isAbout(word, fact, object)) continue;
    const verdict = VERDICTS[word.name]?.(fact, before, object, facts) ?? 'yes';
    if (verdict === 'no') continue;
    if (verdict === 'unsure') unsure.push(fact);
    else if (isNoOp(fact, before) && (word.name === 'change' || isWriteWord(word))) noOps.push(fact);
    else
      deeds.push({
        fact,
        word: wordFor(word, fact),
        link: verdict === 'likely' ? 'likely' : null,
        why: null,
      });
  }
  return { deeds, noOps, unsure, removals };
}

type Verdict = 'yes' | 'likely' | 'no' | 'unsure';
type Judge = (fact: Fact, before: KnownState, object: ObjectQuery, facts: readonly Fact[]) => Verdict;

const VERDICTS: Readonly<Record<string, Judge>> = {
  create: (fact, _before, object) => {
    if (fact.row.did.verb !== 'create') return fact.isCreation ? 'yes' : 'no';
    return fact.target.name === null ? generatedName(fact, object) : 'yes';
  },
  change: (fact, _before, object) => {
    const isStatusAsked = object.kind === 'resource' && object.subresource === 'status';
    if (fact.target.subresource === 'status' && !isStatusAsked) return 'no';
    // What is done through these does not change the object.
    const isConnect = ['exec', 'attach', 'portforward', 'log', 'proxy', 'eviction', 'token'].includes(
      fact.target.subresource ?? '',
    );
    return isConnect || fact.row.did.verb.startsWith('delete') ? 'no' : 'yes';
  },
  scale: (fact, before) => {
    if (fact.target.subresource === 'scale') return 'yes';
    if (fact.target.subresource !== null || fact.isCreation) return 'no';
    if (!fact.hasBody) return fact.effect === 'done' ? 'unsure' : 'no';
    if (fact.asked.replicas === undefined) return 'no';
    const now = fact.after?.replicas ?? fact.asked.replicas;
    if (before.replicas !== null) return before.replicas === now ? 'no' : 'yes';
    return fact.row.did.verb === 'patch' ? 'likely' : 'no';
  },
  restart: (fact, before) => {
    if (fact.isCreation) return 'no';
    if (!fact.hasBody) return fact.fieldManager === 'kubectl-rollout' ? 'likely' : doneElse(fact, 'unsure');
    if (fact.asked.restartedAt === undefined) return 'no';
    return fact.asked.restartedAt === before.restartedAt ? 'no' : 'yes';
  },
  rollout: (fact, before) => {
    if (fact.isCreation) return 'no';
    if (!fact.hasBody && fact.after === null) return doneElse(fact, 'unsure');
    const after = fact.after?.template ?? null;
    if (fact.effect === 'done' && before.template !== null && after !== null)
      return before.template === after ? 'no' : 'yes';
    if (!fact.asked.touchesTemplate) return 'no';
    return fact.row.did.verb === 'patch' ? 'yes' : 'likely';
  },
  cordon: (fact, before) => marks(fact, before, true),
  uncordon: (fact, before) => marks(fact, before, false),
  read: (fact, _before, _object, facts) => (isWaitingForDeletion(fact, facts) ? 'no' : 'yes'),
  impersonate: (fact) => (fact.row.who.as !== null || fact.wantedToBe !== null ? 'yes' : 'no'),
};

/** The trade's word in the row: the word asked for, but a change is told by what it was. */
function wordFor(word: Word, fact: Fact): string {
  return ['change', 'touch', 'read', 'impersonate'].includes(word.name) ? fact.row.did.word : word.name;
}

function isWriteWord(word: Word): boolean {
  return ['scale', 'restart', 'rollout', 'cordon', 'uncordon', 'bind', 'approve'].includes(word.name);
}

function isAbout(word: Word, fact: Fact, object: ObjectQuery): boolean {
  if (word.verbs !== null && !word.verbs.includes(fact.row.did.verb)) return false;
  const { subresource } = fact.target;
  const asked = object.kind === 'resource' ? object.subresource : null;
  if (asked !== null) return subresource === asked && isOn(word, fact, object);
  if (object.kind === 'path') return true;
  if (word.through === 'main' && subresource !== null) return false;
  if (Array.isArray(word.through) && !word.through.includes(subresource)) return false;
  if (
    word.to !== null &&
    (fact.target.group !== word.to.group || !word.to.resources.includes(fact.target.resource ?? ''))
  )
    return false;
  return word.name === 'bind' ? isBinding(fact, object) : isOn(word, fact, object);
}

function isOn(word: Word, fact: Fact, object: ObjectQuery): boolean {
  if (word.name === 'impersonate' && object.kind === 'resource') return isImpersonationOf(fact, object);
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
function isBinding(fact: Fact, object: ObjectQuery): boolean {
  if (object.kind !== 'resource') return isInNamespace(fact.target, object);
  const isRole = object.resources.some((r) => r === 'roles' || r === 'clusterroles');
  if (!isRole)
    return (
      isOfType(fact.target, object) && isInNamespace(fact.target, object) && isNamed(fact.target, object)
    );
  if (fact.roleRef === null) return false;
  const isKind = object.resources.includes(`${fact.roleRef.kind.toLowerCase()}s`);
  return isKind && (object.name === null || isNamed({ ...fact.target, name: fact.roleRef.name }, object));
}

function isImpersonationOf(fact: Fact, object: Extract<ObjectQuery, { kind: 'resource' }>): boolean {
  if (object.name === null) return true;
  const as = fact.row.who.as ?? fact.wantedToBe;
  if (as === null) return false;
  if (!object.resources.includes('serviceaccounts')) return isNamed({ ...fact.target, name: as }, object);
  const [, , namespace, name] = as.split(':');
  return (
    name !== undefined &&
    isNamed({ ...fact.target, name }, object) &&
    (object.namespace === null || object.namespace === namespace)
  );
}

/** Names made by the server: the base and five characters (apiserver, storage/names). */
function generatedName(fact: Fact, object: ObjectQuery): Verdict {
  const wanted = object.kind === 'resource' ? object.name : null;
  if (wanted === null) return 'yes';
  if (fact.effect !== 'done') return 'no';
  if (fact.generateName === null) return fact.hasBody ? 'no' : 'unsure';
  return wanted.startsWith(fact.generateName) && wanted.length === fact.generateName.length + 5
    ? 'likely'
    : 'no';
}

function marks(fact: Fact, before: KnownState, wanted: boolean): Verdict {
  if (!fact.hasBody && fact.after === null) return doneElse(fact, 'unsure');
  const asked = fact.asked.unschedulable;
  if (fact.row.did.verb === 'patch') return asked === wanted ? 'yes' : 'no';
  const after = fact.after?.unschedulable ?? asked ?? false;
  return before.unschedulable !== null && before.unschedulable !== after && after === wanted ? 'yes' : 'no';
}

function doneElse(fact: Fact, verdict: Verdict): Verdict {
  return fact.effect === 'done' ? verdict : 'no';
}

/**
 * `kubectl delete` waits with a list and a watch that name the object: no reading by a person. Known by the same
 * identity having deleted the same object just before.
 */
const DELETE_WAIT_US = 15 * 60 * 1_000_000;

function isWaitingForDeletion(fact: Fact, facts: readonly Fact[]): boolean {
  if ((fact.row.did.verb !== 'list' && fact.row.did.verb !== 'watch') || fact.target.name === null)
    return false;
  return facts.some(
    (other) =>
      other.row.did.verb === 'delete' &&
      other.effect === 'done' &&
      other.target.name === fact.target.name &&
      other.target.namespace === fact.target.namespace &&
      other.target.resource === fact.target.resource &&
      other.row.who.user === fact.row.who.user &&
      other.row.who.as === fact.row.who.as &&
      other.atUs <= fact.atUs &&
      fact.atUs - other.atUs <= DELETE_WAIT_US,
  );
}

/** The same resourceVersion after as before: nothing was stored. A release of the last finalizer stores nothing either. */
function isNoOp(fact: Fact, before: KnownState): boolean {
  if (fact.effect !== 'done' || fact.isCreation) return false;
  if (fact.row.did.verb !== 'patch' && fact.row.did.verb !== 'update') return false;
  const { after, asked } = fact;
  if (after?.isTerminating && after.finalizers === 0) return false;
  if (after?.resourceVersion != null) {
    return (
      after.resourceVersion === asked.resourceVersion || after.resourceVersion === before.resourceVersion
    );
  }
  return asked.isEmpty;
}

/** How long after a cordon an eviction by the same actor still belongs to the drain. */
const DRAIN_US = 60 * 60 * 1_000_000;

function drains(object: ObjectQuery, facts: readonly Fact[]): { deeds: Deed[]; unsure: Fact[] } {
  const deeds = new Map<string, Deed>();
  const unsure: Fact[] = [];
  for (const cordon of facts) {
    if (cordon.target.resource !== 'nodes' || cordon.effect !== 'done' || !isNamed(cordon.target, object))
      continue;
    if (cordon.row.did.verb !== 'patch' && cordon.row.did.verb !== 'update') continue;
    if (cordon.hasBody && cordon.asked.unschedulable !== true) continue;
    const evictions = facts.filter((fact) => isEvictionAfter(fact, cordon));
    if (evictions.length === 0) continue;
    const why = 'evictions by the same actor followed';
    deeds.set(cordon.key, { fact: cordon, word: 'drain', link: cordon.hasBody ? null : 'likely', why });
    for (const fact of evictions)
      deeds.set(fact.key, { fact, word: 'evict', link: 'likely', why: 'the actor who cordoned the node' });
  }
  return { deeds: [...deeds.values()], unsure };
}

function isEvictionAfter(fact: Fact, cordon: Fact): boolean {
  if (fact.target.subresource !== 'eviction' || fact.row.did.verb !== 'create') return false;
  const isSameActor = fact.row.who.user === cordon.row.who.user && fact.row.who.as === cordon.row.who.as;
  return isSameActor && fact.atUs >= cordon.atUs && fact.atUs - cordon.atUs <= DRAIN_US;
}
