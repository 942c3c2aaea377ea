/** Where the log lies: manifests of API server pods as distributions write them, and clusters that keep theirs elsewhere. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditFlagsOf } from '../../src/sources/node/audit-flags.ts';
import { findLogs } from '../../src/sources/node/find-logs.ts';
import { decodeServerPod } from '../../src/sources/node/kube-objects.ts';
import { namesIn } from '../../src/sources/node/kubelet-folder.ts';
import { pathOf } from '../../src/sources/node/node-log.ts';
import type { ClusterReach } from '../../src/sources/registry.ts';
import { line } from '../scan/scan-text.ts';
import { type LoopbackKubelet, sendStatus, startLoopbackKubelet } from '../support/loopback-kubelet.ts';

let kubelet: LoopbackKubelet;
beforeEach(async () => {
  kubelet = await startLoopbackKubelet(['cp-1', 'cp-2']);
});
afterEach(() => kubelet.stop());

interface PodOptions {
  readonly node?: string;
  readonly labels?: Record<string, string>;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly mounts?: Readonly<Record<string, string>>;
  readonly volumes?: readonly unknown[];
  readonly containers?: readonly unknown[];
}

function aPod({
  node = 'cp-1',
  labels,
  command,
  args,
  mounts = {},
  volumes,
  containers,
}: PodOptions): unknown {
  const folders = Object.entries(mounts);
  return {
    metadata: {
      namespace: 'kube-system',
      name: `kube-apiserver-${node}`,
      uid: 'mirror',
      labels: labels ?? { component: 'kube-apiserver', tier: 'control-plane' },
      annotations: { 'kubernetes.io/config.hash': 'static' },
    },
    spec: {
      nodeName: node,
      containers: containers ?? [
        {
          name: 'kube-apiserver',
          command,
          args,
          volumeMounts: folders.map(([path], n) => ({ name: `v${n}`, mountPath: path })),
        },
      ],
      volumes: volumes ?? folders.map(([, path], n) => ({ name: `v${n}`, hostPath: { path, type: '' } })),
    },
  };
}

function aNode(
  name: string,
  over: { labels?: Record<string, string>; version?: string; os?: string; providerID?: string } = {},
): unknown {
  return {
    metadata: { name, labels: over.labels ?? { 'node-role.kubernetes.io/control-plane': '' } },
    spec: { providerID: over.providerID },
    status: { nodeInfo: { kubeletVersion: over.version ?? 'v1.34.4', osImage: over.os ?? 'Debian' } },
  };
}

const PODS = '/api/v1/namespaces/kube-system/pods';
const NODES = '/api/v1/nodes';

function find(over: Partial<ClusterReach> = {}) {
  const reach: ClusterReach = {
    api: kubelet.api,
    nodes: [],
    logPath: null,
    via: 'proxy',
    image: null,
    ...over,
  };
  return findLogs(reach, 'kubectl audit', new AbortController().signal);
}

async function paths(over: Partial<ClusterReach> = {}): Promise<string[]> {
  const { logs } = await find(over);
  return logs.map((log) => `${log.node}:${pathOf(log)}`);
}

const audit = (path: string): string[] => [
  'kube-apiserver',
  '--audit-policy-file=/etc/p.yaml',
  `--audit-log-path=${path}`,
];

describe('the flags of an API server pod', () => {
  it.each<[string, PodOptions, string]>([
    [
      'kubeadm: command, folder mounted as it is',
      {
        command: audit('/var/log/kubernetes/audit/audit.log'),
        mounts: {
          '/etc/kubernetes/pki': '/etc/kubernetes/pki',
          '/var/log/kubernetes/audit/': '/var/log/kubernetes/audit/',
        },
      },
      '/var/log/kubernetes/audit/audit.log',
    ],
    [
      'kubespray: another path in the container than on the node',
      {
        command: audit('/var/log/audit/kube-apiserver-audit.log'),
        mounts: { '/var/log/audit': '/var/log/kubernetes/audit' },
      },
      '/var/log/kubernetes/audit/kube-apiserver-audit.log',
    ],
    [
      'kops: a shell that runs it, labels of its own, the file itself mounted',
      {
        labels: { 'k8s-app': 'kube-apiserver' },
        command: [
          '/bin/sh',
          '-c',
          "mkfifo /tmp/pipe; (tee -a /var/log/kube-apiserver.log < /tmp/pipe & ) ; exec /usr/local/bin/kube-apiserver --allow-privileged=true --audit-log-path='/var/log/kube-apiserver-audit.log' --v=2 > /tmp/pipe 2>&1",
        ],
        mounts: {
          '/var/log': '/wrong',
          '/var/log/kube-apiserver-audit.log': '/var/log/kube-apiserver-audit.log',
        },
      },
      '/var/log/kube-apiserver-audit.log',
    ],
    [
      'kops: go-runner, args',
      {
        labels: { 'k8s-app': 'kube-apiserver' },
        args: [
          '--log-file=/var/log/kube-apiserver.log',
          '/usr/local/bin/kube-apiserver',
          ...audit('/var/log/kube-apiserver-audit.log'),
        ],
        mounts: { '/var/log': '/var/log' },
      },
      '/var/log/kube-apiserver-audit.log',
    ],
    [
      'EKS Anywhere: the flag and its value as two words',
      {
        command: [
          'kube-apiserver',
          '--audit-log-path',
          '/var/log/kubernetes/api-audit.log',
          '--audit-log-maxage',
          '30',
        ],
        mounts: { '/var/log/kubernetes': '/var/log/kubernetes' },
      },
      '/var/log/kubernetes/api-audit.log',
    ],
    [
      'the longest mount wins, and the last of two flags',
      {
        command: ['kube-apiserver', '--audit-log-path=/first', '--audit-log-path=/var/log/a/b/audit.log'],
        mounts: { '/var/log': '/wrong', '/var/log/a/b': '/var/log/right', '/var/log/a': '/wrong too' },
      },
      '/var/log/right/audit.log',
    ],
    [
      'a sidecar before it',
      {
        containers: [
          { name: 'vault-kms', command: ['kms'] },
          {
            name: 'kube-apiserver',
            command: audit('/logs/audit.log'),
            volumeMounts: [{ name: 'v0', mountPath: '/logs', subPath: 'cluster-a' }],
          },
        ],
        volumes: [{ name: 'v0', hostPath: { path: '/var/log/apiservers/' } }],
      },
      '/var/log/apiservers/cluster-a/audit.log',
    ],
  ])('%s', async (_, options, path) => {
    kubelet.lists.set(PODS, [aPod(options)]);
    expect(await paths()).toEqual([`cp-1:${path}`]);
  });

  it('tells the timeout of requests, and everything else of use', () => {
    const pod = decodeServerPod(
      aPod({ command: [...audit('/a/b'), '--request-timeout=1m30s', '--audit-webhook-config-file=/w'] }),
    );
    expect(auditFlagsOf(pod)).toMatchObject({
      requestTimeoutUs: 90_000_000,
      webhookConfig: '/w',
      policyFile: '/etc/p.yaml',
    });
    expect(pod.kubeletUid).toBe('static');
  });

  it.each<[string, PodOptions, RegExp, RegExp]>([
    [
      'no flag at all',
      { command: ['kube-apiserver', '--v=2'] },
      /audit logging is off on cp-1.*without --audit-policy-file and --audit-log-path/,
      /kubernetes\.io\/docs/,
    ],
    [
      'a policy, and no log',
      { command: ['kube-apiserver', '--audit-policy-file=/p'] },
      /without --audit-log-path$/,
      /docs/,
    ],
    [
      'a webhook only',
      { command: ['kube-apiserver', '--audit-webhook-config-file=/etc/w.yaml'] },
      /sends its events to a webhook \(\/etc\/w\.yaml\)/,
      /--source/,
    ],
    ['minikube: standard output', { command: audit('-') }, /standard output/, /--via stdout/],
    [
      'no volume',
      { command: audit('/var/log/kubernetes/audit.log'), mounts: { '/etc': '/etc' } },
      /lost with the container/,
      /hostPath volume below \/var\/log/,
    ],
    [
      'a volume that is no folder of the node',
      {
        command: audit('/audit/audit.log'),
        mounts: { '/audit': '' },
        volumes: [{ name: 'v0', emptyDir: {} }],
      },
      /in the volume v0 \(emptyDir\)/,
      /hostPath/,
    ],
    [
      'RKE2: outside of /var/log',
      {
        command: audit('/var/lib/rancher/rke2/server/logs/audit.log'),
        mounts: { '/var/lib/rancher/rke2/server/logs': '/var/lib/rancher/rke2/server/logs' },
      },
      /serves \/var\/log only/,
      /--via pod .*; or ssh cp-1 .*zcat -f \/var\/lib\/rancher\/rke2\/server\/logs\/audit\*/,
    ],
    [
      'a way out of /var/log',
      { command: audit('/var/log/../lib/audit.log'), mounts: { '/var/log': '/var/log' } },
      /serves \/var\/log only/,
      /--via pod/,
    ],
  ])('says what is wrong and what to do: %s', async (_, options, message, hint) => {
    kubelet.lists.set(PODS, [aPod(options)]);
    await expect(find()).rejects.toMatchObject({
      code: 'AUDIT_NO_AUDIT_LOG',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('lets a pod of its own read what the kubelet does not serve', async () => {
    const path = '/var/lib/rancher/rke2/server/logs';
    kubelet.lists.set(PODS, [aPod({ command: audit(`${path}/audit.log`), mounts: { [path]: path } })]);
    expect(await paths({ via: 'pod' })).toEqual([`cp-1:${path}/audit.log`]);
  });

  it('finds the output of a pod where the kubelet keeps it', async () => {
    kubelet.lists.set(PODS, [aPod({ command: audit('-') })]);
    const { logs } = await find({ via: 'stdout' });
    expect(logs).toMatchObject([
      {
        folder: '/var/log/pods/kube-system_kube-apiserver-cp-1_static/kube-apiserver',
        kind: 'pod output',
        output: { namespace: 'kube-system', pod: 'kube-apiserver-cp-1', container: 'kube-apiserver' },
      },
    ]);
  });
});

describe('several nodes, and what is missing of them', () => {
  it('finds each', async () => {
    const options = { command: audit('/var/log/a/audit.log'), mounts: { '/var/log/a': '/var/log/a' } };
    kubelet.lists.set(PODS, [aPod({ ...options, node: 'cp-2' }), aPod(options)]);
    kubelet.lists.set(NODES, [aNode('cp-1'), aNode('cp-2')]);
    expect(await paths()).toEqual(['cp-1:/var/log/a/audit.log', 'cp-2:/var/log/a/audit.log']);
    expect(await paths({ nodes: ['cp-2'] })).toEqual(['cp-2:/var/log/a/audit.log']);
  });

  it('names one whose log was not found, and goes on with the others', async () => {
    kubelet.lists.set(PODS, [
      aPod({ command: audit('/var/log/a/audit.log'), mounts: { '/var/log/a': '/var/log/a' } }),
    ]);
    kubelet.lists.set(NODES, [aNode('cp-1'), aNode('cp-2')]);
    const { logs, misses } = await find();
    expect(logs).toHaveLength(1);
    expect(misses).toMatchObject([
      { node: 'cp-2', error: { message: expect.stringContaining('no API server pod') } },
    ]);
  });

  it('looks through the usual folders where no pod tells, and is not taken in by auditd', async () => {
    kubelet.lists.set(NODES, [
      aNode('cp-1', { labels: { 'node.kubernetes.io/microk8s-controlplane': 'microk8s-controlplane' } }),
    ]);
    await put('cp-1', 'audit/audit.log', 'type=USER_LOGIN msg=audit(1700000000.123:45): pid=1\n');
    await put('cp-1', 'my-audit.json', `${line('a')}\n`);
    expect(await paths()).toEqual(['cp-1:/var/log/my-audit.json']);
    await put('cp-1', 'kube-audit/audit-log.json', `${line('a')}\n`);
    await put('cp-1', 'kube-audit/audit-log-2026-11-22T10-00-00.000.json', `${line('a')}\n`);
    expect(await paths()).toEqual(['cp-1:/var/log/kube-audit/audit-log.json']);
  });

  it('finds the four logs of an OpenShift node', async () => {
    kubelet.lists.set(NODES, [
      aNode('cp-1', { labels: { 'node-role.kubernetes.io/master': '', 'node.openshift.io/os_id': 'rhcos' } }),
    ]);
    kubelet.lists.set('/api/v1/namespaces/openshift-kube-apiserver/pods', [
      aPod({
        labels: { app: 'openshift-kube-apiserver' },
        args: ['hyperkube kube-apiserver --openshift-config=/etc/config.yaml -v=2'],
      }),
    ]);
    for (const server of ['kube-apiserver', 'openshift-apiserver', 'oauth-apiserver']) {
      await put('cp-1', `${server}/audit.log`, `${line('a')}\n`);
    }
    expect(await paths()).toEqual([
      'cp-1:/var/log/kube-apiserver/audit.log',
      'cp-1:/var/log/openshift-apiserver/audit.log',
      'cp-1:/var/log/oauth-apiserver/audit.log',
    ]);
  });

  it.each([
    [
      'Talos',
      { os: 'Talos (v1.9.0)' },
      /talosctl -n cp-1 read .*--via pod --log-path \/var\/log\/audit\/kube\/kube-apiserver\.log/,
    ],
    ['k3s', { version: 'v1.31.4+k3s1' }, /ssh cp-1 .*k3s\/server\/logs\/audit\*.*--via pod --log-path/],
  ])('knows that %s keeps its log from the kubelet', async (name, over, hint) => {
    kubelet.lists.set(NODES, [aNode('cp-1', over)]);
    await expect(find()).rejects.toMatchObject({
      message: `cp-1 runs ${name}, whose kubelet does not serve the audit log`,
      hint: expect.stringMatching(hint),
    });
    expect((await paths({ via: 'pod' }))[0]).toMatch(/^cp-1:\/var\/l/);
  });

  it.each([
    [
      'EKS',
      { version: 'v1.33.1-eks-1234567', providerID: 'aws:///eu-west-1a/i-0' },
      /--source cloudwatch:\/\/REGION\/aws\/eks\/CLUSTER\/cluster$/,
    ],
    [
      'EKS',
      { providerID: 'aws:///eu-west-1a/i-0' },
      /--source cloudwatch:\/\/REGION\/aws\/eks\/CLUSTER\/cluster$/,
    ],
    ['GKE', { version: 'v1.33.1-gke.100' }, /gcloud logging read/],
    ['AKS', { labels: { 'kubernetes.azure.com/cluster': 'x' } }, /--source azure:\/\/WORKSPACE-ID$/],
    ['a managed cluster (digitalocean)', { providerID: 'digitalocean://123' }, /--file -$/],
  ])('recognises %s', async (name, over, hint) => {
    kubelet.lists.set(NODES, [aNode('worker', { labels: {}, ...over })]);
    await expect(find()).rejects.toMatchObject({
      code: 'AUDIT_NO_AUDIT_LOG',
      message: expect.stringContaining(`this is ${name}:`),
      hint: expect.stringMatching(hint),
    });
  });

  it('says what k0s is like', async () => {
    kubelet.lists.set(NODES, [aNode('worker', { labels: {}, version: 'v1.31.2+k0s' })]);
    await expect(find()).rejects.toMatchObject({ message: expect.stringContaining('(it runs k0s)') });
  });
});

describe('without the rights to ask', () => {
  function refuse(...resources: readonly string[]): void {
    kubelet.intercept = (request, response) => {
      const refused = resources.find((resource) => new RegExp(`/${resource}\\?`).test(request.url ?? ''));
      if (refused === undefined) return false;
      sendStatus(
        response,
        403,
        `${refused} is forbidden: User "bob" cannot list resource "${refused}" in API group ""`,
      );
      return true;
    };
  }

  it('names both rights, and the way without them', async () => {
    refuse('nodes', 'pods');
    await expect(find()).rejects.toMatchObject({
      code: 'AUDIT_FORBIDDEN',
      message: expect.stringContaining(
        'needs the right to list nodes and to list pods in kube-system: "bob" may not list nodes',
      ),
      hint: expect.stringMatching(/--node NODE \[--log-path/),
    });
  });

  it('needs neither when node and path are given', async () => {
    refuse('nodes', 'pods');
    expect(await paths({ nodes: ['cp-1'], logPath: '/var/log/a/audit.log' })).toEqual([
      'cp-1:/var/log/a/audit.log',
    ]);
  });

  it('needs no flags when the node is given and the log is in a usual place', async () => {
    refuse('nodes', 'pods');
    await put('cp-1', 'kubernetes/audit/audit.log', `${line('a')}\n`);
    expect(await paths({ nodes: ['cp-1'] })).toEqual(['cp-1:/var/log/kubernetes/audit/audit.log']);
  });

  it('needs no nodes when the pods tell theirs', async () => {
    refuse('nodes');
    kubelet.lists.set(PODS, [
      aPod({ command: audit('/var/log/a/audit.log'), mounts: { '/var/log/a': '/var/log/a' } }),
    ]);
    expect(await paths()).toEqual(['cp-1:/var/log/a/audit.log']);
  });

  it('takes --log-path for all nodes of the control plane', async () => {
    refuse('pods');
    kubelet.lists.set(NODES, [aNode('cp-1'), aNode('cp-2')]);
    expect(await paths({ logPath: '/var/log/a/audit.log' })).toEqual([
      'cp-1:/var/log/a/audit.log',
      'cp-2:/var/log/a/audit.log',
    ]);
  });
});

it('reads names out of a listing, whatever they hold', () => {
  const html = `<pre>\n<a href="audit.log">audit.log</a>\n<a href="a%20b%26c%3F%23.log">a b&amp;c?#.log</a>\n<a href="./x:y">x:y</a>\n<a href="sub/">sub/</a>\n<a href="../">../</a>\n<a href="%zz">?</a>\n<a href="a&#39;b">a</a>\n</pre>`;
  const elsewhere = ['..', '.', '', '%2e%2e', '%2fetc', '..%2f..%2fetc', 'a%0a/../b', 'a%00', 'a/b/'];
  expect(namesIn(elsewhere.map((href) => `<a href="${href}">x</a>`).join('\n'))).toEqual([]);
  expect(namesIn(html)).toEqual(['audit.log', 'a b&c?#.log', 'x:y', 'sub/', "a'b"]);
});

async function put(node: string, name: string, content: string): Promise<void> {
  const path = join(kubelet.folderOf(node), name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
