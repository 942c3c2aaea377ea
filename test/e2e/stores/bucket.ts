/** Buckets of a real S3 server for tests, filled as writers would fill them, and a proxy before it that counts, and breaks what it is told to. */
import { utimes } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { Source } from '../../../src/sources/source.ts';
import { openStore } from './open-store.ts';
import type { StoreProcess } from './start-store.ts';

export const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'testtest1' };
const client = new AwsClient({
  accessKeyId: 'test',
  secretAccessKey: 'testtest1',
  service: 's3',
  region: 'us-east-1',
  retries: 0,
});

export interface PutObject {
  readonly key: string;
  readonly body: Uint8Array | string;
  /** When it was written. */
  readonly at: string;
}

let buckets = 0;

export async function bucketWith(server: StoreProcess, objects: readonly PutObject[]): Promise<string> {
  const bucket = `bucket-${++buckets}`;
  const made = await client.fetch(`${server.url}/${bucket}`, { method: 'PUT' });
  if (!made.ok) throw new Error(await made.text());
  const left = objects.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const object of left) await put(server, bucket, object);
    }),
  );
  return bucket;
}

export async function put(server: StoreProcess, bucket: string, { key, body, at }: PutObject): Promise<void> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const answer = await client.fetch(`${server.url}/${bucket}/${path}`, {
    method: 'PUT',
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  if (!answer.ok) throw new Error(`${key}: ${await answer.text()}`);
  await utimes(join(server.data, 'buckets', bucket, key), new Date(at), new Date(at));
}

export async function openBucket(
  url: string,
  bucket: string,
  settings: Readonly<Record<string, unknown>> = {},
  maxBytes: number | null = null,
): Promise<Source> {
  const env = settings.auth === undefined ? KEYS : {};
  return openStore('s3', { endpoint: url, bucket, ...settings }, { env, maxBytes, now: Date.now });
}

export interface BucketProxy {
  readonly url: string;
  /** Keys of the objects that were asked for. */
  readonly read: string[];
  readonly lists: string[];
  /** What to do about a request instead; false: what the server answers goes through. */
  meddle: (request: IncomingMessage, response: ServerResponse, key: string) => boolean;
  /** Answers pass through it. */
  change: (chunk: Buffer, response: ServerResponse, key: string, sent: number) => Buffer;
  /** What is asked of the server instead. */
  rewrite: (url: string) => string;
  readonly open: () => number;
  readonly stop: () => Promise<void>;
}

/** Null: it asks for a list. */
export type KeyOf = (url: URL) => string | null;

const keyOfS3: KeyOf = ({ pathname, search }) =>
  search.includes('list-type') ? null : decodeURIComponent(pathname.split('/').slice(2).join('/'));

export async function proxyBefore({ port }: StoreProcess, keyOf: KeyOf = keyOfS3): Promise<BucketProxy> {
  const [read, lists]: [string[], string[]] = [[], []];
  let open = 0;
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://x');
    const object = keyOf(asked);
    const key = object ?? '';
    if (object === null) lists.push(asked.search);
    else read.push(object);
    if (proxy.meddle(request, response, key)) return;
    open++;
    const { url, method, headers } = request;
    const path = proxy.rewrite(url ?? '');
    const onward = forward({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      let sent = 0;
      answer.on('data', (chunk: Buffer) => {
        const part = proxy.change(chunk, response, key, sent);
        sent += chunk.length;
        if (!response.destroyed && !response.write(part)) {
          answer.pause();
          response.once('drain', () => answer.resume());
        }
      });
      answer.on('end', () => response.end());
    });
    response.on('close', () => {
      open--;
      onward.destroy();
    });
    onward.on('error', () => response.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address !== 'object') throw new Error('no port');
  const proxy: BucketProxy = {
    url: `http://127.0.0.1:${address.port}`,
    ...{ read, lists },
    meddle: () => false,
    change: (chunk) => chunk,
    rewrite: (url) => url,
    open: () => open,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
