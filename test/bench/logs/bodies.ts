/** Objects as they stand in requests and responses: the shapes, and about the sizes, of a cluster's own. */
import type { Random } from './random.ts';

export type Body = Readonly<Record<string, unknown>>;

export function podSpec(random: Random, app: string, containers: number): Body {
  return {
    volumes: [
      {
        name: `kube-api-access-${random.hex(5)}`,
        projected: {
          sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }],
          defaultMode: 420,
        },
      },
    ],
    containers: Array.from({ length: containers }, (_, n) =>
      container(random, n === 0 ? app : `sidecar-${n}`),
    ),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: app,
    securityContext: {},
    schedulerName: 'default-scheduler',
    tolerations: [
      {
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
    ],
  };
}

function container(random: Random, name: string): Body {
  return {
    name,
    image: `registry.example.com/team/${name}:${random.hex(12)}`,
    // What must be escaped: by JSON, and by Go's JSON, which escapes what HTML would take for its own.
    args: [
      '--verbose',
      `--filter="${random.hex(6)}"`,
      `--path=C:\\tmp\\${random.hex(3)}`,
      '--when=a<b && b>c',
    ],
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: Array.from({ length: 3 + random.below(12) }, (_, n) => ({
      name: `SETTING_${n}`,
      value: `https://${random.hex(8)}.example.com/path?a=${random.hex(4)}&b=${random.hex(4)}`,
    })),
    resources: {
      limits: { cpu: '500m', memory: '512Mi' },
      requests: { cpu: '100m', memory: `${64 * (1 + random.below(16))}Mi` },
    },
    livenessProbe: {
      httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

export function deployment(random: Random, namespace: string, name: string, uid = random.uuid()): Body {
  const template = {
    metadata: { labels: { app: name, 'pod-template-hash': random.hex(10) } },
    spec: podSpec(random, name, 1 + random.below(2)),
  };
  const spec = { replicas: random.below(9), selector: { matchLabels: { app: name } }, template };
  const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: version(random),
      generation: 1 + random.below(200),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: name, team: random.hex(5) },
      annotations: {
        'deployment.kubernetes.io/revision': String(1 + random.below(200)),
        // A document in a document: every quote of it is escaped.
        'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(applied)}\n`,
      },
    },
    spec,
    status: {
      observedGeneration: 3,
      replicas: 2,
      conditions: [
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
      ],
    },
  };
}

export function pod(random: Random, namespace: string, app: string, name: string): Body {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      generateName: `${app}-${random.hex(9)}-`,
      namespace,
      uid: random.uuid(),
      resourceVersion: version(random),
      labels: { app, 'pod-template-hash': random.hex(9) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-${random.hex(9)}`,
          uid: random.uuid(),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: podSpec(random, app, 1 + random.below(3)),
    status: podStatus(random, app),
  };
}

export function podStatus(random: Random, app: string): Body {
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      (type) => ({
        type,
        status: random.oneIn(6) ? 'False' : 'True',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      }),
    ),
    podIP: `10.42.${random.below(60)}.${random.below(250)}`,
    containerStatuses: [
      {
        name: app,
        ready: true,
        restartCount: random.below(4),
        imageID: `registry.example.com/team/${app}@sha256:${random.hex(64)}`,
        containerID: `containerd://${random.hex(64)}`,
      },
    ],
  };
}

/** Most of a node's size is the list of its images. */
export function node(random: Random, name: string): Body {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name, uid: random.uuid(), resourceVersion: version(random), labels: { role: 'worker' } },
    status: {
      capacity: { cpu: '16', memory: '64740012Ki', pods: '110' },
      conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
        type,
        status: type === 'Ready' ? 'True' : 'False',
        reason: `Kubelet${type}`,
        message: 'kubelet has sufficient memory available',
      })),
      images: Array.from({ length: 40 }, () => ({
        names: [
          `registry.example.com/team/image@sha256:${random.hex(64)}`,
          `registry.example.com/team/image:${random.hex(12)}`,
        ],
        sizeBytes: random.below(1e9),
      })),
    },
  };
}

export function endpointSlice(random: Random, namespace: string, app: string): Body {
  return {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: {
      name: `${app}-${random.hex(5)}`,
      namespace,
      uid: random.uuid(),
      resourceVersion: version(random),
    },
    addressType: 'IPv4',
    endpoints: Array.from({ length: 1 + random.below(8) }, () => ({
      addresses: [`10.42.${random.below(60)}.${random.below(250)}`],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: {
        kind: 'Pod',
        namespace,
        name: `${app}-${random.hex(9)}-${random.hex(5)}`,
        uid: random.uuid(),
      },
    })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

export function version(random: Random): string {
  return String(1 + random.below(1e9));
}
