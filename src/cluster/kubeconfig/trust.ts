/** Whom the kubeconfig trusts to be the API server. */
import { readFile } from 'node:fs/promises';
import type { Trust } from '../../wire/tls.ts';
import type { ClusterEntry } from './kubeconfig.ts';

/** `host` is the server's own, for when no other name is asked for. */
export async function readTrust(cluster: ClusterEntry, host: string): Promise<Trust> {
  const authorities =
    cluster.certificateAuthorityData !== null
      ? Buffer.from(cluster.certificateAuthorityData).toString('utf8')
      : cluster.certificateAuthority !== ''
        ? await readFile(cluster.certificateAuthority, 'utf8')
        : null;
  return {
    authorities,
    isInsecure: cluster.insecureSkipTlsVerify,
    serverName: cluster.tlsServerName || host,
  };
}
