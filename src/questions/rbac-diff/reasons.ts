/**
 * What the authorizer says of bindings: of each request that RBAC allowed, the log names the binding, its role and the
 * subject, at every level. So a binding whose making was logged without a body is told by what it was used for.
 */
import type { AuditEvent } from '../../event/event.ts';
import type { BindingContent, RbacId } from './rbac-object.ts';
import { type Subject, userSubject } from './subject.ts';

export interface Reason {
  readonly binding: RbacId;
  readonly role: NonNullable<BindingContent['role']>;
  readonly subject: Subject;
  readonly atUs: number;
}

const REASON = 'authorization.k8s.io/reason';

/** Null: not allowed by RBAC, or not said. Texts stand in Go's quotes (kubernetes, pkg/registry/rbac/validation/rule.go). */
export function reasonOf(event: AuditEvent): Reason | null {
  const text = Object.hasOwn(event.annotations, REASON) ? (event.annotations[REASON] ?? '') : '';
  const atUs = event.receivedUs ?? event.stageUs;
  const [, kind, binding = '""', roleKind, role = '""', subjectKind, subject = '""'] =
    ALLOWED.exec(text) ?? [];
  if (atUs === null) return null;
  const [place, who, name] = [unquoted(binding), unquoted(subject), unquoted(role)];
  if (place === null || who === null || name === null) return null;
  if (roleKind !== 'Role' && roleKind !== 'ClusterRole') return null;
  const of = subjectOf(subjectKind, who);
  if (of === null) return null;
  const id = idOf(kind, place);
  return id === null ? null : { binding: id, role: { kind: roleKind, name }, subject: of, atUs };
}

const QUOTED = String.raw`("(?:[^"\\]|\\.){0,600}")`;
const ALLOWED = new RegExp(
  `^RBAC: allowed by (ClusterRoleBinding|RoleBinding) ${QUOTED} of (ClusterRole|Role) ${QUOTED} to (User|Group|ServiceAccount) ${QUOTED}$`,
);

/** Of a RoleBinding: `name/namespace`. */
function idOf(kind: string | undefined, place: string): RbacId | null {
  if (kind === 'ClusterRoleBinding') return { kind, namespace: null, name: place };
  const slash = place.lastIndexOf('/');
  if (kind !== 'RoleBinding' || slash < 1) return null;
  return { kind, namespace: place.slice(slash + 1), name: place.slice(0, slash) };
}

function subjectOf(kind: string | undefined, text: string): Subject | null {
  if (kind === 'Group') return { kind, name: text, namespace: null };
  if (kind === 'User') return userSubject(text);
  const slash = text.lastIndexOf('/');
  if (kind !== 'ServiceAccount' || slash < 1) return null;
  return { kind, name: text.slice(0, slash), namespace: text.slice(slash + 1) };
}

/** Go's %q, as far as it is JSON too: names of which anything else is quoted are not read. */
function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}

/** The glob of an annotation that names the binding; its name may be anything that a path can hold. */
export function reasonPattern({ kind, namespace, name }: RbacId): string {
  return `${REASON}=RBAC: allowed by ${kind} "${namespace === null ? name : `${name}/${namespace}`}" of *`;
}
