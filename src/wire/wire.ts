/** One connection to one server as one client certificate: sends a request, hands back the answer as it begins. */
import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { openAgent } from './agent.ts';
import { type Dial, DialledAgent } from './dialled-agent.ts';
import { TimeUp, type Towards } from './network-error.ts';
import type { ServerUrl } from './server-url.ts';
import { type ClientCertificate, type Trust, toTlsOptions } from './tls.ts';

export type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface Call {
  readonly method: string;
  /** From the API server's root, encoded, with its query. */
  readonly path: string;
  readonly headers: Headers;
  /** Text of the body; null for none. */
  readonly body: string | null;
  readonly signal: AbortSignal;
  /** Until the answer begins; 0: forever. */
  readonly waitMs: number;
}

export interface Wire {
  /** Rejects with Node's own error, with TimeUp, or with the signal's reason. */
  send(call: Call): Promise<IncomingMessage>;
  /** For whoever opens a connection of its own, as websockets do. */
  readonly options: RequestOptions;
  /** What stands before every path there. */
  readonly basePath: string;
  close(): void;
}

/** Dialling and the handshake, client-go's 30 and 10 seconds together. */
const CONNECT_MS = 40_000;
/** Until a proxy has let us through, or a socket of the pool is free. */
const PROXY_MS = 120_000;

/** `dial`: makes the connections; default: to the server's own address. */
export async function openWire(
  server: ServerUrl,
  proxy: URL | null,
  trust: Trust,
  certificate: ClientCertificate | null,
  towards: Towards,
  dial: Dial | null = null,
): Promise<Wire> {
  const tls = server.isTls ? toTlsOptions(trust, certificate, towards) : null;
  const isPlainProxied = !server.isTls && proxy !== null && /^https?:$/.test(proxy.protocol);
  // Plain HTTP is asked of a proxy by whole URL, without a tunnel.
  const agent =
    dial === null ? await openAgent(server, isPlainProxied ? null : proxy, tls) : new DialledAgent(dial, tls);
  const options: RequestOptions = {
    protocol: server.isTls && dial === null ? 'https:' : 'http:',
    host: server.host,
    port: server.port,
    agent,
    ...(isPlainProxied ? { host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'), port: proxy.port || 80 } : {}),
  };
  // A dialled connection brings its own TLS.
  const begin = server.isTls && dial === null ? requestHttps : requestHttp;
  return {
    options,
    basePath: server.basePath,
    close: () => agent.destroy(),
    send: (call) =>
      sendOn((headers) => {
        const path = `${server.basePath}${call.path}`;
        return begin({
          ...options,
          method: call.method,
          path: isPlainProxied ? `${server.address}${path}` : path,
          headers: {
            host: hostHeader(server),
            ...(isPlainProxied ? proxyAuthorization(proxy) : {}),
            ...headers,
          },
          signal: call.signal,
        });
      }, call),
  };
}

function hostHeader({ address }: ServerUrl): string {
  return address.replace(/^https?:\/\//, '');
}

function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

function sendOn(
  begin: (headers: Record<string, string | string[]>) => ClientRequest,
  call: Call,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(call.headers))
      headers[name] = typeof value === 'string' ? value : [...value];
    if (call.body !== null) headers['content-length'] = String(Buffer.byteLength(call.body));
    const request = begin(headers);
    const timers = new Set<NodeJS.Timeout>();
    const limit = (ms: number, what: string) => {
      const timer = setTimeout(() => request.destroy(new TimeUp(`${what} within ${ms / 1000} s`)), ms);
      timers.add(timer);
      return timer;
    };
    const settle = () => {
      for (const timer of timers) clearTimeout(timer);
    };
    if (call.waitMs > 0) limit(call.waitMs, 'no answer');
    const passing = limit(PROXY_MS, 'no connection');
    request.on('socket', (socket) => {
      clearTimeout(passing);
      if (!socket.connecting) return;
      const dialling = limit(CONNECT_MS, 'no connection');
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => clearTimeout(dialling));
    });
    request.on('response', (response) => {
      settle();
      // A break while the body is read is the reader's to see; without a listener it would end the program.
      response.on('error', () => {});
      resolve(response);
    });
    request.on('error', (error) => {
      settle();
      reject(call.signal.aborted ? call.signal.reason : error);
    });
    // As bytes: Node would write the headers in the encoding of a text, and ours are bytes already.
    request.end(call.body === null ? undefined : Buffer.from(call.body, 'utf8'));
  });
}
