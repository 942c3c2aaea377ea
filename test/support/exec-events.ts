/** Lines of an audit log, each a command run in another pod, now: for logs that grow while they are watched. */

export function execLine(pod: string, at = new Date()): string {
  const time = at.toISOString().replace('Z', '000Z');
  return `${JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `id-${pod}-${at.getTime()}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/prod/pods/${pod}/exec?command=sh&stdin=true`,
    verb: 'create',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['10.0.3.7'],
    userAgent: 'kubectl/v1.34.1 (linux/amd64)',
    objectRef: { resource: 'pods', namespace: 'prod', name: pod, apiVersion: 'v1', subresource: 'exec' },
    responseStatus: { metadata: {}, code: 101 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  })}\n`;
}

/** A rule that holds of each. */
export const EXEC_RULES = `apiVersion: kubectl-audit/v1
kind: Rules
rules:
  - id: test-exec
    title: A command was run in a pod
    severity: high
    level: Metadata
    why: Whoever can run commands in a pod has what the pod has.
    when: { did: exec }
`;
