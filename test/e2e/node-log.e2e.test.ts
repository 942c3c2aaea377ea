/** The audit log on a real node, read through a real API server and a real kubelet: by whom, how much, and what goes wrong. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMicros } from '../../src/event/micros.ts';
import { line } from '../scan/scan-text.ts';
import { actsOn } from './support/acts.ts';
import { openCluster, startCluster, whyNoNode } from './support/cluster.ts';
import { documentedRights, image, serverPod } from './support/control-plane.ts';
import type { NodeRead, ReadNode } from './support/read-node.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

const reader = fileURLToPath(new URL('support/read-node.ts', import.meta.url));

describe.skipIf(reason !== null)("the audit log on the control plane's node", async () => {
  const run = await mkdtemp(join(tmpdir(), 'nodelog-'));
  /** The kubelet serves /var/log of this machine, and follows links. */
  const served = `/var/log/${basename(run)}`;
  const { cluster, logs, kubectl, idOf, until } = actsOn(run);
  let deletion = '';

  async function start(user: string, asked: Omit<ReadNode, 'kubeconfig'>): Promise<ChildProcess> {
    const enter = (await readFile(join(run, 'enter'), 'utf8')).trim().split(' ');
    const [program = '', ...args] = [...enter, process.execPath, reader];
    return spawn(program, [...args, JSON.stringify({ ...asked, kubeconfig: cluster.kubeconfig(user) })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async function ended(child: ChildProcess): Promise<NodeRead> {
    let [out, err] = ['', ''];
    child.stdout?.on('data', (data) => (out += data));
    child.stderr?.on('data', (data) => (err += data));
    await new Promise((resolve) => child.once('close', resolve));
    try {
      return JSON.parse(out) as NodeRead;
    } catch {
      throw new Error(`no answer: ${out}${err}`);
    }
  }

  async function read(user: string, asked: Omit<ReadNode, 'kubeconfig'> = {}): Promise<NodeRead> {
    return ended(await start(user, asked));
  }

  /** Resolves when the child has begun to read. */
  async function reading(child: ChildProcess): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (data) => String(data).includes('reading') && resolve());
      child.once('close', () => reject(new Error('it ended before it read')));
    });
  }

  /** Pods and jobs of our own that are still there. */
  async function leftBehind(): Promise<string> {
    const { stdout } = await kubectl(
      'admin',
      '-n kube-system get pods,jobs -l app.kubernetes.io/name=kubectl-audit -o name',
    );
    return stdout.trim();
  }

  beforeAll(async () => {
    await startCluster({
      run,
      servers: { 'cp-1': 'bodies', 'cp-2': 'metadata' },
      parts: ['kcm', 'containerd', 'kubelet'],
      images: ['localhost/pause:1', image],
    });
    await symlink(join(run, 'audit'), served);
    for (const tier of ['bytes', 'finder', 'pods', 'nobody']) await cluster.user(tier, { groups: [tier] });
    await kubectl('admin', 'label node node-1 node-role.kubernetes.io/control-plane=');
    await kubectl('admin', 'create -f -', serverPod('kube-apiserver-1', 'node-1', `${served}/cp-1`));
    const tiers = [['bytes', 'finder'], ['finder', 'pods'], ['pods']];
    await kubectl('admin', 'create -f -', await documentedRights(tiers));
    await kubectl('admin', 'create configmap victim');
    deletion = await idOf(await kubectl('admin', 'delete configmap victim'), 'DELETE');
  });

  afterAll(async () => {
    await openCluster(run).stop();
    await rm(served, { force: true });
    await rm(run, { recursive: true, force: true });
  });

  it('is found with nothing configured', async () => {
    const { events, logs: read1, findings, error, explain } = await read('admin');
    expect(error).toBeNull();
    expect(events.map((event) => event.auditID)).toContain(deletion);
    expect(read1).toEqual(['node-1']);
    expect(findings).toMatchObject({ gaps: [] });
    expect(explain[0]).toContain(`node-1:${served}/cp-1/audit.log`);
  });

  it('is read by those who have exactly the rights of a tier, and by nobody else', async () => {
    const place = { nodes: ['node-1'], logPath: `${served}/cp-1/audit.log` };
    const ids = (answer: NodeRead) => answer.events.map((event) => event.auditID);
    expect(ids(await read('bytes', { reach: place }))).toContain(deletion);
    expect(ids(await read('finder'))).toContain(deletion);
    expect(ids(await read('pods', { reach: { via: 'pod', image } }))).toContain(deletion);
    expect(await read('bytes')).toMatchObject({
      error: {
        code: 'AUDIT_FORBIDDEN',
        message: expect.stringContaining('list nodes'),
        hint: expect.stringContaining('--node'),
      },
    });
    expect(await read('pods')).toMatchObject({
      error: { code: 'AUDIT_FORBIDDEN', message: expect.stringContaining('"get nodes/proxy"') },
    });
    expect(await read('nobody', { reach: place })).toMatchObject({
      error: { code: 'AUDIT_FORBIDDEN', hint: expect.stringMatching(/no harmless right.*ssh node-1/) },
    });
    expect(await read('nobody', { reach: { ...place, via: 'pod', image } })).toMatchObject({
      error: { code: 'AUDIT_FORBIDDEN', message: expect.stringContaining('create pods in kube-system') },
    });
    expect(await leftBehind()).toBe('');
  });

  it('is read together with what was rotated away from it and compressed', async () => {
    const folder = join(logs, 'rotated');
    await mkdir(folder);
    const startUs = Date.parse('2026-11-22T10:00:00Z') * 1000;
    const text = (from: number, count: number): string =>
      Array.from({ length: count }, (_, n) => {
        const at = formatMicros(startUs + (from + n) * 60_000_000);
        return `${line(`r${from + n}`, { requestReceivedTimestamp: at, stageTimestamp: at })}\n`;
      }).join('');
    await writeFile(join(folder, 'audit-2026-11-22T10-30-00.000.log.gz'), gzipSync(text(0, 30)));
    await writeFile(join(folder, 'audit-2026-11-22T11-00-00.000.log.gz'), gzipSync(text(30, 30)));
    await writeFile(join(folder, 'audit.log'), text(60, 30));
    const reach = { nodes: ['node-1'], logPath: `${served}/rotated/audit.log` };
    for (const via of ['proxy', 'pod'] as const) {
      const all = await read('admin', { reach: { ...reach, via, image } });
      expect(all.events).toHaveLength(90);
      const some = await read('admin', {
        reach: { ...reach, via, image },
        sinceUs: startUs + 45 * 60_000_000,
      });
      expect(some.events.map((event) => event.auditID)).toEqual(expect.arrayContaining(['r45', 'r89']));
      expect(some.explain.join()).toMatch(/leave node-1:\S+10-30-00\.000\.log\.gz: before the window/);
    }
  });

  it('transfers no more than the window and 2 MiB, either way', async () => {
    const folder = join(logs, 'large');
    await mkdir(folder);
    const startUs = Date.parse('2026-11-22T10:00:00Z') * 1000;
    const file = join(folder, 'audit.log');
    let size = 0;
    for (let part = 0; part < 60; part++) {
      const lines = Array.from({ length: 2000 }, (_, n) => {
        const at = formatMicros(startUs + (part * 2000 + n) * 100_000);
        return `${line(`l${part * 2000 + n}`, { requestReceivedTimestamp: at, stageTimestamp: at, responseObject: { data: 'x'.repeat(800) } })}\n`;
      }).join('');
      await appendFile(file, lines);
      size += lines.length;
    }
    const wanted = 3000;
    for (const via of ['proxy', 'pod'] as const) {
      const { events, bytes, findings } = await read('admin', {
        reach: { nodes: ['node-1'], logPath: `${served}/large/audit.log`, via, image },
        sinceUs: startUs + (120_000 - wanted) * 100_000,
        predicate: {
          kind: 'all',
          of: [
            { kind: 'equals', field: 'verb', value: 'delete' },
            { kind: 'equals', field: 'objectRef.resource', value: 'pods' },
            { kind: 'absent', field: 'objectRef.subresource' },
          ],
        },
      });
      expect(findings).toMatchObject({ gaps: [] });
      expect(new Set(events.map((event) => event.auditID)).size).toBeGreaterThanOrEqual(wanted);
      process.stderr.write(
        `${via}: window ${Math.round((wanted * size) / 120_000)} bytes of ${size}, read ${bytes}\n`,
      );
      expect(bytes).toBeLessThan((wanted * size) / 120_000 + 2 * 1024 * 1024);
    }
    const began = Date.now();
    const { events, bytes } = await read('admin', {
      reach: { nodes: ['node-1'], logPath: `${served}/large/audit.log` },
    });
    process.stderr.write(
      `all of it: ${bytes} bytes in ${Date.now() - began} ms, the process's start included\n`,
    );
    expect(events).toHaveLength(120_000);
  });

  it('is not lost while the API server rotates it', async () => {
    const folder = join(logs, 'turning');
    await mkdir(folder);
    const large = await readFile(join(logs, 'large/audit.log'));
    await writeFile(join(folder, 'audit.log'), large);
    const child = await start('admin', {
      reach: { nodes: ['node-1'], logPath: `${served}/turning/audit.log` },
    });
    const answer = ended(child);
    await reading(child);
    await rename(join(folder, 'audit.log'), join(folder, 'audit-2026-11-25T10-00-00.000.log'));
    await writeFile(join(folder, 'audit.log'), `${line('later')}\n`);
    const { events, findings } = await answer;
    expect(findings).toMatchObject({ gaps: [] });
    expect(new Set(events.map((event) => event.auditID)).size).toBe(120_000);
    expect(events).toHaveLength(120_000);
  });

  it('of a node that cannot be read is a gap that has its name', async () => {
    await kubectl(
      'admin',
      'create -f -',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node-2', labels: { 'node-role.kubernetes.io/control-plane': '' } },
      }),
    );
    await kubectl('admin', 'create -f -', serverPod('kube-apiserver-2', 'node-2', `${served}/cp-2`));
    const { events, logs: read2, findings, error } = await read('admin');
    expect(error).toBeNull();
    expect(events.map((event) => event.auditID)).toContain(deletion);
    expect(read2).toEqual(['node-1', 'node-2']);
    expect(findings?.gaps).toMatchObject([{ code: 'source-unreadable', source: 'node-2' }]);
    await kubectl('admin', '-n kube-system delete pod kube-apiserver-2 --force --grace-period=0');
    await kubectl('admin', 'delete node node-2');
  });

  it('is read by a pod that Ctrl-C takes away', async () => {
    const child = await start('pods', {
      reach: { nodes: ['node-1'], logPath: `${served}/large/audit.log`, via: 'pod', image },
    });
    const answer = ended(child);
    await reading(child);
    expect(await leftBehind()).toMatch(/^pod\/kubectl-audit-\S+\njob\.batch\/kubectl-audit-\S+$/);
    const { stdout } = await kubectl(
      'admin',
      '-n kube-system get pods -l app.kubernetes.io/name=kubectl-audit -o json',
    );
    const [pod] = (
      JSON.parse(stdout) as {
        items: { spec: Record<string, unknown>; metadata: { annotations: Record<string, string> } }[];
      }
    ).items;
    expect(pod?.spec).toMatchObject({ automountServiceAccountToken: false, nodeName: 'node-1' });
    expect(pod?.metadata.annotations['kubectl-audit/asked-by']).toBe('pods');
    process.kill(child.pid ?? 0, 'SIGINT');
    expect(await answer).toMatchObject({ error: { code: 'AUDIT_INTERRUPTED' } });
    expect(await leftBehind()).toBe('');
  });

  it('is read by a pod that goes by itself when nobody is left to remove it', async () => {
    const child = await start('pods', {
      holdPodSeconds: 15,
      reach: { nodes: ['node-1'], logPath: `${served}/large/audit.log`, via: 'pod', image },
    });
    await reading(child);
    child.kill('SIGKILL');
    expect(await leftBehind()).not.toBe('');
    expect(await until(leftBehind, (left) => left === '')).toBe('');
  });

  it('says which image is at fault when the pod does not start', async () => {
    const reach = {
      nodes: ['node-1'],
      logPath: `${served}/cp-1/audit.log`,
      via: 'pod' as const,
      image: 'localhost/none:1',
    };
    expect(await read('pods', { reach })).toMatchObject({
      error: {
        code: 'AUDIT_NO_AUDIT_LOG',
        message: expect.stringMatching(/did not start: \S*(Err|Image)/),
        hint: expect.stringContaining('--image'),
      },
    });
    expect(await leftBehind()).toBe('');
  });

  it('explains a refusal by Pod Security', async () => {
    await kubectl('admin', 'label namespace kube-system pod-security.kubernetes.io/enforce=baseline');
    const reach = { nodes: ['node-1'], logPath: `${served}/cp-1/audit.log`, via: 'pod' as const, image };
    expect(await read('pods', { reach })).toMatchObject({
      error: {
        code: 'AUDIT_FORBIDDEN',
        message: expect.stringContaining('Pod Security refuses'),
        hint: expect.stringContaining('enforce=privileged'),
      },
    });
    await kubectl('admin', 'label namespace kube-system pod-security.kubernetes.io/enforce-');
    expect(await leftBehind()).toBe('');
  });

  it('breaks off, and says where, when the API server is stopped while it is read', async () => {
    const huge = join(logs, 'huge');
    await mkdir(huge);
    const large = await readFile(join(logs, 'large/audit.log'));
    for (let n = 0; n < 6; n++) await appendFile(join(huge, 'audit.log'), large);
    expect((await stat(join(huge, 'audit.log'))).size).toBeGreaterThan(700_000_000);
    const child = await start('admin', { reach: { nodes: ['node-1'], logPath: `${served}/huge/audit.log` } });
    const answer = ended(child);
    await reading(child);
    process.kill(Number(await readFile(join(run, 'pid/apiserver-cp-1'), 'utf8')), 'SIGKILL');
    const { findings, error, events } = await answer;
    // Not one piece may have been whole by then.
    if (events.length === 0) expect(error).toMatchObject({ code: 'AUDIT_CLUSTER_UNREACHABLE' });
    else expect(findings?.gaps).toMatchObject([{ code: 'source-unreadable', source: 'node-1' }]);
    expect(error?.hint ?? 'ssh node-1').toContain('ssh node-1');
    expect((await readdir(huge)).length).toBe(1);
  });
});
