/** Who keeps the cluster going all day: its components, nodes and built-in controllers, as themselves. From the authenticated name alone. */
import { absent, all, any, type Field, glob, not, oneOf, type Predicate } from '../../query/predicate.ts';

const WHO: Field = 'user.username';
const ACCOUNT = 'system:serviceaccount:';

/** Whoever only acts as one of them is none, nor is anything else that lives in kube-system. */
export function controlPlane(): Predicate {
  return all(absent('impersonatedUser.username'), any(components(), controllers()));
}

function components(): Predicate {
  const isNone = any(glob(WHO, `${ACCOUNT}*`), oneOf(WHO, ['system:anonymous', 'system:admin']));
  return any(
    all(glob(WHO, 'system:*'), not(isNone)),
    ...['eks:*', 'aksService*', 'kube-apiserver*', 'kubelet-*'].map((pattern) => glob(WHO, pattern)),
  );
}

/**
 * By the names of their service accounts (plugin/pkg/auth/authorizer/rbac/bootstrappolicy); a pattern would let anybody who may
 * make an account there hide behind one.
 */
function controllers(): Predicate {
  return oneOf(
    WHO,
    CONTROLLERS.map((name) => `${ACCOUNT}kube-system:${name}`),
  );
}

const CONTROLLERS = [
  ...['attachdetach-controller', 'bootstrap-signer', 'certificate-controller'],
  ...['clusterrole-aggregation-controller', 'cronjob-controller', 'daemon-set-controller'],
  ...['deployment-controller', 'device-taint-eviction-controller', 'disruption-controller'],
  ...['endpoint-controller', 'endpointslice-controller', 'endpointslicemirroring-controller'],
  ...['ephemeral-volume-controller', 'expand-controller', 'generic-garbage-collector'],
  ...['horizontal-pod-autoscaler', 'job-controller', 'kube-apiserver-serving-clustertrustbundle-publisher'],
  ...[
    'legacy-service-account-token-cleaner',
    'namespace-controller',
    'node-controller',
    'node-ipam-controller',
  ],
  ...[
    'persistent-volume-binder',
    'pod-garbage-collector',
    'podcertificaterequestcleaner',
    'pv-protection-controller',
  ],
  ...[
    'pvc-protection-controller',
    'replicaset-controller',
    'replication-controller',
    'resource-claim-controller',
  ],
  ...['resourcequota-controller', 'root-ca-cert-publisher', 'route-controller', 'selinux-warning-controller'],
  ...[
    'service-account-controller',
    'service-cidrs-controller',
    'service-controller',
    'statefulset-controller',
  ],
  ...[
    'storage-version-garbage-collector',
    'storage-version-migrator-controller',
    'taint-eviction-controller',
  ],
  ...['token-cleaner', 'ttl-after-finished-controller', 'ttl-controller'],
  ...['validatingadmissionpolicy-status-controller', 'volumeattributesclass-protection-controller'],
] as const;
