import { expect, it } from 'vitest';
import type { ApiResponse, ApiServer, HttpServer } from '../../src/io.ts';
import { parseClusterUrl } from '../../src/reach/cluster-url.ts';
import { serviceProxy } from '../../src/reach/service-proxy.ts';
import { askStore } from '../../src/sources/store/ask-store.ts';

/** A store behind an API server that answers so to all that is asked. */
function behind(answer: () => ApiResponse): HttpServer {
  const url = parseClusterUrl('service://monitoring/logs:9428');
  if (url === null) throw new Error('it is one');
  const api = { request: async () => answer() } as Partial<ApiServer> as ApiServer;
  return serviceProxy(
    'the store logs',
    url,
    async () => api,
    async () => ({}),
  );
}

const { signal } = new AbortController();
const asking = (server: HttpServer) =>
  askStore(server, { method: 'GET', path: '/', body: null, signal }, { kind: 'logs', reasonIn: () => null });

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text, 'utf8');
}

it('tells the refusals of the API server from those of the store', async () => {
  const status = JSON.stringify({ kind: 'Status', message: 'services "logs" not found' });
  const own = behind(() => ({ status: 404, headers: {}, body: pieces(status.slice(0, 9), status.slice(9)) }));
  await expect(asking(own)).rejects.toMatchObject({
    code: 'AUDIT_STORE_UNREACHABLE',
    message: expect.stringContaining('services "logs" not found'),
  });
  const stores = behind(() => ({ status: 404, headers: {}, body: pieces('no such ', 'path') }));
  await expect(asking(stores)).rejects.toMatchObject({
    code: 'AUDIT_STORE_REFUSED',
    message: expect.stringContaining('no such path'),
  });
});

it('takes no more of a refusal than it needs, and ends it', async () => {
  let sent = 0;
  let isEnded = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        sent += 1000;
        yield Buffer.alloc(1000, 'x');
      }
    } finally {
      isEnded = true;
    }
  }
  await expect(asking(behind(() => ({ status: 503, headers: {}, body: endless() })))).rejects.toMatchObject({
    code: 'AUDIT_STORE_REFUSED',
  });
  expect(sent).toBeLessThan(200_000);
  expect(isEnded).toBe(true);
});

it('hands on what a store itself says at length, whole', async () => {
  const said = Array.from({ length: 300 }, (_, n) => `${n} `.padEnd(1000, '.'));
  const server = behind(() => ({ status: 404, headers: {}, body: pieces(...said) }));
  const answer = await server.request({ method: 'GET', path: '/', body: null, signal });
  const read: Uint8Array[] = [];
  for await (const piece of answer.body) read.push(piece);
  expect(Buffer.concat(read).toString('utf8')).toBe(said.join(''));
});
