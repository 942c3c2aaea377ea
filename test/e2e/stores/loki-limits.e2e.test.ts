import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventBatch } from '../../../src/event/batch.ts';
import { all, equals, glob, not } from '../../../src/query/predicate.ts';
import type { Query } from '../../../src/query/query.ts';
import type { Source } from '../../../src/sources/source.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { FIXED_NOW_MS } from '../../support/fixed-io.ts';
import { aQuery } from '../../support/source-cases.ts';
import { type Fault, type FaultFront, startFaultFront } from './fault-front.ts';
import { openStore } from './open-store.ts';
import { deletion, nanosOf, pushLoki, type Stream } from './push-loki.ts';
import { type StoreProcess, startStore } from './start-store.ts';

const NOW_US = FIXED_NOW_MS * 1000;
const DAY_US = 86_400_000_000;
const wanted = aQuery({ predicate: equals('user.username', 'alice') });

async function found(
  source: Source,
  query: Query = wanted,
  ended = new AbortController(),
): Promise<string[]> {
  return (await batchesOf(source, query, ended)).flatMap(({ events }) =>
    events.map(({ auditID }) => auditID),
  );
}

async function batchesOf(source: Source, query: Query, ended = new AbortController()): Promise<EventBatch[]> {
  const batches: EventBatch[] = [];
  for await (const batch of source.read(await source.plan(query, ended.signal), ended.signal))
    batches.push(batch);
  return batches;
}

function counted(batches: readonly EventBatch[]): readonly unknown[] {
  return batches.flatMap(({ passedOver }) => passedOver.counted).flat();
}

/** By when they were received. */
const valuesOf = (jsons: readonly EventJson[]): Stream['values'] =>
  jsons.map((json) => [String(nanosOf(json.requestReceivedTimestamp)), JSON.stringify(json)] as const);

const many = (length: number, everyUs: number): readonly EventJson[] =>
  Array.from({ length }, (_, at) => deletion(`id-${at}`, NOW_US - at * everyUs));

const ids = (length: number): readonly string[] => Array.from({ length }, (_, at) => `id-${at}`).sort();

let server: StoreProcess;
let jobs = 0;

beforeAll(async () => {
  server = await startStore('loki');
});
afterAll(() => server.stop());

async function pushed(
  jsons: readonly EventJson[],
): Promise<{ readonly url: string; readonly selector: string }> {
  const job = `limits-${++jobs}`;
  await pushLoki(server.url, [{ stream: { job }, values: valuesOf(jsons) }]);
  return { url: server.url, selector: `{job="${job}"}` };
}

describe('loki, pages', () => {
  it('turns page after page, of several streams, whatever else they know', async () => {
    const job = `limits-${++jobs}`;
    const streams = ['cp-1', 'cp-2', 'cp-3'].map(
      (node, of): Stream => ({
        stream: { job, node, verb: 'none' },
        values: valuesOf(many(90, 1000).filter((_, at) => at % 3 === of)).map(([ns, line]) => [
          ns,
          line,
          { ka_verb: 'x', level: 'info' },
        ]),
      }),
    );
    await pushLoki(server.url, streams);
    const source = await openStore('loki', { url: server.url, selector: `{job="${job}"}`, limit: 7 });
    expect((await found(source)).sort()).toEqual(ids(90));
    expect(source.findings().gaps).toEqual([]);
    await source.close();
  });

  it('gives what shares a moment, and says when it is too much', async () => {
    const settings = await pushed(many(30, 0));
    const enough = await openStore('loki', { ...settings, limit: 31 });
    expect((await found(enough)).sort()).toEqual(ids(30));
    expect(enough.findings().gaps).toEqual([]);
    await enough.close();
    const few = await openStore('loki', { ...settings, limit: 10 });
    await found(few);
    expect(few.findings().gaps).toMatchObject([{ code: 'source-unreadable' }]);
    await few.close();
  });

  it('asks for no more than its own parts pass on to one another', async () => {
    const large = (at: number) => ({
      requestObject: { x: 'y'.repeat(at < 100 || at >= 130 ? 10 : 200_000) },
    });
    const jsons = many(400, 1000).map((json, at) => ({ ...json, ...large(at) }));
    const settings = await pushed(jsons.slice(0, 100));
    for (const json of jsons.slice(100))
      await pushLoki(server.url, [{ stream: { job: `limits-${jobs}` }, values: valuesOf([json]) }]);
    const source = await openStore('loki', settings);
    expect((await found(source)).sort()).toEqual(ids(400));
    expect(source.findings().gaps).toEqual([]);
    await source.close();
  });

  it('finds what lies months back, and all of a window without a beginning', async () => {
    const jsons = [0, 20, 45, 70, 330].map((days, at) => deletion(`id-${at}`, NOW_US - days * DAY_US));
    const job = `limits-${++jobs}`;
    // A stream takes nothing that is much older than what it has.
    await pushLoki(
      server.url,
      jsons.map((json, at) => ({ stream: { job, at: String(at) }, values: valuesOf([json]) })),
    );
    const source = await openStore('loki', { url: server.url, selector: `{job="${job}"}` });
    expect((await found(source)).sort()).toEqual(ids(4));
    const since = aQuery({ window: { sinceUs: NOW_US - 46 * DAY_US, untilUs: null } });
    expect((await found(source, since)).sort()).toEqual(['id-0', 'id-1', 'id-2']);
    expect(source.findings().holdsEarlier).toEqual([source.name]);
    // Behind months without any line, only where it is asked for.
    const whole = aQuery({ window: { sinceUs: NOW_US - 400 * DAY_US, untilUs: null } });
    expect((await found(source, whole)).sort()).toEqual(ids(5));
    const window = { sinceUs: NOW_US - 400 * DAY_US, untilUs: NOW_US - 300 * DAY_US };
    const old = aQuery({ window, predicate: equals('verb', 'delete') });
    expect(await found(source, old)).toContain('id-4');
    await source.close();
  });

  it('finds lines that were cut, or hold no JSON of their own', async () => {
    const job = `limits-${++jobs}`;
    const line = JSON.stringify(deletion('cut', NOW_US, { requestObject: { x: 'y'.repeat(500) } }));
    const lines = [
      line.slice(0, 700),
      `{"kind":"EventList","items":[${JSON.stringify(deletion('listed', NOW_US - 1))}]}`,
      JSON.stringify({ message: JSON.stringify(deletion('text', NOW_US - 2)) }),
      JSON.stringify(deletion('plain', NOW_US - 3)),
      JSON.stringify(deletion('other', NOW_US - 4, { user: { username: 'bob' } })),
    ];
    const values = lines.map((text, at) => [String((NOW_US - at) * 1000), text] as const);
    await pushLoki(server.url, [{ stream: { job }, values }]);
    const source = await openStore('loki', { url: server.url, selector: `{job="${job}"}` });
    const batches = await batchesOf(source, aQuery({ predicate: equals('verb', 'delete') }));
    const given = batches.flatMap(({ events, rejects }) => [
      ...events.map(({ auditID }) => auditID),
      ...rejects.map(({ salvaged }) => salvaged?.auditID),
    ]);
    expect(given.sort()).toEqual(['cut', 'listed', 'other', 'plain', 'text']);
    await source.close();
  });

  it('counts only what it can tell for sure', async () => {
    const jsons = [
      ...many(50, 1000),
      deletion('spaced', NOW_US - 1, { userAgent: 'a b' }),
      deletion('like it', NOW_US - 2, { userAgent: 'a c' }),
    ];
    const count = {
      predicate: all(equals('verb', 'delete'), not(glob('userAgent', 'a b*'))),
      aggregation: { by: ['verb', 'userAgent'] as const, bucketUs: null },
    };
    const sure = await openStore('loki', await pushed(jsons));
    const batches = await batchesOf(sure, aQuery(count));
    expect(batches.flatMap(({ events }) => events)).toEqual([]);
    expect(counted(batches)).toEqual(
      expect.arrayContaining([
        {
          key: ['delete', 'kubectl/v1.34.1'],
          count: 50,
          buckets: [],
          firstUs: NOW_US - 49_000,
          lastUs: NOW_US,
        },
        { key: ['delete', 'a c'], count: 1, buckets: [], firstUs: NOW_US - 2, lastUs: NOW_US - 2 },
      ]),
    );
    expect(counted(batches).length).toBe(2);
    await sure.close();
    // Loki reads the invalid character as a blank.
    const unsure = await openStore(
      'loki',
      await pushed([...jsons, deletion('odd', NOW_US - 3, { userAgent: 'a\ufffdb' })]),
    );
    const read = await batchesOf(unsure, aQuery(count));
    expect(counted(read)).toEqual([]);
    const given = read.flatMap(({ events }) => events.map(({ auditID }) => auditID));
    expect(given).toContain('odd');
    await unsure.close();
  });

  it('counts nothing where a line is none of the events that it knows', async () => {
    const count = {
      predicate: equals('verb', 'delete'),
      aggregation: { by: ['verb'] as const, bucketUs: 60_000_000 },
    };
    const plain = many(20, 1000);
    const text = (json: EventJson) => JSON.stringify(json);
    const others: readonly string[] = [
      `stdout F ${text(deletion('other', NOW_US - 1_000))}`,
      text({ log: deletion('other', NOW_US - 1_000) }),
      text(deletion('other', NOW_US - 1_000)).replaceAll(/(Timestamp":"[^"]*)000Z/g, '$1Z'),
    ];
    for (const other of others) {
      const settings = await pushed(plain);
      // Behind the lines that are looked at.
      const values = [[String((NOW_US - 20_000) * 1000), other]] as const;
      await pushLoki(server.url, [{ stream: { job: `limits-${jobs}` }, values }]);
      const source = await openStore('loki', settings);
      const batches = await batchesOf(source, aQuery(count));
      expect(counted(batches)).toEqual([]);
      expect(batches.flatMap(({ events }) => events.map(({ auditID }) => auditID)).sort()).toEqual([
        ...ids(20),
        'other',
      ]);
      await source.close();
    }
  });

  it('finds the streams by itself, or says that it cannot', async () => {
    const at = NOW_US - 3_600_000_000;
    await pushLoki(server.url, [
      {
        stream: { app: 'shop', filename: '/var/log/audit/node.log' },
        values: [[String(at * 1000), 'type=SYSCALL']],
      },
      { stream: { app: 'kube-audit', cluster: 'a' }, values: valuesOf([deletion('a', at)]) },
      { stream: { app: 'audit-b', cluster: 'b' }, values: valuesOf([deletion('b', at + 1)]) },
    ]);
    const source = await openStore('loki', { url: server.url });
    expect((await found(source)).sort()).toEqual(expect.arrayContaining(['a', 'b']));
    expect(
      source
        .findings()
        .notes.map(({ text }) => text)
        .join(),
    ).toMatch(/no selector was said; \{app=~"/);
    await source.close();
  });

  it('says that nothing lies where nobody wrote', async () => {
    const source = await openStore('loki', { url: server.url, selector: '{job="nobody"}' });
    expect(await found(source)).toEqual([]);
    expect(source.findings().notes).toMatchObject([{ code: 'store-empty' }]);
    await source.close();
  });
});

describe('loki, with limits and tenants', () => {
  let limited: StoreProcess;

  beforeAll(async () => {
    limited = await startStore('loki', {
      env: {
        LOKI_TENANTS: 'true',
        LOKI_SPLIT: '24h',
        LOKI_LIMITS:
          '  max_entries_limit_per_query: 20\n  max_query_length: 2d\n  max_query_series: 4\n  volume_enabled: false',
      },
    });
  });
  afterAll(() => limited.stop());

  const opened = (tenant: string, more: Readonly<Record<string, unknown>> = {}) =>
    openStore('loki', { url: limited.url, selector: '{job="k8s-audit"}', tenant, ...more });

  it('asks for as much as the server gives, and in pieces as long as it allows', async () => {
    const jsons = many(100, DAY_US / 10);
    const streams = jsons.map((json, at) => ({
      stream: { job: 'k8s-audit', at: String(at) },
      values: valuesOf([json]),
    }));
    await pushLoki(limited.url, streams, 'long');
    const source = await opened('long');
    expect((await found(source)).sort()).toEqual(ids(100));
    expect(source.findings().gaps).toEqual([]);
    await source.close();
  });

  it('reads what would be too many groups', async () => {
    const jsons = many(10, 1000).map((json, at) => ({ ...json, user: { username: `user-${at}` } }));
    await pushLoki(limited.url, [{ stream: { job: 'k8s-audit' }, values: valuesOf(jsons) }], 'groups');
    const source = await opened('groups');
    const query = aQuery({ aggregation: { by: ['user.username'], bucketUs: null } });
    const batches = await batchesOf(source, query);
    expect(counted(batches)).toEqual([]);
    expect(batches.flatMap(({ events }) => events).length).toBe(10);
    await source.close();
  });

  it('keeps to its tenant, and asks for one', async () => {
    expect(await found(await opened('nobody'))).toEqual([]);
    await expect(
      found(await openStore('loki', { url: limited.url, selector: '{job="k8s-audit"}' })),
    ).rejects.toMatchObject({
      code: 'AUDIT_NO_CREDENTIALS',
      hint: expect.stringContaining('tenant'),
    });
  });
});

describe('loki, when something is wrong', () => {
  let front: FaultFront;
  let settings: { readonly url: string; readonly selector: string };

  beforeAll(async () => {
    front = await startFaultFront(server.url);
    settings = { ...(await pushed(many(50, 1000))), url: front.url };
  });
  beforeEach(() => {
    front.fault = () => null;
  });
  afterAll(() => front.stop());

  /** Pages alone. */
  const onPages = (fault: Fault, from = 1) => {
    let pages = 0;
    front.fault = (body) => (body.includes('ka_verb') && ++pages >= from ? fault : null);
  };

  async function asked(more: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
    const source = await openStore('loki', { ...settings, limit: 20, ...more });
    try {
      return await found(source);
    } finally {
      await source.close();
    }
  }

  const error = { status: 'error', errorType: 'timeout', error: 'context deadline exceeded' };

  it.each([
    ['a connection that drops within a page', { cutAt: 0.5 }, /broke|reset|ended|closed/],
    [
      'an error with the status of a success',
      { answer: { status: 200, body: JSON.stringify(error) } },
      /context deadline/,
    ],
    ['a page of HTML', { answer: { status: 200, body: '<html>log in</html>' } }, /is no Loki/],
    ['an answer of somebody else', { answer: { status: 200, body: '{"data":[]}' } }, /is no Loki/],
    ['nothing', { answer: { status: 200, body: '' } }, /is no Loki/],
    [
      'a gateway that gives up',
      { answer: { status: 500, body: 'context deadline exceeded' } },
      /context deadline/,
    ],
  ] as const)('%s is an error, and no answer', async (_, fault, message) => {
    onPages(fault);
    await expect(asked()).rejects.toThrow(message);
    onPages(fault, 2);
    await expect(asked()).rejects.toThrow(message);
  });

  it('says that an answer is not whole when the server says so', async () => {
    const body = JSON.stringify({
      status: 'success',
      data: { resultType: 'streams', result: [] },
      warnings: ['an ingester is away'],
    });
    onPages({ answer: { status: 200, body } });
    const source = await openStore('loki', settings);
    expect(await found(source)).toEqual([]);
    expect(source.findings().gaps).toMatchObject([
      { code: 'source-unreadable', text: expect.stringContaining('an ingester is away') },
    ]);
    await source.close();
  });

  it('asks again when it is told to ask later', async () => {
    let asks = 0;
    front.fault = () =>
      ++asks % 2 === 1 ? { answer: { status: 429, headers: { 'retry-after': '0' }, body: 'later' } } : null;
    expect([...(await asked())].sort()).toEqual(ids(50));
  });

  it('asks for fewer lines when they are too much for its own parts', async () => {
    const said =
      'rpc error: code = ResourceExhausted desc = trying to send message larger than max (5 vs. 4)';
    front.fault = (body) =>
      Number(new URLSearchParams(body).get('limit') ?? 0) > 3
        ? { answer: { status: 500, body: said } }
        : null;
    expect([...(await asked())].sort()).toEqual(ids(50));
  });

  it('does without the index where it may not be asked', async () => {
    front.fault = (_, url) =>
      url.includes('/index/') ? { answer: { status: 404, body: 'not found' } } : null;
    expect([...(await asked())].sort()).toEqual(ids(50));
  });

  it('waits for a slow answer only so long', async () => {
    onPages({ delayMs: 1500 });
    expect((await asked()).length).toBe(50);
    await expect(asked({ timeout: '300ms' })).rejects.toThrow(/0\.3 s/);
  });

  it('ends the request when nobody waits for it any more', async () => {
    const ended = new AbortController();
    const source = await openStore('loki', settings);
    onPages({ delayMs: 30_000 });
    const reading = found(source, wanted, ended);
    const before = front.abandoned();
    setTimeout(() => ended.abort(new Error('enough')), 1500);
    await expect(reading).rejects.toThrow('enough');
    await expect.poll(() => front.abandoned()).toBe(before + 1);
    await source.close();
  });

  it('names a selector that Loki does not take', async () => {
    await expect(asked({ selector: '{job=~".*"}' })).rejects.toThrow(/at least one/);
    await expect(asked({ selector: '{job=}' })).rejects.toMatchObject({
      hint: expect.stringContaining('selector'),
    });
  });

  it('is followed', async () => {
    const now = Date.now() * 1000;
    const source = await openStore('loki', await pushed([deletion('before', now - 5_000_000)]), {
      now: Date.now,
    });
    const job = jobs;
    const ended = new AbortController();
    const plan = await source.plan(
      aQuery({ predicate: equals('verb', 'delete'), following: 'from now' }),
      ended.signal,
    );
    const got: string[] = [];
    for await (const { events } of source.read(plan, ended.signal))
      got.push(...events.map(({ auditID }) => auditID));
    const following = (async () => {
      for await (const { events } of source.follow?.(plan, () => {}, ended.signal) ?? [])
        got.push(...events.map(({ auditID }) => auditID));
    })().catch((reason: unknown) => {
      if (!ended.signal.aborted) throw reason;
    });
    const put = (json: EventJson) =>
      pushLoki(server.url, [{ stream: { job: `limits-${job}` }, values: valuesOf([json]) }]);
    await put(deletion('first', now + 1_000_000));
    await expect.poll(() => got, { timeout: 10_000 }).toEqual(['first']);
    await put(deletion('late', now - 3_000_000));
    await expect.poll(() => got, { timeout: 10_000 }).toEqual(['first', 'late']);
    await sleep(3_000);
    expect(got.length).toBe(2);
    ended.abort();
    await following;
    await source.close();
  }, 60_000);
});
