/** What a self-managed control plane has besides its processes: pods that tell where the log is, and who may read it. */
import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';

export const image = 'localhost/busybox:local';

/**
 * The API servers run outside of pods; this stands for the pod of one, flags and mounts included. `logPath`: in the
 * container; `-` is its standard output, to which it then copies what is in the folder.
 */
export function serverPod(name: string, node: string, folder: string, logPath = '/logs/audit.log'): string {
  const does = logPath === '-' ? 'cat /logs/audit.log; sleep 100000' : 'sleep 100000';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      labels: { component: 'kube-apiserver', tier: 'control-plane' },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'kube-apiserver',
          image,
          imagePullPolicy: 'Never',
          command: ['sh', '-c', does, 'kube-apiserver', '--audit-policy-file=/p.yaml'],
          args: [`--audit-log-path=${logPath}`],
          volumeMounts: [{ name: 'logs', mountPath: '/logs' }],
        },
      ],
      volumes: [{ name: 'logs', hostPath: { path: folder } }],
    },
  });
}

const GROUP = 'rbac.authorization.k8s.io';
const RIGHTS = new URL('../../../docs/rights.md', import.meta.url);

/** What docs/rights.md tells people to apply, each tier bound to groups: who has exactly that, and no more. */
export async function documentedRights(groupsOf: readonly (readonly string[])[]): Promise<string> {
  const blocks = [...(await readFile(RIGHTS, 'utf8')).matchAll(/^```yaml\n(.*?)^```/gms)];
  if (blocks.length !== groupsOf.length) throw new Error(`docs/rights.md has ${blocks.length} tiers`);
  const objects = blocks.flatMap(([, text = ''], tier) =>
    text.split(/^---$/m).flatMap((role) => [role, bindingOf(role, groupsOf[tier] ?? [])]),
  );
  return objects.join('\n---\n');
}

function bindingOf(role: string, groups: readonly string[]): string {
  const [kind = ''] = /(?<=^kind: )\w+/m.exec(role) ?? [];
  const [name = ''] = /(?<=^ {2}name: )\S+/m.exec(role) ?? [];
  const [namespace] = /(?<=^ {2}namespace: )\S+/m.exec(role) ?? [];
  return stringify({
    apiVersion: `${GROUP}/v1`,
    kind: `${kind}Binding`,
    metadata: { name, namespace },
    roleRef: { apiGroup: GROUP, kind, name },
    subjects: groups.map((group) => ({ apiGroup: GROUP, kind: 'Group', name: group })),
  });
}
