/**
 * Records the incident that `--demo` asks: starts a real cluster (two API servers, a node), lets the people of the story
 * act on it in real time, about a quarter of an hour, and writes demo/: the audit logs as the API servers left them, the
 * story, and facts.json with the truth as the clients saw it.
 *   node scripts/record-demo.ts [FOLDER]     PACE=0 leaves the pauses out
 */
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Act, type ActOptions, type Cluster, startCluster } from '../test/e2e/support/cluster.ts';
import {
  api,
  apiImage,
  grants,
  nextWorkerImage,
  preview,
  staging,
  worker,
  workerImage,
} from './demo-objects.ts';

const out = resolve(process.argv[2] ?? fileURLToPath(new URL('../demo', import.meta.url)));
const pace = Number(process.env.PACE ?? 1);
/** The people on call sit where it is night when this is recorded; the log itself is in UTC. */
const timeZone = process.env.DEMO_ZONE ?? 'Pacific/Auckland';

const run = await mkdtemp(join(tmpdir(), 'demo-'));

/** One thing somebody did, as its client saw it; `key` names it in facts.json. */
interface Deed {
  readonly key: string;
  readonly at: string;
  readonly who: string;
  readonly command: string;
  readonly tells: string;
  readonly server: string;
  readonly from: string;
  readonly requests: Act['sent'];
}
const deeds: Deed[] = [];
/** Argo CD applies on the server, under its own name. */
const argoApply = '-n prod apply --server-side --field-manager=argocd-controller -f -';
const argo = { program: 'argocd-application-controller', stdin: api };
const people = new Map<string, { server: number; from: string }>();

console.log(`cluster in ${run}`);
const cluster = await startCluster({
  run,
  servers: { 'cp-1': 'bodies', 'cp-2': 'bodies' },
  parts: ['kcm', 'scheduler', 'containerd', 'kubelet'],
  images: ['localhost/pause:1', apiImage, workerImage, nextWorkerImage],
  // Small on purpose: the rotated file is part of the demonstration.
  auditFlags: ['--audit-log-maxsize=1', '--audit-log-compress'],
});
try {
  await stage(cluster);
  await story(cluster);
  await sleep(5_000 * Math.max(pace, 0.5)); // the last effects, a file just being compressed
} finally {
  await cluster.stop();
}
await keep();
await rm(run, { recursive: true, force: true });

/** Who there is, what they may do, and what runs: before the story begins. */
async function stage(on: Cluster): Promise<void> {
  people.set('admin', { server: 1, from: '10.0.0.11' });
  await person(on, 'alice', ['sre'], 2, '10.0.3.7');
  await person(on, 'bob', ['dev-leads'], 1, '10.0.3.12');
  await person(on, 'otto', ['dev'], 1, '10.0.3.9');
  await person(on, 'dana', ['contractors'], 2, '10.0.8.44');
  await on.user(
    'expired',
    { token: 'eyJhbGciOiJub25lIn0.an-old-login.expired' },
    { server: 2, from: '198.51.100.23' },
  );
  await on.user('nobody', 'anonymous', { server: 2, from: '198.51.100.23' });
  for (const stranger of ['expired', 'nobody']) people.set(stranger, { server: 2, from: '198.51.100.23' });

  await quietly(on, 'admin', 'create -f -', { stdin: grants });
  await serviceAccount(on, 'argocd/argocd-application-controller', 2, '10.42.2.5');
  await serviceAccount(on, 'ci/runner', 1, '10.42.7.19');
  await serviceAccount(on, 'backup/agent', 2, '10.42.2.31');
  await serviceAccount(on, 'kube-system/descheduler', 1, '10.42.7.3');

  await act(on, 'deployed', 'sa:argocd/argocd-application-controller', argoApply, {
    ...argo,
    tells: 'Argo CD rolls out `api` 2.4.1 in `prod`, three pods, by server-side apply.',
  });
  await quietly(on, 'bob', '-n prod apply -f -', { stdin: worker });
  await quietly(on, 'bob', '-n prod create secret generic api-db --from-literal=password=not-a-real-one');
  await quietly(on, 'sa:ci/runner', '-n staging create -f -', { stdin: staging });
  await quietly(on, 'sa:ci/runner', '-n preview-42 create -f -', { stdin: preview });
  for (const name of ['api', 'worker'])
    await quietly(on, 'bob', `-n prod rollout status deploy/${name} --timeout=60s`);
}

async function story(on: Cluster): Promise<void> {
  await pause(60);
  await act(on, 'preview-gone', 'sa:ci/runner', 'delete namespace preview-42 --wait=false', {
    tells:
      'The CI runner throws away the preview `preview-42`: the whole namespace, a `deploy/api` in it included.',
  });
  await pause(45);
  await act(on, 'staging-api', 'bob', '-n staging delete deploy/api', {
    tells: 'bob deletes `deploy/api`, but in `staging`.',
  });
  await pause(40);
  await act(on, 'worker-image', 'bob', `-n prod set image deploy/worker main=${nextWorkerImage}`, {
    tells: 'bob gives `deploy/worker` in `prod` a new image, 2.4.1.',
  });
  await pause(35);
  await act(on, 'worker-zero', 'bob', '-n prod scale deploy/worker --replicas=0', {
    tells:
      'It does not do what he hoped, so bob scales `deploy/worker` to nothing: gone from sight, never deleted.',
  });
  await pause(30);
  await act(
    on,
    'flags-collection',
    'bob',
    'delete --raw /api/v1/namespaces/prod/configmaps?labelSelector=release%3D2.4.0',
    {
      tells:
        'bob clears the feature flags of release 2.4.0 with one `deletecollection`: no name in the request.',
    },
  );
  await pause(20);
  await act(on, 'ledger-delete', 'bob', '-n prod delete configmap/ledger-snapshot --wait=false', {
    tells: 'bob deletes `configmap/ledger-snapshot`; a finalizer holds it, so it stays.',
  });
  await pause(25);
  const pod = await podOf(on, 'prod', 'api');
  await act(
    on,
    'evicted',
    'sa:kube-system/descheduler',
    `create --raw /api/v1/namespaces/prod/pods/${pod}/eviction -f -`,
    {
      program: 'descheduler',
      stdin: JSON.stringify({
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: pod, namespace: 'prod' },
      }),
      tells: `The descheduler evicts \`pod/${pod}\`; its ReplicaSet makes another.`,
    },
  );
  await pause(40);
  await act(on, 'dana-refused', 'dana', '-n prod get secret api-db', {
    tells: 'dana, a contractor, wants the database password and is refused.',
  });
  await pause(8);
  const other = await podOf(on, 'prod', 'api');
  await act(on, 'dana-exec-refused', 'dana', `-n prod exec ${other} -- env`, {
    tells: 'dana tries `exec` instead, and is refused too.',
  });
  await pause(30);
  await act(on, 'dana-bound', 'bob', '-n prod create rolebinding dana-debug --clusterrole=edit --user=dana', {
    tells: 'bob lends dana the role `edit`, for an hour, he says.',
  });
  await pause(12);
  await act(on, 'dana-read', 'dana', '-n prod get secret api-db -o name', {
    tells: 'dana reads the secret.',
  });
  await pause(6);
  await act(on, 'dana-exec', 'dana', `-n prod exec ${other} -- id`, {
    tells: 'dana runs a command in a pod.',
  });
  await pause(35);
  await act(on, 'dana-unbound', 'bob', '-n prod delete rolebinding dana-debug', {
    tells: 'bob takes the role away again.',
  });
  await pause(20);
  await act(on, 'stranger-401', 'expired', '-n prod get pods', {
    tells:
      'Somebody outside knocks with an expired login: 401, before any request of theirs is even looked at.',
  });
  await pause(3);
  await curl(on, 'stranger-403', 'nobody', 'GET', '/api/v1/namespaces/prod/secrets', {
    tells: 'The same address asks for the secrets without any login: refused as `system:anonymous`.',
  });
  await pause(25);
  await act(
    on,
    'ledger-released',
    'sa:backup/agent',
    '-n prod patch configmap ledger-snapshot --type=merge -p {"metadata":{"finalizers":null}}',
    {
      program: 'backup-agent',
      tells:
        'The backup agent has saved `ledger-snapshot` and lets go of it: now it is gone, long after bob asked.',
    },
  );
  await pause(45);
  await act(on, 'otto-dry-run', 'otto', '-n prod delete deploy/api --dry-run=server', {
    tells: 'otto wants to see what a deletion of `deploy/api` would say: a dry run, no effect.',
  });
  await pause(110);
  await act(on, 'runner-refused', 'sa:ci/runner', '-n prod delete deploy/api', {
    tells: 'A job of the CI runner, meant for `staging`, deletes `deploy/api` in `prod`: refused.',
  });
  await pause(31);
  await act(on, 'deleted', 'alice', '-n prod delete deploy/api --as=agent-smith', {
    tells:
      '**alice, acting as `agent-smith`, deletes `deploy/api` in `prod`.** The garbage collector takes the ReplicaSet and the pods.',
  });
  await pause(50);
  await act(on, 'bob-looks', 'bob', '-n prod get deploy/api', {
    tells: 'The pager has woken bob: `deploy/api` is not found.',
  });
  await pause(75);
  await act(on, 'recreated', 'sa:argocd/argocd-application-controller', argoApply, {
    ...argo,
    tells: 'Argo CD notices and applies `api` again: another object of the same name.',
  });
  await pause(15);
  await act(on, 'bob-looks-again', 'bob', '-n prod get deploy/api', {
    tells: 'It is back. Who was that?',
  });
}

// --- acting ---

async function person(
  on: Cluster,
  name: string,
  groups: string[],
  server: number,
  from: string,
): Promise<void> {
  people.set(name, { server, from });
  await on.user(name, { groups }, { server, from });
}

/** Acts with the token that the kubelet gave a pod of that service account: read from the kubelet's own folder. */
async function serviceAccount(on: Cluster, name: string, server: number, from: string): Promise<void> {
  people.set(`sa:${name}`, { server, from });
  await on.user(`sa:${name}`, { token: await podToken(name) }, { server, from });
}

async function podToken(serviceAccount: string): Promise<string> {
  const pods = join(run, 'kubelet/pods');
  for (let tries = 0; tries < 120; tries++, await sleep(500)) {
    for (const file of await readdir(pods, { recursive: true }).catch(() => [])) {
      if (!file.endsWith('/token') || file.includes('..')) continue;
      const token = await readFile(join(pods, file), 'utf8').catch(() => '');
      const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
      if (claims.includes(`"sub":"system:serviceaccount:${serviceAccount.replace('/', ':')}"`)) return token;
    }
  }
  throw new Error(`no pod runs as ${serviceAccount}`);
}

async function podOf(on: Cluster, namespace: string, app: string): Promise<string> {
  const { stdout } = await on.kubectl('bob', [
    '-n',
    namespace,
    'get',
    'pods',
    '-l',
    `app=${app}`,
    '--field-selector=status.phase=Running',
    '-o',
    'name',
  ]);
  return stdout.split('\n')[0]?.replace('pod/', '') ?? '';
}

async function act(
  on: Cluster,
  key: string,
  who: string,
  command: string,
  options: ActOptions & { tells: string },
): Promise<void> {
  const done = await on.kubectl(who, command.split(' '), options);
  tell(key, who, `${options.program ?? 'kubectl'} ${command}`, options.tells, done);
}

async function curl(
  on: Cluster,
  key: string,
  who: string,
  method: string,
  path: string,
  options: { tells: string },
): Promise<void> {
  tell(key, who, `curl -X ${method} ${path}`, options.tells, await on.curl(who, method, path));
}

function tell(key: string, who: string, command: string, tells: string, done: Act): void {
  const { server, from } = people.get(who) ?? { server: 1, from: '' };
  deeds.push({ key, at: done.at, who, command, tells, server: `cp-${server}`, from, requests: done.sent });
  console.log(
    `${done.at} ${who}: ${command} -> ${done.code} ${done.stderr.split('\n')[0]} ${done.sent.map((one) => `${one.method} ${one.status} ${one.auditID}`).join(', ')}`,
  );
}

async function quietly(on: Cluster, who: string, command: string, options: ActOptions = {}): Promise<void> {
  const done = await on.kubectl(who, command.split(' '), options);
  if (done.code !== 0) throw new Error(`${who}: kubectl ${command}: ${done.stderr}`);
}

async function pause(seconds: number): Promise<void> {
  await sleep(Math.max(seconds * pace, 1) * 1000);
}

// --- what is shipped ---

async function keep(): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const server of ['cp-1', 'cp-2']) {
    const kept = join(out, 'audit', server);
    await rm(kept, { recursive: true, force: true });
    await cp(cluster.audit(server), kept, { recursive: true, preserveTimestamps: true });
    for (const file of await readdir(kept)) await chmod(join(kept, file), 0o644);
  }
  await cp(join(run, 'policy-cp-1.yaml'), join(out, 'policy.yaml'));
  const now = new Date(Date.parse(deeds.at(-1)?.at ?? '') + 60_000).toISOString();
  await writeJson('context.json', { namespace: 'prod', now, timeZone });
  await writeJson('facts.json', { kubernetes: '1.34.4', ...facts(), deeds });
  await writeFile(join(out, 'README.md'), readme());
}

async function writeJson(name: string, value: unknown): Promise<void> {
  await writeFile(join(out, name), `${JSON.stringify(value, null, 2)}\n`);
}

/** Questions with the rows that must answer them, newest first: by the audit IDs that the clients were given. */
function facts() {
  const row = (key: string, more: object = {}) => {
    const deed = deeds.find((one) => one.key === key);
    const asked = deed?.requests.find((one) => one.method !== 'GET') ?? deed?.requests[0];
    const { auditID = '', status = 0 } = asked ?? {};
    return { deed: key, auditID, who: deed?.who, code: status, ...more };
  };
  const api = [
    row('deleted', { as: 'agent-smith' }),
    row('runner-refused', { deniedBy: 'rbac' }),
    row('otto-dry-run', { dryRun: true }),
  ];
  return {
    questions: [
      { ask: 'who-did delete deploy/api', rows: api },
      { ask: 'who-did delete deploy/api --by agent-smith', rows: api.slice(0, 1) },
      { ask: 'who-did delete deploy/api -n staging', rows: [row('staging-api')] },
      { ask: 'who-did delete namespace/preview-42', rows: [row('preview-gone')] },
      { ask: 'who-did delete deploy/api -n preview-42', rows: [row('preview-gone')] },
      { ask: 'who-did delete deploy/worker', rows: [], nearMisses: [row('worker-zero')] },
      { ask: 'who-did scale deploy/worker', rows: [row('worker-zero')] },
      { ask: 'who-did rollout deploy/worker', rows: [row('worker-image')] },
      { ask: 'who-did delete configmap/flags-dark-mode', rows: [row('flags-collection')] },
      {
        ask: 'who-did delete configmap/ledger-snapshot',
        rows: [row('ledger-released'), row('ledger-delete')],
      },
      { ask: 'who-did create deploy/api', rows: [row('recreated'), row('deployed')] },
      {
        ask: 'who-did read secret/api-db',
        rows: [row('dana-read'), row('dana-refused', { deniedBy: 'rbac' })],
      },
      { ask: 'who-did bind -n prod', rows: [row('dana-bound')] },
    ],
  };
}

function readme(): string {
  const clock = (at: string) => new Date(at).toLocaleTimeString('en-GB', { timeZone });
  const lines = deeds.map(
    (deed) =>
      `| ${deed.at.slice(11, 19)} | ${clock(deed.at)} | ${['expired', 'nobody'].includes(deed.who) ? 'a stranger' : deed.who} | ${deed.server} | ${deed.tells} |`,
  );
  return `# The incident that comes with the program

One night in \`prod\`, recorded from a real Kubernetes 1.34.4: two API servers (\`cp-1\`, \`cp-2\`), each with its own audit
log, a controller manager, a scheduler and a node. \`scripts/record-demo.ts\` plays it in real time; nothing in the logs was
edited. The logs are in UTC; the people on call sit in ${timeZone}, where it is ${clock(deeds[0]?.at ?? '').slice(0, 5)} at night.

| UTC | ${timeZone} | Who | Through | What happened |
|---|---|---|---|---|
${lines.join('\n')}

## Questions to ask it

\`\`\`
${facts()
  .questions.map((question) => `kubectl audit ${question.ask} --demo`)
  .join('\n')}
kubectl audit who-did delete pods --demo -o wide
kubectl audit what-changed deploy/worker --demo
kubectl audit what-changed -A --humans --demo
kubectl audit what-changed deploy/api --at 14:40:41Z --manifest --demo
kubectl audit rbac-diff --subject dana --demo
kubectl audit failed-auth -A --demo
\`\`\`

Then leave one API server's log out, and see why an answer must say what it has read:

\`\`\`
kubectl audit who-did delete deploy/api -n prod --file demo/audit/cp-1
\`\`\`

## The people

| Who | Is | May |
|---|---|---|
| alice | group \`sre\`, 10.0.3.7 | look everywhere, act as \`agent-smith\` (ClusterRoleBinding \`ops-impersonate\`), who is admin of \`prod\` |
| bob | group \`dev-leads\`, 10.0.3.12 | everything in \`prod\` and \`staging\` |
| otto | group \`dev\`, 10.0.3.9 | edit in \`prod\` |
| dana | group \`contractors\`, 10.0.8.44 | look at \`prod\`, secrets excepted |
| sa:ci/runner | pod \`ci/runner-8\`, 10.42.7.19 | edit in \`staging\` and \`preview-42\`, make and remove previews, look at \`prod\` |
| sa:argocd/argocd-application-controller | its StatefulSet's pod, 10.42.2.5 | everything |
| sa:backup/agent, sa:kube-system/descheduler | their pods | change configmaps; evict pods |
| a stranger | 198.51.100.23 | nothing |

The policy (\`policy.yaml\`) logs bodies for writes and metadata for reads, secrets and tokens, so no
secret is in the logs. The clients are kubectl and curl; Argo CD, the descheduler and the backup agent are kubectl under
their names, with the tokens that the kubelet gave their pods. The addresses were given to the clients by routes.

| File | What it is |
|---|---|
| \`audit/cp-1/\`, \`audit/cp-2/\` | the audit logs, rotated and compressed by the API servers at 1 MB |
| \`policy.yaml\` | the audit policy of both |
| \`context.json\` | what a kubeconfig and the clock would say: namespace, the time at which the questions are asked, the time zone |
| \`facts.json\` | every deed with the audit IDs that its client was given, and the questions with the rows that answer them; in the repository only |
`;
}
