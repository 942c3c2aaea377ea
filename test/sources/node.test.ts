/** The node source against kubelets on loopback: what is read, how much of it, and what happens when something goes wrong. */
import { appendFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatMicros } from '../../src/event/micros.ts';
import { all, equals, type Predicate } from '../../src/query/predicate.ts';
import type { Query } from '../../src/query/query.ts';
import { type ClusterReach, openSource } from '../../src/sources/registry.ts';
import type { Findings, Source, SourcePlan } from '../../src/sources/source.ts';
import { line } from '../scan/scan-text.ts';
import { describeSource } from '../support/describe-source.ts';
import { fixedIo } from '../support/fixed-io.ts';
import {
  type LoopbackKubelet,
  sendStatus,
  sendText,
  startLoopbackKubelet,
} from '../support/loopback-kubelet.ts';
import { aQuery } from '../support/source-cases.ts';

const LOG = '/var/log/kubernetes/audit/audit.log';
const START_US = Date.parse('2026-11-22T10:00:00Z') * 1000;
const MINUTE_US = 60_000_000;

let kubelet: LoopbackKubelet;
beforeEach(async () => {
  kubelet = await startLoopbackKubelet(['cp-1', 'cp-2', 'cp-3']);
});
afterEach(() => kubelet.stop());

function pathOf(node: string, name: string): string {
  return join(kubelet.folderOf(node), 'kubernetes/audit', name);
}

async function put(
  node: string,
  name: string,
  content: string | Uint8Array,
  modifiedUs?: number,
): Promise<void> {
  await mkdir(dirname(pathOf(node, name)), { recursive: true });
  await writeFile(pathOf(node, name), content);
  if (modifiedUs !== undefined) await utimes(pathOf(node, name), modifiedUs / 1e6, modifiedUs / 1e6);
}

/** `count` events, one every `everyUs`, the first `atUs`; auditIDs are `prefix` and a number. */
function eventsFrom(
  atUs: number,
  count: number,
  {
    everyUs = 1_000_000,
    prefix = 'e',
    filler = 0,
  }: { everyUs?: number; prefix?: string; filler?: number } = {},
): string {
  return Array.from({ length: count }, (_, n) => {
    const at = formatMicros(atUs + n * everyUs);
    const over = {
      requestReceivedTimestamp: at,
      stageTimestamp: at,
      ...(filler === 0 ? {} : { responseObject: { data: 'x'.repeat(filler) } }),
    };
    return `${line(`${prefix}${n}`, over)}\n`;
  }).join('');
}

async function open(
  over: Partial<ClusterReach> = {},
  more: { maxBytes?: number; now?: () => number; signal?: AbortSignal } = {},
): Promise<Source> {
  const io = { ...fixedIo(), ...(more.now === undefined ? {} : { now: more.now }) };
  const reach: ClusterReach = {
    api: kubelet.api,
    nodes: ['cp-1'],
    logPath: LOG,
    via: 'proxy',
    image: null,
    ...over,
  };
  return openSource('node', { patterns: [], maxBytes: more.maxBytes ?? null }, io, reach);
}

interface Read {
  readonly ids: string[];
  readonly logs: string[];
  readonly bytes: number;
  readonly plan: SourcePlan;
  readonly findings: Findings;
  readonly gaps: string[];
}

async function read(
  source: Source,
  asked: Query = aQuery(),
  onBatch: () => Promise<void> = async () => {},
): Promise<Read> {
  const { signal } = new AbortController();
  const plan = await source.plan(asked, signal);
  const ids: string[] = [];
  const logs = new Set<string>();
  let bytes = 0;
  for await (const batch of source.read(plan, signal)) {
    logs.add(batch.source);
    bytes += batch.passedOver.bytes;
    for (const event of batch.events) ids.push(event.auditID);
    await onBatch();
  }
  const findings = source.findings();
  return { ids, logs: [...logs], bytes, plan, findings, gaps: findings.gaps.map((gap) => gap.code) };
}

const since = (us: number, untilUs: number | null = null): Query =>
  aQuery({ window: { sinceUs: us, untilUs } });

/** None of these can last. */
const DELETIONS: Predicate = all(equals('verb', 'delete'), equals('objectRef.resource', 'pods'), {
  kind: 'absent',
  field: 'objectRef.subresource',
});

function missing(found: readonly string[], wanted: readonly string[]): string[] {
  const ids = new Set(found);
  return wanted.filter((id) => !ids.has(id));
}

const numbers = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `${prefix}${from + n}`);

describeSource('node', async (jsons) => {
  const place = await startLoopbackKubelet();
  const folder = join(place.folderOf('cp-1'), 'kubernetes/audit');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'audit.log'), jsons.map((json) => `${JSON.stringify(json)}\n`).join(''));
  const reach: ClusterReach = { api: place.api, nodes: ['cp-1'], logPath: LOG, via: 'proxy', image: null };
  const source = await openSource('node', { patterns: [], maxBytes: null }, fixedIo(), reach);
  return {
    name: source.name,
    capabilities: source.capabilities,
    plan: (asked, signal) => source.plan(asked, signal),
    read: (plan, signal) => source.read(plan, signal),
    findings: () => source.findings(),
    async close() {
      await source.close();
      await place.stop();
    },
  };
});

describe('reading the window', () => {
  it('transfers no more than the window, 2 MiB and the longest line', async () => {
    const text = eventsFrom(START_US, 30_000, { filler: 400 });
    await put('cp-1', 'audit.log', text);
    const lineBytes = text.length / 30_000;
    for (const lines of [0, 10, 3000, 29_990]) {
      kubelet.forget();
      const { ids, findings } = await read(await open(), since(START_US + (30_000 - lines) * 1_000_000));
      expect(missing(ids, numbers('e', 30_000 - lines, 30_000))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
      expect([lines, kubelet.bytesSent() <= lines * lineBytes + 2 * 1024 * 1024 + 5000]).toEqual([
        lines,
        true,
      ]);
      expect(findings.holdsEarlier).toEqual(lines < 29_000 ? ['cp-1'] : []);
    }
  });

  it('stops behind the window when nothing wanted can end later', async () => {
    const text = eventsFrom(START_US, 30_000, { filler: 400 });
    await put('cp-1', 'audit.log', text);
    const window = { sinceUs: START_US + 1000 * 1_000_000, untilUs: START_US + 1200 * 1_000_000 };
    const deletions = await read(await open(), aQuery({ window, predicate: DELETIONS }));
    expect(missing(deletions.ids, numbers('e', 1000, 1200))).toEqual([]);
    expect(kubelet.bytesSent()).toBeLessThan(3_500_000);
    kubelet.forget();
    const watches = await read(await open(), aQuery({ window, predicate: equals('verb', 'watch') }));
    expect(kubelet.bytesSent()).toBeGreaterThan(text.length * 0.9);
    expect(watches.findings.notes.map((note) => note.code)).toContain('still-running');
  });

  it('opens no file that was rotated before the window, and reads the others, compressed or not', async () => {
    const stamp = (us: number): string => formatMicros(us).slice(0, 23).replaceAll(':', '-');
    const put4 = async (n: number, pack: (text: Buffer) => Uint8Array, ending: string): Promise<void> => {
      const text = Buffer.from(
        eventsFrom(START_US + n * 60 * MINUTE_US, 60, { everyUs: MINUTE_US, prefix: `h${n}-` }),
      );
      await put('cp-1', `audit-${stamp(START_US + (n + 1) * 60 * MINUTE_US)}.log${ending}`, pack(text));
    };
    await put4(0, gzipSync, '.gz');
    await put4(1, gzipSync, '.gz');
    await put4(2, zstdCompressSync, '.zst');
    await put4(3, (text) => text, '');
    await put(
      'cp-1',
      'audit.log',
      eventsFrom(START_US + 240 * MINUTE_US, 60, { everyUs: MINUTE_US, prefix: 'h4-' }),
    );
    await put('cp-1', 'other.txt', 'x');
    const { ids, plan, findings, gaps } = await read(await open(), {
      ...since(START_US + 90 * MINUTE_US),
      predicate: DELETIONS,
    });
    expect(ids).toEqual(
      expect.arrayContaining([
        ...numbers('h1-', 30, 60),
        ...[2, 3, 4].flatMap((n) => numbers(`h${n}-`, 0, 60)),
      ]),
    );
    expect(gaps).toEqual([]);
    expect(findings.notes.map((note) => note.code)).toEqual(['older-files']);
    expect((await plan.explain()).filter((each) => each.startsWith('leave'))).toHaveLength(1);
    expect(kubelet.requests().some((request) => request.includes('T11-00-00'))).toBe(false);
    expect(kubelet.requests().some((request) => request.includes('other.txt'))).toBe(false);
  });

  it('reads a file once that stands beside its growing archive', async () => {
    const text = eventsFrom(START_US, 50, { prefix: 'old-' });
    await put('cp-1', 'audit-2026-11-22T11-00-00.000.log', text);
    await put('cp-1', 'audit-2026-11-22T11-00-00.000.log.gz', gzipSync(text).subarray(0, 100));
    await put('cp-1', 'audit.log', eventsFrom(START_US + 60 * MINUTE_US, 50, { prefix: 'new-' }));
    const { ids, gaps } = await read(await open());
    expect(ids.sort()).toEqual([...numbers('new-', 0, 50), ...numbers('old-', 0, 50)].sort());
    expect(gaps).toEqual([]);
  });

  it('says truly what it will read', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 20_000, { filler: 400 }));
    const source = await open();
    const { plan, bytes } = await read(source, since(START_US + 19_000 * 1_000_000));
    expect(await plan.explain()).toEqual([
      expect.stringMatching(
        /^read 1\.\d MB of cp-1:\/var\/log\/kubernetes\/audit\/audit\.log \(\d+ MB, part of cp-1\): from 2026-11-22T15:16:40Z to its end, found by looking at a few places of it$/,
      ),
      'at most 2 GiB or 60 s through the API server, the newest first',
    ]);
    const { estimate } = plan;
    expect(bytes - (estimate.bytes ?? 0)).toBeGreaterThanOrEqual(0);
    expect(bytes - (estimate.bytes ?? 0)).toBeLessThan(1_000_000);
  });

  it('reads an empty log, and one that has only begun', async () => {
    await put('cp-1', 'audit.log', '');
    expect(await read(await open())).toMatchObject({ ids: [], logs: ['cp-1'], gaps: [] });
    await put('cp-1', 'audit.log', `${line('a')}\n${line('b').slice(0, 300)}`);
    expect((await read(await open())).ids).toEqual(['a']);
  });
});

describe('the allowance', () => {
  it('covers the newest part, and says how far back it got and how to go on', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 40_000, { filler: 400 }));
    const { ids, findings, gaps } = await read(await open({}, { maxBytes: 10_000_000 }));
    expect(gaps).toEqual(['budget']);
    const first = Math.min(...ids.map((id) => Number(id.slice(1))));
    expect(ids.map((id) => Number(id.slice(1))).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40_000 - first }, (_, n) => first + n),
    );
    expect(kubelet.bytesSent()).toBeGreaterThan(9_000_000);
    expect(kubelet.bytesSent()).toBeLessThan(10_100_000);
    const reached = new Date(START_US / 1000 + first * 1000).toISOString().slice(0, 19);
    expect(findings.gaps[0]?.text).toBe(
      `cp-1 was read back to ${reached}Z only; 36 MB before it were not: no more was allowed by --max-bytes; go on with --until ${reached}Z, or all of it with --max-bytes 3GB`,
    );
    expect(findings.holdsEarlier).toEqual(['cp-1']);
  });

  it('is shared by the nodes: all of them reach back to about the same time', async () => {
    // cp-2 is three times as busy.
    await put(
      'cp-1',
      'audit.log',
      eventsFrom(START_US, 10_000, { filler: 1000, everyUs: 3_000_000, prefix: 'a' }),
    );
    await put(
      'cp-2',
      'audit.log',
      eventsFrom(START_US, 30_000, { filler: 1000, everyUs: 1_000_000, prefix: 'b' }),
    );
    const { ids, logs } = await read(await open({ nodes: ['cp-1', 'cp-2'] }, { maxBytes: 40_000_000 }));
    const lowest = (prefix: string): number =>
      Math.min(...ids.filter((id) => id.startsWith(prefix)).map((id) => Number(id.slice(1))));
    expect(logs).toEqual(['cp-1', 'cp-2']);
    const [a, b] = [lowest('a') * 3, lowest('b')];
    expect(a).toBeGreaterThan(0);
    expect(b).toBeGreaterThan(0);
    expect(Math.abs(a - b)).toBeLessThan(15_000);
  });

  it('ends after a minute unless --max-bytes says otherwise', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 40_000, { filler: 400 }));
    let now = 0;
    const late = await read(await open({}, { now: () => (now += 40_000) }));
    expect(late.gaps).toEqual(['budget']);
    expect(late.findings.gaps[0]?.text).toContain('at most 2 GiB or 60 s through the API server');
    const allowed = await read(await open({}, { now: () => (now += 40_000), maxBytes: 1e9 }));
    expect(allowed.gaps).toEqual([]);
    expect(allowed.ids).toHaveLength(40_000);
  });

  it('leaves an archive that does not fit, and says so', async () => {
    await put('cp-1', 'audit-2026-11-22T11-00-00.000.log.gz', gzipSync(eventsFrom(START_US, 5000)));
    const live = eventsFrom(START_US + 60 * MINUTE_US, 100, { prefix: 'new-' });
    await put('cp-1', 'audit.log', live);
    const { ids, gaps } = await read(await open({}, { maxBytes: live.length + 10_000 }));
    expect(ids).toEqual(numbers('new-', 0, 100));
    expect(gaps).toEqual(['budget']);
  });

  it('gives lines longer than a piece whole', async () => {
    const long = (id: string): string => `${line(id, { responseObject: { data: 'x'.repeat(3_000_000) } })}\n`;
    await put('cp-1', 'audit.log', [1, 2, 3, 4, 5, 6].map((n) => long(`l${n}`)).join(''));
    const { ids, gaps } = await read(await open());
    expect(ids.sort()).toEqual(['l1', 'l2', 'l3', 'l4', 'l5', 'l6']);
    expect(gaps).toEqual([]);
  });
});

describe('when something happens on the way', () => {
  it('goes on where a connection broke', async () => {
    const text = eventsFrom(START_US, 20_000, { filler: 400 });
    await put('cp-1', 'audit.log', text);
    kubelet.breaks.push(1_000_000, 3_000_000, 500_000);
    const { ids, gaps } = await read(await open());
    expect(kubelet.breaks).toEqual([]);
    expect(ids).toHaveLength(20_000);
    // Lost is only what was on its way.
    expect(kubelet.bytesSent()).toBeLessThan(text.length + 1_000_000);
    expect(new Set(ids).size).toBe(20_000);
    expect(gaps).toEqual([]);
  });

  it.each([
    ['renamed', async (from: string, to: string) => rename(from, to)],
    [
      'renamed and compressed',
      async (from: string, to: string, text: string) => {
        await writeFile(`${to}.gz`, gzipSync(text));
        await rm(from);
      },
    ],
  ])('follows a log that is rotated between two pieces: %s', async (_, rotate) => {
    const text = eventsFrom(START_US, 40_000, { filler: 400 });
    await put('cp-1', 'audit.log', text);
    const source = await open();
    let isRotated = false;
    const { ids, gaps } = await read(source, aQuery(), async () => {
      if (isRotated || kubelet.bytesSent() < 1_000_000) return;
      isRotated = true;
      await rotate(pathOf('cp-1', 'audit.log'), pathOf('cp-1', 'audit-2026-11-23T10-00-00.000.log'), text);
      await put('cp-1', 'audit.log', eventsFrom(START_US + 1e12, 60_000, { filler: 400, prefix: 'later-' }));
    });
    expect(isRotated).toBe(true);
    expect(ids.filter((id) => id.startsWith('later-'))).toEqual([]);
    expect(ids).toHaveLength(40_000);
    expect(new Set(ids).size).toBe(40_000);
    expect(gaps).toEqual([]);
  });

  it('follows a log that is rotated while it is searched by time', async () => {
    const text = eventsFrom(START_US, 30_000, { filler: 400 });
    await put('cp-1', 'audit.log', text);
    let n = 0;
    kubelet.intercept = async (request) => {
      if (request.url?.endsWith('/audit.log') !== true || ++n !== 4) return false;
      await rename(pathOf('cp-1', 'audit.log'), pathOf('cp-1', 'audit-2026-11-23T10-00-00.000.log'));
      await put('cp-1', 'audit.log', eventsFrom(START_US + 1e12, 30_000, { filler: 400, prefix: 'later-' }));
      return false;
    };
    const { ids, gaps } = await read(await open(), since(START_US + 29_000 * 1_000_000));
    expect(n).toBeGreaterThan(4);
    expect(missing(ids, numbers('e', 29_000, 30_000))).toEqual([]);
    expect(ids.filter((id) => id.startsWith('later-'))).toEqual([]);
    expect(gaps).toEqual([]);
  });

  it('says so when a rotated file is removed before it was read', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 40_000, { filler: 400 }));
    let isRemoved = false;
    const { ids, findings } = await read(await open(), aQuery(), async () => {
      if (isRemoved || kubelet.bytesSent() < 1_000_000) return;
      isRemoved = true;
      await put('cp-1', 'new', 'x');
      await rename(pathOf('cp-1', 'new'), pathOf('cp-1', 'audit.log'));
    });
    expect(ids.length).toBeGreaterThan(1000);
    expect(findings.gaps.map((gap) => gap.code)).toEqual(['source-unreadable']);
    expect(findings.gaps[0]?.text).toContain('was removed, or cut short, while it was being read');
  });

  it('reads what there was when it was asked, while the log grows', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 20_000, { filler: 400 }));
    const { ids } = await read(await open(), aQuery(), () =>
      appendFile(pathOf('cp-1', 'audit.log'), eventsFrom(START_US + 1e12, 1, { prefix: 'later-' })),
    );
    expect(missing(ids, numbers('e', 0, 20_000))).toEqual([]);
    expect(ids).toHaveLength(20_000);
  });

  it('names a node that fails, and answers from the others', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 10));
    await put('cp-3', 'audit.log', eventsFrom(START_US, 10, { prefix: 'c' }));
    kubelet.intercept = (request, response) => {
      if (request.url?.includes('/nodes/cp-2/') !== true) return false;
      sendText(
        response,
        502,
        'error trying to reach service: dial tcp 10.0.0.22:10250: connect: connection refused',
      );
      return true;
    };
    const { ids, logs, findings } = await read(await open({ nodes: ['cp-1', 'cp-2', 'cp-3'] }));
    expect(ids).toHaveLength(20);
    expect(logs).toEqual(['cp-1', 'cp-2', 'cp-3']);
    expect(findings.gaps).toEqual([
      {
        code: 'source-unreadable',
        source: 'cp-2',
        text: 'cp-2 was not read: cp-2 cannot be read: 502 error trying to reach service: dial tcp 10.0.0.22:10250: connect: connection refused',
      },
    ]);
  });

  it('says how far back it got when the API server goes away in the middle', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 40_000, { filler: 400 }));
    const source = await open();
    const { ids, findings } = await read(source, aQuery(), async () => {
      if (kubelet.bytesSent() < 6_000_000) return;
      kubelet.intercept = (request) => {
        request.socket.destroy();
        return true;
      };
    });
    expect(ids.length).toBeGreaterThan(1000);
    expect(findings.gaps.map((gap) => gap.code)).toEqual(['source-unreadable']);
    expect(findings.gaps[0]?.text).toMatch(/^cp-1 was read back to 2026-11-22T\d\d:\d\d:\d\dZ only: /);
  });

  it('fails with the right that is missing, and with the way over ssh', async () => {
    kubelet.intercept = (_, response) => {
      sendStatus(
        response,
        403,
        'nodes "cp-1" is forbidden: User "bob" cannot get resource "nodes/proxy"',
        'nodes',
      );
      return true;
    };
    await expect(read(await open())).rejects.toMatchObject({
      code: 'AUDIT_FORBIDDEN',
      message: expect.stringContaining('needs the right "get nodes/proxy"'),
      hint: expect.stringMatching(
        /no harmless right.*; or ssh cp-1 .*zcat -f \/var\/log\/kubernetes\/audit\/audit\*.* --file -$/,
      ),
    });
  });

  it.each([
    [403, 'AUDIT_NO_AUDIT_LOG', 'refuses the API server itself'],
    [200, 'AUDIT_NO_AUDIT_LOG', 'cp-1:/var/log/kubernetes/audit holds too many files to be a log'],
  ])('does not wait for the end of an endless answer: %i', async (status, code, said) => {
    let isLeft = false;
    kubelet.intercept = (request, response) => {
      if (status === 200 && request.url?.endsWith('/') !== true) return false;
      response.once('close', () => {
        isLeft = true;
      });
      response.writeHead(status, { 'content-type': 'text/plain' });
      const row = Buffer.from('<a href="x.log">x.log</a>\n'.repeat(2000));
      const write = (): void => {
        while (!isLeft && response.write(row));
      };
      response.on('drain', write);
      write();
      return true;
    };
    await expect(read(await open())).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
    await expect.poll(() => isLeft).toBe(true);
  });

  it('says that one is not logged in, which no right would mend', async () => {
    kubelet.intercept = (_, response) => {
      sendStatus(response, 401, 'Unauthorized');
      return true;
    };
    await expect(read(await open())).rejects.toMatchObject({
      code: 'AUDIT_NO_CREDENTIALS',
      message: expect.stringContaining('does not know who is asking'),
      hint: expect.stringContaining('log in again'),
    });
  });

  it.each([
    [
      403,
      'Forbidden (user=kube-apiserver-kubelet-client, verb=get, resource=nodes, subresource=log)',
      'AUDIT_NO_AUDIT_LOG',
      'refuses the API server itself',
    ],
    [401, 'Unauthorized', 'AUDIT_NO_AUDIT_LOG', 'does not know the API server itself'],
    [405, 'logs endpoint is disabled.', 'AUDIT_NO_AUDIT_LOG', 'serves no logs'],
    [503, 'error trying to reach service', 'AUDIT_CLUSTER_UNREACHABLE', 'cannot be read: 503'],
    [404, '404 page not found', 'AUDIT_NO_AUDIT_LOG', 'there is no /var/log/kubernetes/audit'],
  ])('tells apart what refuses: %i %s', async (status, text, code, said) => {
    kubelet.intercept = (_, response) => {
      sendText(response, status, text);
      return true;
    };
    await expect(read(await open())).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
  });

  it.each(['audit.log', '/var/log/kubernetes/audit/', ''])(
    'refuses "%s" as the path of a log',
    async (logPath) => {
      await expect(open({ logPath })).rejects.toMatchObject({ code: 'AUDIT_USAGE' });
    },
  );

  it('says that a file is no audit log', async () => {
    await put('cp-1', 'audit.log', 'type=USER_LOGIN msg=audit(1700000000.123:45): pid=1\n'.repeat(10));
    await expect(read(await open())).rejects.toMatchObject({ code: 'AUDIT_NOT_AN_AUDIT_LOG' });
  });

  it('reads whole what stands behind a proxy that knows no ranges', async () => {
    const text = eventsFrom(START_US, 5000, { filler: 400 });
    await put('cp-1', 'audit.log', text);
    kubelet.intercept = (request) => {
      delete request.headers.range;
      return false;
    };
    const { ids } = await read(await open(), since(START_US + 4000 * 1_000_000));
    expect(ids).toHaveLength(5000);
  });

  it('leaves no transfer running when nobody reads on', async () => {
    await put('cp-1', 'audit.log', eventsFrom(START_US, 60_000, { filler: 1000 }));
    const source = await open();
    const { signal } = new AbortController();
    for await (const batch of source.read(await source.plan(aQuery(), signal), signal)) {
      if (batch.events.length > 0) break;
    }
    // What the sockets still take.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const sent = kubelet.bytesSent();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(kubelet.bytesSent()).toBe(sent);
    expect(sent).toBeLessThan(16_000_000);
  });
});
