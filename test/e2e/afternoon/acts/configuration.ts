/** What applications are given: configuration, secrets, services, rights, limits. */
import type { Deed } from '../deed.ts';
import { configMap, pod, workload } from '../manifests.ts';

const at = '-n shop';
const patch = (type: string, target: string, value: unknown) =>
  `${at} patch ${target} --type=${type} -p '${JSON.stringify(value)}'`;
const service = (ports: string, more = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [${ports}]${more}}\n`;
const secret = (stringData: string, data = '') =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {${stringData}}\n${data}`;

export const objects: readonly Deed[] = [
  {
    who: 'alice',
    does: `${at} create configmap settings --from-literal=color=blue --from-literal=debug=false`,
  },
  { who: 'bob', does: patch('merge', 'cm/settings', { data: { color: 'red', debug: null, size: 'L' } }) },
  { who: 'bob', does: patch('strategic', 'cm/settings', { data: { $patch: 'replace', only: 'this' } }) },
  {
    who: 'bob',
    does: patch('json', 'cm/settings', [{ op: 'add', path: '/data/odd', value: 'slash\n"quote"\u001b[31m' }]),
  },
  { who: 'bob', does: `${at} edit cm/settings`, editor: "sed -i 's/this/that/'" },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: configMap('files', 'a: "1"', 'binaryData: {logo: iVBORw0KGgo=}\n'),
  },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: configMap('files', 'b: "2"', 'binaryData: {logo: AAEC, more: /w==}\n'),
  },
  { who: 'alice', does: `${at} apply -f -`, stdin: configMap('files', 'b: "2"', 'immutable: true\n') },
  { who: 'bob', does: patch('merge', 'cm/files', { data: { b: '3' } }), fails: true },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: build-}\ndata: {n: "1"}\n',
  },
  { who: 'alice', does: `${at} create configmap flags --from-literal=beta=off` },
  { who: 'bob', does: `${at} delete configmap flags` },
  { who: 'alice', does: `${at} create configmap flags --from-literal=beta=on` },
  { who: 'bob', does: `${at} delete configmap flags --dry-run=server` },
  { who: 'alice', does: `${at} create configmap flags --from-literal=beta=again`, fails: true },
  {
    who: 'alice',
    does: `${at} replace -f -`,
    stdin: `${configMap('flags', 'beta: "stale"', '', ', resourceVersion: "1"')}`,
    fails: true,
  },
  { who: 'bob', does: `${at} annotate cm/flags seen=yes`, program: 'operator' },

  { who: 'alice', does: `${at} apply -f -`, stdin: secret('password: hunter2, user: web') },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: secret('password: correct-horse', 'data: {token: AAEC}\n'),
  },
  {
    who: 'bob',
    does: patch('merge', 'secret/login', { stringData: { password: 'battery' }, data: { user: null } }),
  },
  { who: 'bob', does: `${at} create secret generic other --from-literal=key=value` },
  {
    who: 'alice',
    does: `${at} apply --server-side -f -`,
    stdin: secret('password: staple').replace('login', 'applied'),
  },
  {
    who: 'alice',
    does: `${at} apply --server-side -f -`,
    stdin: secret('token: horse').replace('login', 'applied'),
  },

  { who: 'alice', does: `${at} apply -f -`, stdin: service('{name: http, port: 80, targetPort: 8080}') },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: service('{name: http, port: 80, targetPort: 8081}, {name: tls, port: 443}'),
  },
  {
    who: 'bob',
    does: patch('strategic', 'svc/web', { spec: { ports: [{ port: 443, protocol: 'UDP', name: 'quic' }] } }),
  },
  { who: 'bob', does: patch('strategic', 'svc/web', { spec: { type: 'NodePort' } }) },
  { who: 'bob', does: patch('merge', 'svc/web', { spec: { type: 'ClusterIP' } }) },
  { who: 'bob', does: `${at} set selector svc/web app=api` },
  { who: 'alice', does: `${at} apply -f -`, stdin: service('{name: tls, port: 443}') },
  { who: 'bob', does: `${at} expose deploy/api --port=80 --name=api` },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin:
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n',
  },
  {
    who: 'bob',
    does: patch('json', 'ingress/web', [
      { op: 'replace', path: '/spec/rules/0/host', value: 'b.example.com' },
    ]),
  },
  {
    who: 'bob',
    does: patch('merge', 'ingress/web', { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }),
  },
  {
    who: 'bob',
    does: `${patch('merge', 'ingress/web', { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } })} --subresource=status`,
  },
  { who: 'bob', does: `${at} create poddisruptionbudget web --selector=app=web --min-available=0` },
  { who: 'bob', does: patch('merge', 'pdb/web', { spec: { minAvailable: null, maxUnavailable: 1 } }) },
];

const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: helper}\n';

/**
 * A client that speaks YAML, as server-side apply invites: the server takes such a body into the event as if it were JSON, cannot
 * write the event then, and answers 200 all the same. At level Metadata it would be logged.
 */
const yaml = (seconds: number): Deed => ({
  who: 'alice',
  does: 'PATCH /apis/apps/v1/namespaces/shop/deployments/unheard?fieldManager=yaml&force=true',
  contentType: 'application/apply-patch+yaml',
  stdin: workload('unheard', { spec: `replicas: 0, minReadySeconds: ${seconds}` }),
});

/** No scheduler takes it: it waits for ever. */
const waiting = pod('waiting', {
  containers: [{ more: ', resources: {requests: {cpu: 1m, memory: 4Mi}}' }],
  more: ', schedulerName: nobody',
});

export const resized: readonly Deed[] = [
  { who: 'alice', does: `${at} create -f -`, stdin: waiting },
  {
    who: 'bob',
    does: `${patch('strategic', 'pod/waiting', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '2m' } } }] } })} --subresource=resize`,
  },
  { who: 'bob', does: `${at} delete pod/waiting` },
];

export const unheard: readonly Deed[] = [
  yaml(1),
  { who: 'bob', does: `${at} label deploy/unheard a=b` },
  yaml(2),
  { who: 'bob', does: `${at} label deploy/unheard a=c --overwrite` },
];

export const rights: readonly Deed[] = [
  { who: 'alice', does: `${at} create serviceaccount robot` },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: `${role}rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}, {apiGroups: [apps], resources: [deployments], verbs: [get]}]\n`,
  },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: `${role}rules: [{apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}]\n`,
  },
  {
    who: 'alice',
    does: patch('json', 'role/helper', [
      {
        op: 'add',
        path: '/rules/-',
        value: { apiGroups: [''], resources: ['secrets'], resourceNames: ['login'], verbs: ['get'] },
      },
    ]),
  },
  {
    who: 'alice',
    does: patch('merge', 'role/helper', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
  },
  {
    who: 'alice',
    does: `${at} create rolebinding helpers --role=helper --user=dave --serviceaccount=shop:robot`,
  },
  { who: 'alice', does: `${at} set subject rolebinding helpers --group=dev` },
  {
    who: 'alice',
    does: `${at} auth reconcile -f -`,
    stdin: `${role.replace('{name: helper', '{name: helper, namespace: shop')}rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]\n`,
  },
  { who: 'alice', does: 'create clusterrole aft-watcher --verb=get --non-resource-url=/metrics' },
  { who: 'alice', does: 'label clusterrole aft-watcher example.com/aggregate=yes' },
  {
    who: 'alice',
    does: 'create -f -',
    stdin:
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: aft-all}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {example.com/aggregate: "yes"}}]}\nrules: []\n',
  },
  { who: 'alice', does: 'create clusterrolebinding aft-watchers --clusterrole=aft-watcher --group=dev' },
  {
    who: 'bob',
    does: 'create clusterrolebinding aft-escalation --clusterrole=cluster-admin --user=bob',
    fails: true,
  },
  { who: 'alice', does: `${at} delete rolebinding helpers` },
  {
    who: 'alice',
    does: `${at} apply --server-side -f -`,
    stdin:
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: helpers}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: helper}\nsubjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: dave}]\n',
  },
];

export const limits: readonly Deed[] = [
  { who: 'alice', does: `${at} create quota few --hard=configmaps=50` },
  { who: 'alice', does: `${at} create configmap counted --from-literal=a=b` },
  { who: 'alice', does: `${at} delete configmap counted` },
  {
    who: 'bob',
    does: patch('strategic', 'quota/few', { spec: { hard: { configmaps: '99', secrets: '50' } } }),
  },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin:
      'apiVersion: v1\nkind: LimitRange\nmetadata: {name: small}\nspec: {limits: [{type: Container, defaultRequest: {cpu: 1m}}]}\n',
  },
  {
    who: 'bob',
    does: patch('strategic', 'limits/small', {
      spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '9Gi' } }] },
    }),
  },
  { who: 'bob', does: `${at} delete limits/small quota/few` },
];
