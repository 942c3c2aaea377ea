/** Sockets to the server, a bounded number kept open, straight or through a proxy. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ServerUrl } from './server-url.ts';
import type { TlsOptions } from './tls.ts';

/** At once; more requests wait. Enough for nodes read side by side and a look at the cluster. */
const MAX_SOCKETS = 16;
const POOL = {
  keepAlive: true,
  keepAliveMsecs: 30_000,
  maxSockets: MAX_SOCKETS,
  scheduling: 'lifo',
} as const;

/** Node's types leave the options out. */
type Pool = HttpAgent & { readonly options: object };

/** `tls` is for the server; what is in it about trust also holds for a proxy of https, as in Go. */
export async function openAgent(
  server: ServerUrl,
  proxy: URL | null,
  tls: TlsOptions | null,
): Promise<HttpAgent> {
  const agent = await poolFor(server, proxy, tls);
  // Here and not with each request: Node keeps no socket open that was checked by a request's own function.
  Object.assign(agent.options, tls);
  return agent;
}

async function poolFor(server: ServerUrl, proxy: URL | null, tls: TlsOptions | null): Promise<Pool> {
  if (proxy === null) return (server.isTls ? new HttpsAgent(POOL) : new HttpAgent(POOL)) as Pool;
  if (proxy.protocol.startsWith('socks')) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    // Names are for the proxy to resolve: behind it they may mean something else, or something at all.
    return new SocksProxyAgent(proxy.href.replace(/^socks5h?:/, 'socks5h:'), POOL);
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const trust =
    tls === null ? {} : { secureContext: tls.secureContext, rejectUnauthorized: tls.rejectUnauthorized };
  return new HttpsProxyAgent(proxy, { ...POOL, ...trust });
}
