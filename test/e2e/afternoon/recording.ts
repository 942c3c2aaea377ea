/** What was seen of the cluster during the afternoon: snapshots of all objects, and from them what was so at which moment. */

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** All that people, controllers and kubelets write in the afternoon, but for leases and Events, which no policy logs. */
export const KINDS: readonly Kind[] = `
v1: configmaps secrets services serviceaccounts pods namespaces nodes endpoints resourcequotas limitranges
apps/v1: deployments replicasets statefulsets daemonsets controllerrevisions
batch/v1: jobs cronjobs
autoscaling/v2: horizontalpodautoscalers
policy/v1: poddisruptionbudgets
networking.k8s.io/v1: ingresses
discovery.k8s.io/v1: endpointslices
rbac.authorization.k8s.io/v1: roles rolebindings clusterroles clusterrolebindings
apiextensions.k8s.io/v1: customresourcedefinitions
admissionregistration.k8s.io/v1: mutatingwebhookconfigurations
example.com/v1: widgets`
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [groupVersion = '', resources = ''] = line.split(': ');
    const [version = '', group = ''] = groupVersion.split('/').reverse();
    return resources.split(' ').map((resource) => ({ group, version, resource }));
  });

export interface ObjectKey {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
}

export interface Sighting extends ObjectKey {
  /** As `kubectl get -o json --show-managed-fields` shows it; null: it is there no more. */
  readonly object: Readonly<Record<string, unknown>> | null;
}

/** All kinds listed once, between two moments; only what differs from the snapshot before. */
export interface Snapshot {
  readonly number: number;
  /** Before the first list was asked for, in microseconds since 1970. */
  readonly atUs: number;
  /** After the last was received. */
  readonly untilUs: number;
  readonly changed: readonly Sighting[];
}

const NAMESPACES = ['shop', 'lab', 'doomed', 'mutated', 'of-alice', 'of-rita', 'of-max'];
const CLUSTER_SCOPED = /^(aft-|node-1$|widgets\.example\.com$)/;

/** Made by the afternoon, and so known to its log from the beginning; node-1 is older. */
export function isOfTheAfternoon({ resource, namespace, name }: ObjectKey): boolean {
  if (namespace !== null) return NAMESPACES.includes(namespace);
  return resource === 'namespaces' ? NAMESPACES.includes(name) : CLUSTER_SCOPED.test(name);
}
