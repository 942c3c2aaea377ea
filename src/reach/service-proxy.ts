/**
 * A store behind the API server's proxy for Services. The API server takes our Authorization for its own and sends none on, and does
 * not check the certificate of what it asks (apiserver: CreateProxyTransport). It asks pods alone: a Service without a selector, it finds
 * nobody behind (registry/core/service/storage: isValidAddress).
 */
import { UserError } from '../errors.ts';
import type { ApiServer, HttpServer } from '../io.ts';
import { begun } from '../wire/body.ts';
import type { ClusterUrl } from './cluster-url.ts';
import type { Auth } from './reach-settings.ts';

/** Far above any; what a store itself says may be longer. */
const MAX_STATUS_BYTES = 64 * 1024;

export function serviceProxy(
  store: string,
  { namespace, name, port, isTls, basePath }: ClusterUrl,
  api: () => Promise<ApiServer>,
  headers: () => Promise<Readonly<Record<string, string>>>,
): HttpServer {
  const service = `${isTls ? 'https:' : ''}${name}:${port}`;
  const prefix = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${service}/proxy${basePath}`;
  return {
    address: `service ${namespace}/${name}:${port}`,
    async request(call) {
      const own = await headers();
      const answer = await (await api()).request({
        ...call,
        path: `${prefix}${call.path}`,
        headers: { ...own, ...call.headers },
      });
      // Of the API server, and not of the store: it has no such Service, or no way there.
      if (answer.status === 403 || answer.status === 503 || answer.status === 404)
        return await ownRefusal(answer, store, namespace, name);
      return answer;
    },
    close: () => {},
  };
}

/** What is sent on is the API server's own kind of answer only where it refuses: a Status. */
async function ownRefusal(
  answer: Awaited<ReturnType<HttpServer['request']>>,
  store: string,
  namespace: string,
  name: string,
): Promise<typeof answer> {
  const { beginning, rest } = await begun(answer.body, MAX_STATUS_BYTES);
  const { kind, message } = statusIn(beginning.toString('utf8'));
  if (kind !== 'Status') return { ...answer, body: rest };
  if (answer.status === 403)
    throw new UserError('AUDIT_FORBIDDEN', `${store}: ${message}`, {
      hint: `a Role in ${namespace} needs it: verbs [get, create], resources [services/proxy], resourceNames [${JSON.stringify(name)}]`,
    });
  throw new UserError(
    'AUDIT_STORE_UNREACHABLE',
    `${store} cannot be reached through the API server: ${message}`,
    {
      hint: `kubectl -n ${namespace} get service,endpointslices; or by a port-forward: forward://${namespace}/${name}:PORT`,
    },
  );
}

function statusIn(text: string): { readonly kind: unknown; readonly message: string } {
  try {
    const { kind, message } = (JSON.parse(text) ?? {}) as {
      readonly kind?: unknown;
      readonly message?: unknown;
    };
    return { kind, message: typeof message === 'string' ? message : '' };
  } catch {
    return { kind: null, message: '' };
  }
}

/** What proves who we are would not arrive. */
export function refuseStripped(auth: Auth | undefined, store: string, url: string): void {
  if (auth === undefined || 'header' in auth) return;
  throw new UserError('AUDIT_BAD_CONFIG', `${store}: auth does not pass the API server's proxy (${url})`, {
    hint: `say ${url.replace(/^service/, 'forward')}`,
  });
}
