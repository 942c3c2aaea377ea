/** `service://NAMESPACE/NAME:PORT/BASE` and `forward://…`, with `+https`: a store inside the cluster, reached through the API server. */
import { UserError } from '../errors.ts';

export interface ClusterUrl {
  /** `service`: the API server's proxy asks it. `forward`: a connection through the API server to one of its pods. */
  readonly by: 'service' | 'forward';
  readonly isTls: boolean;
  readonly namespace: string;
  /** Of a Service. */
  readonly name: string;
  /** As the Service has it: a number, or a name. */
  readonly port: string;
  /** '' or `/base`. */
  readonly basePath: string;
}

/** Null: it is none. Throws UserError AUDIT_BAD_CONFIG. */
export function parseClusterUrl(url: string): ClusterUrl | null {
  const parts = /^(service|forward)(\+https)?:\/\/([^/]+)\/([^/:]+):([^/]+)((?:\/[^?#]*)?)$/.exec(url);
  if (parts === null) {
    if (!/^(?:service|forward)/.test(url)) return null;
    throw new UserError('AUDIT_BAD_CONFIG', `${JSON.stringify(url)} names no port of a Service`, {
      hint: 'it looks like service://monitoring/loki:3100 or forward+https://logging/opensearch:9200',
    });
  }
  const [, by, tls, namespace = '', name = '', port = '', basePath = ''] = parts;
  return {
    by: by === 'service' ? 'service' : 'forward',
    isTls: tls !== undefined,
    ...{ namespace, name, port },
    basePath: basePath.replace(/\/+$/, ''),
  };
}
