/**
 * The promise of the program, whole: `kubectl audit` with a kubeconfig and nothing else, through the real kubectl, on a
 * real control plane whose kubelet serves the audit log of its API servers.
 */
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMicros } from '../../src/event/micros.ts';
import type { FailedAuthRow } from '../../src/questions/failed-auth/failed-auth-row.ts';
import type { WhoDidNow } from '../../src/questions/who-did/who-did-row.ts';
import { VERSION } from '../../src/version.ts';
import { line } from '../scan/scan-text.ts';
import { actsOn } from './support/acts.ts';
import type { AskedRow } from './support/ask.ts';
import { openCluster, startCluster, whyNoNode } from './support/cluster.ts';
import { documentedRights, image, serverPod } from './support/control-plane.ts';
import { type Called, installPlugin, type Plugin } from './support/plugin.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

interface Answered extends Called {
  readonly says: string;
  readonly rows: readonly (AskedRow & { readonly now: WhoDidNow })[];
  readonly nearMisses: readonly { readonly code: string; readonly text: string; readonly try?: string }[];
  readonly next: readonly string[];
  readonly coverage: {
    readonly complete: boolean;
    readonly bytes: number;
    readonly gaps: readonly { readonly code: string; readonly text: string; readonly source: string }[];
  };
}

/** The addresses that the log shows; none of them is the cluster's, but the pod's. */
const ALICE_AT = '203.0.113.7';
const POD_AT = '198.51.100.9';

describe.skipIf(reason !== null)('with a kubeconfig and nothing else, kubectl audit', async () => {
  const run = await mkdtemp(join(tmpdir(), 'nothing-'));
  /** The kubelet serves /var/log of this machine, and follows links. */
  const served = `/var/log/${basename(run)}`;
  const { cluster, logs, kubectl, idOf, until } = actsOn(run);
  let plugin: Plugin;

  /** A kubeconfig of somebody whose context names a namespace. */
  async function within(user: string, namespace: string): Promise<string> {
    const file = `${cluster.kubeconfig(user)}.${namespace}`;
    const text = await readFile(cluster.kubeconfig(user), 'utf8');
    await writeFile(
      file,
      text.replace('cluster: c, user: u', `cluster: c, user: u, namespace: ${namespace}`),
    );
    return file;
  }

  /** `type('oncall', 'who-did …')`: as somebody whose context is the shop's namespace. */
  async function type(user: string, words: string, stdin?: string): Promise<Called> {
    const kubeconfig = await within(user, 'shop');
    return plugin.call(['audit', ...words.trim().split(/\s+/)], {
      kubeconfig,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** As JSON. Anything but an answer (exit 0 or 3) is an error. */
  async function ask(user: string, words: string): Promise<Answered> {
    const called = await type(user, `${words} -o json`);
    if (called.status !== 0 && called.status !== 3)
      throw new Error(`${words}: exit ${called.status}\n${called.stdout}${called.stderr}`);
    return { ...called, ...(JSON.parse(called.stdout) as Omit<Answered, keyof Called>) };
  }

  /** Our requests since then as the log of the first API server has them, each once. */
  async function ourRequests(since: number): Promise<readonly string[]> {
    const requests = new Map<string, string>();
    for (const name of await readdir(cluster.audit('cp-1'))) {
      const bytes = await readFile(join(cluster.audit('cp-1'), name));
      for (const text of (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n')) {
        if (!text.includes(`"userAgent":"kubectl-audit/${VERSION}"`)) continue;
        const { auditID, verb, requestURI, requestReceivedTimestamp } = JSON.parse(text) as Record<
          'auditID' | 'verb' | 'requestURI' | 'requestReceivedTimestamp',
          string
        >;
        if (Date.parse(requestReceivedTimestamp) >= since) requests.set(auditID, `${verb} ${requestURI}`);
      }
    }
    return [...requests.values()];
  }

  /** Neither the log nor where it is: how things stand. */
  function lookUps(requests: readonly string[]): readonly string[] {
    return requests.filter((request) => !/\/proxy\/|labelSelector=|^get \/apis?$/.test(request));
  }

  async function leftBehind(): Promise<string> {
    const command = '-n kube-system get pods,jobs -l app.kubernetes.io/name=kubectl-audit -o name';
    return (await kubectl('admin', command)).stdout.trim();
  }

  function tell(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  beforeAll(async () => {
    await startCluster({
      run,
      servers: { 'cp-1': 'bodies', 'cp-2': 'metadata' },
      parts: ['kcm', 'scheduler', 'containerd', 'kubelet'],
      images: ['localhost/pause:1', image],
      auditFlags: ['--audit-log-maxsize=1', '--audit-log-compress'],
    });
    plugin = await installPlugin(run);
    await symlink(join(run, 'audit'), served);
    await kubectl('admin', 'label node node-1 node-role.kubernetes.io/control-plane=');
    await kubectl('admin', 'create -f -', serverPod('kube-apiserver-1', 'node-1', `${served}/cp-1`));
    const tiers = [['bytes', 'finder'], ['finder', 'pods', 'stdout'], ['pods']];
    await kubectl('admin', 'create -f -', await documentedRights(tiers));
    for (const group of ['bytes', 'finder', 'pods', 'stdout', 'nobody'])
      await cluster.user(group, { groups: [group] });
    await cluster.user('oncall', { groups: ['finder', 'oncall'] });
    await cluster.user('alice', { groups: ['people'] }, { from: ALICE_AT });
    await cluster.user('wanda', { groups: ['people'] }, { from: '10.0.0.21' });
    await cluster.user('newcomer', { groups: [] });
    await cluster.user('otto', { groups: ['system:masters'] });
    await kubectl('admin', 'create namespace shop');
    await kubectl('admin', 'create -f -', RIGHTS);
    await kubectl('otto', '-n shop create -f -', deployment('api'));
    await kubectl('otto', '-n shop rollout status deploy/api --timeout=60s');
  });

  afterAll(async () => {
    await openCluster(run).stop();
    await rm(served, { force: true });
    await rm(run, { recursive: true, force: true });
  });

  describe('who-did delete', () => {
    let deletion = '';
    let born = '';

    it('names whoever deleted it, and says that it is gone', async () => {
      deletion = await idOf(await kubectl('alice', '-n shop delete deploy api'), 'DELETE');
      const since = Date.now();
      const answer = await ask('oncall', 'who-did delete deploy/api');
      const requests = await ourRequests(since);
      tell(
        `the first question: ${answer.tookMs} ms, ${requests.length} requests, ${lookUps(requests).length} of them look-ups`,
      );
      expect(answer).toMatchObject({ status: 0, stderr: '', coverage: { complete: true, gaps: [] } });
      expect(answer.rows.map((row) => row.auditID)).toEqual([deletion]);
      expect(answer.rows[0]).toMatchObject({ who: { user: 'alice' }, now: { exists: false } });
      expect(answer.says).toMatch(/^shop\/deploy\/api: deleted by alice/);
      expect(lookUps(requests).length).toBeGreaterThan(0);
      expect(lookUps(requests).length).toBeLessThanOrEqual(50);
      expect(answer.tookMs).toBeLessThan(10_000);
    });

    it('tells that it is back, as which object, made by whom, ready, and who manages it', async () => {
      await kubectl('otto', '-n shop create -f -', deployment('api', HELM));
      await kubectl('otto', '-n shop rollout status deploy/api --timeout=60s');
      const made = JSON.parse((await kubectl('otto', '-n shop get deploy api -o json')).stdout) as {
        metadata: { uid: string; creationTimestamp: string };
      };
      born = made.metadata.uid;
      const { rows, says } = await ask('oncall', 'who-did delete deploy/api');
      expect(rows[0]).toMatchObject({
        auditID: deletion,
        now: {
          exists: true,
          sameObject: false,
          uid: born,
          createdAt: made.metadata.creationTimestamp,
          createdBy: 'otto',
          ready: true,
          text: expect.stringMatching(
            /another object.*by otto, 1\/1 ready, managed by Helm release shop\/api/,
          ),
        },
      });
      expect(says).toContain('deleted by alice');
    });

    it('tells what the actor may still do, through which binding, and from where it came', async () => {
      const before = await type('oncall', 'who-did delete deploy/api');
      expect(before).toMatchObject({ status: 0, stderr: '' });
      expect(before.stdout).toMatch(new RegExp(`^now +another object \\(uid ${born.slice(0, 8)}`, 'm'));
      expect(before.stdout).toContain(
        'alice may still delete deployments.apps in shop (RoleBinding people-edit → ClusterRole edit)',
      );
      expect(before.stdout).toContain(`${ALICE_AT} is outside the cluster`);
      await kubectl('admin', '-n shop delete rolebinding people-edit');
      const after = await until(
        () => type('oncall', 'who-did delete deploy/api'),
        (called) => called.stdout.includes('any more'),
      );
      expect(after.stdout).toContain('alice may not delete deployments.apps in shop any more');
    });

    it('does not know how things stand for whoever may read the log and nothing else, and answers', async () => {
      const { rows, status, coverage } = await ask('finder', 'who-did delete deploy/api');
      expect(status).toBe(0);
      expect(coverage.complete).toBe(true);
      expect(rows[0]).toMatchObject({
        auditID: deletion,
        now: {
          exists: null,
          sameObject: null,
          uid: null,
          text: expect.stringMatching(/^unknown: .*cannot get/),
        },
      });
      const { stdout } = await type('finder', 'who-did delete deploy/api');
      expect(stdout).toMatch(/^now +unknown: /m);
      expect(stdout).not.toMatch(/may still|any more|outside the cluster/);
      const blind = await ask('finder', 'who-did delete deploy/api --no-live');
      expect(blind.rows[0]?.now).toMatchObject({ exists: null, text: null });
    });

    it('looks in the namespace of the context, unless another is given, and leads from the wrong one to the right', async () => {
      expect((await ask('oncall', 'who-did delete deploy/api -n shop')).rows).toHaveLength(1);
      expect((await ask('oncall', 'who-did delete deploy/api -A')).rows.map((row) => row.auditID)).toEqual([
        deletion,
      ]);
      const wrong = await ask('oncall', 'who-did delete deploy/api -n default');
      expect(wrong).toMatchObject({ status: 0, rows: [] });
      expect(wrong.says).not.toContain('alice');
      expect(JSON.stringify(wrong.nearMisses)).toContain('shop');
      const next = wrong.next.find((command) => command.includes('-n shop')) ?? '';
      expect(next).toMatch(/^kubectl audit who-did delete /);
      const right = await ask('oncall', next.replace('kubectl audit ', ''));
      expect(right.rows.map((row) => row.auditID)).toEqual([deletion]);
    });

    it('reads on in what the API server has rotated away and compressed', async () => {
      const isPacked = async () =>
        (await readdir(cluster.audit('cp-1'))).some((name) => name.endsWith('.gz'));
      for (let n = 0; !(await isPacked()) && n < 12; n++) {
        const data = { bulk: 'x'.repeat(250_000) };
        const bulky = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `bulk-${n}`, namespace: 'shop' },
          data,
        };
        await kubectl('otto', 'create -f -', JSON.stringify(bulky));
        await sleep(300);
      }
      expect(await isPacked()).toBe(true);
      const { rows, coverage } = await ask('oncall', 'who-did delete deploy/api');
      expect(rows.map((row) => row.auditID)).toEqual([deletion]);
      expect(coverage).toMatchObject({ complete: true, gaps: [] });
      const { stdout } = await type('oncall', 'who-did delete deploy/api --explain');
      expect(stdout).toMatch(/read node-1:\S+\.log\.gz/);
    });

    it('says who may read it, and how, to whoever may not', async () => {
      const place = `--node node-1 --log-path ${served}/cp-1/audit.log`;
      const ids = async (user: string, words: string) =>
        (await ask(user, `who-did delete deploy/api ${words}`)).rows.map((row) => row.auditID);
      expect(await ids('bytes', place)).toEqual([deletion]);
      expect(await ids('finder', '')).toEqual([deletion]);
      expect(await ids('pods', `--via pod --image ${image}`)).toEqual([deletion]);
      const refused = async (user: string, words: string) => {
        const { status, stdout, stderr } = await type(user, `who-did delete deploy/api ${words}`);
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        return stderr;
      };
      expect(await refused('bytes', '')).toMatch(/^error: .*list nodes.*\nhint: .*--node/);
      expect(await refused('pods', '')).toMatch(/^error: .*get nodes\/proxy/);
      expect(await refused('nobody', '')).toMatch(/^error: .*AUDIT_FORBIDDEN\]\nhint: /);
      expect(await refused('nobody', place)).toMatch(
        /^error: .*get nodes\/proxy.*\nhint: .*no harmless right.*ssh node-1/,
      );
      expect(await refused('nobody', `${place} --via pod`)).toMatch(/^error: .*create pods in kube-system/);
      expect(await leftBehind()).toBe('');
    });

    it('reads the logs of all API servers, and finds what went through another', async () => {
      await cluster.user('bea', { groups: ['system:masters'] }, { server: 2 });
      await kubectl('bea', '-n shop create configmap through-2');
      const auditID = await idOf(await kubectl('bea', '-n shop delete configmap through-2'), 'DELETE');
      const missed = await ask('oncall', 'who-did delete cm/through-2');
      expect(missed.rows).toEqual([]);
      await kubectl('admin', 'create -f -', serverPod('kube-apiserver-2', 'node-1', `${served}/cp-2`));
      try {
        const { rows, coverage } = await ask('oncall', 'who-did delete cm/through-2');
        expect(rows.map((row) => row.auditID)).toEqual([auditID]);
        expect(rows[0]).toMatchObject({ level: 'Metadata', now: { exists: false } });
        expect(coverage).toMatchObject({ complete: true, gaps: [] });
        expect((await ask('oncall', 'who-did delete deploy/api')).rows.map((row) => row.auditID)).toEqual([
          deletion,
        ]);
      } finally {
        await kubectl('admin', '-n kube-system delete pod kube-apiserver-2 --force --grace-period=0');
      }
    });

    it('names the API server whose log could not be read', async () => {
      const node = { name: 'node-2', labels: { 'node-role.kubernetes.io/control-plane': '' } };
      await kubectl(
        'admin',
        'create -f -',
        JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: node }),
      );
      await kubectl('admin', 'create -f -', serverPod('kube-apiserver-2', 'node-2', `${served}/cp-2`));
      try {
        const { rows, status, coverage } = await ask('oncall', 'who-did delete deploy/api');
        expect(status).toBe(3);
        expect(rows.map((row) => row.auditID)).toEqual([deletion]);
        expect(coverage).toMatchObject({
          complete: false,
          gaps: expect.arrayContaining([
            expect.objectContaining({ code: 'source-unreadable', source: 'node-2' }),
          ]),
        });
        const none = await type('oncall', 'who-did delete deploy/never');
        expect(none.status).toBe(3);
        expect(none.stdout).toMatch(/node-2 was not read/i);
        // Said of what was read alone, and only because that holds requests of the kind.
        expect(none.stdout).toMatch(/^nobody .* in what was read, which is not all$/m);
      } finally {
        await kubectl('admin', '-n kube-system delete pod kube-apiserver-2 --force --grace-period=0');
        await kubectl('admin', 'delete node node-2');
      }
    });
  });

  it('tells of many objects which are gone, with few requests', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `many-${n}`);
    const list = names.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }));
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: list });
    await kubectl('otto', '-n shop create -f -', manifest);
    await kubectl('otto', `-n shop delete configmap ${names.join(' ')}`);
    await kubectl('otto', '-n shop create configmap many-7');
    const since = Date.now();
    const { rows } = await ask('oncall', 'who-did delete cm/many-*');
    const stands = rows.map(({ object, now }) => [object.name, now.exists, now.sameObject]);
    expect(stands).toHaveLength(20);
    expect(stands).toEqual(
      expect.arrayContaining([
        ['many-3', false, null],
        ['many-7', true, false],
      ]),
    );
    expect(stands.filter(([, exists]) => exists === false)).toHaveLength(19);
    expect(lookUps(await ourRequests(since)).length).toBeLessThanOrEqual(5);
  });

  it('ties a service account and its address to the workload and the pod that have them', async () => {
    await kubectl('otto', 'create namespace ci');
    await kubectl('otto', '-n ci create serviceaccount runner');
    await kubectl(
      'otto',
      '-n shop create rolebinding runner-edits --clusterrole=edit --serviceaccount=ci:runner',
    );
    await kubectl(
      'otto',
      '-n ci create -f -',
      deployment('runner', {}, { serviceAccountName: 'runner', schedulerName: 'none' }),
    );
    const pods = () => kubectl('otto', '-n ci get pods -o jsonpath={.items[*].metadata.name}');
    const pod = (await until(pods, ({ stdout }) => stdout !== '')).stdout;
    // No pod network here: the address is given, and the requests come from there.
    const status = { phase: 'Running', podIP: POD_AT, podIPs: [{ ip: POD_AT }] };
    await kubectl('admin', `-n ci patch pod ${pod} --subresource=status -p ${JSON.stringify({ status })}`);
    const token = await kubectl(
      'otto',
      `-n ci create token runner --bound-object-kind Pod --bound-object-name ${pod}`,
    );
    await cluster.user('runner', { token: token.stdout.trim() }, { from: POD_AT });
    await kubectl('otto', '-n shop create configmap victim');
    const auditID = await idOf(await kubectl('runner', '-n shop delete configmap victim'), 'DELETE');
    const { stdout } = await type('oncall', 'who-did delete cm/victim');
    expect(stdout).toContain('deleted by sa:ci/runner');
    expect(stdout).toContain(`${POD_AT} is pod ci/${pod}`);
    expect(stdout).toMatch(/sa:ci\/runner (is used by|runs) Deployment runner/);
    expect(stdout).toMatch(
      /sa:ci\/runner may still delete configmaps in shop \(RoleBinding runner-edits → ClusterRole edit\)/,
    );
    expect((await ask('oncall', 'who-did delete cm/victim')).rows.map((row) => row.auditID)).toEqual([
      auditID,
    ]);
  });

  it('tells a node by its address', async () => {
    await kubectl('admin', '-n shop create rolebinding wanda-edits --clusterrole=edit --user=wanda');
    await kubectl('wanda', '-n shop create configmap from-a-node');
    const { stdout } = await type('oncall', 'who-did create cm/from-a-node');
    expect(stdout).toContain('10.0.0.21 is node node-1');
    await kubectl('admin', '-n shop delete rolebinding wanda-edits');
  });

  it('waits 3 s, and no longer, for what does not answer', async () => {
    const port = '29443';
    const script = fileURLToPath(new URL('support/hanging-api.ts', import.meta.url));
    const pki = join(run, 'pki/apiserver');
    const slow = plugin.startScript(script, ['10.0.0.11', port, `${pki}.key`, `${pki}.crt`]);
    try {
      await new Promise((resolve) => slow.stdout?.once('data', resolve));
      await kubectl('admin', 'create -f -', slowApi(Number(port)));
      await kubectl('admin', 'wait --for=condition=Available apiservice/v1.slow.example.com --timeout=30s');
      const path = '/apis/slow.example.com/v1/namespaces/shop/snails/fast';
      const { sent } = await cluster.curl('otto', 'DELETE', path);
      const since = Date.now();
      const { rows, status, tookMs } = await ask('oncall', 'who-did delete snails.slow.example.com/fast');
      const quick = await ask('oncall', 'who-did delete snails.slow.example.com/fast --no-live');
      tell(
        `what does not answer costs ${tookMs - quick.tookMs} ms; ${(await ourRequests(since)).length} requests`,
      );
      expect(status).toBe(0);
      expect(rows.map((row) => row.auditID)).toEqual(sent.map((one) => one.auditID));
      expect(rows[0]?.now).toMatchObject({
        exists: null,
        text: expect.stringContaining('no answer in time'),
      });
      expect(tookMs - quick.tookMs).toBeLessThan(4_000);
      slow.kill();
      const began = Date.now();
      await type('oncall', 'who-did delete sprockets/x --no-live');
      expect(Date.now() - began).toBeLessThan(4_000);
    } finally {
      slow.kill();
      await kubectl('admin', 'delete apiservice v1.slow.example.com');
    }
  });

  it('knows custom types as the cluster does, and still after they are gone', async () => {
    const deletedBy = async (words: string) =>
      (await ask('oncall', `who-did delete ${words}`)).rows.map((row) => row.auditID);
    await deletedBy('sprockets.none.example.com/x');
    await until(
      () => readdir(join(plugin.home, '.cache/kubectl-audit/discovery')),
      (kept) => kept.length > 0,
    );
    await kubectl('otto', 'create -f -', GADGETS);
    await kubectl('otto', 'wait --for=condition=Established crd/gadgets.toys.example.com --timeout=30s');
    const gadget = '{"apiVersion": "toys.example.com/v1beta1", "kind": "Gadget", "metadata": {"name": "x"}}';
    await until(
      () => cluster.kubectl('otto', '-n shop create -f -'.split(' '), { stdin: gadget }),
      (act) => act.code === 0,
    );
    const auditID = await idOf(await kubectl('otto', '-n shop delete gadget x'), 'DELETE');
    for (const typed of ['gdt/x', 'gadget/x', 'gadgets/x', 'gadgets.toys.example.com/x'])
      expect([typed, await deletedBy(typed)]).toEqual([typed, [auditID]]);
    expect((await ask('oncall', 'who-did delete gdt/x')).rows[0]?.now).toMatchObject({ exists: false });
    await kubectl('otto', 'delete crd gadgets.toys.example.com');
    await rm(join(plugin.home, '.cache'), { recursive: true, force: true });
    const after = await ask('oncall', 'who-did delete gadgets/x');
    expect(after.rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(after.rows[0]?.now).toMatchObject({
      exists: null,
      text: expect.stringContaining('does not serve'),
    });
    expect(await deletedBy('gadgets.toys.example.com/x')).toEqual([auditID]);
  });

  it('tells what was refused, whether it would be allowed now, and mends it with the role it suggests', async () => {
    const allowed = async (asker: string) => {
      const { stdout } = await type(asker, 'failed-auth secrets --by newcomer -o json');
      const { rows } = JSON.parse(stdout) as { rows: FailedAuthRow[] };
      return rows.map(({ class: kind, allowedNow }) => [kind, allowedNow]);
    };
    const refused = await cluster.kubectl('newcomer', '-n shop get secrets'.split(' '));
    expect(refused.stderr).toContain('forbidden');
    expect(await allowed('oncall')).toEqual([['rbac', false]]);
    expect(await allowed('finder')).toEqual([['rbac', null]]);
    const { stdout: role } = await type('oncall', 'failed-auth secrets --by newcomer --suggest-role');
    await kubectl('admin', 'apply -f -', role);
    expect(
      await until(
        () => allowed('oncall'),
        ([row]) => row?.[1] === true,
      ),
    ).toEqual([['rbac', true]]);
    await kubectl('newcomer', '-n shop get secrets');
  });

  it('completes names of the cluster through kubectl', async () => {
    const { stdout: script } = await type('oncall', 'completion kubectl');
    await plugin.addToPath('kubectl_complete-audit', script);
    const completed = async (...words: string[]) =>
      (await plugin.call(['__complete', 'audit', ...words], { kubeconfig: await within('otto', 'shop') }))
        .stdout;
    expect(await completed('who-did', 'delete', 'deploy/')).toBe('deploy/api\n:4\n');
    expect(await completed('who-did', 'delete', 'deploy/', '-n', 'k')).toMatch(/^kube-system$/m);
    expect(await completed('who-did', 'delete', '-n', 'ci', 'deploy', 'r')).toBe('runner\n:4\n');
    expect(await completed('who-did', 'delete', 'deploy/x')).toBe(':4\n');
  });

  it('reads what an API server writes to its output', async () => {
    const auditID = await idOf(await kubectl('otto', '-n shop delete configmap from-a-node'), 'DELETE');
    await kubectl('admin', '-n kube-system delete pod kube-apiserver-1 --force --grace-period=0');
    await kubectl('admin', 'create -f -', serverPod('kube-apiserver-out', 'node-1', `${served}/cp-1`, '-'));
    await kubectl('admin', '-n kube-system wait --for=condition=Ready pod/kube-apiserver-out --timeout=60s');
    const hint = await type('finder', 'who-did delete cm/from-a-node');
    expect(hint).toMatchObject({ status: 1, stderr: expect.stringContaining('--via stdout') });
    const role = 'create role kubectl-audit-output -n kube-system --verb=get --resource=pods/log';
    expect((await type('stdout', 'who-did delete cm/from-a-node --via stdout')).stderr).toContain(
      'get pods/log',
    );
    await kubectl('admin', role);
    await kubectl(
      'admin',
      '-n kube-system create rolebinding kubectl-audit-output --role=kubectl-audit-output --group=stdout',
    );
    const { rows } = await ask('stdout', 'who-did delete cm/from-a-node --via stdout');
    expect(rows.map((row) => row.auditID)).toEqual([auditID]);
    await kubectl('admin', '-n kube-system delete pod kube-apiserver-out --force --grace-period=0');
    await kubectl('admin', 'create -f -', serverPod('kube-apiserver-1', 'node-1', `${served}/cp-1`));
  });

  describe('on a large log', () => {
    const place = `--node node-1 --log-path ${served}/large/audit.log`;
    const count = 160_000;
    const startUs = Date.parse('2026-11-22T10:00:00Z') * 1000;
    const stepUs = 100_000;
    let size = 0;

    beforeAll(async () => {
      await mkdir(join(logs, 'large'));
      const filler = { data: 'x'.repeat(800) };
      for (let from = 0; from < count; from += 2000) {
        const lines = Array.from({ length: 2000 }, (_, n) => {
          const at = formatMicros(startUs + (from + n) * stepUs);
          return `${line(`l${from + n}`, { requestReceivedTimestamp: at, stageTimestamp: at, responseObject: filler })}\n`;
        });
        await appendFile(join(logs, 'large/audit.log'), lines.join(''));
      }
      ({ size } = await stat(join(logs, 'large/audit.log')));
    });

    it('moves no more than the window and 2 MiB', async () => {
      const wanted = 4000;
      const since = formatMicros(startUs + (count - wanted) * stepUs);
      const window = Math.ceil((wanted * size) / count);
      const before = await plugin.bytesMoved();
      const { coverage, rows, tookMs } = await ask(
        'oncall',
        `who-did touch pods -A --since ${since} ${place} --no-live`,
      );
      const moved = (await plugin.bytesMoved()) - before;
      tell(
        `window ${window} of ${size} bytes: read ${coverage.bytes}, moved ${Math.round(moved / 2)} for each of two hops, ${tookMs} ms`,
      );
      expect(size).toBeGreaterThan(150_000_000);
      expect(coverage).toMatchObject({ complete: true });
      expect(rows.length).toBeGreaterThanOrEqual(wanted);
      expect(coverage.bytes).toBeLessThanOrEqual(window + 2 * 1024 * 1024 + 1000);
    });

    it('leaves no pod behind, whether it ends or is broken off', async () => {
      const words =
        `audit who-did delete pods -A --since 2026-11-20 ${place} --via pod --image ${image}`.split(' ');
      const kubeconfig = await within('pods', 'shop');
      const child = plugin.start(words, { kubeconfig });
      const called = plugin.ended(child);
      expect(await until(leftBehind, (left) => left.includes('pod/'))).toMatch(
        /^pod\/kubectl-audit-\S+\njob\.batch\/kubectl-audit-/,
      );
      const isRunning =
        '-n kube-system wait --for=condition=Ready pod -l app.kubernetes.io/name=kubectl-audit --timeout=30s';
      await kubectl('admin', isRunning);
      child.kill('SIGINT');
      expect(await called).toMatchObject({ status: 130, stdout: '' });
      expect(await leftBehind()).toBe('');
    });

    it('never says nobody when the API server is stopped while it reads', async () => {
      const huge = join(logs, 'huge');
      await mkdir(huge);
      const large = await readFile(join(logs, 'large/audit.log'));
      for (let n = 0; n < 4; n++) await appendFile(join(huge, 'audit.log'), large);
      const before = await plugin.bytesMoved();
      const words = `audit who-did delete deploy/none --since 2026-11-20 --node node-1 --log-path ${served}/huge/audit.log`;
      const child = plugin.start(words.split(' '), { kubeconfig: await within('oncall', 'shop') });
      const called = plugin.ended(child);
      while (child.exitCode === null && (await plugin.bytesMoved()) - before < 150_000_000) await sleep(20);
      process.kill(Number(await readFile(join(run, 'pid/apiserver-cp-1'), 'utf8')), 'SIGKILL');
      const { status, stdout, stderr } = await called;
      tell(`stopped while it read: exit ${status}`);
      expect([1, 3]).toContain(status);
      expect(stdout).not.toMatch(/nobody/i);
      if (status === 3) expect(stdout).toMatch(/node-1.*NOT READ|INCOMPLETE/);
      expect(`${stdout}${stderr}`).toMatch(/10\.0\.0\.11|node-1/);
    });
  });

  it('says what is wrong with a server that does not answer, and without any kubeconfig', async () => {
    const dead = await type('oncall', 'who-did delete deploy/api');
    expect(dead).toMatchObject({ status: 1, stdout: '' });
    expect(dead.stderr).toMatch(/^error: .*10\.0\.0\.11.*AUDIT_CLUSTER_UNREACHABLE\]\nhint: /);
    const none = await plugin.call('audit who-did delete deploy/api'.split(' '), { kubeconfig: null });
    expect(none).toMatchObject({ status: 1, stdout: '' });
    expect(none.stderr).toMatch(/^error: .*\nhint: .*(KUBECONFIG|kubeconfig)/);
    const missing = await plugin.call('audit who-did delete deploy/api'.split(' '), {
      kubeconfig: '/none/config',
    });
    expect(missing).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('/none/config') });
  });
});

const HELM = { 'meta.helm.sh/release-name': 'api', 'meta.helm.sh/release-namespace': 'shop' };

function deployment(
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  podSpec: Readonly<Record<string, string>> = {},
): string {
  const sleeps = { name: 'main', image, imagePullPolicy: 'Never', command: ['sleep', '100000'] };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, annotations },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { hostNetwork: true, terminationGracePeriodSeconds: 0, containers: [sleeps], ...podSpec },
      },
    },
  });
}

/** A Service that leads to a port of ours, and the API that is behind it. */
function slowApi(port: number): string {
  return `
{apiVersion: v1, kind: Service, metadata: {name: slow, namespace: shop},
  spec: {type: ExternalName, externalName: 10.0.0.11, ports: [{port: ${port}}]}}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.slow.example.com},
  spec: {group: slow.example.com, version: v1, groupPriorityMinimum: 10, versionPriority: 10, insecureSkipTLSVerify: true,
    service: {name: slow, namespace: shop, port: ${port}}}}
`;
}

/** What docs/rights.md says that "how things stand" takes, and the rights that people of this story have. */
const RIGHTS = `
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: see-how-things-stand}, rules: [
  {apiGroups: ["*"], resources: ["*"], verbs: [get, list]},
  {apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: see-how-things-stand},
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: see-how-things-stand},
  subjects: [{kind: Group, name: oncall, apiGroup: rbac.authorization.k8s.io}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: people-edit, namespace: shop},
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit},
  subjects: [{kind: Group, name: people, apiGroup: rbac.authorization.k8s.io}]}
`;

const GADGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.toys.example.com}
spec:
  group: toys.example.com
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gdt]}
  versions: [{name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`;
