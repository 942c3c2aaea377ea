/** Where an HTTP server is. */

export interface ServerUrl {
  readonly isTls: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** What stands before the server's own paths: '' or `/k8s/clusters/c-1`. */
  readonly basePath: string;
  /** Scheme, host and port, for messages. */
  readonly address: string;
}

/** Of http or https; anything else is the caller's to refuse. */
export function toServerUrl(url: URL): ServerUrl {
  const isTls = url.protocol === 'https:';
  return {
    isTls,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    basePath: url.pathname.replace(/\/+$/, ''),
    address: url.origin,
  };
}
