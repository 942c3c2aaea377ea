/** The objects that a watch in the cluster consists of. Whether it may read anything is in the roles alone; docs/rights.md says why each is needed. */

/** What it is made of. */
export interface WatchParts {
  readonly image: string;
  /** A CronJob; else a Deployment. */
  readonly isOnce: boolean;
  readonly reads: {
    /** The control plane's own files, through the API server. */
    readonly nodes: boolean;
    /** Nodes are found by asking. */
    readonly nodeList: boolean;
    /** The log's path is found by asking. */
    readonly serverPods: boolean;
  };
  /** Of watch. */
  readonly args: readonly string[];
  readonly metricsPort: number | null;
  /** Texts of rule files. */
  readonly rules: readonly string[];
  /** The configuration file; null: none. */
  readonly config: object | null;
  /** Variables from the Secret of its name. */
  readonly env: readonly string[];
  /** Other Secrets that it reads: NAMESPACE/NAME. */
  readonly secrets: readonly string[];
}

const NAME = 'kubectl-audit-watch';
const NAMESPACE = 'kubectl-audit';
const LABELS = { 'app.kubernetes.io/name': NAME };
const CONFIG_FOLDER = '/etc/kubectl-audit';
export const RULES_FOLDER = '/etc/kubectl-audit/rules';
const STATE_FOLDER = '/var/lib/kubectl-audit';
/** nobody's, in images without a shell. */
const UID = 65_532;
const RBAC = 'rbac.authorization.k8s.io';

export function watchObjects(parts: WatchParts): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: NAMESPACE,
        // What it holds needs no more.
        labels: { ...LABELS, 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta(), automountServiceAccountToken: false },
    ...rolesOf(parts),
    ...(parts.rules.length === 0 && parts.config === null ? [] : [configMap(parts)]),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta(),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Mi' } } },
    },
    parts.isOnce ? cronJob(parts) : deployment(parts),
  ];
}

/** The how-manieth, from 0. */
export function ruleFile(n: number): string {
  return `rules-${n}.yaml`;
}

function meta(name = NAME, namespace: string | null = NAMESPACE): object {
  return { name, ...(namespace === null ? {} : { namespace }), labels: LABELS };
}

function rolesOf({ reads, secrets }: WatchParts): object[] {
  const nodeRules = [
    { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] },
    ...(reads.nodeList ? [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }] : []),
  ];
  return [
    ...(reads.nodes ? bound('ClusterRole', NAME, null, nodeRules) : []),
    ...(reads.nodes && reads.serverPods
      ? bound('Role', NAME, 'kube-system', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }])
      : []),
    ...secrets.flatMap((one) => {
      const [namespace = '', name = ''] = one.split('/');
      const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: ['get'] };
      return bound('Role', `${NAME}-${name}`, namespace, [rule]);
    }),
  ];
}

/** A role, and that the watch has it. */
function bound(
  kind: 'Role' | 'ClusterRole',
  name: string,
  namespace: string | null,
  rules: object[],
): object[] {
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }];
  const apiVersion = `${RBAC}/v1`;
  return [
    { apiVersion, kind, metadata: meta(name, namespace), rules },
    {
      ...{ apiVersion, kind: `${kind}Binding`, metadata: meta(name, namespace) },
      ...{ roleRef: { apiGroup: RBAC, kind, name }, subjects },
    },
  ];
}

function configMap({ rules, config }: WatchParts): object {
  const files = rules.map((text, n): [string, string] => [ruleFile(n), text]);
  const data = Object.fromEntries([
    ...files,
    // JSON is YAML.
    ...(config === null ? [] : [['config.yaml', `${JSON.stringify(config, null, 2)}\n`]]),
  ]);
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta(), data };
}

function deployment(parts: WatchParts): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(),
    spec: {
      // One for each state: two would each undo what the other has done.
      ...{ replicas: 1, strategy: { type: 'Recreate' } },
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec: podSpec(parts, 'Always') },
    },
  };
}

function cronJob(parts: WatchParts): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta(),
    spec: {
      ...{ schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 120 },
      ...{ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3 },
      jobTemplate: {
        // The next run goes on with what this one has left.
        spec: {
          ...{ backoffLimit: 0, activeDeadlineSeconds: 1800 },
          template: { metadata: { labels: LABELS }, spec: podSpec(parts, 'Never') },
        },
      },
    },
  };
}

function podSpec(parts: WatchParts, restartPolicy: 'Always' | 'Never'): object {
  const { rules, config, reads, secrets } = parts;
  const items = rules.map((_, n) => ({ key: ruleFile(n), path: ruleFile(n) }));
  return {
    serviceAccountName: NAME,
    // Without anything to ask of it, it need not be able to.
    automountServiceAccountToken: reads.nodes || secrets.length > 0,
    restartPolicy,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: UID, runAsGroup: UID, fsGroup: UID },
      // Else each mount would let the group write what is the watch's own, and it would not believe it any more.
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(parts)],
    volumes: [
      { name: 'state', persistentVolumeClaim: { claimName: NAME } },
      { name: 'cache', emptyDir: { sizeLimit: '64Mi' } },
      ...(rules.length === 0 ? [] : [{ name: 'rules', configMap: { name: NAME, items } }]),
      ...(config === null ? [] : [{ name: 'config', configMap: { name: NAME } }]),
    ],
  };
}

function container({ image, isOnce, args, metricsPort, rules, config, env }: WatchParts): object {
  const always = [
    { name: 'HOME', value: '/tmp' },
    { name: 'XDG_CACHE_HOME', value: '/tmp' },
    ...(config === null ? [] : [{ name: 'KUBECTL_AUDIT_CONFIG', value: `${CONFIG_FOLDER}/config.yaml` }]),
  ];
  const secret = env.map((name) => ({ name, valueFrom: { secretKeyRef: { name: NAME, key: name } } }));
  const metrics = metricsPort === null ? [] : ['--metrics', `0.0.0.0:${metricsPort}`];
  return {
    name: 'watch',
    image,
    command: ['kubectl-audit', 'watch', '--state', `${STATE_FOLDER}/watch.json`],
    args: [...(isOnce ? ['--once'] : []), ...metrics, ...args],
    env: [...always, ...secret],
    ...(metricsPort === null ? {} : { ports: [{ name: 'metrics', containerPort: metricsPort }] }),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '384Mi' } },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'state', mountPath: STATE_FOLDER },
      { name: 'cache', mountPath: '/tmp' },
      ...(rules.length === 0 ? [] : [{ name: 'rules', mountPath: RULES_FOLDER, readOnly: true }]),
      // By itself: its folder would be one that anybody may write to.
      ...(config === null
        ? []
        : [
            {
              name: 'config',
              mountPath: `${CONFIG_FOLDER}/config.yaml`,
              subPath: 'config.yaml',
              readOnly: true,
            },
          ]),
    ],
  };
}
