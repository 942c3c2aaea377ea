/**
 * Whether somebody may do something now, asked of the authorizer itself (SubjectAccessReview), whose reason names the
 * binding. Nobody's rights are changed or used by asking.
 */
import type { LiveFinding, RightKey } from '../live.ts';
import { at, textAt } from './json.ts';
import type { Asker, LookUp } from './look-up.ts';

export async function lookUpRights(
  keys: readonly RightKey[],
  asker: Asker,
  tell: (key: RightKey, finding: LiveFinding) => void,
): Promise<void> {
  await Promise.all(keys.map(async (key) => tell(key, findingOf(await asker.review(PATH, reviewOf(key))))));
}

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

function reviewOf(key: RightKey): unknown {
  const { user, groups, verb } = key;
  const asked =
    key.path === null
      ? {
          resourceAttributes: {
            verb,
            group: key.group ?? '',
            resource: key.resource ?? '',
            ...(key.subresource === null ? {} : { subresource: key.subresource }),
            ...(key.namespace === null ? {} : { namespace: key.namespace }),
            ...(key.name === null ? {} : { name: key.name }),
          },
        }
      : { nonResourceAttributes: { path: key.path, verb } };
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups, ...asked },
  };
}

function findingOf(found: LookUp): LiveFinding {
  if (found.kind === 'unknown') return found;
  const isAllowed = at(found.json, 'status', 'allowed');
  if (found.kind === 'none' || typeof isAllowed !== 'boolean')
    return { kind: 'unknown', why: 'the cluster does not review access' };
  const reason = textAt(found.json, 'status', 'reason');
  return { kind: 'right', isAllowed, through: isAllowed ? throughOf(reason) : null };
}

/**
 * `RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to User "z"` → `ClusterRoleBinding x → ClusterRole y`. A
 * RoleBinding is called `x/its-namespace`, which is the one asked about; no name has a slash.
 */
function throughOf(reason: string | null): string | null {
  const [, binding, bindingName, role, roleName] = ALLOWED.exec(reason ?? '') ?? [];
  if (binding === undefined) return reason;
  return `${binding} ${bindingName} → ${role} ${roleName}`;
}

const ALLOWED =
  /^RBAC: allowed by (\w{1,30}) "([^"/]{1,300})(?:\/[^"]{0,300})?" of (\w{1,30}) "([^"]{1,253})"/;
