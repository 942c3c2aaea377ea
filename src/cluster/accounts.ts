/** Which workloads run under a service account now: its pods, told by whoever owns them. */
import type { AccountKey, LiveFinding } from '../live.ts';
import { resourcePath } from './api-path.ts';
import { at, listAt, textAt } from './json.ts';
import type { Asker, LookUp } from './look-up.ts';

/** Named in an answer; the rest are counted. */
const NAMED = 3;

export async function lookUpAccounts(
  keys: readonly AccountKey[],
  asker: Asker,
  tell: (key: AccountKey, finding: LiveFinding) => void,
): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      const pods = resourcePath({
        group: '',
        version: 'v1',
        resource: 'pods',
        namespace: key.namespace,
        name: null,
      });
      if (pods === null) return;
      const selector = encodeURIComponent(`spec.serviceAccountName=${key.name}`);
      tell(key, findingOf(await asker.get(`${pods}?limit=500&fieldSelector=${selector}`)));
    }),
  );
}

function findingOf(found: LookUp): LiveFinding {
  if (found.kind === 'unknown') return found;
  const pods = found.kind === 'answer' ? listAt(found.json, 'items') : [];
  const workloads = [...new Set(pods.map(workloadOf))].sort();
  const more = workloads.length - NAMED;
  return {
    kind: 'account',
    usedBy: more > 0 ? [...workloads.slice(0, NAMED), `${more} more`] : workloads,
  };
}

/** A ReplicaSet's name is its Deployment's and a hash of the template, which the pod carries as a label. */
function workloadOf(pod: unknown): string {
  const owner = listAt(pod, 'metadata', 'ownerReferences').find((one) => at(one, 'controller') === true);
  const kind = textAt(owner, 'kind');
  const name = textAt(owner, 'name');
  if (kind === null || name === null) return `Pod ${textAt(pod, 'metadata', 'name') ?? '?'}`;
  const hash = textAt(pod, 'metadata', 'labels', 'pod-template-hash');
  if (kind === 'ReplicaSet' && hash !== null && name.endsWith(`-${hash}`))
    return `Deployment ${name.slice(0, -hash.length - 1)}`;
  return `${kind} ${name}`;
}
