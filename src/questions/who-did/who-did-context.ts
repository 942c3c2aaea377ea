/**
 * What who-did reads besides, in its first round, where it costs next to nothing: what may have set off, and what may have
 * come of, what is asked about one object. Most chains of causes then need no further reading.
 */
import { isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import { type Word, WRITES } from '../../query/words.ts';
import { lineByName } from '../cause-chain/owner-names.ts';
import { writesWants } from '../cause-chain/owners.ts';
import { namespaceThing } from '../cause-chain/removals-before.ts';
import { siblingsWant } from '../cause-chain/rules/pods.ts';
import type { Thing } from '../cause-chain/thing.ts';
import type { Want } from '../cause-chain/wants.ts';

/** What may have set it off. */
export function causeWants(word: Word, object: ObjectQuery): readonly Want[] {
  const ofPods = object.kind === 'resource' && object.resources.includes('pods');
  if (word.name === 'evict') return ofPods ? [CORDONS] : [];
  if (!DONE_BY_CONTROLLERS.has(word.name)) return [];
  const space = object.kind === 'resource' && object.isNamespaced !== false ? object.namespace : null;
  const isRemoval = word.name === 'delete' || word.name === 'change';
  return [
    ...(isRemoval && space !== null ? writesWants(namespaceThing(space)) : []),
    ...(isRemoval && ofPods ? [CORDONS] : []),
    ...thingsOf(object).flatMap((thing) => lineOf(thing, word.name === 'create')),
  ];
}

/** Whoever evicts a pod has cordoned its node before, as a rule. */
const CORDONS: Want = {
  verbs: ['update', 'patch'],
  resources: ['nodes'],
  namespace: null,
  names: null,
  by: null,
};

/** `isMade`: a controller makes a pod also because another one ended. */
function lineOf(thing: Thing, isMade: boolean): readonly Want[] {
  const line = lineByName(thing.resource, thing.name).map((owner) => ({
    ...owner,
    namespace: thing.namespace,
    uid: null,
  }));
  if (line.length === 0) return [];
  const siblings = isMade && thing.resource === 'pods' ? line.map((owner) => siblingsWant(owner)) : [];
  return [...[thing, ...line].flatMap(writesWants), ...siblings];
}

/** Words for which the question itself reads every write to what it is about. */
const READS_WRITES: ReadonlySet<string> = new Set([
  ...['delete', 'change'],
  ...['scale', 'restart', 'rollout', 'cordon', 'uncordon'],
]);

/** What the question reads for its own sake. */
export function ownWants(word: Word, object: ObjectQuery): readonly Want[] {
  return READS_WRITES.has(word.name) ? thingsOf(object).flatMap(writesWants) : [];
}

const DONE_BY_CONTROLLERS: ReadonlySet<string> = new Set(['delete', 'create', 'change', 'scale']);

/** What may have come of it: what controllers then do to what it owned. */
export function effectWants(word: Word, object: ObjectQuery): readonly Want[] {
  return thingsOf(object).flatMap(({ resource, namespace, name }): readonly Want[] => {
    if (resource === 'namespaces') {
      if (word.name !== 'delete') return [];
      return [{ verbs: DELETES, resources: null, namespace: name, names: null, by: NAMESPACES }];
    }
    const resources = Object.hasOwn(OWNED, resource) ? (OWNED[resource] ?? []) : [];
    if (resources.length === 0) return [];
    const where = { namespace, names: [`${name}-*`], by: CONTROLLERS };
    if (word.name === 'delete')
      return resources.map((owned) => ({
        ...where,
        // Whose they are their other writes tell; of pods their deletion does.
        verbs: owned === 'pods' ? ['delete'] : WRITES,
        resources: [owned],
      }));
    if (!['scale', 'restart', 'rollout'].includes(word.name)) return [];
    return [
      { ...where, verbs: ['delete'], resources: ['pods'] },
      ...(resource === 'deployments' ? [{ ...where, verbs: WRITES, resources: ['replicasets'] }] : []),
    ];
  });
}

const DELETES = ['delete', 'deletecollection'];
const MANAGER = 'system:kube-controller-manager';
const NAMESPACES = ['system:serviceaccount:kube-system:namespace-controller', MANAGER];
const CONTROLLERS = ['system:serviceaccount:kube-system:*', MANAGER];

/** By the owner's type; their names begin with the owner's. */
const OWNED: Readonly<Record<string, readonly string[]>> = {
  deployments: ['replicasets', 'pods'],
  replicasets: ['pods'],
  statefulsets: ['pods'],
  daemonsets: ['pods'],
  jobs: ['pods'],
  cronjobs: ['jobs', 'pods'],
};

/** One object of a known place; of several types where the type is not known. */
function thingsOf(object: ObjectQuery): readonly Thing[] {
  if (object.kind !== 'resource' || !isOneObject(object) || object.name === null) return [];
  const { name, namespace, group } = object;
  const isPlaced = namespace !== null || object.isNamespaced === false;
  if (!isPlaced) return [];
  return object.resources.map((resource) => ({
    group: group ?? '',
    resource,
    namespace: object.isNamespaced === false ? null : namespace,
    name,
    uid: null,
  }));
}
