/** Every role and binding of the cluster, for questions about rights: four lists, each of which may fail by itself. */
import { UserError } from '../errors.ts';
import type { ApiServer } from '../io.ts';
import type { RbacSnapshot } from '../live.ts';

const GROUP = '/apis/rbac.authorization.k8s.io/v1';
/** A large cluster has some 20,000 of them, in pages of 500. */
const MAX_MS = 10_000;

/** Rejects only when `signal` is aborted. */
export async function rbacSnapshot(api: ApiServer, signal: AbortSignal): Promise<RbacSnapshot> {
  const timeUp = AbortSignal.timeout(MAX_MS);
  const either = AbortSignal.any([signal, timeUp]);
  const missing: string[] = [];
  const list = async (resource: string): Promise<readonly unknown[] | null> => {
    try {
      return await api.list(`${GROUP}/${resource}`, either);
    } catch (error) {
      signal.throwIfAborted();
      if (!timeUp.aborted && !(error instanceof UserError)) throw error;
      const why = timeUp.aborted ? `no answer within ${MAX_MS / 1000} s` : (error as UserError).message;
      missing.push(`${resource}: ${why}`);
      return null;
    }
  };
  const [roles = null, clusterRoles = null, roleBindings = null, clusterRoleBindings = null] =
    await Promise.all(['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map(list));
  return { roles, clusterRoles, roleBindings, clusterRoleBindings, missing: missing.sort() };
}
