/** The pod that reads a folder of its node, and the fuse that removes it when nobody else does. As little as will do. */

export interface ReaderPod {
  readonly node: string;
  /** The folder on the node; nothing else of it is mounted. */
  readonly path: string;
  readonly image: string;
  readonly deadlineSeconds: number;
  /** Who asked, as the API server knows them; null when it would not say. */
  readonly askedBy: string | null;
}

/** Needs sh, ls, head, date, dd and sleep. */
export const PINNED_IMAGE = 'docker.io/library/busybox:1.37.0';

/** The control plane's own namespace: where Pod Security, if anywhere, lets a hostPath in. */
export const READER_NAMESPACE = 'kube-system';
export const READER_CONTAINER = 'reader';
export const MOUNTED_AT = '/audit';

const LABELS = {
  'app.kubernetes.io/name': 'kubectl-audit',
  'app.kubernetes.io/component': 'log-reader',
  'app.kubernetes.io/managed-by': 'kubectl-audit',
};

function annotationsOf({ path, askedBy, deadlineSeconds }: ReaderPod): Record<string, string> {
  return {
    'kubectl-audit/purpose': `reads ${path} (read-only) for "kubectl audit --via pod", and is removed after it; may be deleted at any time; ends by itself after ${deadlineSeconds} s`,
    ...(askedBy === null ? {} : { 'kubectl-audit/asked-by': askedBy }),
  };
}

/** `owner`: the fuse, whose end takes the pod along; null: there is none. */
export function readerPod(
  of: ReaderPod,
  owner: { readonly name: string; readonly uid: string } | null,
): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'kubectl-audit-',
      labels: LABELS,
      annotations: annotationsOf(of),
      ...(owner === null ? {} : { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', ...owner }] }),
    },
    spec: {
      nodeName: of.node,
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // No address of its own: it starts where the pod network is what is broken. It opens no connection.
      hostNetwork: true,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: of.deadlineSeconds,
      containers: [
        {
          name: READER_CONTAINER,
          image: of.image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', String(of.deadlineSeconds)],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '1', memory: '64Mi' } },
          securityContext: {
            // The API server makes its log for root alone: 0600, in a folder of 0700.
            runAsUser: 0,
            runAsGroup: 0,
            privileged: false,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumeMounts: [{ name: 'audit', mountPath: MOUNTED_AT, readOnly: true }],
        },
      ],
      volumes: [{ name: 'audit', hostPath: { path: of.path, type: 'Directory' } }],
    },
  };
}

/**
 * A Job that runs nothing, and owns the pod: when its time is over the controller manager ends it, removes it, and the
 * garbage collector the pod with it. Without it a pod whose owner was killed would end in time, but its object would stay.
 */
export function readerFuse(of: ReaderPod): unknown {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: 'kubectl-audit-', labels: LABELS, annotations: annotationsOf(of) },
    spec: {
      parallelism: 0,
      activeDeadlineSeconds: of.deadlineSeconds,
      ttlSecondsAfterFinished: 0,
      template: {
        metadata: { labels: LABELS },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [{ name: 'never-run', image: of.image }],
        },
      },
    },
  };
}
