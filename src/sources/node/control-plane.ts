/** Asks the API server for the control plane: its nodes and its API server pods. What a refusal means is find-logs.ts's. */
import { UserError } from '../../errors.ts';
import type { ApiServer } from '../../io.ts';
import { type ClusterNode, decodeNode, decodeServerPod, type ServerPod } from './kube-objects.ts';

/** `refusal`: why it could not be asked; what was found is empty then. */
export interface Asked<T> {
  readonly found: readonly T[];
  readonly refusal: UserError | null;
}

/** By their keys alone: values differ (kubeadm, OpenShift and older clusters, microk8s). */
const NODE_LABELS = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
  'node.kubernetes.io/microk8s-controlplane',
];

/** kubeadm, kind, minikube, RKE2, Talos, kubespray; kops; OpenShift. */
const POD_PLACES = [
  { namespace: 'kube-system', label: 'component=kube-apiserver' },
  { namespace: 'kube-system', label: 'k8s-app=kube-apiserver' },
  { namespace: 'openshift-kube-apiserver', label: 'app=openshift-kube-apiserver' },
];

export async function askForNodes(api: ApiServer, signal: AbortSignal): Promise<Asked<ClusterNode>> {
  return firstFound(
    NODE_LABELS.map((label) => `/api/v1/nodes?labelSelector=${encodeURIComponent(label)}`),
    decodeNode,
    api,
    signal,
  );
}

export async function askForPods(api: ApiServer, signal: AbortSignal): Promise<Asked<ServerPod>> {
  const { found, refusal } = await firstFound(
    POD_PLACES.map(
      ({ namespace, label }) =>
        `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(label)}`,
    ),
    decodeServerPod,
    api,
    signal,
  );
  return { found: found.filter((pod) => pod.node !== ''), refusal };
}

/** Of a cluster without a control plane of its own: a few nodes, to tell whose it is. */
export async function askForAnyNodes(api: ApiServer, signal: AbortSignal): Promise<readonly ClusterNode[]> {
  const { status, json } = await api.send('GET', '/api/v1/nodes?limit=5', null, signal);
  if (status !== 200 || typeof json !== 'object' || json === null || !('items' in json)) return [];
  return Array.isArray(json.items) ? json.items.map(decodeNode) : [];
}

async function firstFound<T>(
  paths: readonly string[],
  decode: (json: unknown) => T,
  api: ApiServer,
  signal: AbortSignal,
): Promise<Asked<T>> {
  let refusal: UserError | null = null;
  for (const path of paths) {
    try {
      const items = await api.list(path, signal);
      if (items.length > 0) return { found: items.map(decode), refusal: null };
    } catch (error) {
      signal.throwIfAborted();
      // A server that cannot be reached answers no other question either.
      if (!(error instanceof UserError) || error.code !== 'AUDIT_FORBIDDEN') throw error;
      refusal ??= error;
    }
  }
  return { found: [], refusal };
}
