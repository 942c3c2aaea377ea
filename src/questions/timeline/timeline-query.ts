/** Which requests a timeline reads first: those it is asked about; and, of one object, those that may be its owners' and children's. */
import {
  isOneObject,
  type ObjectQuery,
  objectPredicate,
  resourcePredicate,
} from '../../query/object-query.ts';
import { absent, all, any, NOTHING, not, type Predicate } from '../../query/predicate.ts';
import { WRITES } from '../../query/words.ts';
import { writesWants } from '../cause-chain/owners.ts';
import { namespaceThing } from '../cause-chain/removals-before.ts';
import { type Want, wantPredicate } from '../cause-chain/wants.ts';
import { HOUSEKEEPING } from './housekeeping.ts';
import type { TimelineParams } from './timeline-params.ts';

/** Wherever it was done. */
export function worthyPredicate({ filters, wantsAll }: TimelineParams): Predicate {
  return all(filters, ...(wantsAll ? [] : [not(HOUSEKEEPING)]));
}

/**
 * Whose an object is stands in bodies only, and children may be called anything: so all writes where they can stand. Who
 * owns a cluster-scoped object is cluster-scoped too, and its children may be anywhere.
 */
export function familyWants(object: ObjectQuery): readonly Want[] {
  if (object.kind !== 'resource' || !isOneObject(object) || isNamespace(object)) return [];
  const namespace = object.isNamespaced === false ? null : object.namespace;
  return [
    { verbs: WRITES, resources: null, namespace, names: null, by: null },
    ...(namespace === null ? [] : writesWants(namespaceThing(namespace))),
  ];
}

/** What is in it is asked for with -n; it owns nothing by reference. */
export function isNamespace(object: ObjectQuery): boolean {
  return object.kind === 'resource' && object.resources.includes('namespaces');
}

/** Of one actor's story, what is a row though it goes by another name; housekeeping is sorted out before. */
export function aliasPredicate({ object, others }: TimelineParams): Predicate {
  return all(objectPredicate(object), others);
}

/** Whatever they did, wherever: what is no row may lead to other names of theirs. */
export function actorsPredicate({ actors }: TimelineParams): Predicate {
  return actors === null ? NOTHING : all(actors.predicate, not(HOUSEKEEPING));
}

export function familyPredicate(wants: readonly Want[]): Predicate {
  return any(...wants.map(wantPredicate));
}

export function witnessOf({ object }: TimelineParams): Predicate | null {
  if (object.kind === 'anything') return null;
  return object.kind === 'path' ? absent('objectRef.resource') : resourcePredicate(object);
}
