/** Where the API server is, from what a kubeconfig calls `server` (client-go rest/url_utils.go, DefaultServerURL). */
import { UserError } from '../../errors.ts';

export interface ServerUrl {
  readonly isTls: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** What stands before the API's own paths: '' or `/k8s/clusters/c-1`. */
  readonly basePath: string;
  /** Scheme, host and port, for messages. */
  readonly address: string;
}

/** `host:port` means http. Throws UserError AUDIT_BAD_KUBECONFIG. */
export function parseServerUrl(server: string): ServerUrl {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(server);
  const text = hasScheme ? server : `http://${server}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || (!hasScheme && url.pathname !== '/')) {
    throw new UserError('AUDIT_BAD_KUBECONFIG', `${JSON.stringify(server)} is not the URL of an API server`, {
      hint: 'it looks like https://10.0.0.1:6443',
    });
  }
  const isTls = url.protocol === 'https:';
  return {
    isTls,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    basePath: url.pathname.replace(/\/+$/, ''),
    address: url.origin,
  };
}
