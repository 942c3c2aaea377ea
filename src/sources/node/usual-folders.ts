/** The folders of a node in which API servers write as a rule, looked through when the flags cannot be read. */
import type { ApiServer } from '../../io.ts';
import { FileGone } from '../rotated-logs/log-folder.ts';
import { rotationOf } from '../rotated-logs/rotation.ts';
import { isServed, openKubeletFolder } from './kubelet-folder.ts';
import { type NodeLog, nodeLogAt } from './node-log.ts';

/** kubeadm's convention, kubespray, EKS Anywhere; kind; OpenShift; Talos; RKE1; others. */
const FOLDERS = [
  'kubernetes/audit',
  'kubernetes',
  'kube-apiserver',
  'audit/kube',
  'kube-audit',
  'apiserver',
  'audit',
  '',
].map((folder) => (folder === '' ? '/var/log' : `/var/log/${folder}`));

/** In the first folder that has any. Rejects with a UserError when the node cannot be read. */
export async function lookForLogs(
  api: ApiServer,
  node: string,
  signal: AbortSignal,
): Promise<readonly NodeLog[]> {
  for (const folder of FOLDERS) {
    const logs = await logsIn(api, node, folder, signal);
    if (logs.length > 0) return logs;
  }
  return [];
}

/** Those of these files that are there. */
export async function presentLogs(
  api: ApiServer,
  node: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly NodeLog[]> {
  const logs = paths.map((path) => nodeLogAt(node, path));
  const isThere = await Promise.all(
    logs.map(async (log) => (await namesOf(api, node, log.folder, signal)).includes(log.liveName)),
  );
  return logs.filter((_, n) => isThere[n]);
}

/** What is named like an audit log and begins like one: the node's own auditd writes /var/log/audit/audit.log. */
async function logsIn(api: ApiServer, node: string, folder: string, signal: AbortSignal): Promise<NodeLog[]> {
  const names = await namesOf(api, node, folder, signal);
  const live = new Set(
    names.map((name) => rotationOf(name).liveName).filter((name) => /audit|kube-apiserver/i.test(name)),
  );
  const logs: NodeLog[] = [];
  for (const name of live) {
    const log = nodeLogAt(node, `${folder}/${name}`);
    if (names.includes(name) && (await beginsWithEvent(api, log, signal))) logs.push(log);
  }
  return logs;
}

async function namesOf(
  api: ApiServer,
  node: string,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!isServed(`${folder}/`)) return [];
  try {
    return await openKubeletFolder(api, node, folder).list(signal);
  } catch (error) {
    if (error instanceof FileGone) return [];
    throw error;
  }
}

async function beginsWithEvent(api: ApiServer, log: NodeLog, signal: AbortSignal): Promise<boolean> {
  try {
    const { head } = await openKubeletFolder(api, log.node, log.folder).file(log.liveName).stat(signal);
    return (
      Buffer.from(head).includes('audit.k8s.io/') || / AUDIT: id="/.test(Buffer.from(head).toString('latin1'))
    );
  } catch (error) {
    if (error instanceof FileGone) return false;
    throw error;
  }
}

export const LOOKED_IN = FOLDERS.join(', ');
