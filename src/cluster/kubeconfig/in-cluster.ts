/** The connection of a pod: its service account (client-go rest/config.go, InClusterConfig). */
import { readFileSync, statSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { type ClusterEntry, NO_CLUSTER, NO_USER, type UserEntry } from './kubeconfig.ts';
import type { Surroundings } from './load.ts';

/** Where the kubelet mounts it. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InCluster {
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  /** '' when it cannot be told. */
  readonly namespace: string;
}

/** Null when this is no pod, or one without a service account's token. */
export function inCluster(env: Surroundings['env'], folder: string): InCluster | null {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const port = env.KUBERNETES_SERVICE_PORT ?? '';
  const tokenFile = join(folder, 'token');
  if (host === '' || port === '' || !isFile(tokenFile)) return null;
  const authority = join(folder, 'ca.crt');
  return {
    cluster: {
      ...NO_CLUSTER,
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      certificateAuthority: isFile(authority) ? authority : '',
    },
    user: { ...NO_USER, tokenFile },
    namespace: env.POD_NAMESPACE || textOf(join(folder, 'namespace')),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
