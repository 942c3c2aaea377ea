/** Which requests what-changed reads: writes that may have changed what is asked about, and reads that show one object. */

import { isBuiltInResource } from '../../event/resource-table.ts';
import {
  isOneObject,
  type ObjectQuery,
  objectPredicate,
  resourcePredicate,
} from '../../query/object-query.ts';
import { absent, all, any, equals, glob, not, oneOf, type Predicate } from '../../query/predicate.ts';
import { WRITES } from '../../query/words.ts';
import type { ObjectId } from '../object-history/step.ts';

/** What is sent through these changes no object. */
const CONNECTIONS = ['exec', 'attach', 'portforward', 'proxy', 'log', 'token'];

/** Answers to a question, stored nowhere (a POST makes them): a change of nothing. */
const REVIEWS = [
  'tokenreviews',
  'subjectaccessreviews',
  'localsubjectaccessreviews',
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
];

/** Kinds that change by themselves all the time. Those asked for by name are not left out. */
const HEARTBEATS = ['leases', 'events', 'endpoints', 'endpointslices', 'nodemetrics', 'podmetrics'];

/**
 * `includesNoise`: with --all. `isTelling`: also what is written to a status, which is no change by itself but tells how the
 * object stood; of many objects, it is most of what is written.
 */
export function wanted(asked: ObjectQuery, includesNoise: boolean, isTelling: boolean): Predicate {
  const object = wholeOf(asked);
  const writes = all(
    any(objectPredicate(object), ...itself(object)),
    oneOf('verb', WRITES),
    not(oneOf('objectRef.subresource', isTelling ? CONNECTIONS : [...CONNECTIONS, 'status'])),
    ...(object.kind === 'resource' ? [] : [not(oneOf('objectRef.resource', leftOut(includesNoise)))]),
  );
  return isOneObject(object) ? any(writes, seen(object)) : writes;
}

/** A namespace is where all else in it is: its end is the end of that. */
function itself(object: ObjectQuery): readonly Predicate[] {
  if (object.kind !== 'anything' || object.namespace === null) return [];
  return [all(equals('objectRef.resource', 'namespaces'), equals('objectRef.name', object.namespace))];
}

const CRD_WRITES = all(equals('objectRef.resource', 'customresourcedefinitions'), oneOf('verb', WRITES));

/**
 * Writes to the definitions of what is asked about: with a CRD its objects go, of which not a word is in the log, and its schema
 * says which lists have keys. Null: there are none, or they are asked about anyway.
 */
function definitions(object: ObjectQuery): Predicate | null {
  if (object.kind === 'path') return null;
  if (object.kind === 'anything') return object.namespace === null ? null : CRD_WRITES;
  const custom = object.resources.filter((resource) => !isBuiltInResource(object.group, resource));
  if (custom.length === 0) return null;
  const { group } = object;
  const named = custom.map((resource) =>
    group === null
      ? glob('objectRef.name', `${resource}.*`)
      : equals('objectRef.name', `${resource}.${group}`),
  );
  return definitionsNamed(...named);
}

/** Also those that are not named: a collection, or a creation whose body is not in the log. */
function definitionsNamed(...named: readonly Predicate[]): Predicate {
  return all(CRD_WRITES, any(...named, absent('objectRef.name')));
}

/** With the writes to its definitions; `scope` itself where there are none to read. */
export function withDefinitions(scope: Predicate, object: ObjectQuery): Predicate {
  const types = definitions(object);
  return types === null ? scope : any(scope, types);
}

/** A GET whose answer is logged shows the object as it was: kubectl sends one before many a change. */
function seen(object: ObjectQuery): Predicate {
  return all(objectPredicate(object), equals('verb', 'get'), absent('objectRef.subresource'));
}

/** Everything that may tell how these objects stood. */
export function concerning(ids: readonly ObjectId[]): Predicate {
  const types = Map.groupBy(ids, ({ resource }) => resource);
  const each = [...types].map(([resource, some]) =>
    all(equals('objectRef.resource', resource), any(...placesOf(some))),
  );
  const crds = ids.flatMap(({ group, resource }) =>
    isBuiltInResource(group, resource) ? [] : [`${resource}.${group}`],
  );
  const verbs = any(oneOf('verb', WRITES), all(equals('verb', 'get'), absent('objectRef.subresource')));
  const writes = all(verbs, not(oneOf('objectRef.subresource', CONNECTIONS)), any(...each));
  return crds.length === 0
    ? writes
    : any(writes, definitionsNamed(oneOf('objectRef.name', [...new Set(crds)])));
}

/** Objects of one type. */
function placesOf(ids: readonly ObjectId[]): Predicate[] {
  return [...Map.groupBy(ids, ({ namespace }) => namespace)].map(([namespace, some]) =>
    all(
      ...(namespace === null ? [] : [equals('objectRef.namespace', namespace)]),
      // A collection, or a name that the server made.
      any(oneOf('objectRef.name', [...new Set(some.map(({ name }) => name))]), absent('objectRef.name')),
    ),
  );
}

function leftOut(includesNoise: boolean): readonly string[] {
  return includesNoise ? REVIEWS : [...REVIEWS, ...HEARTBEATS];
}

/** Which subresource a change went through is a filter's: what came of it needs all the others. */
export function wholeOf(object: ObjectQuery): ObjectQuery {
  return object.kind === 'resource' ? { ...object, subresource: null } : object;
}

/** Of anything at all there is no kind to witness. */
export function witnessOf(object: ObjectQuery): Predicate | null {
  if (object.kind !== 'resource') return null;
  return all(resourcePredicate(wholeOf(object)), oneOf('verb', WRITES));
}
