/** What an archive in a cloud must do when something is wrong with it: the same for each, on its own real server. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { all, equals } from '../../../src/query/predicate.ts';
import type { Findings, Source } from '../../../src/sources/source.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { aQuery } from '../../support/source-cases.ts';
import { type BucketProxy, proxyBefore } from './bucket.ts';
import type { Cloud } from './cloud-buckets.ts';
import type { StoreProcess } from './start-store.ts';

export function event(time: string, auditID: string, padding = ''): EventJson {
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
    ...{ auditID, verb: 'delete', requestURI: '/api/v1/namespaces/prod/secrets/api' },
    ...{ user: { username: 'alice' }, userAgent: `kubectl${padding}`, responseStatus: { code: 200 } },
    objectRef: { resource: 'secrets', namespace: 'prod', name: 'api', apiVersion: 'v1' },
    ...{ requestReceivedTimestamp: time, stageTimestamp: time },
  };
}

const DELETIONS = all(equals('verb', 'delete'), equals('objectRef.resource', 'secrets'));
const EVER = { sinceUs: null, untilUs: null };

/** `meanwhile`: what happens between the list and the reading. */
export async function readAll(
  source: Source,
  meanwhile: () => Promise<void> = async () => {},
  window: { readonly sinceUs: number | null; readonly untilUs: number | null } = EVER,
): Promise<{ readonly ids: readonly string[]; readonly findings: Findings }> {
  const { signal } = new AbortController();
  const ids: string[] = [];
  try {
    const plan = await source.plan(aQuery({ window, predicate: DELETIONS }), signal);
    await meanwhile();
    for await (const { events } of source.read(plan, signal))
      ids.push(...events.map(({ auditID }) => auditID));
    return { ids: ids.sort(), findings: source.findings() };
  } finally {
    await source.close();
  }
}

const keyAt = (hour: Date): string =>
  `audit/${hour.toISOString().slice(0, 13).replaceAll(/[-T]/g, '/')}/k8s.gz`;

function hourly(from: string, hours: number) {
  return Array.from({ length: hours }, (_, n) => {
    const hour = new Date(Date.parse(from) + n * 3_600_000);
    const time = `${hour.toISOString().slice(0, 13)}:30:00.000000Z`;
    return {
      key: keyAt(hour),
      body: gzipSync(`${JSON.stringify(event(time, `at ${time.slice(0, 13)}`))}\n`),
    };
  });
}

export function describeCloud(cloud: Cloud, serverOf: () => StoreProcess): void {
  describe(`${cloud.name}, as an archive`, () => {
    let server: StoreProcess;
    let proxy: BucketProxy;

    beforeAll(async () => {
      server = serverOf();
      proxy = await proxyBefore(server, cloud.keyOf);
    });
    beforeEach(() => {
      proxy.meddle = () => false;
      proxy.change = (chunk) => chunk;
      proxy.rewrite = (url) => url;
      proxy.read.splice(0);
      proxy.lists.splice(0);
    });
    afterAll(() => proxy.stop());

    const texts = ({ findings }: { readonly findings: Findings }) =>
      findings.gaps.map(({ text }) => text).join('\n');
    const refuse =
      (status: number, code: string) => (_: unknown, response: Parameters<BucketProxy['meddle']>[1]) => {
        response
          .writeHead(status, { 'content-type': 'application/xml' })
          .end(cloud.refusal(code, 'so it is'));
        return true;
      };

    it('reads the hours of the window alone, and those that what is late may lie in', async () => {
      const bucket = await cloud.fill(server, hourly('2026-11-20T00:00:00Z', 96));
      const window = {
        sinceUs: Date.parse('2026-11-22T10:00:00Z') * 1000,
        untilUs: Date.parse('2026-11-22T11:00:00Z') * 1000,
      };
      const source = await cloud.open(proxy.url, bucket, { prefix: 'audit/' });
      const { ids, findings } = await readAll(source, undefined, window);
      expect(ids).toContain('at 2026-11-22T10');
      expect(new Set(proxy.read)).not.toContain(keyAt(new Date('2026-11-21T09:00:00Z')));
      expect(new Set(proxy.read)).not.toContain(keyAt(new Date('2026-11-22T14:00:00Z')));
      expect([findings.gaps, findings.holdsEarlier.length]).toEqual([[], 1]);
    });

    it('reads a list of several pages whole', async () => {
      const objects = Array.from({ length: 120 }, (_, n) => ({
        key: `logs/${n}.json`,
        body: `${JSON.stringify(event('2026-11-22T10:00:00.000000Z', `id-${n}`))}\n`,
      }));
      const bucket = await cloud.fill(server, objects);
      proxy.rewrite = cloud.fewAPage;
      const { ids, findings } = await readAll(await cloud.open(proxy.url, bucket, cloud.unsigned));
      expect([new Set(ids).size, ids.length, findings.gaps]).toEqual([120, 120, []]);
      expect(proxy.lists.length).toBe(3);
    });

    it('goes on where a connection broke', async () => {
      const many = Array.from({ length: 600 }, (_, n) =>
        JSON.stringify(event('2026-11-22T10:00:00.000000Z', `id-${n}`, randomBytes(500).toString('hex'))),
      );
      const bucket = await cloud.fill(server, [
        { key: 'plain.log', body: `${many.join('\n')}\n` },
        { key: 'packed.log.gz', body: gzipSync(`${many.join('\n').replaceAll('id-', 'gz-')}\n`) },
      ]);
      let breaks = 0;
      proxy.change = (chunk, response, key, sent) => {
        if (key === '' || sent < 100_000 || breaks >= 4) return chunk;
        breaks++;
        response.destroy();
        return chunk;
      };
      const { ids, findings } = await readAll(await cloud.open(proxy.url, bucket));
      expect([breaks, new Set(ids).size, ids.length, findings.gaps]).toEqual([4, 1200, 1200, []]);
    });

    it('says so when an object is replaced while it is read, or deleted', async () => {
      const big = (id: string) =>
        Array.from({ length: 600 }, (_, n) =>
          JSON.stringify(
            event('2026-11-22T10:00:00.000000Z', `${id}-${n}`, randomBytes(500).toString('hex')),
          ),
        ).join('\n');
      const bucket = await cloud.fill(server, [
        { key: 'one.log', body: big('a') },
        ...hourly('2026-11-22T10:00:00Z', 1),
      ]);
      let isReplaced = false;
      proxy.change = (chunk, response, key, sent) => {
        if (key !== 'one.log' || isReplaced || sent < 100_000) return chunk;
        isReplaced = true;
        void cloud.put(server, bucket, { key, body: big('b') }).then(() => response.destroy());
        return chunk.subarray(0, 0);
      };
      proxy.meddle = (request, response, key) =>
        key === keyAt(new Date('2026-11-22T10:00:00Z')) && refuse(404, 'BlobNotFound')(request, response);
      const read = await readAll(await cloud.open(proxy.url, bucket));
      expect(read.ids.filter((id) => !id.startsWith('a-'))).toEqual([]);
      expect(texts(read)).toContain('replaced while it was being read');
      expect(texts(read)).toContain('deleted since it was listed');
    });

    it('waits when it is told to, and goes on without what is refused', async () => {
      const bucket = await cloud.fill(server, hourly('2026-11-22T00:00:00Z', 3));
      const tries = new Map<string, number>();
      proxy.meddle = (request, response, key) => {
        const times = (tries.get(key) ?? 0) + 1;
        tries.set(key, times);
        if (key === keyAt(new Date('2026-11-22T01:00:00Z')))
          return refuse(403, 'AuthorizationFailure')(request, response);
        return times === 1 && refuse(503, 'ServerBusy')(request, response);
      };
      const read = await readAll(await cloud.open(proxy.url, bucket));
      expect(read.ids).toEqual(['at 2026-11-22T00', 'at 2026-11-22T02']);
      expect(texts(read)).toContain('audit/2026/11/22/01/k8s.gz');
    });

    it('reads under keys of any characters', async () => {
      const names = ['a b+c%2F é😀\'(1)*!&"@:,;=$.log', 'x&amp;y%20z.log', "p/q'r/s.log"];
      const bucket = await cloud.fill(
        server,
        names.map((key, n) => ({
          key: `odd ü/${key}`,
          body: `${JSON.stringify(event('2026-11-22T10:00:00.000000Z', `id-${n}`))}\n`,
        })),
      );
      const read = await readAll(await cloud.open(server.url, bucket, { prefix: 'odd ü/' }));
      expect([read.ids, texts(read)]).toEqual([['id-0', 'id-1', 'id-2'], '']);
    });

    it('says what is wrong with the bucket, the address, or what answers there', async () => {
      await expect(readAll(await cloud.open(server.url, 'no-such-bucket'))).rejects.toThrow(/answered 404/);
      await expect(readAll(await cloud.open('http://127.0.0.1:9', 'any-bucket'))).rejects.toMatchObject({
        code: 'AUDIT_STORE_UNREACHABLE',
      });
      for (const [status, body, said] of [
        [200, '<!doctype html><html>log in</html>', /is no .*: it sent a page of HTML/],
        [200, '{"kind":', /is no /],
        [401, cloud.refusal('AuthenticationFailed', 'who?'), /answered 401: AuthenticationFailed: who\?/],
        [
          403,
          cloud.refusal('AuthorizationPermissionMismatch', 'no'),
          /answered 403: AuthorizationPermissionMismatch/,
        ],
      ] as const) {
        proxy.meddle = (_request, response) => {
          response.writeHead(status).end(body);
          return true;
        };
        await expect(readAll(await cloud.open(proxy.url, 'any-bucket'))).rejects.toThrow(said);
      }
    });
  });
}
