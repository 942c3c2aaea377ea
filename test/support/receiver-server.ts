/** A receiver of alerts for tests: a real HTTP server on loopback that behaves as it is told, one answer after the other. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** `hang`: never answers. `reset`: breaks the connection, having read all. `slow body`: accepts, and its answer never ends. */
export type Behaviour =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly text?: string;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow body' };

export interface Got {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What became of it. */
  readonly status: number | null;
  readonly atMs: number;
}

export interface ReceiverServer {
  readonly url: string;
  readonly got: readonly Got[];
  /** Those that were answered with success. */
  readonly accepted: readonly Got[];
  /** From now on, whatever was said before. */
  behave(how: (nth: number, body: string) => Behaviour): void;
  close(): Promise<void>;
}

export const ok: Behaviour = { kind: 'answer', status: 200, text: 'ok' };

export async function receiverServer(
  how: (nth: number, body: string) => Behaviour = () => ok,
): Promise<ReceiverServer> {
  const got: Got[] = [];
  const sockets = new Set<Socket>();
  let behaviour = how;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const does = behaviour(got.length, body);
      const status = does.kind === 'answer' ? does.status : does.kind === 'slow body' ? 200 : null;
      got.push({ path: request.url ?? '', headers: request.headers, body, status, atMs: performance.now() });
      answer(does, response);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    got,
    get accepted() {
      return got.filter(({ status }) => status === 200);
    },
    behave(next) {
      behaviour = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(does: Behaviour, response: ServerResponse): void {
  switch (does.kind) {
    case 'answer':
      response.writeHead(does.status, does.headers);
      response.end(does.text ?? '');
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'slow body':
      response.writeHead(200, { 'content-length': '1000' });
      response.write('o');
      return;
    case 'hang':
      return;
  }
}
