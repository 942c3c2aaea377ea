import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equals, oneOf, type Predicate } from '../../../src/query/predicate.ts';
import type { Query } from '../../../src/query/query.ts';
import { openStore } from '../../e2e/stores/open-store.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { type CloudLogging, refusal, startCloudLogging } from '../../support/cloud-logging.ts';
import { describeSource } from '../../support/describe-source.ts';
import { CLUSTER, gkeEntries, gkeEntry, PROJECT, toldByGke } from '../../support/gke-entry.ts';
import { aQuery } from '../../support/source-cases.ts';

let logging: CloudLogging;
let token: string;

beforeAll(async () => {
  logging = await startCloudLogging();
  token = join(await mkdtemp(join(tmpdir(), 'gcl-')), 'token');
  await writeFile(token, 'a-token');
});
beforeEach(() => {
  logging.entries = [];
  logging.mostEntries = 1000;
  logging.givesEmptyPages = false;
  logging.missing = 'fails';
  logging.refuses = () => null;
  logging.asked.length = 0;
});
afterAll(async () => {
  await rm(dirname(token), { recursive: true });
  await logging.stop();
});

const settings = () => ({
  ...{ project: PROJECT, cluster: CLUSTER, url: logging.url },
  auth: { bearer: { file: token } },
});

/** In small and empty pages, and with the negation of what is missing left open. */
describeSource(
  'gcl',
  async (jsons) => {
    logging.entries = gkeEntries(jsons);
    logging.mostEntries = 9;
    logging.givesEmptyPages = true;
    logging.missing = 'unknown';
    return await openStore('gcl', settings());
  },
  { keeps: toldByGke },
);

const BEGIN_MS = Date.parse('2026-11-22T10:00:00Z');

function many(count: number, verb = 'delete'): readonly EventJson[] {
  return Array.from({ length: count }, (_, at) => {
    const time = new Date(BEGIN_MS + Math.floor(at / 2) * 1000).toISOString().replace('Z', '000Z');
    return {
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
      ...{ auditID: `id-${at}`, verb, requestURI: '/api/v1/namespaces/a/pods/b' },
      ...{ user: { username: 'alice' }, responseStatus: { metadata: {}, code: 200 } },
      ...{ requestReceivedTimestamp: time, stageTimestamp: time },
    };
  });
}

async function asked(
  predicate: Predicate = equals('verb', 'delete'),
  {
    window = { sinceUs: null, untilUs: null },
    signal = new AbortController().signal,
    more = {},
  }: {
    readonly window?: Query['window'];
    readonly signal?: AbortSignal;
    readonly more?: Readonly<Record<string, unknown>>;
  } = {},
) {
  const source = await openStore('gcl', { ...settings(), ...more });
  const ids: string[] = [];
  try {
    const plan = await source.plan(aQuery({ predicate, window }), signal);
    for await (const { events } of source.read(plan, signal))
      ids.push(...events.map(({ auditID }) => auditID));
  } finally {
    await source.close();
  }
  return { ids, ...source.findings() };
}

/** The pages that hold what is asked for, and not the looks before. */
const onPages = (refused: ReturnType<CloudLogging['refuses']>, from = 1, to = Number.POSITIVE_INFINITY) => {
  let pages = 0;
  logging.refuses = ({ pageSize }) => {
    if (pageSize === 1) return null;
    pages++;
    return pages >= from && pages <= to ? refused : null;
  };
};

/** https://cloud.google.com/logging/quotas; google.rpc.RetryInfo says when. */
const quota = (delay: string) =>
  refusal(
    429,
    'RESOURCE_EXHAUSTED',
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'logging.googleapis.com'",
    [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay }],
  );

describe('Cloud Logging', () => {
  it('gives every entry once, through empty pages too', async () => {
    logging.entries = gkeEntries(many(2500));
    logging.givesEmptyPages = true;
    const { ids, gaps } = await asked();
    expect([ids.length, new Set(ids).size, gaps]).toEqual([2500, 2500, []]);
  });

  it('reads just the window, to the microsecond', async () => {
    logging.entries = gkeEntries(many(10));
    const window = { sinceUs: BEGIN_MS * 1000 + 1_000_000, untilUs: BEGIN_MS * 1000 + 2_000_001 };
    const { ids } = await asked(equals('verb', 'delete'), { window });
    expect(ids.toSorted()).toEqual(['id-2', 'id-3', 'id-4', 'id-5']);
  });

  it('is asked for what --explain says', async () => {
    logging.entries = gkeEntries(many(3));
    const source = await openStore('gcl', { ...settings(), location: 'europe-west1' });
    const { signal } = new AbortController();
    const window = { sinceUs: BEGIN_MS * 1000, untilUs: BEGIN_MS * 1000 + 5_000_001 };
    const plan = await source.plan(aQuery({ predicate: equals('verb', 'delete'), window }), signal);
    for await (const _ of source.read(plan, signal));
    const [where, how = '', ...lines] = (await plan.explain()).slice(0, -1);
    expect(where).toBe(`POST ${logging.url}/v2/entries:list`);
    const sent = { ...(JSON.parse(how) as object), filter: lines.join('\n').replace(/^filter /, '') };
    expect(logging.asked.at(-1)).toEqual(sent);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "filter resource.type="k8s_cluster"
      AND resource.labels.cluster_name="prod-1"
      AND resource.labels.location="europe-west1"
      AND (log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access"))
      AND protoPayload.serviceName="k8s.io"
      AND timestamp>="2026-11-22T10:00:00.000000Z"
      AND timestamp<"2026-11-22T10:00:05.000001Z"
      AND protoPayload.methodName=~"(?s)(?:^|[.])(?:delete)$""
    `);
    await source.close();
  });

  it('waits as long as it is told to when the quota is used up', async () => {
    logging.entries = gkeEntries(many(1500));
    onPages(quota('0.02s'), 2, 7);
    expect((await asked()).ids.length).toBe(1500);
  });

  it('says that an answer is incomplete when the quota stays used up', async () => {
    logging.entries = gkeEntries(many(1500));
    onPages(quota('0.001s'), 2);
    const { ids, gaps } = await asked();
    expect(ids.length).toBe(1000);
    expect(gaps).toMatchObject([
      {
        code: 'source-unreadable',
        text: expect.stringMatching(/quota of corp-prod .* read back to 2026-11-22T10:04:10/),
      },
    ]);
  }, 60_000);

  it('and has no answer when not even one page came', async () => {
    logging.entries = gkeEntries(many(2));
    onPages(quota('0.001s'));
    await expect(asked()).rejects.toMatchObject({ hint: expect.stringContaining('60 requests a minute') });
  }, 60_000);

  it.each([
    [
      // https://cloud.google.com/logging/docs/api/reference/rest: a token that has expired
      refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
      {
        code: 'AUDIT_NO_CREDENTIALS',
        hint: expect.stringContaining('gcloud auth application-default login'),
      },
    ],
    [
      refusal(
        403,
        'PERMISSION_DENIED',
        "Permission 'logging.logEntries.list' denied on resource (or it may not exist).",
        [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'IAM_PERMISSION_DENIED',
            domain: 'iam.googleapis.com',
          },
        ],
      ),
      { code: 'AUDIT_FORBIDDEN', hint: expect.stringContaining('roles/logging.viewer') },
    ],
    [
      refusal(
        403,
        'PERMISSION_DENIED',
        'Cloud Logging API has not been used in project corp-prod before or it is disabled.',
        [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'SERVICE_DISABLED',
            domain: 'googleapis.com',
          },
        ],
      ),
      { code: 'AUDIT_FORBIDDEN', hint: 'gcloud services enable logging.googleapis.com --project corp-prod' },
    ],
    [
      refusal(404, 'NOT_FOUND', 'Project does not exist: corp-prod'),
      { code: 'AUDIT_STORE_REFUSED', hint: expect.stringContaining('right project') },
    ],
    [
      refusal(400, 'INVALID_ARGUMENT', 'Unparseable filter: unrecognized node'),
      { code: 'AUDIT_STORE_REFUSED', message: expect.stringContaining('INVALID_ARGUMENT: Unparseable') },
    ],
    [{ status: 200, body: '<html>log in</html>' }, { code: 'AUDIT_STORE_REFUSED' }],
    [{ status: 200, body: '{"entries":"no"}' }, { message: expect.stringContaining('is no Cloud Logging') }],
  ])('%j is an error with its mend', async (refused, error) => {
    logging.entries = gkeEntries(many(2));
    onPages(refused);
    await expect(asked()).rejects.toMatchObject(error);
  });

  it('does not turn in a circle', async () => {
    logging.entries = gkeEntries(many(2));
    onPages({ status: 200, body: '{"nextPageToken":"again"}' });
    await expect(asked()).rejects.toThrow(/same page again/);
  });

  it('tells that reads are not in the log, where they are asked about', async () => {
    logging.entries = gkeEntries(many(2));
    const reads = await asked(oneOf('verb', ['get', 'delete']));
    expect(reads.gaps).toMatchObject([
      { code: 'unlogged', text: expect.stringContaining('roles/logging.privateLogViewer') },
    ]);
    const deletes = await asked();
    expect([deletes.gaps, deletes.notes.map(({ code }) => code)]).toEqual([[], ['reads-not-logged']]);
  });

  it('and since when they are', async () => {
    const later = many(4, 'get').slice(2);
    logging.entries = gkeEntries([...many(4), ...later]);
    const from = (ms: number) => ({ window: { sinceUs: (BEGIN_MS + ms) * 1000, untilUs: null } });
    expect((await asked(equals('verb', 'get'), from(0))).gaps).toMatchObject([
      { code: 'unlogged', text: expect.stringContaining('watch before 2026-11-22T10:00:01') },
    ]);
    expect((await asked(equals('verb', 'get'), from(1000))).gaps).toEqual([]);
  });

  it('names clusters that have the same name', async () => {
    const elsewhere = {
      resource: { type: 'k8s_cluster', labels: { cluster_name: CLUSTER, location: 'us-east1' } },
    };
    const [first = {}, ...others] = many(2);
    logging.entries = [...gkeEntries(others), gkeEntry(first, elsewhere) ?? {}];
    const both = await asked();
    expect([both.ids.length, both.notes.map(({ code }) => code)]).toEqual([
      2,
      ['reads-not-logged', 'several-clusters'],
    ]);
    const one = await asked(equals('verb', 'delete'), { more: { location: 'us-east1' } });
    expect([one.ids, one.notes.map(({ code }) => code)]).toEqual([['id-0'], ['reads-not-logged']]);
  });

  it('says that there is nothing', async () => {
    expect((await asked()).notes).toMatchObject([
      { code: 'store-empty', text: expect.stringContaining('project and cluster') },
    ]);
  });

  it('ends the wait when nobody waits for it any more', async () => {
    logging.entries = gkeEntries(many(2));
    onPages(quota('50s'));
    const ended = new AbortController();
    setTimeout(() => ended.abort(new Error('enough')), 300);
    await expect(asked(equals('verb', 'delete'), { signal: ended.signal })).rejects.toThrow('enough');
  });

  it('knows the day before from what is asked, by following', async () => {
    logging.entries = gkeEntries(many(2));
    const source = await openStore('gcl', settings(), { now: () => BEGIN_MS + 2000 });
    const ended = new AbortController();
    const query = aQuery({ predicate: equals('verb', 'delete'), following: 'since' });
    const plan = await source.plan(query, ended.signal);
    for await (const _ of source.read(plan, ended.signal));
    logging.entries = gkeEntries(many(4));
    const found: string[] = [];
    for await (const { events } of source.follow?.(plan, () => {}, ended.signal) ?? []) {
      found.push(...events.map(({ auditID }) => auditID));
      break;
    }
    expect(found.toSorted()).toEqual(['id-2', 'id-3']);
    expect(logging.asked.at(-1)?.filter).toContain('timestamp>="2026-11-22T09:59:32.000000Z"');
    await source.close();
  });
});
