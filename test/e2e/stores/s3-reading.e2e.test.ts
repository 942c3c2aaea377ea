/** What is listed and read of a bucket, and what becomes of a reading that something goes wrong with. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { all, equals } from '../../../src/query/predicate.ts';
import type { EventBatch, Findings, Source } from '../../../src/sources/source.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { aQuery } from '../../support/source-cases.ts';
import { type BucketProxy, bucketWith, openBucket, type PutObject, proxyBefore, put } from './bucket.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;
let proxy: BucketProxy;

beforeAll(async () => {
  server = await startStore('versitygw');
});
afterAll(() => server.stop());
beforeEach(async () => {
  proxy = await proxyBefore(server);
});
afterEach(() => proxy.stop());

function event(time: string, auditID: string, padding = ''): EventJson {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/prod/secrets/api',
    verb: 'delete',
    user: { username: 'alice' },
    sourceIPs: ['10.0.3.7'],
    userAgent: `kubectl${padding}`,
    objectRef: { resource: 'secrets', namespace: 'prod', name: 'api', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
  };
}

function hourly(key: (hour: Date) => string, from: string, hours: number): PutObject[] {
  return Array.from({ length: hours }, (_, n) => {
    const hour = new Date(Date.parse(from) + n * 3_600_000);
    const time = `${hour.toISOString().slice(0, 13)}:30:00.000000Z`;
    const at = new Date(hour.getTime() + 3_660_000).toISOString();
    return {
      key: key(hour),
      body: gzipSync(`${JSON.stringify(event(time, `at ${time.slice(0, 13)}`))}\n`),
      at,
    };
  });
}

const inFolders = (hour: Date) => `audit/${hour.toISOString().slice(0, 13).replaceAll(/[-T]/g, '/')}/k8s.gz`;
const us = (time: string): number => Date.parse(time) * 1000;

/** Of requests that end when their client wants, the end may lie anywhere behind the window. */
const SHORT = all(equals('verb', 'delete'), equals('objectRef.resource', 'secrets'));

interface Read {
  readonly ids: readonly string[];
  readonly findings: Findings;
}

async function readAll(
  source: Source,
  window: { readonly sinceUs: number | null; readonly untilUs: number | null } = {
    sinceUs: null,
    untilUs: null,
  },
  signal: AbortSignal = new AbortController().signal,
): Promise<Read> {
  const ids: string[] = [];
  try {
    const plan = await source.plan(aQuery({ window, predicate: SHORT }), signal);
    for await (const { events } of source.read(plan, signal) as AsyncIterable<EventBatch>)
      ids.push(...events.map(({ auditID }) => auditID));
    return { ids: ids.sort(), findings: source.findings() };
  } finally {
    await source.close();
  }
}

function refuse(response: ServerResponse, status: number, code: string): true {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>so it is</Message></Error>`,
  );
  return true;
}

const codes = ({ findings }: Read): string[] => findings.gaps.map(({ code }) => code);
const texts = ({ findings }: Read): string => findings.gaps.map(({ text }) => text).join('\n');

it('reads the hours of the window alone, and those that what is late may lie in', async () => {
  const bucket = await bucketWith(server, hourly(inFolders, '2026-11-20T00:00:00Z', 96));
  const source = await openBucket(proxy.url, bucket, { prefix: 'audit/' });
  const window = { sinceUs: us('2026-11-22T10:00:00Z'), untilUs: us('2026-11-22T11:00:00Z') };
  const { ids, findings } = await readAll(source, window);
  expect(ids).toContain('at 2026-11-22T10');
  // Written at 10:01; named for 10 o'clock; named within an hour after 11:10.
  expect(proxy.read.sort()).toEqual(
    ['09', '10', '11', '12'].map((hour) => `audit/2026/11/22/${hour}/k8s.gz`),
  );
  expect(findings).toMatchObject({ gaps: [], holdsEarlier: [`s3://${bucket}/audit/`] });
});

it('leaps over the dates outside of the window, page by page', async () => {
  const flat = (hour: Date) => `logs/${hour.toISOString().slice(0, 13).replaceAll(/[-T]/g, '')}_0.gz`;
  const bucket = await bucketWith(server, hourly(flat, '2026-01-01T00:00:00Z', 2_500));
  const source = await openBucket(proxy.url, bucket);
  const window = { sinceUs: us('2026-02-10T10:00:00Z'), untilUs: us('2026-02-10T11:00:00Z') };
  const { ids } = await readAll(source, window);
  expect(ids).toContain('at 2026-02-10T10');
  expect(proxy.read.length).toBe(4);
  expect(proxy.lists.length).toBeLessThanOrEqual(3);
  const all = await readAll(await openBucket(proxy.url, bucket));
  expect([all.ids.length, codes(all)]).toEqual([2_500, []]);
}, 240_000);

it('reads what bears no date by when it was written', async () => {
  const bucket = await bucketWith(
    server,
    hourly((hour) => `export/stream-${hour.getUTCHours()}/000000.gz`, '2026-11-22T00:00:00Z', 24),
  );
  const source = await openBucket(proxy.url, bucket);
  const { ids } = await readAll(source, { sinceUs: us('2026-11-22T22:00:00Z'), untilUs: null });
  expect(ids).toEqual(['at 2026-11-22T22', 'at 2026-11-22T23']);
  expect(proxy.read).toHaveLength(3);
});

it('stops at the budget, and says how far back it got', async () => {
  const objects = hourly(inFolders, '2026-11-22T00:00:00Z', 24);
  const bucket = await bucketWith(server, objects);
  const bytes = objects.slice(-5).reduce((sum, { body }) => sum + body.length, 0);
  const read = await readAll(await openBucket(proxy.url, bucket, {}, bytes));
  expect(read.ids).toHaveLength(5);
  expect(texts(read)).toMatch(
    /read back to 2026-11-22T19:02:01Z only; 19 objects \(.*\) from before it were not: --max-bytes/,
  );
});

it('goes on where a connection broke', async () => {
  const many = Array.from({ length: 2000 }, (_, n) =>
    JSON.stringify(event('2026-11-22T10:00:00.000000Z', `id-${n}`, randomBytes(500).toString('hex'))),
  );
  const bucket = await bucketWith(server, [
    { key: 'plain.log', body: `${many.join('\n')}\n`, at: '2026-11-22T10:01:00Z' },
    {
      key: 'packed.log.gz',
      body: gzipSync(`${many.join('\n').replaceAll('id-', 'gz-')}\n`),
      at: '2026-11-22T10:01:00Z',
    },
  ]);
  let breaks = 0;
  proxy.change = (chunk, response, key, sent) => {
    if (key === '' || sent < 200_000 || breaks >= 5) return chunk;
    breaks++;
    response.destroy();
    return chunk;
  };
  const read = await readAll(await openBucket(proxy.url, bucket));
  expect([breaks, new Set(read.ids).size, read.ids.length, codes(read)]).toEqual([5, 4000, 4000, []]);
});

it('goes on without an object that is broken, deleted, in cold storage, or refused, and names it', async () => {
  const bucket = await bucketWith(server, hourly(inFolders, '2026-11-22T00:00:00Z', 8));
  const key = (hour: number) => inFolders(new Date(`2026-11-22T0${hour}:00:00Z`));
  await put(server, bucket, {
    key: key(1),
    body: gzipSync(randomBytes(9999)).subarray(0, 5000),
    at: '2026-11-22T02:01:00Z',
  });
  await put(server, bucket, { key: key(2), body: 'PAR1 and so on', at: '2026-11-22T03:01:00Z' });
  proxy.meddle = (_request, response, asked) => {
    if (asked === key(3)) return refuse(response, 403, 'InvalidObjectState');
    if (asked === key(4)) return refuse(response, 403, 'AccessDenied');
    if (asked === key(5)) return refuse(response, 500, 'InternalError');
    if (asked === key(6)) return refuse(response, 404, 'NoSuchKey');
    return false;
  };
  const read = await readAll(await openBucket(proxy.url, bucket, { prefix: 'audit/' }));
  expect(read.ids).toEqual(['at 2026-11-22T00', 'at 2026-11-22T07']);
  expect(new Set(codes(read))).toEqual(new Set(['source-unreadable']));
  const said = texts(read);
  for (const hour of [1, 2, 3, 4, 5, 6]) expect(said).toContain(key(hour));
  expect(said).toContain('is Parquet, which is not read');
  expect(said).toContain(`aws s3api restore-object --bucket ${bucket} --key "${key(3)}"`);
  expect(said).toContain('deleted since it was listed');
});

it('says so when an object is replaced while it is read', async () => {
  const big = (id: string) =>
    Array.from({ length: 1000 }, (_, n) =>
      JSON.stringify(event('2026-11-22T10:00:00.000000Z', `${id}-${n}`, randomBytes(500).toString('hex'))),
    ).join('\n');
  const bucket = await bucketWith(server, [{ key: 'one.log', body: big('a'), at: '2026-11-22T10:01:00Z' }]);
  let isReplaced = false;
  proxy.change = (chunk, response, key, sent) => {
    if (key !== 'one.log' || isReplaced || sent < 100_000) return chunk;
    isReplaced = true;
    void put(server, bucket, { key, body: big('b'), at: '2026-11-22T10:02:00Z' }).then(() =>
      response.destroy(),
    );
    return chunk.subarray(0, 0);
  };
  const read = await readAll(await openBucket(proxy.url, bucket));
  expect(read.ids.filter((id) => id.startsWith('b'))).toEqual([]);
  expect(texts(read)).toContain('replaced while it was being read');
});

it('waits when it is told to slow down, and signs anew with what has expired', async () => {
  const bucket = await bucketWith(server, hourly(inFolders, '2026-11-22T00:00:00Z', 4));
  const said = new Map<string, number>();
  proxy.meddle = (_request, response, key) => {
    const times = (said.get(key) ?? 0) + 1;
    said.set(key, times);
    if (times > 2) return false;
    return times === 1 ? refuse(response, 503, 'SlowDown') : refuse(response, 403, 'ExpiredToken');
  };
  const read = await readAll(await openBucket(proxy.url, bucket));
  expect([read.ids.length, codes(read)]).toEqual([4, []]);
});

it.each([
  [
    'an error that bears 200',
    200,
    '<Error><Code>InternalError</Code><Message>so it is</Message></Error>',
    /InternalError/,
  ],
  ['a list that breaks off', 200, '<ListBucketResult><IsTruncated>false</IsTruncated><Contents>', /is no S3/],
  [
    'a login page',
    200,
    '<!doctype html><html><body>Log in</body></html>',
    /is no S3: it sent a page of HTML/,
  ],
  [
    'another region',
    301,
    '<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>',
    /elsewhere/,
  ],
  [
    'a clock that is wrong',
    403,
    '<Error><Code>RequestTimeTooSkewed</Code><Message>no</Message></Error>',
    /Skewed/,
  ],
])('refuses a list: %s', async (_of, status, body, message) => {
  const bucket = await bucketWith(server, hourly(inFolders, '2026-11-22T00:00:00Z', 1));
  proxy.meddle = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-bucket-region': 'eu-west-1' });
    response.end(body);
    return true;
  };
  await expect(readAll(await openBucket(proxy.url, bucket))).rejects.toThrow(message);
});

it('says what is wrong with the bucket, or with who we are', async () => {
  const bucket = await bucketWith(server, hourly(inFolders, '2026-11-22T00:00:00Z', 1));
  await expect(readAll(await openBucket(proxy.url, 'no-such-bucket'))).rejects.toThrow(/NoSuchBucket/);
  const nobody = await openBucket(proxy.url, bucket, { auth: { anonymous: true } });
  await expect(readAll(nobody)).rejects.toMatchObject({ code: 'AUDIT_NO_CREDENTIALS' });
  const elsewhere = await openBucket('http://127.0.0.1:9', bucket);
  await expect(readAll(elsewhere)).rejects.toMatchObject({ code: 'AUDIT_STORE_UNREACHABLE' });
});

it('holds nothing where there is nothing, and says what is no audit log', async () => {
  const empty = await readAll(await openBucket(proxy.url, await bucketWith(server, [])));
  expect(empty.findings.notes.map(({ code }) => code)).toEqual(['store-empty']);
  const text: PutObject = { key: 'README.txt', body: 'read me\n', at: '2026-11-22T10:00:00Z' };
  await expect(readAll(await openBucket(proxy.url, await bucketWith(server, [text])))).rejects.toMatchObject({
    code: 'AUDIT_NOT_AN_AUDIT_LOG',
  });
  const both = await bucketWith(server, [text, ...hourly(inFolders, '2026-11-22T00:00:00Z', 1)]);
  const { findings, ids } = await readAll(await openBucket(proxy.url, both));
  expect(ids).toHaveLength(1);
  expect(findings).toMatchObject({ gaps: [], notes: [{ code: 'no-audit-log' }] });
});

it('reads under keys of any characters', async () => {
  const names = ['a b+c/%2F é😀/\'(1)*!&<>"@:,;=?#[]{}|^`~$.log', 'x&amp;y%20z.log', '..a/.b./c..log'];
  const bucket = await bucketWith(
    server,
    names.map((key, n) => ({
      key: `odd ü/${key}`,
      body: `${JSON.stringify(event('2026-11-22T10:00:00.000000Z', `id-${n}`))}\n`,
      at: '2026-11-22T10:01:00Z',
    })),
  );
  const read = await readAll(await openBucket(server.url, bucket, { prefix: 'odd ü/' }));
  expect([read.ids, codes(read)]).toEqual([['id-0', 'id-1', 'id-2'], []]);
});

it('ends what it asked for when it is aborted', async () => {
  const body = Array.from({ length: 3000 }, (_, n) =>
    JSON.stringify(event('2026-11-22T10:00:00.000000Z', `id-${n}`, randomBytes(500).toString('hex'))),
  ).join('\n');
  const bucket = await bucketWith(server, [{ key: 'one.log', body, at: '2026-11-22T10:01:00Z' }]);
  const controller = new AbortController();
  proxy.change = (chunk, _response, key) => {
    if (key === 'one.log') setTimeout(() => controller.abort(new Error('enough')), 50);
    return key === 'one.log' ? chunk.subarray(0, 10) : chunk;
  };
  const source = await openBucket(proxy.url, bucket);
  await expect(readAll(source, undefined, controller.signal)).rejects.toThrow('enough');
  await expect.poll(() => proxy.open()).toBe(0);
});
