/** The API server, as messages about connections to it name it. */
import type { Towards } from '../../wire/network-error.ts';

/** `proxy`: its host; null when there is none. */
export function towardsApiServer(address: string, proxy: string | null = null): Towards {
  return {
    what: `the API server ${address}`,
    address,
    proxy,
    settings: 'the kubeconfig',
    parts: {
      authority: 'the certificate authority of the cluster',
      certificate: 'the client certificate or key of the user',
    },
    codes: { unreachable: 'AUDIT_CLUSTER_UNREACHABLE', badSettings: 'AUDIT_BAD_KUBECONFIG' },
    hints: {
      unreachable:
        'kubectl cluster-info; when the API server is down, its log can still be read on the node, with --file',
      untrusted:
        'kubectl config view --minify; is it the right certificate authority, and the right server? --tls-server-name',
      refused: 'log in again; kubectl auth whoami must work first',
      tooMuch: 'ask about one namespace: -n',
      proxy: 'look at proxy-url and HTTPS_PROXY',
    },
  };
}
