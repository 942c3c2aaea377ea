/** One Falco condition or output, tried on one event. */
import type { AuditEvent } from '../../../src/event/event.ts';
import { verdictOf } from '../../../src/query/matches.ts';
import { loadFalco } from '../../../src/rules/falco/load-falco.ts';
import type { LoadedRules, Rule } from '../../../src/rules/rule.ts';
import { decodeJson } from '../../support/decode-json.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A pod with a bit of everything is created. */
export const POD: Json = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: 'a-1',
  stage: 'ResponseComplete',
  level: 'RequestResponse',
  verb: 'create',
  requestURI: '/api/v1/namespaces/shop/pods?fieldManager=kubectl-run&pretty=a%20b&pretty=second',
  user: { username: 'alice', groups: ['ops', 'system:authenticated'] },
  impersonatedUser: { username: 'bob' },
  sourceIPs: ['203.0.113.9', '10.0.3.7'],
  userAgent: 'kubectl/v1.34.1',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 201, reason: 'Created' },
  requestObject: {
    kind: 'Pod',
    metadata: { name: 'web', labels: { 'app/tier': 'front', 'a~b': 'tilde' } },
    spec: {
      hostNetwork: true,
      hostPID: false,
      securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [5, 6] },
      volumes: [
        { name: 'host', hostPath: { path: '/var/run/docker.sock' } },
        { name: 'flex', flexVolume: { driver: 'example/lvm' } },
        { name: 'config', configMap: { name: 'web' } },
      ],
      containers: [
        {
          name: 'main',
          image: 'docker.io/library/nginx:1.27',
          command: ['sh', '-c'],
          args: ['echo', 'hi'],
          ports: [{ hostPort: 8080, containerPort: 80 }, { containerPort: 443 }],
          securityContext: {
            privileged: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsUser: 0,
            procMount: 'Unmasked',
            capabilities: { add: ['SYS_ADMIN', 'NET_ADMIN'] },
          },
        },
        { name: 'side', image: 'quay.io/x/side@sha256:abc' },
      ],
      initContainers: [{ name: 'init', image: 'busybox', securityContext: { privileged: false } }],
      ephemeralContainers: [{ name: 'debug', image: 'busybox:1', args: ['sleep', '9'] }],
    },
  },
  responseObject: { kind: 'Pod', metadata: { name: 'web', uid: 'u-1' } },
  requestReceivedTimestamp: '2026-11-22T10:00:00.123456Z',
  stageTimestamp: '2026-11-22T10:00:00.234567Z',
  annotations: {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding "ops"',
    'pod-security.kubernetes.io/audit-violations': 'would violate PodSecurity "baseline"',
    'validation.policy.admission.k8s.io/validation_failure': '[{"message":"no"}]',
    'authentication.openshift.io/decision': 'allow',
    'authentication.openshift.io/username': 'alice@shop',
    cluster_name: 'prod-1',
  },
};

export function fileOf(condition: string, output = 'x', more = ''): string {
  return [
    '- rule: r',
    '  desc: d',
    `  condition: ${JSON.stringify(condition)}`,
    `  output: ${JSON.stringify(output)}`,
    '  priority: WARNING',
    '  source: k8s_audit',
    more,
  ].join('\n');
}

export async function load(...texts: readonly string[]): Promise<LoadedRules> {
  return loadFalco(texts.map((text, index) => ({ file: `rules-${index + 1}.yaml`, text })));
}

export async function onlyRule(...texts: readonly string[]): Promise<Rule> {
  const { rules } = await load(...texts);
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) throw new Error(`${rules.length} rules`);
  return rule;
}

export async function holds(condition: string, over: Json = {}, more = ''): Promise<boolean | symbol> {
  return verdictOf(decodeJson({ ...POD, ...over }), (await onlyRule(fileOf(condition, 'x', more))).condition);
}

export async function told(output: string, over: Json = {}): Promise<string> {
  const { describe } = await onlyRule(fileOf('ka.verb exists', output));
  return describe?.(decodeJson({ ...POD, ...over }) as AuditEvent) ?? '';
}
