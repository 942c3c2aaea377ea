/** The objects of the demo's incident: who may do what, and what runs. record-demo.ts creates them. */

export const apiImage = 'registry.example.com/api:2.4.1';
export const workerImage = 'registry.example.com/worker:2.4.0';
export const nextWorkerImage = 'registry.example.com/worker:2.4.1';

/** Ends at once on SIGTERM, as a well-behaved server does. The node has no pod network, so pods use its own. */
const podSpec = (image: string) => `hostNetwork: true
      terminationGracePeriodSeconds: 5
      containers:
      - name: main
        image: ${image}
        imagePullPolicy: Never
        command: [sh, -c, 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done']`;

function deployment(name: string, replicas: number, image = apiImage): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      ${podSpec(image)}
`;
}

function configMap(name: string, extra = ''): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${extra}}
data: {enabled: "true"}
`;
}

/** What Argo CD keeps in prod. */
export const api = `${deployment('api', 3).replace(
  'labels: {app: api}}',
  'labels: {app: api}, annotations: {argocd.argoproj.io/tracking-id: "api:apps/Deployment:prod/api"}}',
)}---
apiVersion: v1
kind: Service
metadata: {name: api, annotations: {argocd.argoproj.io/tracking-id: "api:/Service:prod/api"}}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
`;

/** What bob keeps in prod. */
export const worker = [
  deployment('worker', 2, workerImage),
  configMap('flags-dark-mode', ', labels: {release: "2.4.0"}'),
  configMap('flags-new-cart', ', labels: {release: "2.4.0"}'),
  configMap('flags-search', ', labels: {release: "2.4.1"}'),
  configMap('ledger-snapshot', ', finalizers: [backup.example.com/upload]'),
].join('---\n');

/** What the CI runner keeps outside prod. */
export const staging = deployment('api', 1);
export const preview = [deployment('api', 1), configMap('settings')].join('---\n');

const namespaces = ['argocd', 'ci', 'backup', 'prod', 'staging', 'preview-42'].map(
  (name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`,
);

function clusterRole(name: string, rules: string): string {
  return `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ${name}}\nrules: [${rules}]\n`;
}

/** In one namespace, or everywhere. Subject: `User alice`, `Group sre`, `ServiceAccount ci/runner`. */
function binding(name: string, role: string, subject: string, namespace?: string): string {
  const [kind, who = ''] = subject.split(' ');
  const [first, second] = who.split('/');
  const named = second === undefined ? `name: ${who}` : `namespace: ${first}, name: ${second}`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'}
metadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}
subjects: [{kind: ${kind}, ${named}}]
`;
}

/** A service account and a workload that runs as it. */
function runner(namespace: string, account: string, kind: 'Pod' | 'StatefulSet', name: string): string {
  const spec = podSpec(apiImage)
    .replaceAll('\n      ', '\n  ')
    .replace('terminationGrace', `serviceAccountName: ${account}\n  terminationGrace`);
  const workload =
    kind === 'Pod'
      ? `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n  ${spec}\n`
      : `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  serviceName: ${name}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      ${spec.replaceAll('\n  ', '\n      ')}
`;
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${account}, namespace: ${namespace}}\n---\n${workload}`;
}

export const grants = [
  ...namespaces,
  clusterRole(
    'ops-impersonate',
    '{apiGroups: [""], resources: [users], resourceNames: [agent-smith], verbs: [impersonate]}',
  ),
  clusterRole(
    'preview-janitor',
    '{apiGroups: [""], resources: [namespaces], verbs: [create, delete, get, list, watch]}',
  ),
  clusterRole('backup-agent', '{apiGroups: [""], resources: [configmaps], verbs: [get, list, patch]}'),
  clusterRole('descheduler', '{apiGroups: [""], resources: [pods/eviction], verbs: [create]}'),
  binding('ops-impersonate', 'ops-impersonate', 'Group sre'),
  binding('sre-view', 'view', 'Group sre'),
  binding('agent-smith-admin', 'admin', 'User agent-smith', 'prod'),
  binding('leads-admin', 'admin', 'Group dev-leads', 'prod'),
  binding('leads-admin', 'admin', 'Group dev-leads', 'staging'),
  binding('dev-edit', 'edit', 'Group dev', 'prod'),
  binding('contractors-view', 'view', 'Group contractors', 'prod'),
  binding('runner-view', 'view', 'ServiceAccount ci/runner', 'prod'),
  binding('runner-edit', 'edit', 'ServiceAccount ci/runner', 'staging'),
  binding('runner-edit', 'edit', 'ServiceAccount ci/runner', 'preview-42'),
  binding('runner-previews', 'preview-janitor', 'ServiceAccount ci/runner'),
  binding(
    'argocd-application-controller',
    'cluster-admin',
    'ServiceAccount argocd/argocd-application-controller',
  ),
  binding('backup-agent', 'backup-agent', 'ServiceAccount backup/agent'),
  binding('descheduler', 'descheduler', 'ServiceAccount kube-system/descheduler'),
  runner('argocd', 'argocd-application-controller', 'StatefulSet', 'argocd-application-controller'),
  runner('ci', 'runner', 'Pod', 'runner-8'),
  runner('backup', 'agent', 'Pod', 'agent-0'),
  runner('kube-system', 'descheduler', 'Pod', 'descheduler-0'),
].join('---\n');
