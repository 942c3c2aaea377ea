import { describe, expect, it } from 'vitest';
import { fieldNames } from '../../../src/rules/falco/fields.ts';
import { told } from './judging.ts';

const BINDING = {
  objectRef: { resource: 'rolebindings', namespace: 'shop', name: 'b' },
  requestObject: {
    roleRef: { kind: 'Role', name: 'reader' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 'sa', namespace: 'ns' },
      { kind: 'ServiceAccount', name: 'homeless' },
    ],
  },
};
const ROLE = {
  objectRef: { resource: 'clusterroles', name: 'r' },
  requestObject: {
    rules: [
      { apiGroups: [''], resources: ['pods', 'pods/exec'], verbs: ['*'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ],
  },
};
const SERVICE = {
  objectRef: { resource: 'services', namespace: 'shop', name: 's' },
  requestObject: { spec: { type: 'NodePort', ports: [{ port: 80 }, { port: 443 }] } },
};
const CONFIG_MAP = {
  objectRef: { resource: 'configmaps', namespace: 'shop', name: 'c' },
  requestObject: { data: { a: 'x' } },
};

const VALUES: readonly (readonly [string, string, object?])[] = [
  ['ka.auditid', 'a-1'],
  ['ka.stage', 'ResponseComplete'],
  ['ka.auth.decision', 'allow'],
  ['ka.auth.reason', 'RBAC: allowed by ClusterRoleBinding "ops"'],
  ['ka.auth.openshift.decision', 'allow'],
  ['ka.auth.openshift.username', 'alice@shop'],
  ['ka.validations.admission.policy.failure', '[{"message":"no"}]'],
  ['ka.security.pod.violations', 'would violate PodSecurity "baseline"'],
  ['ka.cluster.name', 'prod-1'],
  ['ka.user.name', 'alice'],
  ['ka.user.groups', '(ops,system:authenticated)'],
  ['ka.impuser.name', 'bob'],
  ['ka.verb', 'create'],
  ['ka.uri', '/api/v1/namespaces/shop/pods?fieldManager=kubectl-run&pretty=a%20b&pretty=second'],
  ['ka.uri.param[pretty]', 'a b'],
  ['ka.target.name', 'web'],
  ['ka.target.namespace', 'shop'],
  ['ka.target.resource', 'pods'],
  ['ka.target.subresource', '<NA>'],
  ['ka.target.subresource', 'exec', { objectRef: { resource: 'pods', subresource: 'exec' } }],
  ['ka.target.pod.name', 'web'],
  ['ka.target.pod.name', '<NA>', { objectRef: { resource: 'pods', subresource: 'exec' } }],
  ['ka.target.pod.name', '<NA>', { objectRef: { resource: 'services' } }],
  [
    'ka.req.binding.subjects',
    '({"kind":"User","name":"u"},{"kind":"Group","name":"g"},{"kind":"ServiceAccount","name":"sa","namespace":"ns"},{"kind":"ServiceAccount","name":"homeless"})',
    BINDING,
  ],
  ['ka.req.binding.subjects.user_names', '(u)', BINDING],
  ['ka.req.binding.subjects.group_names', '(g)', BINDING],
  ['ka.req.binding.subjects.serviceaccount_names', '(sa,homeless)', BINDING],
  ['ka.req.binding.subjects.serviceaccount_ns_names', '(ns:sa)', BINDING],
  ['ka.req.binding.subjects.user_names', '<NA>'],
  ['ka.req.binding.role', 'reader', BINDING],
  ['ka.req.binding.subject.has_name[u]', 'true', BINDING],
  ['ka.req.configmap.name', 'c', CONFIG_MAP],
  ['ka.req.configmap.obj', '{"a":"x"}', CONFIG_MAP],
  ['ka.req.pod.containers.name', '(main,side)'],
  ['ka.req.pod.containers.image', '(docker.io/library/nginx:1.27,quay.io/x/side@sha256:abc)'],
  ['ka.req.pod.containers.image[0]', '(docker.io/library/nginx:1.27)'],
  ['ka.req.pod.containers.image[2]', '<NA>'],
  ['ka.req.pod.containers.image.repository', '(docker.io/library/nginx,quay.io/x/side)'],
  ['ka.req.pod.containers.command', '(sh -c)'],
  ['ka.req.pod.containers.args', '(echo hi)'],
  ['ka.req.pod.containers.args[1]', '<NA>'],
  ['ka.req.pod.containers.host_port', '(8080,443)'],
  ['ka.req.pod.containers.host_port[0]', '(8080,443)'],
  ['ka.req.pod.containers.privileged', '(true)'],
  ['ka.req.pod.containers.allow_privilege_escalation', '(false)'],
  ['ka.req.pod.containers.read_only_fs', '(true)'],
  ['ka.req.pod.containers.run_as_user', '(0)'],
  ['ka.req.pod.containers.eff_run_as_user', '(0,1000)'],
  ['ka.req.pod.containers.run_as_group', '<NA>'],
  ['ka.req.pod.containers.eff_run_as_group', '(3000,3000)'],
  ['ka.req.pod.containers.proc_mount', '(Unmasked)'],
  ['ka.req.pod.containers.add_capabilities', '(SYS_ADMIN,NET_ADMIN)'],
  ['ka.req.pod.containers.add_capabilities[0]', '(SYS_ADMIN,NET_ADMIN)'],
  ['ka.req.pod.initContainers.name', '(init)'],
  ['ka.req.pod.initContainers.image', '(busybox)'],
  ['ka.req.pod.initContainers.image.repository', '(busybox)'],
  ['ka.req.pod.initContainers.command', '<NA>'],
  ['ka.req.pod.initContainers.args', '<NA>'],
  ['ka.req.pod.initContainers.host_port', '<NA>'],
  ['ka.req.pod.initContainers.privileged', '(false)'],
  ['ka.req.pod.initContainers.allow_privilege_escalation', '<NA>'],
  ['ka.req.pod.initContainers.read_only_fs', '<NA>'],
  ['ka.req.pod.initContainers.run_as_user', '<NA>'],
  ['ka.req.pod.initContainers.eff_run_as_user', '(1000)'],
  ['ka.req.pod.initContainers.run_as_group', '<NA>'],
  ['ka.req.pod.initContainers.eff_run_as_group', '(3000)'],
  ['ka.req.pod.initContainers.proc_mount', '<NA>'],
  ['ka.req.pod.initContainers.add_capabilities', '<NA>'],
  ['ka.req.pod.ephemeralContainers.name', '(debug)'],
  ['ka.req.pod.ephemeralContainers.image', '(busybox:1)'],
  ['ka.req.pod.ephemeralContainers.image.repository', '(busybox)'],
  ['ka.req.pod.ephemeralContainers.command', '<NA>'],
  ['ka.req.pod.ephemeralContainers.args', '(sleep 9)'],
  ['ka.req.pod.ephemeralContainers.privileged', '<NA>'],
  ['ka.req.pod.ephemeralContainers.allow_privilege_escalation', '<NA>'],
  ['ka.req.pod.ephemeralContainers.read_only_fs', '<NA>'],
  ['ka.req.pod.ephemeralContainers.run_as_user', '<NA>'],
  ['ka.req.pod.ephemeralContainers.eff_run_as_user', '(1000)'],
  ['ka.req.pod.ephemeralContainers.run_as_group', '<NA>'],
  ['ka.req.pod.ephemeralContainers.eff_run_as_group', '(3000)'],
  ['ka.req.pod.ephemeralContainers.proc_mount', '<NA>'],
  ['ka.req.pod.ephemeralContainers.add_capabilities', '<NA>'],
  ['ka.req.container.image', 'docker.io/library/nginx:1.27'],
  ['ka.req.container.image.repository', 'docker.io/library/nginx'],
  ['ka.req.container.privileged', 'true'],
  ['ka.req.container.privileged', 'false', { requestObject: { spec: { containers: [{ name: 'x' }] } } }],
  ['ka.req.container.privileged', '<NA>', SERVICE],
  ['ka.req.container.host_network', 'true'],
  ['ka.req.pod.host_network', 'true'],
  ['ka.req.pod.host_ipc', '<NA>'],
  ['ka.req.pod.host_pid', 'false'],
  ['ka.req.pod.run_as_user', '1000'],
  ['ka.req.pod.run_as_group', '3000'],
  ['ka.req.pod.fs_group', '2000'],
  ['ka.req.pod.supplemental_groups', '(5,6)'],
  ['ka.req.pod.volumes.hostpath', '(/var/run/docker.sock)'],
  ['ka.req.pod.volumes.hostpath[0]', '(/var/run/docker.sock)'],
  ['ka.req.pod.volumes.hostpath[1]', '<NA>'],
  ['ka.req.pod.volumes.flexvolume_driver', '(example/lvm)'],
  ['ka.req.pod.volumes.volume_type', '(hostPath,flexVolume,configMap)'],
  ['ka.req.volume.hostpath[/var/run/docker.sock]', 'true'],
  ['ka.req.volume.hostpath[/etc*]', 'false'],
  ['ka.req.volume.hostpath[/etc*]', '<NA>', SERVICE],
  [
    'ka.req.role.rules',
    '({"apiGroups":[""],"resources":["pods","pods/exec"],"verbs":["*"]},{"nonResourceURLs":["/metrics"],"verbs":["get"]})',
    ROLE,
  ],
  ['ka.req.role.rules.apiGroups', '()', ROLE],
  ['ka.req.role.rules.nonResourceURLs', '(/metrics)', ROLE],
  ['ka.req.role.rules.verbs', '(*,get)', ROLE],
  ['ka.req.role.rules.verbs[1]', '(get)', ROLE],
  ['ka.req.role.rules.resources', '(pods,pods/exec)', ROLE],
  ['ka.req.service.type', 'NodePort', SERVICE],
  ['ka.req.service.ports', '({"port":80},{"port":443})', SERVICE],
  ['ka.req.service.ports[1]', '({"port":443})', SERVICE],
  ['ka.resp.name', 'web'],
  ['ka.response.code', '201'],
  ['ka.response.reason', 'Created'],
  ['ka.useragent', 'kubectl/v1.34.1'],
  ['ka.sourceips', '(203.0.113.9,10.0.3.7)'],
  ['ka.sourceips[1]', '(10.0.3.7)'],
  ['jevt.value[/user/groups]', '["ops","system:authenticated"]'],
  ['jevt.value[/user/groups/1]', 'system:authenticated'],
  ['json.value[/verb]', 'create'],
  ['jevt.time', '10:00:00.234567000'],
  ['jevt.time.s', '10:00:00'],
  ['jevt.time.iso8601', '2026-11-22T10:00:00.234567000+0000'],
  ['jevt.datetime', '2026-11-22 10:00:00.234567000'],
  ['jevt.datetime.s', '2026-11-22 10:00:00'],
  ['jevt.rawtime', '1795341600234567000'],
  ['json.rawtime', '1795341600234567000'],
  ['json.time', '10:00:00.234567000'],
  ['json.time.s', '10:00:00'],
  ['json.time.iso8601', '2026-11-22T10:00:00.234567000+0000'],
  ['json.datetime', '2026-11-22 10:00:00.234567000'],
  ['json.datetime.s', '2026-11-22 10:00:00'],
  ['evt.time', '10:00:00.234567000'],
  ['evt.time.s', '10:00:00'],
  ['evt.time.iso8601', '2026-11-22T10:00:00.234567000+0000'],
  ['evt.datetime', '2026-11-22 10:00:00.234567000'],
  ['evt.datetime.s', '2026-11-22 10:00:00'],
  ['evt.rawtime', '1795341600234567000'],
  ['evt.rawtime.s', '1795341600'],
  ['evt.rawtime.ns', '234567000'],
  ['evt.source', 'k8s_audit'],
  ['evt.pluginname', 'k8saudit'],
  ['evt.type', 'pluginevent'],
  ['evt.is_async', 'false'],
];

describe('Falco fields', () => {
  it.each(VALUES)('%s is %s', async (field, value, over) => {
    expect(await told(`<%${field}>`, (over ?? {}) as Record<string, unknown>)).toBe(`<${value}>`);
  });

  it('has the whole event as indented JSON', async () => {
    expect(JSON.parse(await told('%jevt.obj'))).toMatchObject({ auditID: 'a-1', verb: 'create' });
    expect(JSON.parse(await told('%json.obj'))).toMatchObject({ auditID: 'a-1', verb: 'create' });
  });

  it('tries every field there is', () => {
    const tried = new Set(VALUES.map(([field]) => field.replace(/\[.*/, '')));
    expect(fieldNames().filter((name) => !tried.has(name) && !name.endsWith('.obj'))).toEqual([]);
  });
});

describe('Falco outputs', () => {
  it.each([
    ['user=%ka.user.name target=%ka.target.name/%ka.target.resource', 'user=alice target=web/pods'],
    ['reason=%ka.auth.decision))', 'reason=allow))'],
    ['%ka.verbs', 'creates'],
    ['%ka.user.name.', 'alice.'],
    ['%ka.verb[', 'create['],
    ['%10ka.verb|', 'create    |'],
    ['%3ka.verb|', 'cre|'],
    ['%toupper(ka.user.name)', 'ALICE'],
    ['%len(ka.user.groups) groups', '2 groups'],
    ['no field', 'no field'],
  ])('%s → %s', async (output, text) => {
    expect(await told(output)).toBe(text);
  });

  it.each([
    ['100% sure', /% stands before no field/],
    ['at the end %', /% stands before no field/],
    ['%proc.name', /there is no field proc\.name/],
    ['%evt.num', /running Falco only/],
    ['%ka.uri.param', /must have a name in brackets/],
  ])('refuses %s', async (output, message) => {
    await expect(told(output)).rejects.toThrow(message);
  });
});
