/** What a question is asked about: an object, objects of a type, a URL, or anything. Parsing is parse-object.ts's. */

import { hasGlob, matchesGlob } from './glob.ts';
import { absent, all, any, equals, glob, not, oneOf, type Predicate } from './predicate.ts';

export type ObjectQuery =
  | {
      readonly kind: 'resource';
      /** As typed, for messages: `deploy`. */
      readonly typed: string;
      /** Plural names it may have in the log; several when the type is not in the table. */
      readonly resources: readonly string[];
      /** '' core; null: any group. */
      readonly group: string | null;
      readonly isNamespaced: boolean | null;
      readonly subresource: string | null;
      /** Null: all of the type. May be a glob. */
      readonly name: string | null;
      /** Null: all namespaces. */
      readonly namespace: string | null;
    }
  | { readonly kind: 'path'; readonly pattern: string }
  | { readonly kind: 'anything'; readonly namespace: string | null };

/** The part of an event's target that an ObjectQuery looks at. */
export interface TargetKey {
  readonly group: string | null;
  readonly resource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** The resource and where it is, whatever the name. */
export function resourcePredicate(object: ObjectQuery): Predicate {
  switch (object.kind) {
    case 'path':
      return all();
    case 'anything':
      return object.namespace === null ? all() : equals('objectRef.namespace', object.namespace);
    case 'resource':
      return all(
        oneOf('objectRef.resource', object.resources),
        ...(object.group === null
          ? []
          : [oneOf('objectRef.apiGroup', groupsOf(object.resources, object.group))]),
        ...(object.subresource === null ? [] : [equals('objectRef.subresource', object.subresource)]),
      );
  }
}

/** Requests on the object by name, or on a whole collection that may hold it. */
export function objectPredicate(object: ObjectQuery): Predicate {
  if (object.kind === 'path') {
    return all(absent('objectRef.resource'), glob('requestPath', object.pattern));
  }
  if (object.kind === 'anything') return resourcePredicate(object);
  const inNamespace =
    object.namespace === null || object.isNamespaced === false
      ? all()
      : any(equals('objectRef.namespace', object.namespace), absent('objectRef.namespace'));
  return all(resourcePredicate(object), inNamespace, namePredicate(object.name));
}

/** Requests on the object by name, or on objects of the type; on a collection only when it was asked about. As a predicate, what isOfType, isInNamespace and isNamed say. */
export function itselfPredicate(object: ObjectQuery): Predicate {
  if (object.kind !== 'resource') return objectPredicate(object);
  const { name, namespace, isNamespaced } = object;
  const here =
    namespace === null || isNamespaced === false ? all() : equals('objectRef.namespace', namespace);
  // A cluster-scoped object of a type that no table knows.
  const clusterScoped = all(absent('objectRef.namespace'), not(absent('objectRef.name')));
  return all(
    resourcePredicate(object),
    isNamespaced === null && namespace !== null ? any(here, clusterScoped) : here,
    name === null ? all() : named(name),
  );
}

/** One object is served in several groups: which one a client used says nothing about which object it was. */
function groupsOf(resources: readonly string[], group: string): readonly string[] {
  const shared = resources.flatMap((resource) => SHARED_GROUPS.get(resource) ?? []);
  return shared.includes(group) ? shared : [group];
}

/** Events, and what older servers also served in extensions (until 1.16, ingresses until 1.22). */
const SHARED_GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['events', ['', 'events.k8s.io']],
  ['deployments', ['apps', 'extensions']],
  ['daemonsets', ['apps', 'extensions']],
  ['replicasets', ['apps', 'extensions']],
  ['ingresses', ['networking.k8s.io', 'extensions']],
  ['networkpolicies', ['networking.k8s.io', 'extensions']],
  ['podsecuritypolicies', ['policy', 'extensions']],
]);

function namePredicate(name: string | null): Predicate {
  if (name === null) return all();
  return any(named(name), absent('objectRef.name'));
}

function named(name: string): Predicate {
  return hasGlob(name) ? glob('objectRef.name', name) : equals('objectRef.name', name);
}

/** The type fits, wherever the object is and whatever it is called. */
export function isOfType(target: TargetKey, object: ObjectQuery): boolean {
  if (object.kind !== 'resource') return object.kind === 'anything';
  if (target.resource === null || !object.resources.includes(target.resource)) return false;
  if (object.group === null || target.group === null) return object.group === null;
  return groupsOf(object.resources, object.group).includes(target.group);
}

export function isInNamespace(target: TargetKey, object: ObjectQuery): boolean {
  if (object.kind === 'path' || object.namespace === null) return true;
  if (object.kind === 'resource' && object.isNamespaced === false) return true;
  if (target.namespace === object.namespace) return true;
  // A cluster-scoped object of a type that no table knows.
  return (
    object.kind === 'resource' &&
    object.isNamespaced === null &&
    target.namespace === null &&
    target.name !== null
  );
}

export function isNamed(target: TargetKey, object: ObjectQuery): boolean {
  if (object.kind !== 'resource' || object.name === null) return true;
  return target.name !== null && matchesName(target.name, object.name);
}

export function matchesName(name: string, wanted: string): boolean {
  return hasGlob(wanted) ? matchesGlob(name, wanted) : name === wanted;
}

/** A question about exactly one object. */
export function isOneObject(object: ObjectQuery): boolean {
  return object.kind === 'resource' && object.name !== null && !hasGlob(object.name);
}
