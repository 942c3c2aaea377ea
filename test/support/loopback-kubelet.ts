/**
 * An API server with kubelets behind it, on loopback, as far as reading logs goes: real HTTP, real files, and the answers that
 * were observed on v1.34.4 and v1.36.3 (no HEAD, 206 and 416, folders as HTML, errors as Status or as plain text).
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/cluster/connect.ts';
import type { ApiServer } from '../../src/io.ts';
import { fixedIo } from './fixed-io.ts';

export interface LoopbackKubelet {
  readonly api: ApiServer;
  /** The node's /var/log on this machine. */
  folderOf(node: string): string;
  /** Of answers with log bytes in them, and of all requests for logs. */
  readonly bytesSent: () => number;
  readonly requests: () => readonly string[];
  forget(): void;
  /** What the API server lists under a path (without its query); missing: an empty list. */
  readonly lists: Map<string, readonly unknown[]>;
  /** Looked at before each request is answered; what it answers itself is answered. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean) | null;
  /** Breaks the connection after so many bytes of a log, once for each entry. */
  readonly breaks: number[];
  stop(): Promise<void>;
}

export async function startLoopbackKubelet(nodes: readonly string[] = ['cp-1']): Promise<LoopbackKubelet> {
  const place = await mkdtemp(join(tmpdir(), 'kubectl-audit-node-'));
  const folders = new Map<string, string>();
  for (const node of nodes) folders.set(node, await mkdtemp(join(place, `${node}-`)));
  let sent = 0;
  let requests: string[] = [];
  const lists = new Map<string, readonly unknown[]>();
  const breaks: number[] = [];

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(place, 'kubeconfig');
  await writeFile(
    kubeconfig,
    `apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n`,
  );
  const { api } = await connect({ kubeconfig }, fixedIo());

  const self: LoopbackKubelet = {
    api,
    folderOf: (node) => folders.get(node) ?? place,
    bytesSent: () => sent,
    requests: () => requests,
    forget: () => {
      sent = 0;
      requests = [];
    },
    lists,
    intercept: null,
    breaks,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(place, { recursive: true, force: true });
    },
  };
  return self;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if ((await self.intercept?.(request, response)) === true) return;
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const log = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/logs(\/.*)$/.exec(path);
    if (log === null) return answerList(path, query, response);
    requests.push(`${request.headers.range ?? ''} ${path}`.trim());
    const [, node = '', rest = ''] = log;
    const folder = folders.get(decodeURIComponent(node));
    if (folder === undefined) return sendStatus(response, 404, `nodes "${node}" not found`, 'nodes');
    if (request.method !== 'GET') return sendText(response, 405, 'Method Not Allowed');
    await serve(request, response, folder, rest.split('/').map(decodeURIComponent).join('/'));
  }

  function answerList(path: string, query: string, response: ServerResponse): void {
    const selector = new URLSearchParams(query).get('labelSelector') ?? '';
    const items = (lists.get(path) ?? []).filter((item) => isSelected(item, selector));
    sendJson(response, 200, { kind: 'List', apiVersion: 'v1', metadata: {}, items });
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    folder: string,
    path: string,
  ): Promise<void> {
    const file = join(folder, path);
    const stats = await stat(file).catch(() => null);
    if (stats === null || path.includes('..')) return sendText(response, 404, '404 page not found');
    if (stats.isDirectory()) {
      if (!path.endsWith('/')) {
        response.writeHead(301, { location: `${path.split('/').at(-1)}/` }).end();
        return;
      }
      const entries = await readdir(file, { withFileTypes: true });
      const links = entries.map((entry) => {
        const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
        const text = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
        return `<a href="${encodeURI(name).replaceAll('?', '%3F').replaceAll('#', '%23')}">${text}</a>\n`;
      });
      const html = `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`;
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
      return;
    }
    const { size } = stats;
    const modified = stats.mtime.toUTCString();
    const range = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '');
    if (range === null) {
      response.writeHead(200, { 'content-length': size, 'last-modified': modified });
      await pipe(createReadStream(file), response, size);
      return;
    }
    const from = Number(range[1]);
    const to = Math.min(Number(range[2] ?? size - 1), size - 1);
    if (from >= size) {
      response.writeHead(416, { 'content-range': `bytes */${size}`, 'content-type': 'text/plain' });
      response.end('invalid range: failed to overlap\n');
      return;
    }
    response.writeHead(206, {
      'content-range': `bytes ${from}-${to}/${size}`,
      'content-length': to - from + 1,
      'last-modified': modified,
    });
    await pipe(
      createReadStream(file, { start: from, end: to, highWaterMark: 64 * 1024 }),
      response,
      to - from + 1,
    );
  }

  async function pipe(
    stream: ReturnType<typeof createReadStream>,
    response: ServerResponse,
    bytes: number,
  ): Promise<void> {
    const isLarge = bytes > 100_000;
    const breakAfter = isLarge ? (breaks.shift() ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    let here = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (response.destroyed) return;
        here += chunk.length;
        sent += chunk.length;
        if (here >= breakAfter) {
          await new Promise((resolve) => response.write(chunk, resolve));
          response.destroy();
          return;
        }
        if (!response.write(chunk)) {
          await drained(response);
        }
      }
      // Cut short meanwhile: Go's server closes the connection of an answer that is shorter than announced.
      if (here < bytes) response.destroy();
      else response.end();
    } finally {
      stream.destroy();
    }
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

export function sendStatus(response: ServerResponse, code: number, message: string, kind = ''): void {
  sendJson(response, code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: code === 403 ? 'Forbidden' : 'NotFound',
    details: { kind },
    code,
  });
}

function sendJson(response: ServerResponse, code: number, json: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** `key` or `key=value`. */
function isSelected(item: unknown, selector: string): boolean {
  if (selector === '') return true;
  const { metadata } = item as { metadata?: { labels?: Record<string, string> } };
  const [key = '', value] = selector.split('=');
  const label = metadata?.labels?.[key];
  return label !== undefined && (value === undefined || label === value);
}
