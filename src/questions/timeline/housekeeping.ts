/**
 * What a cluster does all day by itself, and a timeline leaves out unless --all: heartbeats, status, the reads of its own
 * components, and clients that look up which types there are. By the authenticated names, each to the letter: a pattern would
 * hide whoever is named to fit it. What was refused is never housekeeping.
 */
import { absent, all, any, equals, glob, not, oneOf, type Predicate } from '../../query/predicate.ts';
import { READS } from '../../query/words.ts';

/** Service accounts of kube-controller-manager's loops (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go). */
const CONTROLLERS = [
  'attachdetach-controller',
  'certificate-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'route-controller',
  'service-account-controller',
  'service-controller',
  'service-cidrs-controller',
  'statefulset-controller',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
];

const COMPONENTS = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  ...CONTROLLERS.map((name) => `system:serviceaccount:kube-system:${name}`),
];

const BY_THE_CLUSTER: Predicate = all(
  any(oneOf('user.username', COMPONENTS), glob('user.username', 'system:node:*')),
  absent('impersonatedUser.username'),
);

const REFUSED: Predicate = any(equals('responseStatus.code', '401'), equals('responseStatus.code', '403'));

/** Written all the time, and about nothing that anybody did. */
const PULSE = [
  'endpoints',
  'endpointslices',
  'events',
  'leases',
  'localsubjectaccessreviews',
  'subjectaccessreviews',
  'tokenreviews',
];

const DISCOVERY = ['/api', '/api/v1', '/apis', '/apis/*', '/openapi/*', '/version', '/livez*', '/readyz*'];

/** Clients that look up which types there are. */
export const LOOKUPS: Predicate = all(
  not(REFUSED),
  absent('objectRef.resource'),
  oneOf('verb', ['get', 'head']),
  any(...DISCOVERY.map((path) => glob('requestPath', path))),
);

export const HOUSEKEEPING: Predicate = any(
  all(
    not(REFUSED),
    BY_THE_CLUSTER,
    any(
      oneOf('verb', READS),
      oneOf('objectRef.resource', PULSE),
      oneOf('objectRef.subresource', ['status', 'token']),
      // Somebody else was quicker: it is tried again.
      equals('responseStatus.code', '409'),
    ),
  ),
  LOOKUPS,
);
