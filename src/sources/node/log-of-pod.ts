/** One API server pod → the log it writes, or why there is none to be read in this way. */
import { UserError } from '../../errors.ts';
import type { ClusterReach } from '../registry.ts';
import { type AuditFlags, auditFlagsOf } from './audit-flags.ts';
import { hostPathOf } from './host-path.ts';
import type { ServerPod } from './kube-objects.ts';
import { type NodeLog, nodeLogAt } from './node-log.ts';

/** Null: the pod's flags do not tell, as on OpenShift, where they stand in a file. */
export function logOfPod(
  pod: ServerPod,
  via: ClusterReach['via'],
  calledAs: string,
): NodeLog | UserError | null {
  const flags = auditFlagsOf(pod);
  if (flags === null) return null;
  const { logPath, container, requestTimeoutUs } = flags;
  if (logPath === null)
    return container.words.some((word) => word.startsWith('--openshift-config'))
      ? null
      : auditIsOff(pod, flags);
  if (logPath === '-') {
    if (via === 'stdout') return outputOf(pod, flags);
    return new UserError(
      'AUDIT_NO_AUDIT_LOG',
      `the API server on ${pod.node} writes its audit log to standard output (--audit-log-path=-)`,
      { hint: `${calledAs} … --via stdout reads it there` },
    );
  }
  if (via === 'stdout') {
    return new UserError(
      'AUDIT_NO_AUDIT_LOG',
      `the API server on ${pod.node} writes its audit log to ${logPath}, not to standard output`,
      { hint: `leave --via stdout out` },
    );
  }
  const place = hostPathOf(pod, container, logPath);
  if (place.kind === 'on node') return nodeLogAt(pod.node, place.path, requestTimeoutUs);
  const where =
    place.kind === 'in container'
      ? 'which is in no volume: it is lost with the container'
      : `which is in the volume ${place.volume}, no folder of the node`;
  return new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `the API server on ${pod.node} writes its audit log to ${logPath}, ${where}`,
    {
      hint: 'mount a folder of the node there: a hostPath volume below /var/log',
    },
  );
}

function outputOf(pod: ServerPod, { container, requestTimeoutUs }: AuditFlags): NodeLog {
  return {
    node: pod.node,
    folder: `/var/log/pods/${pod.namespace}_${pod.name}_${pod.kubeletUid}/${container.name}`,
    liveName: '0.log',
    kind: 'pod output',
    requestTimeoutUs,
    output: { namespace: pod.namespace, pod: pod.name, container: container.name },
  };
}

function auditIsOff(pod: ServerPod, { policyFile, webhookConfig }: AuditFlags): UserError {
  if (webhookConfig !== null) {
    return new UserError(
      'AUDIT_NO_AUDIT_LOG',
      `the API server on ${pod.node} writes no audit log: it sends its events to a webhook (${webhookConfig})`,
      { hint: 'ask the store that the webhook feeds, with --source' },
    );
  }
  const missing = policyFile === null ? '--audit-policy-file and --audit-log-path' : '--audit-log-path';
  return new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `audit logging is off on ${pod.node}: its API server was started without ${missing}`,
    {
      hint: 'https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/ says how to turn it on; what happened before is not recorded',
    },
  );
}
