/** A role or binding, as rows and sentences name it. */
import { redactText } from '../../event/redact.ts';
import type { RbacId } from './rbac-object.ts';

/** `ClusterRole edit`, `RoleBinding prod/x`. */
export function idText({ kind, namespace, name }: RbacId): string {
  return redactText(`${kind} ${namespace === null ? '' : `${namespace}/`}${name}`);
}
