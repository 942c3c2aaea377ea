/** What ordinary clusters do all day: nothing of it is graver than info, however often it comes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/event/decode.ts';
import type { AuditEvent } from '../../../src/event/event.ts';
import { formatMicros } from '../../../src/event/micros.ts';
import { loadRules } from '../../../src/rules/load-rules.ts';
import { packFiles } from '../../../src/rules/pack-files.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { findingsIn } from '../../../src/rules/rule-tests.ts';

type Json = Readonly<Record<string, unknown>>;

/** `verb resource[.group][/subresource] [namespace/]name code`, by whom and with which client. */
interface Deed {
  readonly does: string;
  readonly body?: unknown;
  readonly uri?: string;
  readonly more?: Json;
}

interface Actor {
  readonly user: string;
  readonly agent: string;
  readonly groups?: readonly string[];
  readonly ip?: string;
  readonly extra?: Json;
  readonly deeds: readonly (string | Deed)[];
}

const sa = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`;
const RBAC = 'rbac.authorization.k8s.io';
const reason = (binding: string, role: string) => ({
  annotations: {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': `RBAC: allowed by ClusterRoleBinding "${binding}" of ClusterRole "${role}"`,
  },
});
const privileged = { containers: [{ name: 'agent', image: 'x', securityContext: { privileged: true } }] };
const hostPath = { volumes: [{ name: 'h', hostPath: { path: '/var/lib/kubelet' } }] };
const daemonSet = {
  kind: 'DaemonSet',
  spec: { template: { spec: { ...privileged, ...hostPath, hostNetwork: true, hostPID: true } } },
};
const clusterAdmin = (namespace: string, name: string) => ({
  kind: 'ClusterRoleBinding',
  roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', namespace, name }],
});

const DAY: readonly Actor[] = [
  {
    user: 'system:kube-controller-manager',
    agent: 'kube-controller-manager/v1.34.1',
    deeds: [
      'update leases.coordination.k8s.io kube-system/kube-controller-manager 200',
      'create serviceaccounts kube-system/job-controller 201',
      'create serviceaccounts/token kube-system/job-controller 201',
    ],
  },
  {
    user: 'system:kube-scheduler',
    agent: 'kube-scheduler/v1.34.1',
    deeds: [
      'update leases.coordination.k8s.io kube-system/kube-scheduler 200',
      'create pods/binding shop/web 201',
    ],
  },
  {
    user: 'system:apiserver',
    groups: ['system:masters'],
    agent: 'kube-apiserver/v1.34.1',
    deeds: [
      `update clusterroles.${RBAC} system:node 200`,
      'create flowschemas.flowcontrol.apiserver.k8s.io exempt 201',
      'update configmaps kube-system/extension-apiserver-authentication 200',
      { does: 'create apiservices.apiregistration.k8s.io v1.apps 201', body: { spec: { group: 'apps' } } },
    ],
  },
  {
    user: 'system:node:n1',
    groups: ['system:nodes'],
    agent: 'kubelet/v1.34.1',
    deeds: [
      'patch nodes/status n1 200',
      'update leases.coordination.k8s.io kube-node-lease/n1 200',
      'create serviceaccounts/token kube-system/coredns 201',
      'create serviceaccounts/token shop/web 201',
      'get secrets shop/registry 200',
      {
        does: 'watch secrets shop/registry 200',
        uri: '/api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3Dregistry&watch=true',
      },
      'get secrets shop/gone 403',
      'delete pods shop/web 200',
      {
        does: 'create pods kube-system/etcd-n1 201',
        body: { kind: 'Pod', spec: { hostNetwork: true, ...hostPath, containers: [{ name: 'etcd' }] } },
      },
      {
        does: 'create certificatesigningrequests.certificates.k8s.io csr-x 201',
        body: { spec: { signerName: 'kubernetes.io/kubelet-serving' } },
      },
      'create subjectaccessreviews.authorization.k8s.io - 201',
    ],
  },
  {
    user: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers'],
    agent: 'kubeadm/v1.34.1',
    deeds: [
      'create certificatesigningrequests.certificates.k8s.io node-csr 201',
      'get configmaps kube-system/kubeadm-config 200',
    ],
  },
  {
    user: 'system:anonymous',
    groups: ['system:unauthenticated'],
    agent: 'kube-probe/1.34',
    deeds: [
      '/readyz',
      '/livez',
      '/healthz',
      '/version',
      'get configmaps kube-public/cluster-info 200',
      '/.well-known/openid-configuration',
      '/openid/v1/jwks',
    ],
  },
  {
    user: sa('kube-system', 'namespace-controller'),
    agent: 'kube-controller-manager/v1.34.1',
    deeds: [
      'pods',
      'secrets',
      'configmaps',
      'services',
      'serviceaccounts',
      'events',
      `rolebindings.${RBAC}`,
      'deployments.apps',
    ]
      .map((kind) => `deletecollection ${kind} preview/ 200`)
      .concat('update namespaces/finalize preview/preview 200'),
  },
  {
    user: sa('kube-system', 'generic-garbage-collector'),
    agent: 'kube-controller-manager/v1.34.1',
    deeds: [
      'delete replicasets.apps shop/web-1 200',
      'delete pods shop/web-1 200',
      'patch configmaps shop/x 200',
    ],
  },
  {
    user: sa('kube-system', 'daemon-set-controller'),
    agent: 'kube-controller-manager/v1.34.1',
    deeds: [
      { does: 'create pods kube-system/ 201', body: { kind: 'Pod', spec: { ...privileged, hostPID: true } } },
    ],
  },
  {
    user: sa('kube-system', 'certificate-controller'),
    agent: 'kube-controller-manager/v1.34.1',
    deeds: [
      'update certificatesigningrequests.certificates.k8s.io/approval node-csr 200',
      'update certificatesigningrequests.certificates.k8s.io/status node-csr 200',
    ],
  },
  {
    user: sa('kube-system', 'endpoint-controller'),
    agent: 'kube-controller-manager/v1.34.1',
    deeds: ['update endpoints shop/web 200'],
  },
  {
    user: sa('argocd', 'argocd-application-controller'),
    agent: 'argocd-application-controller/v3.1',
    deeds: [
      { does: 'patch daemonsets.apps kube-system/cilium 200', body: daemonSet },
      {
        does: `patch clusterrolebindings.${RBAC} velero 200`,
        body: clusterAdmin('velero', 'velero'),
        more: reason('argocd', 'argocd-application-controller'),
      },
      {
        does: `patch clusterroles.${RBAC} operator 201`,
        body: { kind: 'ClusterRole', rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] },
        more: reason('argocd', 'argocd-application-controller'),
      },
      'patch validatingwebhookconfigurations.admissionregistration.k8s.io kyverno 200',
      'patch customresourcedefinitions.apiextensions.k8s.io widgets.example.com 200',
      {
        does: 'patch namespaces monitoring/monitoring 200',
        body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
      },
      'delete deployments.apps shop/old 200',
      'patch secrets shop/db 200',
      'list secrets / 200',
      'watch secrets / 200',
      'create selfsubjectaccessreviews.authorization.k8s.io - 201',
      'patch configmaps kube-system/coredns 200',
    ],
  },
  {
    user: sa('cert-manager', 'cert-manager'),
    agent: 'cert-manager-certificates-issuing/v1.18',
    deeds: [
      'list secrets / 200',
      'watch secrets / 200',
      'get secrets shop/tls 200',
      'update secrets shop/tls 200',
      'create serviceaccounts/token cert-manager/vault 201',
    ],
  },
  {
    user: sa('cert-manager', 'cert-manager-cainjector'),
    agent: 'cert-manager-cainjector/v1.18',
    deeds: ['update mutatingwebhookconfigurations.admissionregistration.k8s.io cert-manager-webhook 200'],
  },
  {
    user: sa('ingress-nginx', 'ingress-nginx'),
    agent: 'nginx-ingress-controller/v1.12',
    deeds: [
      'list secrets / 200',
      'watch secrets / 200',
      'list pods / 200',
      'list nodes / 200',
      'update leases.coordination.k8s.io ingress-nginx/leader 200',
    ],
  },
  {
    user: sa('external-secrets', 'external-secrets'),
    agent: 'external-secrets/v0.18',
    deeds: Array.from({ length: 30 }, (_, n) => `get secrets team-${n}/db-${n} 200`),
  },
  {
    user: sa('flux-system', 'kustomize-controller'),
    agent: 'kustomize-controller/v1.6',
    deeds: [
      'patch deployments.apps shop/api 200',
      'delete configmaps shop/old 200',
      `patch rolebindings.${RBAC} shop/x 200`,
    ],
  },
  {
    user: sa('monitoring', 'prometheus'),
    agent: 'Prometheus/3.4',
    deeds: [
      'get nodes/proxy n1 200',
      '/metrics',
      'list pods / 200',
      'list nodes / 200',
      'list services / 200',
      'list endpoints / 200',
      'list namespaces / 200',
    ].map((does) =>
      does.startsWith('get nodes/proxy') ? { does, uri: '/api/v1/nodes/n1/proxy/metrics/cadvisor' } : does,
    ),
  },
  {
    user: sa('kube-system', 'cluster-autoscaler'),
    agent: 'cluster-autoscaler/v1.34',
    deeds: [
      { does: 'patch nodes n1 200', body: { spec: { unschedulable: true } } },
      ...Array.from({ length: 20 }, (_, n) => `create pods/eviction shop/web-${n} 201`),
      ...Array.from({ length: 10 }, (_, n) => `delete nodes n${n} 200`),
    ],
  },
  {
    user: sa('kube-system', 'metrics-server'),
    agent: 'metrics-server/v0.8',
    extra: {
      'authentication.kubernetes.io/pod-name': ['metrics-1'],
      'authentication.kubernetes.io/credential-id': ['JTI=m'],
    },
    deeds: [
      'list nodes / 200',
      'list pods / 200',
      'create subjectaccessreviews.authorization.k8s.io - 201',
      '/livez',
    ],
  },
  {
    user: sa('broken', 'operator'),
    agent: 'operator/v1',
    deeds: Array.from(
      { length: 60 },
      (_, n) => `list ${['secrets', 'pods', 'configmaps'][n % 3]} broken/ 403`,
    ),
  },
  // Somebody's pipeline, with a narrow role, and helm.
  {
    user: 'ci-bot',
    groups: ['ci'],
    agent: 'Helm/3.18',
    deeds: [
      {
        does: 'list secrets shop/ 200',
        uri: '/api/v1/namespaces/shop/secrets?labelSelector=name%3Dapi%2Cowner%3Dhelm',
      },
      { does: 'list secrets / 200', uri: '/api/v1/secrets?labelSelector=owner%3Dhelm' },
      ...Array.from({ length: 15 }, (_, n) => `get secrets shop/sh.helm.release.v1.api.v${n} 200`),
      'create secrets shop/sh.helm.release.v1.api.v16 201',
      ...[
        'serviceaccounts',
        'configmaps',
        'services',
        'deployments.apps',
        `roles.${RBAC}`,
        `rolebindings.${RBAC}`,
      ].map((kind) => `create ${kind} shop/api 201`),
      ...[
        'serviceaccounts',
        'configmaps',
        'services',
        'deployments.apps',
        `roles.${RBAC}`,
        `rolebindings.${RBAC}`,
        'ingresses.networking.k8s.io',
        'horizontalpodautoscalers.autoscaling',
        'poddisruptionbudgets.policy',
      ].map((kind) => `delete ${kind} shop/api 200`),
    ],
  },
  // A cluster-admin installs an operator, and looks after the cluster.
  {
    user: 'alice',
    groups: ['platform'],
    agent: 'Helm/3.18',
    deeds: [
      'create serviceaccounts velero/velero 201',
      'create validatingwebhookconfigurations.admissionregistration.k8s.io velero 201',
      {
        does: `create clusterroles.${RBAC} velero 201`,
        body: {
          kind: 'ClusterRole',
          rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
        },
        more: reason('platform', 'cluster-admin'),
      },
      'create deployments.apps velero/velero 201',
    ],
  },
  {
    user: 'alice',
    groups: ['platform'],
    agent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
    deeds: [
      'list pods / 200',
      'list nodes / 200',
      'list namespaces / 200',
      'get secrets shop/db 200',
      { does: 'patch nodes n1 200', body: { spec: { unschedulable: true } } },
      ...Array.from({ length: 10 }, (_, n) => `create pods/eviction shop/web-${n} 201`),
      { does: 'patch nodes n1 200', body: { spec: { unschedulable: null } } },
      'delete pods kube-system/coredns-1 200',
      'delete namespaces scratch/scratch 200',
      {
        does: 'get pods/exec shop/web 101',
        uri: '/api/v1/namespaces/shop/pods/web/exec?command=sh&stdin=true&tty=true',
      },
      'get pods/portforward shop/web 101',
      {
        does: `create rolebindings.${RBAC} shop/bob 201`,
        body: { roleRef: { kind: 'ClusterRole', name: 'edit' }, subjects: [{ kind: 'User', name: 'bob' }] },
        more: reason('platform', 'cluster-admin'),
      },
      {
        does: `create clusterrolebindings.${RBAC} frank 201`,
        body: {
          roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'User', name: 'frank' }],
        },
        more: reason('platform', 'cluster-admin'),
      },
      'create certificatesigningrequests.certificates.k8s.io frank 201',
      {
        does: 'update certificatesigningrequests.certificates.k8s.io/approval frank 200',
        more: reason('platform', 'cluster-admin'),
      },
    ],
  },
  // kubeadm, as the superuser, sets the cluster up.
  {
    user: 'kubernetes-admin',
    groups: ['system:masters'],
    agent: 'kubeadm/v1.34.1',
    deeds: [
      { does: 'create daemonsets.apps kube-system/kube-proxy 201', body: daemonSet },
      'create configmaps kube-system/coredns 201',
      `create clusterrolebindings.${RBAC} kubeadm:node-proxier 201`,
      {
        does: `create rolebindings.${RBAC} kube-public/kubeadm:bootstrap-signer-clusterinfo 201`,
        body: {
          roleRef: { kind: 'Role', name: 'kubeadm:bootstrap-signer-clusterinfo' },
          subjects: [{ kind: 'User', name: 'system:anonymous' }],
        },
      },
      `update clusterroles.${RBAC} system:coredns 200`,
      'create secrets kube-system/bootstrap-token-abcdef 201',
      { does: `create clusterrolebindings.${RBAC} argocd 201`, body: clusterAdmin('argocd', 'argocd') },
    ],
  },
  // A developer with a namespace, who mistypes now and then.
  {
    user: 'bob',
    groups: ['dev'],
    agent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
    deeds: [
      ...[
        'pods',
        'services',
        'deployments.apps',
        'replicasets.apps',
        'statefulsets.apps',
        'daemonsets.apps',
        'jobs.batch',
        'cronjobs.batch',
        'replicationcontrollers',
        'horizontalpodautoscalers.autoscaling',
      ].map((kind) => `list ${kind} other/ 403`),
      'get nodes n1 403',
      'list namespaces / 403',
      'get secrets shop/nope 404',
      { does: 'patch deployments.apps/scale shop/web 200', body: { spec: { replicas: 0 } } },
      {
        does: 'patch deployments.apps shop/web 200',
        body: { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } },
      },
      'delete configmaps shop/flags 200',
      'deletecollection configmaps shop/ 200',
      { does: 'patch configmaps shop/pinned 200', body: { metadata: { finalizers: null } } },
      'create serviceaccounts/token shop/deployer 201',
    ],
  },
];

const BEGIN_US = 1_767_614_400_000_000;

function eventsOf(actors: readonly Actor[]): AuditEvent[] {
  let n = 0;
  return actors.flatMap((actor) =>
    actor.deeds.map((deed) => {
      n++;
      const decoded = decodeEvent(eventOf(actor, typeof deed === 'string' ? { does: deed } : deed, n), {
        ...{ source: 'day', position: { file: 'day', line: n }, recordTime: null, cut: null },
      });
      if ('reason' in decoded) throw new Error(`${JSON.stringify(deed)}: ${decoded.reason}`);
      return decoded;
    }),
  );
}

function eventOf(actor: Actor, { does, body, uri, more = {} }: Deed, n: number): Json {
  const isPath = does.startsWith('/');
  const [verb = 'get', kind = '', place = '-', code = '200'] = isPath ? ['get'] : does.split(' ');
  const [type = '', subresource] = kind.split('/');
  const [resource = '', ...group] = type.split('.');
  const slash = place.indexOf('/');
  const namespace = slash > 0 ? place.slice(0, slash) : '';
  const name = place.slice(slash + 1);
  const objectRef = {
    resource,
    ...(group.length > 0 ? { apiGroup: group.join('.') } : {}),
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' || name === '-' ? {} : { name }),
  };
  const at = formatMicros(BEGIN_US + n * 200_000);
  const isRefused = code === '403';
  return {
    ...{
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: body === undefined ? 'Metadata' : 'RequestResponse',
    },
    ...{
      auditID: `day-${n}`,
      stage: 'ResponseComplete',
      verb,
      requestURI: uri ?? (isPath ? does : `/${kind}/${place}`),
    },
    user: {
      username: actor.user,
      groups: [...(actor.groups ?? []), 'system:authenticated'],
      extra: actor.extra ?? {},
    },
    ...{ sourceIPs: [actor.ip ?? '10.0.0.1'], userAgent: actor.agent },
    ...(isPath ? {} : { objectRef }),
    responseStatus: { metadata: {}, code: Number(code), ...(isRefused ? { reason: 'Forbidden' } : {}) },
    ...(body === undefined ? {} : { requestObject: body }),
    annotations: { 'authorization.k8s.io/decision': isRefused ? 'forbid' : 'allow' },
    ...{ requestReceivedTimestamp: at, stageTimestamp: at },
    ...more,
  };
}

let grave: readonly Rule[] = [];
beforeAll(async () => {
  grave = (await loadRules(packFiles())).rules.filter(({ severity }) => severity !== 'info');
}, 60_000);

describe('an ordinary day', () => {
  it.each(DAY.map((actor) => [`${actor.user} with ${actor.agent}`, actor] as const))(
    'of %s is info at most',
    (_name, actor) => {
      const events = eventsOf([actor]);
      const found = grave.flatMap((rule) =>
        findingsIn(rule, { before: [], events }).map(
          (event) => `${rule.id}: ${event.verb} ${event.objectRef?.resource} ${event.objectRef?.name}`,
        ),
      );
      expect(found).toEqual([]);
    },
  );

  it('of all of them together, twice', () => {
    const events = eventsOf([...DAY, ...DAY]);
    const found = grave.flatMap((rule) =>
      findingsIn(rule, { before: [], events }).map(({ user }) => `${rule.id}: ${user?.username}`),
    );
    expect(found).toEqual([]);
  });
});
