/** The API server's port over real sockets: servers on the loopback, with TLS. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { connectTo, failure, never, serve } from './support/connect-here.ts';

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const forbidden = (message: string) => ({
  kind: 'Status',
  status: 'Failure',
  reason: 'Forbidden',
  code: 403,
  message,
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('get', () => {
  it('streams the body of any status, with the headers of both sides', async () => {
    const { ports, seen } = await serve((request, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-4/9', 'Set-Cookie': ['a', 'b'] });
      response.end(`${request.headers.range} ${request.headers.accept}`);
    });
    const { api } = await connectTo(ports.tls);
    expect(api.address).toBe(`https://127.0.0.1:${ports.tls}`);
    const path = '/api/v1/nodes/n/proxy/logs/audit.log?x=%2F';
    const { status, headers, body } = await api.get(path, { headers: { Range: 'bytes=0-4' }, signal: never });
    expect([status, headers['content-range'], headers['set-cookie']]).toEqual([206, 'bytes 0-4/9', 'a, b']);
    expect(await textOf(body)).toBe('bytes=0-4 application/json, */*');
    expect(seen).toMatchObject([
      {
        path,
        method: 'GET',
        authorization: 'Bearer let-me-in',
        userAgent: `kubectl-audit/${VERSION}`,
        acceptEncoding: null,
      },
    ]);
  });

  it('follows no redirection', async () => {
    const { ports, seen } = await serve((_request, response) => {
      response.writeHead(302, { location: 'https://elsewhere.invalid/' });
      response.end();
    });
    const { api } = await connectTo(ports.tls);
    const { status, body } = await api.get('/', { signal: never });
    await textOf(body);
    expect([status, seen.length]).toEqual([302, 1]);
    expect((await failure(api.list('/api/v1/nodes', never))).hint).toMatch(/login page/);
  });

  it('lets a slow reader take its time: only silence of the server counts', async () => {
    const { ports } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(3_000_000) });
      response.end(Buffer.alloc(3_000_000, 'x'));
    });
    const { api } = await connectTo(ports.tls, { flags: { requestTimeout: '200ms' } });
    const { body } = await api.get('/', { signal: never });
    let bytes = 0;
    let hasSlept = false;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (!hasSlept) await sleep(500);
      hasSlept = true;
    }
    expect(bytes).toBe(3_000_000);
  });

  it('goes on beyond --request-timeout while bytes come, and stops when none come for so long', async () => {
    const { ports } = await serve(async (_request, response) => {
      for (let i = 0; i < 6; i++) {
        response.write('x');
        await sleep(100);
      }
      // And then never again.
    });
    const { api } = await connectTo(ports.tls, { flags: { requestTimeout: '300ms' } });
    const { body } = await api.get('/', { signal: never });
    let text = '';
    const { said } = await failure(
      (async () => {
        for await (const chunk of body) text += Buffer.from(chunk).toString();
      })(),
    );
    expect(text).toBe('xxxxxx');
    expect(said).toMatch(/^AUDIT_CLUSTER_UNREACHABLE: .*nothing more came within 0.3 s$/);
  });

  it('gives up when the answer does not begin in time', async () => {
    const { ports } = await serve(() => {});
    const { api } = await connectTo(ports.tls, { flags: { requestTimeout: '100ms' } });
    expect((await failure(api.get('/', { signal: never }))).said).toMatch(/no answer within 0.1 s$/);
  });

  it('says that the connection broke in the middle', async () => {
    const { ports } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345');
      setTimeout(() => response.destroy(), 50);
    });
    const { api } = await connectTo(ports.tls);
    const { body } = await api.get('/', { signal: never });
    expect((await failure(textOf(body))).said).toMatch(/cannot be reached: the connection was closed$/);
  });

  it('ends with the signal, before the answer and within the body', async () => {
    let closed = 0;
    const { ports } = await serve((request, response) => {
      response.on('close', () => closed++);
      if (request.url === '/slow') return;
      response.write('first');
    });
    const { api } = await connectTo(ports.tls);
    const before = new AbortController();
    const waiting = api.get('/slow', { signal: before.signal });
    setTimeout(() => before.abort(new Error('enough')), 50);
    await expect(waiting).rejects.toThrow('enough');

    const within = new AbortController();
    const { body } = await api.get('/', { signal: within.signal });
    await expect(
      (async () => {
        for await (const _ of body) within.abort(new Error('enough'));
      })(),
    ).rejects.toThrow('enough');
    await expect(api.get('/', { signal: within.signal })).rejects.toThrow('enough');
    await expect.poll(() => closed).toBe(2);
  });

  it('closes the connection when the reader stops early', async () => {
    let isClosed = false;
    const { ports } = await serve((_request, response) => {
      response.on('close', () => {
        isClosed = true;
      });
      response.write('x');
    });
    const { api } = await connectTo(ports.tls);
    for await (const _ of (await api.get('/', { signal: never })).body) break;
    await expect.poll(() => isClosed).toBe(true);
  });
});

describe('an answer that came whole, and is not read to its end', () => {
  it.each(['plain', 'tls'] as const)(
    'lets its connection go, and an abort later harms nobody: %s',
    async (port) => {
      const sockets = new Set<unknown>();
      const { ports } = await serve((request, response) => {
        sockets.add(request.socket);
        request.socket.once('close', () => sockets.delete(request.socket));
        response.writeHead(200, { 'content-length': 60_000 });
        response.end(Buffer.alloc(60_000));
      });
      const cluster = port === 'plain' ? { cluster: `server: "http://127.0.0.1:${ports.plain}"` } : {};
      const { api } = await connectTo(ports[port], cluster);
      const end = new AbortController();
      const uncaught: unknown[] = [];
      const note = (error: unknown): void => void uncaught.push(error);
      process.on('uncaughtException', note).on('unhandledRejection', note);
      const { body } = await api.get('/logs/audit.log', { signal: end.signal });
      // Until all of it has arrived.
      await sleep(100);
      for await (const chunk of body) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await sleep(50);
      end.abort();
      await sleep(100);
      process.off('uncaughtException', note).off('unhandledRejection', note);
      expect(uncaught).toEqual([]);
      // Its connection is closed, or serves the next request.
      let bytes = 0;
      for await (const chunk of (await api.get('/logs/audit.log', { signal: never })).body)
        bytes += chunk.length;
      expect(bytes).toBe(60_000);
      expect(sockets.size).toBeLessThanOrEqual(1);
    },
  );
});

describe('asking again', () => {
  it.each([
    ['429 with Retry-After', 429, { 'retry-after': '0' }, '/api', 3],
    ['503 with Retry-After', 503, { 'retry-after': '0' }, '/api', 3],
    ['502', 502, {}, '/api', 3],
    ['500', 500, {}, '/api', 1],
    ['503 of a node', 503, {}, '/api/v1/nodes/n/proxy/logs/', 1],
    ['429 that asks for too long', 429, { 'retry-after': '3600' }, '/api', 1],
  ])('%s', async (_name, status, headers, path, asked) => {
    let times = 0;
    const { ports } = await serve((_request, response) => {
      times++;
      json(response, times === 3 ? 200 : status, {}, headers);
    });
    const { api } = await connectTo(ports.tls);
    const answer = await api.send('GET', path, null, never);
    expect([times, answer.status]).toEqual([asked, asked === 3 ? 200 : status]);
  });

  it('gives up after four times', async () => {
    let times = 0;
    const { ports } = await serve((_request, response) => {
      times++;
      json(response, 429, {}, { 'retry-after': '0' });
    });
    const { api } = await connectTo(ports.tls);
    expect([(await api.send('POST', '/api', {}, never)).status, times]).toEqual([429, 4]);
  });

  it('asks again for GET when the connection breaks, for POST never', async () => {
    let times = 0;
    const { ports } = await serve((request, response) => {
      times++;
      if (times % 2 === 1) request.socket.destroy();
      else json(response, 200, {});
    });
    const { api } = await connectTo(ports.tls);
    expect((await api.send('GET', '/api', null, never)).status).toBe(200);
    expect((await failure(api.send('POST', '/api', {}, never))).said).toMatch(/the connection was closed/);
    expect(times).toBe(3);
  });

  it('stops waiting with the signal', async () => {
    const { ports } = await serve((_request, response) => json(response, 429, {}, { 'retry-after': '10' }));
    const { api } = await connectTo(ports.tls);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(api.send('GET', '/', null, stop.signal)).rejects.toThrow(/aborted/);
  });

  it('keeps sockets open, and no more than sixteen', async () => {
    const sockets = new Set<unknown>();
    const { ports } = await serve(async (request, response) => {
      sockets.add(request.socket);
      await sleep(20);
      json(response, 200, {});
    });
    const { api } = await connectTo(ports.tls);
    await Promise.all(Array.from({ length: 60 }, () => api.send('GET', '/', null, never)));
    expect(sockets.size).toBe(16);
  });
});

describe('send', () => {
  it('sends JSON, and headers in UTF-8 beside it', async () => {
    let got = '';
    const { ports, seen } = await serve(async (request: IncomingMessage, response) => {
      for await (const chunk of request) got += String(chunk);
      json(response, 201, { kind: 'SelfSubjectReview' });
    });
    const { api } = await connectTo(ports.tls, { flags: { as: 'Zoë', asGroup: ['a', 'b'], asUid: '7' } });
    expect(await api.send('POST', '/apis', { name: 'Zoë' }, never)).toEqual({
      status: 201,
      json: { kind: 'SelfSubjectReview' },
    });
    expect(got).toBe('{"name":"Zoë"}');
    expect(seen[0]?.impersonation).toEqual([
      'impersonate-group: a',
      'impersonate-group: b',
      'impersonate-uid: 7',
      'impersonate-user: Zoë',
    ]);
  });

  it('takes an empty answer for null, and a text for a Status', async () => {
    const { ports } = await serve((request, response) => {
      response.statusCode = request.method === 'DELETE' ? 200 : 404;
      response.end(request.method === 'DELETE' ? '' : 'page not found');
    });
    const { api } = await connectTo(ports.tls);
    expect(await api.send('DELETE', '/x', null, never)).toEqual({ status: 200, json: null });
    expect(await api.send('GET', '/x', null, never)).toEqual({
      status: 404,
      json: { kind: 'Status', status: 'Failure', code: 404, message: 'page not found' },
    });
  });

  it('says what is wrong when something else than an API server answers', async () => {
    const { ports } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>Please log in</html>');
    });
    const { api } = await connectTo(ports.tls);
    const { said, hint } = await failure(api.send('GET', '/version', null, never));
    expect(said).toMatch(/is no API server: it sent "text\/html"$/);
    expect(hint).toMatch(/login page/);
  });

  it('bounds the whole answer by --request-timeout', async () => {
    const { ports } = await serve(async (_request, response) => {
      for (;;) {
        if (response.destroyed) return;
        response.write('x');
        await sleep(20);
      }
    });
    const { api } = await connectTo(ports.tls, { flags: { requestTimeout: '150ms' } });
    const { said, hint } = await failure(api.send('GET', '/', null, never));
    expect(said).toMatch(/did not answer within 0.15 s$/);
    expect(hint).toMatch(/--request-timeout/);
  });
});

describe('list', () => {
  const pagesOf = (expireAt: number | null) => {
    const asked: string[] = [];
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      const query = new URL(request.url ?? '', 'https://x').searchParams;
      asked.push(`${query.get('limit')}/${query.get('continue')}`);
      const page = Number(query.get('continue') ?? 0);
      if (page === expireAt) return json(response, 410, { kind: 'Status', reason: 'Expired' });
      if (query.get('limit') === null) return json(response, 200, { items: ['all', 'at', 'once'] });
      json(response, 200, { items: [page], metadata: page < 3 ? { continue: String(page + 1) } : {} });
    };
    return { asked, handle };
  };

  it('reads all pages, whatever else the query says', async () => {
    const { asked, handle } = pagesOf(null);
    const { ports } = await serve(handle);
    const { api } = await connectTo(ports.tls);
    expect(await api.list('/api/v1/pods?labelSelector=a%3Db', never)).toEqual([0, 1, 2, 3]);
    expect(asked).toEqual(['500/null', '500/1', '500/2', '500/3']);
  });

  it('begins again at one go when the pages expire', async () => {
    const { asked, handle } = pagesOf(2);
    const { ports } = await serve(handle);
    const { api } = await connectTo(ports.tls);
    expect(await api.list('/api/v1/pods', never)).toEqual(['all', 'at', 'once']);
    expect(asked).toEqual(['500/null', '500/1', '500/2', 'null/null']);
  });

  it('takes an empty list without items for one', async () => {
    const { ports } = await serve((_request, response) => json(response, 200, { items: null, metadata: {} }));
    expect(await (await connectTo(ports.tls)).api.list('/api/v1/pods', never)).toEqual([]);
  });

  it.each([
    [
      'nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the cluster scope',
      'AUDIT_FORBIDDEN: "bob" may not list nodes in the whole cluster',
      'a Role needs it: verbs [list], resources [nodes], apiGroups [""]',
    ],
    [
      'deployments.apps "x" is forbidden: User "system:serviceaccount:ci:r" cannot get resource "deployments/scale" in API group "apps" in the namespace "prod": because',
      'AUDIT_FORBIDDEN: "system:serviceaccount:ci:r" may not get deployments/scale.apps in the namespace "prod"',
      'a Role needs it: verbs [get], resources [deployments/scale], apiGroups ["apps"]',
    ],
    [
      'forbidden: User "bob" cannot get path "/logs/"',
      'AUDIT_FORBIDDEN: "bob" may not get /logs/',
      'a ClusterRole needs it: verbs [get], nonResourceURLs ["/logs/"]',
    ],
    [
      'pods is forbidden: exceeded quota',
      'AUDIT_FORBIDDEN: not allowed: GET /x: pods is forbidden: exceeded quota',
      'kubectl auth can-i --list',
    ],
    ['', 'AUDIT_FORBIDDEN: not allowed: GET /x', 'kubectl auth can-i --list'],
  ])('says what right is missing: %s', async (message, said, hint) => {
    const { ports } = await serve((_request, response) => json(response, 403, forbidden(message)));
    const { api } = await connectTo(ports.tls);
    expect(await failure(api.list('/x', never))).toEqual({ said, hint });
  });

  it('says that nobody is logged in when a stranger is let in and then refused', async () => {
    const { ports } = await serve((_request, response) =>
      json(
        response,
        403,
        forbidden('nodes is forbidden: User "system:anonymous" cannot list resource "nodes"'),
      ),
    );
    const { api } = await connectTo(ports.tls, { user: '' });
    expect((await failure(api.list('/x', never))).said).toMatch(
      /^AUDIT_NO_CREDENTIALS: not logged in to .*: the kubeconfig has no credentials for it$/,
    );
  });

  it('says what any other status means', async () => {
    const { ports } = await serve((_request, response) =>
      json(response, 404, { message: 'no such resource' }),
    );
    const { api } = await connectTo(ports.tls);
    expect((await failure(api.list('/apis/x?y=1', never))).said).toBe(
      `AUDIT_CLUSTER_UNREACHABLE: the API server ${api.address} answered 404 to GET /apis/x: no such resource`,
    );
  });
});

describe('no answer', () => {
  it('says that nothing listens', async () => {
    const { ports, close } = await serve();
    await close();
    const { api } = await connectTo(ports.tls);
    const { said, hint } = await failure(api.send('GET', '/', null, never));
    expect(said).toBe(
      `AUDIT_CLUSTER_UNREACHABLE: the API server ${api.address} cannot be reached: nothing listens there`,
    );
    expect(hint).toMatch(/--file/);
  });

  it('says that a name does not resolve, and through which proxy it went', async () => {
    const server = 'server: "https://api.no-such-name.invalid"';
    const { api } = await connectTo(0, { cluster: `${server}, insecure-skip-tls-verify: true` });
    expect((await failure(api.send('GET', '/', null, never))).said).toMatch(/its name cannot be resolved$/);
    const { api: proxied } = await connectTo(0, {
      cluster: `${server}, insecure-skip-tls-verify: true, proxy-url: "http://me:secret@127.0.0.1:1"`,
    });
    const { said } = await failure(proxied.send('GET', '/', null, never));
    expect(said).toMatch(/ through the proxy 127.0.0.1:1: nothing listens there$/);
    expect(said).not.toContain('secret');
  });

  it('says that a server speaks no TLS, or nothing else', async () => {
    const { ports } = await serve();
    const plain = await connectTo(ports.plain);
    expect((await failure(plain.api.send('GET', '/', null, never))).said).toMatch(/it does not speak TLS$/);
    const tls = await connectTo(0, { cluster: `server: "http://127.0.0.1:${ports.tls}"` });
    expect((await failure(tls.api.send('GET', '/', null, never))).said).toMatch(
      /it does not speak HTTP|the connection was closed/,
    );
  });

  it('says what a proxy answers', async () => {
    const { createServer } = await import('node:http');
    const proxy = createServer().on('connect', (_request, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as { port: number };
    const { api } = await connectTo(0, {
      cluster: `server: "https://127.0.0.2:1", proxy-url: "http://127.0.0.1:${port}"`,
    });
    expect((await failure(api.list('/', never))).said).toMatch(/the proxy wants a name and a password$/);
    proxy.close();
  });
});
