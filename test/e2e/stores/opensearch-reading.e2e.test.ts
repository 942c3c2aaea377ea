/** How OpenSearch and Elasticsearch are read: pages, counts, indices that differ, and what may go wrong on the way. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { all, equals, glob, not, type Predicate } from '../../../src/query/predicate.ts';
import type { Query } from '../../../src/query/query.ts';
import type { Source } from '../../../src/sources/source.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { aQuery } from '../../support/source-cases.ts';
import { type Fault, type FaultFront, startFaultFront } from './fault-front.ts';
import { openStore } from './open-store.ts';
import { addRecords, DYNAMIC, type Index, LINE, makeIndex, openPoints, TEMPLATE } from './search-index.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;
let front: FaultFront;

beforeAll(async () => {
  server = await startStore('opensearch');
  front = await startFaultFront(server.url);
});

beforeEach(() => {
  front.fault = () => null;
});

afterAll(async () => {
  await front.stop();
  await server.stop();
});

const BEGIN_MS = Date.parse('2026-11-22T10:00:00Z');
const at = (us: number) =>
  new Date(us / 1000).toISOString().replace('Z', `${String(us % 1000).padStart(3, '0')}Z`);

function event(number: number, receivedUs: number, over: EventJson = {}): EventJson {
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
    ...{ auditID: `event-${number}`, verb: 'delete', requestURI: `/api/v1/namespaces/a/pods/p-${number}` },
    ...{ user: { username: 'alice' }, userAgent: 'kubectl' },
    objectRef: { resource: 'pods', namespace: 'a', name: `p-${number}`, apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    ...{ requestReceivedTimestamp: at(receivedUs), stageTimestamp: at(receivedUs + 10) },
    ...over,
  };
}

/** `perMoment` of them received at the same microsecond. */
const many = (count: number, perMoment = 1): readonly EventJson[] =>
  Array.from({ length: count }, (_, n) => event(n, BEGIN_MS * 1000 + Math.floor(n / perMoment) * 1000));

type Settings = Index & { readonly timeout?: string; readonly prefix?: string };

const open = (settings: Settings, maxBytes: number | null = null) =>
  openStore('opensearch', { ...settings }, { maxBytes });

async function read(source: Source, query: Query = aQuery(), ended = new AbortController()) {
  const { signal } = ended;
  const batches = [];
  for await (const batch of source.read(await source.plan(query, signal), signal)) batches.push(batch);
  return {
    ids: batches.flatMap(({ events }) => events.map(({ auditID }) => auditID)),
    counted: batches.flatMap(({ passedOver }) => passedOver.counted).flat(),
  };
}

async function asked(settings: Settings, query: Query = aQuery()) {
  const source = await open(settings);
  try {
    return { ...(await read(source, query)), findings: source.findings() };
  } finally {
    await source.close();
  }
}

describe('opensearch, page by page', () => {
  it.each([
    ['as it comes', DYNAMIC, 1],
    ['as it comes, many of one moment', DYNAMIC, 900],
    ['to the nanosecond, in several shards', TEMPLATE, 1],
    ['to the nanosecond, many of one moment', TEMPLATE, 900],
    ['lines, many of one moment', LINE, 900],
  ] as const)('gives each event once: %s', async (_, kept, perMoment) => {
    const events = many(3000, perMoment);
    const { ids, findings } = await asked(await makeIndex(server.url, events.map(kept.record), kept));
    expect(ids.toSorted()).toEqual(events.map(({ auditID }) => auditID).toSorted());
    expect(findings.gaps).toEqual([]);
    expect(await openPoints(server.url)).toBe(0);
  });

  it('gives the newest first', async () => {
    const index = await makeIndex(server.url, many(500), DYNAMIC);
    const { ids } = await asked(index);
    expect(ids).toEqual(
      many(500)
        .map(({ auditID }) => auditID)
        .toReversed(),
    );
  });

  it('says so when one moment holds more than it gives', async () => {
    const events = [...many(10_500, 10_500), event(99_999, (BEGIN_MS - 1000) * 1000)];
    const { ids, findings } = await asked(await makeIndex(server.url, events.map(LINE.record), LINE));
    expect(ids.length).toBe(10_001);
    expect(findings.gaps).toMatchObject([{ text: expect.stringContaining('more than 10000 records') }]);
  });

  it('stops at --max-bytes, and closes what it opened', async () => {
    const source = await open(await makeIndex(server.url, many(3000), DYNAMIC), 100_000);
    const { ids } = await read(source);
    expect(ids.length).toBeLessThan(3000);
    expect(source.findings().gaps).toMatchObject([{ code: 'budget' }]);
    await source.close();
    expect(await openPoints(server.url)).toBe(0);
  });

  it('counts more groups than come at once, and fetches none of them', async () => {
    const events = many(2500).map((one, n) => ({ ...one, userAgent: `agent-${n % 1300}` }));
    const query = aQuery({ aggregation: { by: ['userAgent'], bucketUs: null } });
    const { ids, counted, findings } = await asked(await makeIndex(server.url, events, DYNAMIC), query);
    expect([ids.length, counted.length]).toEqual([0, 1300]);
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(2500);
    expect(findings.holdsEarlier).toEqual([]);
  });

  it('fetches what it cannot count', async () => {
    const events = [...many(3), event(3, BEGIN_MS * 1000, { userAgent: 'x'.repeat(400) })];
    const query = aQuery({ aggregation: { by: ['userAgent'], bucketUs: null } });
    const { ids, counted } = await asked(await makeIndex(server.url, events, DYNAMIC), query);
    expect([ids.length, counted.length]).toEqual([4, 0]);
    const within = { sinceUs: BEGIN_MS * 1000 + 1, untilUs: null };
    const precise = { ...query, aggregation: { by: ['verb'] as const, bucketUs: null }, window: within };
    expect(await asked(await makeIndex(server.url, many(3), DYNAMIC), precise)).toMatchObject({
      counted: [],
    });
  });
});

it('opensearch, followed, gives out what comes, once each, also into an index that was empty', async () => {
  const index = await makeIndex(server.url, [], { mappings: {} });
  const source = await openStore('opensearch', { ...index }, { now: Date.now });
  const ended = new AbortController();
  const query = aQuery({ predicate: equals('verb', 'delete'), following: 'from now' });
  const plan = await source.plan(query, ended.signal);
  const got: string[] = [];
  for await (const { events: some } of source.read(plan, ended.signal))
    got.push(...some.map(({ auditID }) => auditID));
  const following = (async () => {
    for await (const { events: some } of source.follow?.(plan, () => {}, ended.signal) ?? [])
      got.push(...some.map(({ auditID }) => auditID));
  })().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  const now = Date.now() * 1000;
  await addRecords(index, [event(1, now + 1_000_000), event(2, now + 1_100_000, { verb: 'get' })]);
  await expect.poll(() => got, { timeout: 15_000 }).toContain('event-1');
  await addRecords(index, [event(3, now - 3_000_000), event(4, now + 2_000_000)]);
  await expect
    .poll(() => got.toSorted(), { timeout: 15_000 })
    .toEqual(expect.arrayContaining(['event-1', 'event-3', 'event-4']));
  expect(got.filter((id) => id !== 'event-2').length).toBe(3);
  ended.abort();
  await following;
  await source.close();
}, 60_000);

describe('opensearch, with indices that differ', () => {
  const lowered = {
    settings: { analysis: { normalizer: { low: { type: 'custom', filter: ['lowercase'] } } } },
    mappings: { properties: { userAgent: { type: 'keyword', normalizer: 'low' } } },
  } as const;
  const events = [
    event(0, BEGIN_MS * 1000, { userAgent: 'Helm' }),
    event(1, BEGIN_MS * 1000 + 1000, { userAgent: 'helm' }),
    event(2, BEGIN_MS * 1000 + 2000, { userAgent: 'x'.repeat(300) }),
    event(3, BEGIN_MS * 1000 + 3000, { userAgent: undefined, impersonatedUser: { username: 'bob' } }),
  ];
  const wanted: readonly (readonly [string, Predicate, readonly number[]])[] = [
    ['equals', equals('userAgent', 'helm'), [1]],
    ['not equals', not(equals('userAgent', 'helm')), [0, 2, 3]],
    ['glob', glob('userAgent', 'x*'), [2]],
    ['in any case', glob('userAgent', '*LM', true), [0, 1]],
    ['absent', { kind: 'absent', field: 'userAgent' }, [3]],
    ['there', not({ kind: 'absent', field: 'userAgent' }), [0, 1, 2]],
    ['impersonated', equals('impersonatedUser.username', 'bob'), [3]],
  ];

  it.each([
    ['values in lower case', [lowered]],
    [
      'limits of their own',
      [{ mappings: { properties: { userAgent: { type: 'keyword', ignore_above: 10 } } } }],
    ],
    ['what is not mapped', [{ mappings: { dynamic: false, properties: { auditID: { type: 'keyword' } } } }]],
    [
      'what is not searched',
      [{ mappings: { properties: { userAgent: { type: 'keyword', index: false } } } }],
    ],
    ['other types', [DYNAMIC, TEMPLATE, lowered]],
    [
      'what is left out of some',
      [
        DYNAMIC,
        {
          mappings: {
            dynamic: false,
            properties: { auditID: { type: 'keyword' }, '@timestamp': { type: 'date' } },
          },
        },
      ],
    ],
    ['words alone', [{ mappings: { properties: { userAgent: { type: 'text' } } } }]],
  ] as const)('asks for no less than is wanted: %s', async (_, kinds) => {
    const made = await Promise.all(
      kinds.map((kind, n) =>
        makeIndex(
          server.url,
          events.filter((_event, of) => of % kinds.length === n),
          kind,
        ),
      ),
    );
    const index = made.map((one) => one.index).join(',');
    for (const [of, predicate, numbers] of wanted) {
      const { ids } = await asked({ url: server.url, index }, aQuery({ predicate }));
      const found = new Set(ids);
      for (const number of numbers) expect([of, found.has(`event-${number}`)]).toEqual([of, true]);
    }
  });

  it('says which indices may hold what cannot be asked for', async () => {
    const known = await makeIndex(server.url, many(3), DYNAMIC);
    const unseen = await makeIndex(server.url, many(3), { mappings: { dynamic: false } });
    const { ids, findings } = await asked({ ...known, index: `${known.index},${unseen.index}` });
    expect(new Set(ids).size).toBe(3);
    expect(findings.notes).toContainEqual({
      code: 'store-unseen',
      text: expect.stringContaining(unseen.index),
    });
  });

  it('says so when events lie in two ways, and looks at those that the settings say', async () => {
    const index = await makeIndex(
      server.url,
      many(4).map((one, n) => (n < 3 ? one : { audit: one })),
      DYNAMIC,
    );
    const { ids, findings } = await asked(index);
    expect(ids.length).toBe(3);
    expect(findings.gaps).toMatchObject([{ text: expect.stringContaining('under audit too') }]);
    const chosen = await asked({ ...index, prefix: 'audit.' });
    expect([chosen.ids, chosen.findings.gaps]).toEqual([['event-3'], []]);
  });

  it('finds events among other records, under whatever prefix', async () => {
    const records = [
      ...Array.from({ length: 30 }, (_, n) => ({
        '@timestamp': '2027-01-01T00:00:00Z',
        message: `hello ${n}`,
      })),
      ...many(5).map((one) => ({ '@timestamp': one.stageTimestamp, k8s_thing: { payload: one } })),
    ];
    const { ids } = await asked(await makeIndex(server.url, records, { mappings: {} }));
    expect(ids.length).toBe(5);
    const lines = [
      ...Array.from({ length: 30 }, () => ({ '@timestamp': '2027-01-01T00:00:00Z', log: 'no audit event' })),
      ...many(5).map((one) => ({ '@timestamp': one.stageTimestamp, log: JSON.stringify(one) })),
    ];
    const only = aQuery({ predicate: all(equals('verb', 'delete'), equals('objectRef.name', 'p-3')) });
    expect((await asked(await makeIndex(server.url, lines, { mappings: {} }), only)).ids).toEqual([
      'event-3',
    ]);
  });

  it('asks nothing of words that are made in another way', async () => {
    const analyzer = { settings: { analysis: { analyzer: { default: { type: 'whitespace' } } } } };
    const index = await makeIndex(server.url, many(5).map(LINE.record), { ...LINE, ...analyzer });
    const { ids } = await asked(index, aQuery({ predicate: equals('objectRef.name', 'p-3') }));
    expect(ids).toContain('event-3');
  });

  it('says what it may not show: fields as they come, records without their text', async () => {
    const index = await makeIndex(server.url, many(3), { mappings: { _source: { enabled: false } } });
    const { findings } = await asked(index);
    expect(findings.gaps).toMatchObject([{ text: expect.stringContaining('_source') }]);
    expect(findings.notes.map(({ code }) => code)).toContain('store-may-refuse');
    const strict = await asked(await makeIndex(server.url, many(3), TEMPLATE));
    expect(strict.findings.notes).toEqual([]);
  });
});

describe('opensearch, when something is wrong', () => {
  let index: Index;

  beforeAll(async () => {
    index = { ...(await makeIndex(server.url, many(2500), DYNAMIC)), url: front.url };
  });

  /** Pages alone. */
  const onPages = (fault: Fault, from = 1) => {
    let pages = 0;
    front.fault = (body) => (body.includes('"missing":0') && ++pages >= from ? fault : null);
  };
  const answered = (json: unknown): Fault => ({ answer: { status: 200, body: JSON.stringify(json) } });
  const page = {
    took: 1,
    timed_out: false,
    _shards: { total: 5, successful: 5, failed: 0 },
    hits: { hits: [] },
  };

  it.each([
    ['a connection that drops within a page', { cutAt: 0.5 }, /broke|reset|ended|closed/],
    ['an error in an answer', answered({ error: { type: 'x', reason: 'no more memory' } }), /no more memory/],
    ['an answer to something else', answered({ ok: true }), /answered no search/],
    ['a page of HTML', { answer: { status: 200, body: '<html>log in</html>' } }, /no OpenSearch/],
    [
      'a refusal',
      {
        answer: {
          status: 500,
          body: JSON.stringify({ error: { root_cause: [{ reason: 'shard is gone' }], type: 'y' } }),
        },
      },
      /answered 500: shard is gone/,
    ],
  ] as const)('%s is an error, and no answer', async (_, fault, message) => {
    onPages(fault);
    await expect(asked(index)).rejects.toThrow(message);
    onPages(fault, 2);
    await expect(asked(index)).rejects.toThrow(message);
    expect(await openPoints(server.url)).toBe(0);
  });

  it.each([
    ['time ran out', { ...page, timed_out: true }, /ran out of time/],
    [
      'shards failed',
      {
        ...page,
        _shards: {
          ...{ total: 5, successful: 4, failed: 1 },
          failures: [{ shard: 2, index: 'audit-7', reason: { type: 'z', reason: 'corrupt' } }],
        },
      },
      /1 of 5 shards failed \(audit-7\[2\]: corrupt\)/,
    ],
    ['clusters were left out', { ...page, _clusters: { total: 2, skipped: 1 } }, /clusters skipped: 1 of 2/],
  ] as const)('an answer in part is said to be one: %s', async (_, json, message) => {
    onPages(answered(json), 3);
    const { ids, findings } = await asked(index);
    expect(ids.length).toBe(999);
    expect(findings.gaps).toMatchObject([
      { code: 'source-unreadable', text: expect.stringMatching(message) },
    ]);
  });

  it('counts nothing in part', async () => {
    const failed = { ...page, _shards: { total: 2, failed: 1 }, aggregations: { groups: { buckets: [] } } };
    front.fault = (body) => (body.includes('"composite"') ? answered(failed) : null);
    const query = aQuery({ aggregation: { by: ['verb'], bucketUs: null } });
    expect(await asked(index, query)).toMatchObject({ ids: { length: 2500 }, counted: [] });
  });

  it('asks again when it is told to ask later', async () => {
    let asks = 0;
    front.fault = () =>
      ++asks % 2 === 1 ? { answer: { status: 429, headers: { 'retry-after': '0' }, body: '{}' } } : null;
    expect((await asked(index)).ids.length).toBe(2500);
  });

  it('waits for a slow answer only so long', async () => {
    onPages({ delayMs: 1500 });
    expect((await asked(index)).ids.length).toBe(2500);
    await expect(asked({ ...index, timeout: '300ms' })).rejects.toThrow(/0\.3 s/);
  });

  it('ends the request when nobody waits for it any more, and closes what it opened', async () => {
    const ended = new AbortController();
    const source = await open(index);
    onPages({ delayMs: 30_000 });
    const before = front.abandoned();
    const reading = read(source, aQuery(), ended);
    setTimeout(() => ended.abort(new Error('enough')), 1000);
    await expect(reading).rejects.toThrow('enough');
    await expect.poll(() => front.abandoned()).toBe(before + 1);
    await expect.poll(() => openPoints(server.url)).toBe(0);
    await source.close();
  });

  it.each([
    ['an index that is not there', 'nothing', /no such index \[nothing\]/],
    ['a pattern that no index fits', 'nothing-*', /has no index "nothing-\*"/],
  ])('%s is named', async (_, name, message) => {
    await expect(asked({ ...index, index: name })).rejects.toThrow(message);
  });

  it('says that an index holds no audit event, or nothing at all', async () => {
    const other = await makeIndex(server.url, [{ message: 'hello' }], { mappings: {} });
    await expect(asked(other)).rejects.toThrow(/holds no audit event/);
    const empty = await makeIndex(server.url, [], { mappings: {} });
    const source = await open(empty);
    expect((await read(source)).ids).toEqual([]);
    expect(source.findings().notes).toMatchObject([{ code: 'store-empty' }]);
    await addRecords(empty, many(3));
    expect((await read(source)).ids.length).toBe(3);
    await source.close();
  });

  it('reads without a point in time where none is to be had', async () => {
    front.fault = (_, url) =>
      /_pit|point_in_time/.test(url) ? { answer: { status: 405, body: '{"error":"not here"}' } } : null;
    expect((await asked(index)).ids.length).toBe(2500);
  });

  it('says what a mapping would tell that may not be seen, and asks for more than is wanted', async () => {
    front.fault = (_, url) => (url.includes('_mapping') ? { answer: { status: 403, body: '{}' } } : null);
    const predicate = all(equals('verb', 'delete'), not(equals('objectRef.name', 'p-1')));
    const { ids, findings } = await asked(index, aQuery({ predicate }));
    expect(ids.length).toBe(2500);
    expect(findings.notes.map(({ code }) => code)).toContain('store-mapping-hidden');
  });

  it('says who may not, and what it takes', async () => {
    const error = { root_cause: [{ reason: 'no permissions for [indices:data/read/search]' }] };
    onPages({ answer: { status: 403, body: JSON.stringify({ error }) } });
    await expect(asked(index)).rejects.toMatchObject({
      code: 'AUDIT_FORBIDDEN',
      message: expect.stringContaining('no permissions for'),
      hint: expect.stringContaining('view_index_metadata'),
    });
  });
});
