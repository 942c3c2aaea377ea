/** What is asked again, and what is not. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/io.ts';
import { reachServer } from '../../src/reach/reach-server.ts';

let server: Server;
let store: HttpServer;
let requests = 0;
/** Null: the connection is broken. */
let status: number | null = null;
const { signal } = new AbortController();

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    if (status === null) request.socket.destroy();
    else response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = await reachServer('store', { url }, { env: {}, signal, api: () => Promise.reject() });
});

afterAll(() => {
  store.close();
  server.close();
});

beforeEach(() => {
  requests = 0;
});

const post = { method: 'POST', path: '/', headers: {}, body: '{}', signal } as const;

describe('what got no answer, or only a gateway’s', () => {
  it('is sent again, as it only asks', async () => {
    status = null;
    await expect(store.request(post)).rejects.toThrow();
    expect(requests).toBe(4);
    status = 503;
    expect((await store.request(post)).status).toBe(503);
    expect(requests).toBe(8);
  });

  it('is not, where it begins something', async () => {
    status = null;
    await expect(store.request({ ...post, isBeginning: true })).rejects.toThrow();
    status = 503;
    expect((await store.request({ ...post, isBeginning: true })).status).toBe(503);
    expect(requests).toBe(2);
  });
});
