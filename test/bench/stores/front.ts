/** Stands before a store, passes on what is sent and answered, and counts it. */
import { connect, createServer, type Socket } from 'node:net';

export interface Traffic {
  readonly requests: number;
  /** Of answers, with their heads, as they came over the wire. */
  readonly bytes: number;
}

export interface CountingFront {
  readonly url: string;
  /** Since the last time. */
  take(): Traffic;
  stop(): Promise<void>;
}

/** HTTP/1.1, one request at a time on a connection: what begins with a method and a path is one. */
const REQUEST = /(?:GET|POST|DELETE|HEAD) \/\S* HTTP\/1\.1\r\n/g;

/** `to`: a URL on loopback. */
export async function startFront(to: string): Promise<CountingFront> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  let requests = 0;
  let bytes = 0;
  const server = createServer((client) => {
    const store = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, store],
      [store, client],
    ] as const) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk: Buffer) => {
      requests += chunk.toString('latin1').match(REQUEST)?.length ?? 0;
    });
    store.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    client.pipe(store);
    store.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    take: () => {
      const taken = { requests, bytes };
      [requests, bytes] = [0, 0];
      return taken;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
