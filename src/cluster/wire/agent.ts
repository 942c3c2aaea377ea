/** Sockets to the server, a bounded number kept open, straight or through a proxy. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ServerUrl } from '../kubeconfig/server-url.ts';
import type { TlsOptions } from './tls.ts';

/** At once; more requests wait. Enough for nodes read side by side and a look at the cluster. */
const MAX_SOCKETS = 16;
const POOL = {
  keepAlive: true,
  keepAliveMsecs: 30_000,
  maxSockets: MAX_SOCKETS,
  scheduling: 'lifo',
} as const;

/** `tls` is also what a proxy of https is met with, as in Go. */
export async function openAgent(
  server: ServerUrl,
  proxy: URL | null,
  tls: TlsOptions | null,
): Promise<HttpAgent> {
  if (proxy === null) return server.isTls ? new HttpsAgent(POOL) : new HttpAgent(POOL);
  if (proxy.protocol.startsWith('socks')) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    // Names are for the proxy to resolve: behind it they may mean something else, or something at all.
    return new SocksProxyAgent(proxy.href.replace(/^socks5h?:/, 'socks5h:'), POOL);
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const secure =
    tls === null ? {} : { secureContext: tls.secureContext, rejectUnauthorized: tls.rejectUnauthorized };
  return new HttpsProxyAgent(proxy, { ...POOL, ...secure });
}
