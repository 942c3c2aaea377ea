/** The log of a real API server followed through a real kubelet, while it is written, rotated and compressed, and its server restarts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actsOn } from './support/acts.ts';
import { openCluster, startCluster, whyNoNode } from './support/cluster.ts';
import { image, serverPod } from './support/control-plane.ts';
import { installPlugin, type Plugin } from './support/plugin.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

describe.skipIf(reason !== null)("who-did --follow on the control plane's node", async () => {
  const run = await mkdtemp(join(tmpdir(), 'follow-'));
  /** The kubelet serves /var/log of this machine, and follows links. */
  const served = `/var/log/${basename(run)}`;
  const { cluster, kubectl } = actsOn(run);
  const folder = cluster.audit('cp-1');
  const deleted: string[] = [];
  let plugin: Plugin;

  /** Bodies are logged twice: each of these is some part of the size at which the log rotates. */
  async function remove(name: string, kilobytes: number): Promise<void> {
    const data = JSON.stringify({ filler: name.slice(0, 1).repeat(kilobytes * 1000) });
    const object = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},"data":${data}}`;
    await kubectl('admin', 'create -f -', object);
    const act = await kubectl('admin', `delete configmap ${name} --wait=false`);
    deleted.push(act.sent.find((one) => one.method === 'DELETE')?.auditID ?? '');
  }

  async function restartServer(): Promise<void> {
    const pidFile = join(run, 'pid/apiserver-cp-1');
    const pid = Number(await readFile(pidFile, 'utf8'));
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
    const cwd = await readlink(`/proc/${pid}/cwd`);
    process.kill(pid, 'SIGKILL');
    await sleep(3000);
    const enter = (await readFile(join(run, 'enter'), 'utf8'))
      .trim()
      .split(' ')
      .filter((word) => word !== '');
    const [program = '', ...args] = [...enter, ...command];
    const log = openSync(join(run, 'log/apiserver-cp-1.again.log'), 'w');
    const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    await writeFile(pidFile, `${child.pid}\n`);
    for (let tries = 0; tries < 60; tries++, await sleep(500)) {
      const { code } = await cluster.kubectl('admin', ['get', '--raw', '/readyz']);
      if (code === 0) return;
    }
    throw new Error('the API server did not come back');
  }

  beforeAll(async () => {
    await startCluster({
      run,
      servers: { 'cp-1': 'bodies' },
      parts: ['kcm', 'containerd', 'kubelet'],
      images: ['localhost/pause:1', image],
      auditFlags: ['--audit-log-maxsize=1', '--audit-log-compress'],
    });
    await symlink(join(run, 'audit'), served);
    await kubectl('admin', 'label node node-1 node-role.kubernetes.io/control-plane=');
    await kubectl('admin', 'create -f -', serverPod('kube-apiserver-1', 'node-1', `${served}/cp-1`));
    plugin = await installPlugin(run);
  });

  afterAll(async () => {
    await openCluster(run).stop();
    await rm(served, { force: true });
    await rm(run, { recursive: true, force: true });
  });

  it('tells each deletion once, through rotation, compression and a restart, and says when it could not read', async () => {
    await remove('before', 10);
    const kubeconfig = cluster.kubeconfig('admin');
    const words = 'audit who-did delete configmaps -n default --follow -o jsonl'.split(' ');
    const child: ChildProcess = plugin.start(words, { kubeconfig });
    const called = plugin.ended(child);
    await new Promise<void>((resolve) =>
      child.stderr?.on('data', (text) => String(text).includes('following') && resolve()),
    );
    deleted.length = 0;
    for (let n = 0; n < 8; n++) await remove(`a-${n}`, 300);
    await restartServer();
    for (let n = 0; n < 4; n++) await remove(`b-${n}`, 300);
    // Two looks of the interval to which it has grown by then.
    await sleep(12_000);
    process.kill(child.pid ?? 0, 'SIGINT');
    const { status, stdout, stderr } = await called;
    const rows = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    const end = rows.pop();
    process.stderr.write(stderr);
    expect(rows.map((row) => row.auditID)).toEqual(deleted);
    expect(deleted).toHaveLength(12);
    expect((await readdir(folder)).filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(2);
    expect(end).toMatchObject({ kind: 'AnswerEnd', coverage: { gaps: [] } });
    expect(end.notes.map((note: { code: string }) => note.code)).toContain('unreadable-for-a-time');
    expect(stderr).toMatch(/node-1 cannot be read: .*\n.*node-1 is read again, after \d+ s/);
    expect(status).toBe(130);
  });
});
