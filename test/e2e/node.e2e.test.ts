/** What only a node shows: going into running pods, and a kubelet that completes their deletion. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actsOn, rowOf } from './support/acts.ts';
import { ask } from './support/ask.ts';
import { openCluster, startCluster, whyNoNode } from './support/cluster.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

const image = 'localhost/busybox:local';
const container = `{name: main, image: "${image}", imagePullPolicy: Never, command: [sh, -c, 'trap "exit 0" TERM; while :; do echo tick; sleep 1 & wait $!; done']}`;
const podSpec = `{hostNetwork: true, terminationGracePeriodSeconds: 2, containers: [${container}]}`;

/** alice's requests are logged with bodies, bea's without. */
const people = ['alice', 'bea'] as const;

describe.skipIf(reason !== null)('on a node', async () => {
  const run = await mkdtemp(join(tmpdir(), 'node-'));
  const { cluster, logs, kubectl, idOf, until } = actsOn(run);

  beforeAll(async () => {
    await startCluster({
      run,
      servers: { 'cp-1': 'bodies', 'cp-2': 'metadata' },
      parts: ['kcm', 'scheduler', 'containerd', 'kubelet'],
      images: ['localhost/pause:1', image],
    });
    await cluster.user('alice', { groups: ['system:masters'] }, { server: 1 });
    await cluster.user('bea', { groups: ['system:masters'] }, { server: 2 });
    for (const who of people) {
      await kubectl('alice', `create namespace of-${who}`);
      const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: shell}\nspec: ${podSpec}\n`;
      await kubectl(who, `-n of-${who} create -f -`, pod);
      await kubectl(who, `-n of-${who} wait --for=condition=Ready pod/shell --timeout=60s`);
    }
  });

  afterAll(async () => {
    await openCluster(run).stop();
    await rm(run, { recursive: true, force: true });
  });

  describe.each(people)('with %s, who-did', (who) => {
    const at = `-n of-${who}`;

    /** The answer's rows about what was done from here on, when there are as many. */
    async function rowsAfter(word: string, count: number, act: () => Promise<unknown>) {
      const since = new Date().toISOString();
      await act();
      const asked = () => ask(`${word} pod/shell ${at} --since ${since}`, logs);
      const { rows } = await until(asked, (answer) => answer.rows.length >= count);
      return rows.map((row) => ({ user: row.who.user, code: row.result.code, word: row.did.word }));
    }

    it.each([
      ['exec', 'websockets', 'exec shell -- id', 'KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true'],
      ['exec', 'SPDY', 'exec shell -- id', 'KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false'],
      ['attach', 'websockets', 'attach shell', 'KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true'],
      ['port-forward', 'websockets', 'port-forward shell 18080:80', 'KUBECTL_PORT_FORWARD_WEBSOCKETS=true'],
      ['port-forward', 'SPDY', 'port-forward shell 18080:80', 'KUBECTL_PORT_FORWARD_WEBSOCKETS=false'],
    ])('finds %s over %s', async (word, _protocol, command, variable) => {
      const [name = '', value = ''] = variable.split('=');
      // Attaching and forwarding never end by themselves.
      const options = { env: { [name]: value }, timeoutMs: 3_000 };
      const rows = await rowsAfter(word, 1, () =>
        cluster.kubectl(who, `${at} ${command}`.split(' '), options),
      );
      expect(rows).toEqual([{ user: who, code: 101, word }]);
    });

    it('finds the two commands behind kubectl cp', async () => {
      const copy = `${at} cp /etc/hostname shell:/tmp/copied`.split(' ');
      const rows = await rowsAfter('exec', 2, () => cluster.kubectl(who, copy));
      expect(rows.map((row) => row.user)).toEqual([who, who]);
    });

    it('finds who read the logs, and who debugged', async () => {
      const logs = await rowsAfter('logs', 1, () => kubectl(who, `${at} logs shell --tail=1`));
      expect(logs).toEqual([{ user: who, code: 200, word: 'logs' }]);
      const debug = `${at} debug shell --image=${image} --profile=general -- true`;
      const rows = await rowsAfter('debug', 1, () => kubectl(who, debug));
      expect(rows).toEqual([{ user: who, code: 200, word: 'debug' }]);
    });

    it('names whoever deleted a pod, not the kubelet that completed it', async () => {
      const auditID = await idOf(await kubectl(who, `${at} delete pod/shell`), 'DELETE');
      const { rows, says } = await ask(`delete pod/shell ${at}`, logs);
      expect(rows.map((row) => row.auditID)).toEqual([auditID]);
      expect(says).toContain(`deleted by ${who}`);
      const gone = await ask(`delete pod/shell ${at} --by node:*`, logs);
      expect(gone.rows).toEqual([]);
    });

    it('names whoever drained the node of running pods', async () => {
      const labels = `app-of-${who}`;
      const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: ${labels}}}, template: {metadata: {labels: {app: ${labels}}}, spec: ${podSpec}}}
`;
      await kubectl(who, `${at} create -f -`, deployment);
      await kubectl(who, `${at} rollout status deploy/web --timeout=60s`);
      const drain = await kubectl(
        who,
        `drain node-1 --ignore-daemonsets --pod-selector=app=${labels} --timeout=60s`,
      );
      await kubectl(who, 'uncordon node-1');
      // kubectl evicts the pods at once, and its trace does not say which audit ID is whose.
      const sent = drain.sent.map((one) => one.auditID);
      const { rows } = await until(
        () => ask(`delete pod/web-* ${at}`, logs),
        (answer) => answer.rows.length >= 2,
      );
      expect(rows.map((row) => [row.who.user, row.object.subresource])).toEqual([
        [who, 'eviction'],
        [who, 'eviction'],
      ]);
      expect(sent).toEqual(expect.arrayContaining(rows.map((row) => row.auditID)));
      const drained = await ask('drain node/node-1', logs);
      expect(drained.says).toContain(`drained by ${who}`);
      expect(rowOf(drained.rows, await idOf(drain, 'PATCH'))).toMatchObject({ who: { user: who } });
    });
  });
});
