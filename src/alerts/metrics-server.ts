/** Serves the metrics, and nothing else. On this machine alone unless another address is said: they tell which rules hold here. */
import { createServer, type Server } from 'node:http';
import { UserError } from '../errors.ts';

export interface ListenAt {
  readonly host: string;
  readonly port: number;
}

/** `PORT`, `:PORT`, `ADDRESS:PORT`, `[ADDRESS]:PORT`. Throws AUDIT_USAGE. */
export function parseListenAt(typed: string): ListenAt {
  const [, bracketed, plain, number] = /^(?:\[([0-9a-fA-F:.]+)\]:|([\w.-]*):)?(\d{1,5})$/.exec(typed) ?? [];
  const port = Number(number ?? Number.NaN);
  if (port <= 65_535) return { host: bracketed || plain || '127.0.0.1', port };
  throw new UserError('AUDIT_USAGE', `--metrics ${JSON.stringify(typed)} is no address and port`, {
    hint: '--metrics 9090: on this machine only; --metrics 0.0.0.0:9090: on all addresses',
  });
}

export interface MetricsServer {
  /** Where it listens: with the port that was free, where 0 was asked for. */
  readonly url: string;
  close(): Promise<void>;
}

/** Rejects with a UserError when the port cannot be had. */
export async function serveMetrics({ host, port }: ListenAt, text: () => string): Promise<MetricsServer> {
  const server = createServer({ maxHeaderSize: 8_192, requestTimeout: 10_000 }, (request, response) => {
    const path = request.url?.replace(/\?.*$/s, '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || path !== '/metrics') {
      response.writeHead(isRead ? 404 : 405, { 'content-type': 'text/plain', connection: 'close' });
      response.end(isRead ? 'metrics are at /metrics\n' : '');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(request.method === 'HEAD' ? '' : text());
  });
  server.maxConnections = 50;
  await listening(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new UserError('AUDIT_USAGE', `--metrics: ${host}:${port} cannot be listened at (${cause.code})`, {
          hint: 'is another program there? --metrics 0 takes any free port',
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
