/** Which requests rbac-diff reads: writes of roles and bindings, ends of namespaces, refused impersonations. */
import { absent, all, any, equals, glob, oneOf, type Predicate } from '../../query/predicate.ts';
import { WRITES } from '../../query/words.ts';
import { RBAC_GROUP, type RbacId } from './rbac-object.ts';
import { reasonPattern } from './reasons.ts';

export const RBAC_WRITES: Predicate = all(equals('objectRef.apiGroup', RBAC_GROUP), oneOf('verb', WRITES));

/** An answer that is logged shows the object as it was. */
const RBAC_SEEN: Predicate = all(
  equals('objectRef.apiGroup', RBAC_GROUP),
  equals('verb', 'get'),
  equals('level', 'RequestResponse'),
);

/** Takes the roles and bindings in it along. */
const NAMESPACE_ENDS: Predicate = all(
  equals('objectRef.apiGroup', ''),
  equals('objectRef.resource', 'namespaces'),
  equals('verb', 'delete'),
  absent('objectRef.subresource'),
);

/** Refused before anything else was looked at: no impersonated user is in the event. */
const MAYBE_IMPERSONATION: Predicate = all(
  { kind: 'codeBetween', from: 403, to: 403 },
  absent('impersonatedUser.username'),
);

export const WANTED: Predicate = any(RBAC_WRITES, RBAC_SEEN, NAMESPACE_ENDS, MAYBE_IMPERSONATION);
/** Only for how roles and bindings stood. */
export const CONTEXT: Predicate = any(
  all(RBAC_WRITES, { kind: 'codeBetween', from: 200, to: 299 }),
  RBAC_SEEN,
  NAMESPACE_ENDS,
);

export function requestsBy(users: readonly string[]): Predicate {
  return oneOf('user.username', users);
}

export function allowedThrough(bindings: readonly RbacId[]): Predicate {
  return any(...bindings.map((id) => glob('annotations', reasonPattern(id))));
}
