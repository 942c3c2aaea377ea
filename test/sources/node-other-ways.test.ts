/** Ways in that are never taken unasked: a pod of our own, and the API server's standard output. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiServer, RunningCommand } from '../../src/io.ts';
import { MOUNTED_AT } from '../../src/sources/node/pod-manifest.ts';
import { type ClusterReach, openSource } from '../../src/sources/registry.ts';
import type { Source } from '../../src/sources/source.ts';
import { line } from '../scan/scan-text.ts';
import { describeSource } from '../support/describe-source.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { type LoopbackKubelet, sendStatus, startLoopbackKubelet } from '../support/loopback-kubelet.ts';
import { aQuery } from '../support/source-cases.ts';

let kubelet: LoopbackKubelet;
beforeEach(async () => {
  kubelet = await startLoopbackKubelet(['cp-1']);
});
afterEach(() => kubelet.stop());

interface Pods {
  readonly api: ApiServer;
  /** Methods and paths, in order, without the API's prefix. */
  readonly calls: string[];
  readonly bodies: Record<string, unknown>[];
}

/** Pods that are processes of this machine: their commands run on the folder instead of on the mount. */
function podsOn(
  folder: string,
  over: {
    readonly refusal?: { status: number; message: string };
    readonly waiting?: unknown;
  } = {},
  base: ApiServer = kubelet.api,
): Pods {
  const calls: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const api: ApiServer = {
    ...base,
    async send(method, path, body) {
      calls.push(
        `${method} ${path.replace('/namespaces/kube-system', '').replace(/^\/apis?\/(batch\/)?v1/, '')}`,
      );
      if (path.endsWith('selfsubjectreviews'))
        return { status: 201, json: { status: { userInfo: { username: 'alice' } } } };
      if (method === 'POST') {
        bodies.push(body as Record<string, unknown>);
        const isPod = path.endsWith('/pods');
        if (isPod && over.refusal !== undefined)
          return { status: over.refusal.status, json: { message: over.refusal.message } };
        return {
          status: 201,
          json: { metadata: { name: isPod ? 'kubectl-audit-p' : 'kubectl-audit-j', uid: 'u1' } },
        };
      }
      if (method === 'DELETE') return { status: 200, json: {} };
      if (over.waiting !== undefined)
        return {
          status: 200,
          json: { status: { phase: 'Pending', containerStatuses: [{ state: { waiting: over.waiting } }] } },
        };
      return { status: 200, json: { status: { phase: 'Running' } } };
    },
    exec: async ({ command }, signal) =>
      runLocally(
        command.map((word) => word.replace(MOUNTED_AT, folder)),
        signal,
      ),
  };
  return { api, calls, bodies };
}

function runLocally([program = '', ...args]: readonly string[], signal: AbortSignal): RunningCommand {
  const child = spawn(program, args, { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  child.on('error', () => {});
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const ended = new Promise<{ exitCode: number; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ exitCode: code ?? 1, stderr }));
  });
  return { stdout: child.stdout, ended };
}

async function openVia(
  via: ClusterReach['via'],
  api: ApiServer,
  nodes: readonly string[] = ['cp-1'],
  logPath: string | null = '/var/lib/audit/audit.log',
): Promise<Source> {
  return openSource('node', { patterns: [], maxBytes: null }, fixedIo(), {
    api,
    nodes,
    logPath,
    via,
    image: null,
  });
}

async function idsOf(source: Source): Promise<string[]> {
  const { signal } = new AbortController();
  const ids: string[] = [];
  for await (const batch of source.read(await source.plan(aQuery(), signal), signal)) {
    for (const event of batch.events) ids.push(event.auditID);
  }
  return ids;
}

describeSource(
  'node, via pod',
  async (jsons) => {
    const place = await startLoopbackKubelet();
    const folder = await mkdtemp(join(place.folderOf('cp-1'), 'audit-'));
    await writeFile(join(folder, 'audit.log'), jsons.map((json) => `${JSON.stringify(json)}\n`).join(''));
    const source = await openVia('pod', podsOn(folder, {}, place.api).api);
    return {
      name: source.name,
      capabilities: source.capabilities,
      plan: (asked, signal) => source.plan(asked, signal),
      read: (plan, signal) => source.read(plan, signal),
      findings: () => source.findings(),
      async close() {
        await source.close();
        await place.stop();
      },
    };
  },
  { runs: 3 },
);

describe('via pod', () => {
  it('makes one pod, with nothing but what it needs, and takes it away', async () => {
    const folder = kubelet.folderOf('cp-1');
    await writeFile(join(folder, 'audit.log'), `${line('b')}\n`);
    await writeFile(join(folder, 'audit-2026-11-22T10-00-00.000.log.gz'), gzipSync(`${line('a')}\n`));
    const pods = podsOn(folder);
    const source = await openVia('pod', pods.api);
    expect((await idsOf(source)).sort()).toEqual(['a', 'b']);
    await source.close();
    expect(pods.calls.filter((call) => !call.startsWith('GET'))).toEqual([
      'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
      'POST /jobs',
      'POST /pods',
      'DELETE /pods/kubectl-audit-p',
      'DELETE /jobs/kubectl-audit-j',
    ]);
    expect(pods.bodies[1]).toMatchObject({
      metadata: {
        generateName: 'kubectl-audit-',
        annotations: { 'kubectl-audit/asked-by': 'alice' },
        ownerReferences: [{ kind: 'Job', name: 'kubectl-audit-j', uid: 'u1' }],
      },
      spec: {
        nodeName: 'cp-1',
        tolerations: [{ operator: 'Exists' }],
        automountServiceAccountToken: false,
        restartPolicy: 'Never',
        activeDeadlineSeconds: 900,
        volumes: [{ hostPath: { path: '/var/lib/audit' } }],
        containers: [
          {
            image: 'docker.io/library/busybox:1.37.0',
            volumeMounts: [{ readOnly: true }],
            securityContext: {
              privileged: false,
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    });
  });

  it('takes it away when it is interrupted before the pod runs', async () => {
    const pods = podsOn(kubelet.folderOf('cp-1'), { waiting: { reason: 'ContainerCreating' } });
    const source = await openVia('pod', pods.api);
    const controller = new AbortController();
    const planned = source.plan(aQuery(), controller.signal);
    setTimeout(() => controller.abort(new Error('stop')), 400);
    await expect(planned).rejects.toThrow('stop');
    await source.close();
    expect(pods.calls).toContain('DELETE /pods/kubectl-audit-p');
  });

  it.each([
    [
      'Pod Security',
      403,
      'pods "x" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes',
      'Pod Security refuses',
    ],
    [
      'no right',
      403,
      'pods is forbidden: User "bob" cannot create resource "pods" in API group ""',
      'needs the right to create pods',
    ],
    ['a policy', 403, 'admission webhook "x" denied the request: no hostPath', 'the cluster refuses'],
  ])('explains a refusal: %s', async (_, status, message, said) => {
    const pods = podsOn(kubelet.folderOf('cp-1'), { refusal: { status, message } });
    const source = await openVia('pod', pods.api);
    await expect(idsOf(source)).rejects.toMatchObject({
      code: 'AUDIT_FORBIDDEN',
      message: expect.stringContaining(said),
    });
    await source.close();
    expect(pods.calls.at(-1)).toBe('DELETE /jobs/kubectl-audit-j');
  });

  it('says that the image cannot be had', async () => {
    const pods = podsOn(kubelet.folderOf('cp-1'), {
      waiting: { reason: 'ImagePullBackOff', message: 'no such host' },
    });
    const source = await openVia('pod', pods.api);
    await expect(idsOf(source)).rejects.toMatchObject({
      message: 'the pod on cp-1 did not start: ImagePullBackOff: no such host',
    });
    await source.close();
  });
});

describe('via stdout', () => {
  const FOLDER = 'pods/kube-system_kube-apiserver-cp-1_static/kube-apiserver';
  const cri = (id: string): string => `2026-11-22T10:00:00.123456789Z stdout F ${line(id)}\n`;
  const klog = '2026-11-22T10:00:00.1Z stderr F I1122 10:00:00.000000 1 server.go:1] something else\n';

  beforeEach(() => {
    kubelet.lists.set('/api/v1/namespaces/kube-system/pods', [
      {
        metadata: {
          namespace: 'kube-system',
          name: 'kube-apiserver-cp-1',
          labels: { component: 'kube-apiserver' },
          annotations: { 'kubernetes.io/config.hash': 'static' },
        },
        spec: {
          nodeName: 'cp-1',
          containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', '--audit-log-path=-'] }],
        },
      },
    ]);
  });

  it("reads the kubelet's files of it, rotated ones and those of restarts too", async () => {
    const put = async (name: string, content: string | Uint8Array): Promise<void> => {
      const path = join(kubelet.folderOf('cp-1'), FOLDER, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    };
    await put('0.log.20261122-090000.gz', gzipSync(cri('a') + klog));
    await put('0.log.20261122-093000', klog + cri('b'));
    await put('0.log', cri('c'));
    await put('1.log', klog + cri('d') + klog);
    const source = await openVia('stdout', kubelet.api, [], null);
    expect((await idsOf(source)).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(source.findings().gaps).toEqual([]);
  });

  it('takes what pods/log gives from those who may not read the node', async () => {
    const asked: string[] = [];
    kubelet.intercept = (request, response) => {
      const url = request.url ?? '';
      if (url.includes('/proxy/')) {
        sendStatus(response, 403, 'forbidden: User "bob" cannot get resource "nodes/proxy"');
        return true;
      }
      if (!url.includes('/log?')) return false;
      asked.push(url);
      response.writeHead(200, { 'content-type': 'text/plain' }).end(`I1122 10:00 klog\n${line('live')}\n`);
      return true;
    };
    const source = await openVia('stdout', kubelet.api, [], null);
    expect(await idsOf(source)).toEqual(['live']);
    expect(asked).toEqual([
      '/api/v1/namespaces/kube-system/pods/kube-apiserver-cp-1/log?container=kube-apiserver',
    ]);
    expect(source.findings().notes.map((note) => note.code)).toEqual(['live-output-only']);
  });
});
