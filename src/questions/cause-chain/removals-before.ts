/** What began the removal of an object, as it stood before a request: a delete, an eviction, a collection, its namespace's end. */
import type { Fact } from '../fact/fact.ts';
import { isLeftOut } from '../fact/selector.ts';
import type { Candidate } from './finding.ts';
import { before, LONGEST_US } from './in-time.ts';
import type { LoggedFacts } from './logged-facts.ts';
import type { Thing } from './thing.ts';

/** `how`: what the removal has to do with what came of it. */
export function removalBefore(
  thing: Thing,
  effect: Fact,
  log: LoggedFacts,
  how: { readonly proven: string; readonly likely: string },
): readonly Candidate[] {
  const began = begunBy(thing, effect, log);
  if (began !== null) {
    const isProven = isTied(began, thing, log);
    return [{ fact: began, isProven, why: isProven ? how.proven : how.likely }];
  }
  const [collection] = collectionsWith(thing, effect, log);
  if (collection !== undefined) {
    const isNamed = collection.took !== null;
    const why = isNamed ? `${how.proven}; named in the answer` : `${how.likely}; its victims are not named`;
    return [{ fact: collection, isProven: isNamed, why }];
  }
  const type = begunBy(definitionOf(thing), effect, log);
  if (type !== null)
    return [{ fact: type, isProven: false, why: 'everything of a type goes with its definition' }];
  const end = namespaceEnd(thing.namespace, effect, log);
  return end === null ? [] : [{ fact: end, isProven: false, why: 'everything in a namespace goes with it' }];
}

/** Uids agree; an eviction tells none: then that the object of that name was made only once. */
function isTied(began: Fact, thing: Thing, log: LoggedFacts): boolean {
  if (thing.uid === null) return false;
  if (began.target.uid !== null) return began.target.uid === thing.uid;
  const born = log.on({ ...thing, uid: null }).filter((fact) => fact.isCreation);
  const [only] = born;
  return born.length === 1 && only?.target.uid === thing.uid && only.atUs <= began.atUs;
}

/** Of a removal that was asked for several times, the first: the others find it going already. */
function begunBy(thing: Thing, effect: Fact, log: LoggedFacts): Fact | null {
  const facts = before(log.on(thing), effect);
  let began: Fact | null = null;
  for (const fact of facts) {
    if (fact.isCreation && fact.target.subresource === null) began = null;
    else if (began !== null && wasDryRun(began, fact)) began = isRemoval(fact) ? fact : null;
    else if (!isRemoval(fact)) continue;
    else if (began === null || isAnother(began, fact)) began = fact;
  }
  if (began === null) return null;
  // Without a uid, what is long past may have been of another object.
  return isTied(began, thing, log) || effect.atUs - began.atUs <= LONGEST_US ? began : null;
}

/** It was answered as if it had removed what a later request found: only a body tells a dry run. */
function wasDryRun(began: Fact, later: Fact): boolean {
  const { uid } = began.target;
  const isSame = uid !== null && uid === later.target.uid;
  const isTold = began.isRemovedAtOnce === true && began.after === null;
  return isSame && isTold && later.effect === 'done' && later.atUs > began.endUs;
}

/** Of another object of that name: by the uids, else because the one before had gone at once. */
function isAnother(began: Fact, fact: Fact): boolean {
  const [one, other] = [began.target.uid, fact.target.uid];
  return one !== null && other !== null ? one !== other : began.isRemovedAtOnce === true;
}

export function isRemoval(fact: Fact): boolean {
  if (fact.effect !== 'done') return false;
  const { subresource } = fact.target;
  if (fact.row.did.verb === 'delete') return subresource === null && !fact.isKubeletCompletion;
  return subresource === 'eviction' && fact.row.did.verb === 'create';
}

/** Those that name it; else, of those that tell nobody, the last. */
function collectionsWith(thing: Thing, effect: Fact, log: LoggedFacts): readonly Fact[] {
  const near = before(log.collectionsOf(thing), effect).filter(
    (fact) => effect.atUs - fact.atUs <= LONGEST_US && !isLeftOut(fact.fieldSelector, thing.name),
  );
  const naming = near.filter(({ took }) => took?.includes(thing.name) === true);
  if (naming.length > 0) return naming.slice(0, 1);
  return near.filter(({ took }) => took === null).slice(-1);
}

/** The request that began the last end of a namespace. */
export function namespaceEnd(namespace: string | null, effect: Fact, log: LoggedFacts): Fact | null {
  if (namespace === null) return null;
  return begunBy(namespaceThing(namespace), effect, log);
}

/** The CRD of its type, if it has one. */
export function definitionOf({ group, resource }: Pick<Thing, 'group' | 'resource'>): Thing {
  const name = `${resource}.${group}`;
  return {
    ...{ group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', namespace: null },
    ...{ name, uid: null },
  };
}

export function namespaceThing(name: string): Thing {
  return { group: '', resource: 'namespaces', namespace: null, name, uid: null };
}
