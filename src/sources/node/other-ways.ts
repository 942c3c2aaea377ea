/** What to type when the node's log cannot be had this way: the ssh line, the ways of certain distributions and clouds. */
import type { ClusterNode } from './kube-objects.ts';
import type { NodeLog } from './node-log.ts';

/** The log and what was rotated away from it, compressed or not, through whoever may log in there. Root expands the names. */
export function sshLine(
  { node, folder, liveName }: Pick<NodeLog, 'node' | 'folder' | 'liveName'>,
  calledAs: string,
): string {
  const stem = liveName.replace(/\.[^.]*$/, '') || liveName;
  return `ssh ${node} "sudo sh -c 'zcat -f ${folder}/${stem}*'" | ${calledAs} … --file -`;
}

/** Said where a path lies outside of what the kubelet serves. */
export function outsideMend(log: NodeLog, calledAs: string): string {
  return `${calledAs} … --via pod reads it with a pod of its own on the node; or ${sshLine(log, calledAs)}`;
}

/** Distributions on which a node's /var/log is not the kubelet's, or that run no API server pod; null for any other. */
export function distributionOf({ kubeletVersion, osImage, labels }: ClusterNode): Distribution | null {
  if (osImage.startsWith('Talos')) return TALOS;
  if (kubeletVersion.includes('+k3s')) return K3S;
  if (kubeletVersion.includes('+k0s')) return K0S;
  if (Object.keys(labels).some((label) => label.startsWith('node.openshift.io/'))) return OPENSHIFT;
  return null;
}

export interface Distribution {
  readonly name: string;
  /** Of the API server's log; null: where it is configured to be. */
  readonly path: string | null;
  /** The kubelet's /logs/ serves that path. */
  readonly isServed: boolean;
  /** Beside --via pod; `NODE` stands for the node. */
  readonly mend: string;
}

/** The kubelet runs in a container that sees /var/log/containers and /var/log/pods only (talos, services/kubelet.go). */
const TALOS: Distribution = {
  name: 'Talos',
  path: '/var/log/audit/kube/kube-apiserver.log',
  isServed: false,
  mend: 'talosctl -n NODE read /var/log/audit/kube/kube-apiserver.log',
};

/** k3s-io/docs, hardening guide. */
const K3S: Distribution = {
  name: 'k3s',
  path: '/var/lib/rancher/k3s/server/logs/audit.log',
  isServed: false,
  mend: `ssh NODE "sudo sh -c 'zcat -f /var/lib/rancher/k3s/server/logs/audit*'"`,
};

/** Controllers have neither a kubelet nor a Node (k0s, docs/FAQ.md). */
const K0S: Distribution = {
  name: 'k0s',
  path: null,
  isServed: false,
  mend: "ssh CONTROLLER 'sudo cat AUDIT-LOG-PATH'",
};

/** openshift-docs; `oc adm node-logs` reads it in the same way. */
const OPENSHIFT: Distribution = {
  name: 'OpenShift',
  path: '/var/log/kube-apiserver/audit.log',
  isServed: true,
  mend: 'oc adm node-logs --role=master --path=kube-apiserver/audit.log',
};

/** Each OpenShift API server has a log of its own. */
export const OPENSHIFT_LOGS = [
  'kube-apiserver',
  'openshift-apiserver',
  'oauth-apiserver',
  'oauth-server',
].map((server) => `/var/log/${server}/audit.log`);

export interface ManagedCluster {
  readonly name: string;
  /** Where its audit log is, and how it comes here. */
  readonly mend: string;
}

/** A cluster whose API server runs with the provider: told by its nodes, none of which is a control plane's. */
export function managedClusterOf(nodes: readonly ClusterNode[], calledAs: string): ManagedCluster | null {
  for (const { isOf, name, mend } of MANAGED) if (nodes.some(isOf)) return { name, mend: mend(calledAs) };
  const cloud = nodes
    .map(({ providerID }) => /^([a-z]+):\/\//.exec(providerID)?.[1] ?? '')
    .find((name) => name !== '');
  if (cloud === undefined || OWN_MACHINES.includes(cloud)) return null;
  return {
    name: `a managed cluster (${cloud})`,
    mend: `have the provider send its audit log to a store, then: cat EXPORTED-LOG | ${calledAs} … --file -`,
  };
}

/** Providers of machines that run a control plane of the user's own. */
const OWN_MACHINES = [
  'kind',
  'k3s',
  'k3d',
  'vsphere',
  'metal3',
  'openstack',
  'proxmox',
  'libvirt',
  'harvester',
  'baremetal',
];

const MANAGED: readonly {
  name: string;
  mend: (calledAs: string) => string;
  isOf: (node: ClusterNode) => boolean;
}[] = [
  {
    name: 'EKS',
    mend: (calledAs) =>
      `EKS sends it to CloudWatch Logs when the log type "audit" is enabled: ${calledAs} … --source cloudwatch://REGION/aws/eks/CLUSTER/cluster`,
    isOf: (node) =>
      node.kubeletVersion.includes('-eks-') || hasLabel(node, 'eks.amazonaws.com/') || isAt(node, 'aws'),
  },
  {
    name: 'GKE',
    mend: (calledAs) =>
      `GKE writes it to Cloud Logging: gcloud logging read 'resource.type="k8s_cluster" protoPayload.serviceName="k8s.io"' --freshness=1d --format=json | ${calledAs} … --file -`,
    isOf: (node) =>
      node.kubeletVersion.includes('-gke.') || hasLabel(node, 'cloud.google.com/gke-') || isAt(node, 'gce'),
  },
  {
    name: 'AKS',
    mend: (calledAs) =>
      `AKS sends it to Log Analytics when the category kube-audit is enabled: ${calledAs} … --source azure://WORKSPACE-ID`,
    isOf: (node) => hasLabel(node, 'kubernetes.azure.com/') || isAt(node, 'azure'),
  },
];

function hasLabel(node: ClusterNode, prefix: string): boolean {
  return Object.keys(node.labels).some((label) => label.startsWith(prefix));
}

function isAt(node: ClusterNode, provider: string): boolean {
  return node.providerID.startsWith(`${provider}:`);
}
