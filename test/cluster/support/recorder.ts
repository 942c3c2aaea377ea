/**
 * Servers on the loopback that write down how they were asked: an API server with TLS, one without, an HTTP proxy and a
 * SOCKS proxy. What is under `.invalid` only the proxies can reach: it is the API server with TLS.
 */
import { createServer as createHttp, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** One request as it arrived. */
export interface Seen {
  readonly server: 'tls' | 'plain' | 'http proxy' | 'socks proxy';
  readonly method: string;
  /** Path; for a proxy what it was asked to reach. */
  readonly path: string;
  readonly authorization: string | null;
  /** Impersonate-… headers, as `name: value`, sorted. */
  readonly impersonation: readonly string[];
  /** Common name of the client certificate. */
  readonly certificate: string | null;
  /** SNI. */
  readonly serverName: string | null;
  readonly userAgent: string | null;
  readonly acceptEncoding: string | null;
  readonly proxyAuthorization: string | null;
}

export interface Recorder {
  readonly ports: {
    readonly tls: number;
    readonly plain: number;
    readonly httpProxy: number;
    readonly socksProxy: number;
  };
  readonly seen: Seen[];
  close(): Promise<void>;
}

export interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const VERSION = JSON.stringify({ major: '1', minor: '34', gitVersion: 'v1.34.4' });

/** `tell` hears of each request at once. `handle` answers in place of a /version for everything. */
export async function startRecorder(
  identity: Identity,
  tell: (seen: Seen) => void = () => {},
  handle: Handler = (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(VERSION);
  },
): Promise<Recorder> {
  const seen: Seen[] = [];
  const record = (one: Seen) => {
    seen.push(one);
    tell(one);
  };
  const tls = createHttps({ ...identity, requestCert: true, rejectUnauthorized: false }, (ask, answer) => {
    record(seenOf(ask, 'tls'));
    handle(ask, answer);
  });
  const plain = createHttp((ask, answer) => {
    record(seenOf(ask, 'plain'));
    handle(ask, answer);
  });
  const httpProxy = createHttp((ask, answer) => {
    record(seenOf(ask, 'http proxy'));
    const { hostname, port, pathname, search } = new URL(ask.url ?? '');
    ask.pipe(
      request(
        { host: hostname, port, path: pathname + search, method: ask.method, headers: ask.headers },
        (got) => {
          answer.writeHead(got.statusCode ?? 502, got.headers);
          got.pipe(answer);
        },
      ),
    );
  });
  httpProxy.on('connect', (ask: IncomingMessage, client: Socket, head: Buffer) => {
    record(seenOf(ask, 'http proxy'));
    const { hostname, port } = new URL(`tcp://${ask.url}`);
    const upstream = connect(...placeOf(hostname, Number(port)), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    join(client, upstream);
  });
  const socksProxy = createTcp((client) => socks(client, record, (host, port) => placeOf(host, port)));

  const placeOf = (host: string, port: number): [number, string] =>
    host.endsWith('.invalid') ? [portOf(tls), '127.0.0.1'] : [port, host];
  const servers: Server[] = [tls, plain, httpProxy, socksProxy];
  const sockets = new Set<Socket>();
  for (const server of servers) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  return {
    ports: {
      tls: portOf(tls),
      plain: portOf(plain),
      httpProxy: portOf(httpProxy),
      socksProxy: portOf(socksProxy),
    },
    seen,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function join(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy());
  other.on('error', () => one.destroy());
}

function seenOf({ headers, rawHeaders, method, url, socket }: IncomingMessage, server: Seen['server']): Seen {
  const impersonation = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && /^impersonate-/i.test(name)
      ? [`${name.toLowerCase()}: ${Buffer.from(rawHeaders[i + 1] ?? '', 'latin1').toString('utf8')}`]
      : [],
  );
  const secure = 'getPeerCertificate' in socket ? (socket as TLSSocket) : null;
  return {
    server,
    method: method ?? '',
    path: url ?? '',
    authorization: headers.authorization ?? null,
    impersonation: impersonation.sort(),
    certificate: (secure?.getPeerCertificate()?.subject?.CN as string | undefined) ?? null,
    serverName: typeof secure?.servername === 'string' ? secure.servername : null,
    userAgent: headers['user-agent'] ?? null,
    acceptEncoding: (headers['accept-encoding'] as string | undefined) ?? null,
    proxyAuthorization: headers['proxy-authorization'] ?? null,
  };
}

/** RFC 1928 and 1929: CONNECT only; a name and password are taken and written down. */
function socks(
  client: Socket,
  record: (seen: Seen) => void,
  placeOf: (host: string, port: number) => [number, string],
): void {
  let login: string | null = null;
  let expects: 'greeting' | 'login' | 'request' = 'greeting';
  const listen = (message: Buffer) => {
    if (expects === 'greeting') {
      const wantsLogin = message.subarray(2, 2 + (message[1] ?? 0)).includes(2);
      expects = wantsLogin ? 'login' : 'request';
      client.write(Buffer.from([5, wantsLogin ? 2 : 0]));
    } else if (expects === 'login') {
      const nameEnd = 2 + (message[1] ?? 0);
      login = `${message.subarray(2, nameEnd)}:${message.subarray(nameEnd + 1)}`;
      expects = 'request';
      client.write(Buffer.from([1, 0]));
    } else {
      client.off('data', listen);
      const isName = message[3] === 3;
      const end = isName ? 5 + (message[4] ?? 0) : 8;
      const host = isName ? message.subarray(5, end).toString() : message.subarray(4, 8).join('.');
      const port = message.readUInt16BE(end);
      record({
        ...NOTHING,
        server: 'socks proxy',
        method: 'CONNECT',
        path: `${host}:${port}`,
        proxyAuthorization: login,
      });
      const upstream = connect(...placeOf(host, port), () => {
        client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        client.pipe(upstream).pipe(client);
      });
      join(client, upstream);
    }
  };
  client.on('data', listen);
}

const NOTHING: Omit<Seen, 'server' | 'method' | 'path'> = {
  authorization: null,
  impersonation: [],
  certificate: null,
  serverName: null,
  userAgent: null,
  acceptEncoding: null,
  proxyAuthorization: null,
};
