/**
 * CloudWatch Logs: reading, pages and windows against moto as it is; what is asked of AWS's languages, which moto ignores, against
 * moto behind the tests' own reading of AWS's documentation (log-groups.ts).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sourcesCommand } from '../../../src/commands/sources/sources.ts';
import { whoDidCommand } from '../../../src/commands/who-did.ts';
import { equals } from '../../../src/query/predicate.ts';
import type { Query } from '../../../src/query/query.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { aQuery } from '../../support/source-cases.ts';
import { type Fault, type FaultFront, startFaultFront } from './fault-front.ts';
import {
  call,
  groupWith,
  KEYS,
  type LikeAws,
  type LogEvent,
  NOW_MS,
  openGroup,
  startLikeAws,
} from './log-groups.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let moto: StoreProcess;
let aws: LikeAws;

beforeAll(async () => {
  moto = await startStore('moto');
  aws = await startLikeAws(moto.url);
});

afterAll(async () => {
  await aws.stop();
  await moto.stop();
});

const RUNS = Number(process.env.RUNS ?? 10);

/** `lateMs`: how much later than the event the service's own time is. */
const logged = (jsons: readonly EventJson[], lateMs: number): readonly LogEvent[] =>
  jsons.map((json) => ({
    timestamp: Math.floor(Date.parse(String(json.stageTimestamp))) + lateMs,
    message: JSON.stringify(json),
  }));

/** The same log lies in one group for all that is asked about it. */
const filled = new Map<string, Promise<string>>();

function groupOf(jsons: readonly EventJson[], lateMs: number): Promise<string> {
  const key = `${lateMs} ${JSON.stringify(jsons)}`;
  const known = filled.get(key) ?? groupWith(moto.url, logged(jsons, lateMs));
  filled.set(key, known);
  return known;
}

describeSource(
  'cloudwatch, moto as it is',
  async (jsons) => openGroup(moto.url, await groupOf(jsons, 150_000), { read: 'filter' }),
  { runs: RUNS },
);
describeSource(
  'cloudwatch, patterns as AWS documents them',
  async (jsons) => openGroup(aws.url, await groupOf(jsons, 0), { read: 'filter' }),
  { runs: RUNS },
);
describeSource(
  'cloudwatch, queries as AWS documents them, minutes late',
  async (jsons) => openGroup(aws.url, await groupOf(jsons, 150_000), { read: 'insights' }),
  { runs: RUNS },
);

const BEGIN_MS = Date.parse('2026-11-22T10:00:00Z');

function many(count: number, over: EventJson = {}): readonly EventJson[] {
  return Array.from({ length: count }, (_, at) => {
    const time = new Date(BEGIN_MS + Math.floor(at / 3) * 100).toISOString().replace('Z', '000Z');
    return {
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: `id-${at}` },
      ...{ stage: 'ResponseComplete', requestURI: '/api/v1/namespaces/a/pods/b', verb: 'delete' },
      ...{ user: { username: 'alice' }, responseStatus: { metadata: {}, code: 200 } },
      objectRef: { resource: 'pods', namespace: 'a', name: 'b', apiVersion: 'v1' },
      ...{ requestReceivedTimestamp: time, stageTimestamp: time, ...over },
    };
  });
}

const DELETIONS = aQuery({ predicate: equals('verb', 'delete') });

async function read(
  opening: ReturnType<typeof openGroup>,
  query: Query = DELETIONS,
  signal = new AbortController().signal,
) {
  const source = await opening;
  const ids: string[] = [];
  const salvaged: (string | undefined)[] = [];
  try {
    for await (const { events, rejects } of source.read(await source.plan(query, signal), signal)) {
      ids.push(...events.map(({ auditID }) => auditID));
      salvaged.push(...rejects.map((reject) => reject.salvaged?.auditID));
    }
  } finally {
    await source.close();
  }
  return { ids, salvaged, ...source.findings() };
}

async function explained(opening: ReturnType<typeof openGroup>, query: Query = DELETIONS): Promise<string> {
  const source = await opening;
  const plan = await source.plan(query, new AbortController().signal);
  const lines = await plan.explain();
  await source.close();
  return lines
    .join('\n')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/log-\d+/g, 'log-N');
}

describe('cloudwatch', () => {
  it.each(['filter', 'insights'])('finds what was cut, by %s', async (way) => {
    const [whole = {}, cut = {}, other = {}] = many(3);
    const half = JSON.stringify({ ...cut, requestObject: { a: 'x'.repeat(50) } }).slice(0, -60);
    const events = [
      ...logged([whole, other], 0),
      { timestamp: BEGIN_MS, message: `${half}[Truncated...]` },
      ...logged([{ ...whole, verb: 'get', auditID: 'id-9', userAgent: 'x[Truncated...]' }], 0),
    ];
    const group = await groupWith(moto.url, events);
    const { ids, salvaged } = await read(openGroup(aws.url, group, { read: way }));
    expect([ids.toSorted(), salvaged]).toEqual([['id-0', 'id-2'], ['id-1']]);
  });

  it.each(['filter', 'insights'])('reads the audit log’s streams alone, by %s', async (way) => {
    const [own = {}, other = {}] = many(2);
    const events = [
      ...logged([own], 0),
      ...logged([other], 0).map((event) => ({ ...event, stream: 'authenticator-1' })),
    ];
    const group = await groupWith(moto.url, events);
    expect((await read(openGroup(aws.url, group, { read: way }))).ids).toEqual(['id-0']);
    const all = await read(openGroup(aws.url, group, { read: way, streams: '' }));
    expect(all.ids.toSorted()).toEqual(['id-0', 'id-1']);
  });

  it('says how it reads, what that costs, and what is sent', async () => {
    const group = await groupWith(moto.url, logged(many(3), 0));
    const window = { sinceUs: BEGIN_MS * 1000, untilUs: (BEGIN_MS + 60_000) * 1000 };
    expect(await explained(openGroup(aws.url, group), { ...DELETIONS, window })).toMatchInlineSnapshot(`
      "FilterLogEvents, which is free of charge: about 1.3 KB are kept of that time
      POST http://HOST/ FilterLogEvents
      {"logGroupName":"/aws/eks/log-N/cluster","logStreamNamePrefix":"kube-apiserver-audit-","startTime":1795255200000,"startFromHead":false,"filterPattern":"{ ($.verb = \\"delete\\") }"}
      and what was cut, which no pattern can match:
      POST http://HOST/ FilterLogEvents
      {"logGroupName":"/aws/eks/log-N/cluster","logStreamNamePrefix":"kube-apiserver-audit-","startTime":1795255200000,"startFromHead":false,"filterPattern":"\\"[Truncated...]\\""}
      and so on by nextToken"
    `);
    expect(
      await explained(openGroup(aws.url, group, { read: 'insights' }), { ...DELETIONS, window }),
    ).toMatchInlineSnapshot(`
      "Logs Insights: read is set to insights; less than $0.01 ($0.005 a GB scanned in us-east-1; other regions differ, and more may be scanned than is kept)
      POST http://HOST/ StartQuery
      {"logGroupName":"/aws/eks/log-N/cluster","startTime":1795255200,"endTime":1795347000,"queryString":"fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit-/ | filter toMillis(@timestamp) >= 1795255200000 | filter (@message like /\\\\Wverb\\\\W:\\\\Wdelete\\\\W/) or @message not like /[}]\\\\s*$/ | sort @timestamp desc | limit 10000"}
      then GetQueryResults until it is done; and the same up to the oldest, as long as there are more than a query gives"
    `);
  });

  it('refuses a group without an audit log, and says how it is switched on', async () => {
    const group = await groupWith(moto.url, []);
    await expect(read(openGroup(aws.url, group, { streams: 'kube-scheduler-' }))).rejects.toMatchObject({
      code: 'AUDIT_NO_AUDIT_LOG',
      hint: expect.stringContaining('aws eks update-cluster-config --region eu-west-1 --name log-'),
    });
  });

  it('names the groups that there are', async () => {
    await expect(read(openGroup(aws.url, '/aws/eks/elsewhere/cluster'))).rejects.toMatchObject({
      message: 'there is no log group /aws/eks/elsewhere/cluster in eu-west-1',
      hint: expect.stringContaining('/aws/eks/log-1/cluster'),
    });
  });

  it('refuses to ask as nobody, or without a region', async () => {
    const group = await groupWith(moto.url, []);
    await expect(read(openGroup(aws.url, group, {}, { env: { HOME: '/nowhere' } }))).rejects.toMatchObject({
      code: 'AUDIT_NO_CREDENTIALS',
    });
    await expect(read(openGroup(aws.url, group, { region: undefined }))).rejects.toMatchObject({
      code: 'AUDIT_BAD_CONFIG',
    });
  });
});

describe('a kubeconfig of EKS and nothing else', () => {
  let home: string;
  let kubeconfig: string;
  let group: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'eks-'));
    kubeconfig = join(home, 'kubeconfig');
    group = await groupWith(moto.url, logged(many(3), 0));
    const args = ['--region', 'eu-west-1', 'eks', 'get-token', '--cluster-name', group.split('/')[3] ?? ''];
    await writeFile(
      kubeconfig,
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'prod' },
        clusters: [{ name: 'c', cluster: { server: 'https://0A1B.gr7.eu-west-1.eks.amazonaws.com' } }],
        users: [
          {
            name: 'u',
            user: {
              exec: {
                apiVersion: 'client.authentication.k8s.io/v1',
                command: 'aws',
                args,
                interactiveMode: 'Never',
              },
            },
          },
        ],
        contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u', namespace: 'a' } }],
      }),
    );
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const within = (env: Readonly<Record<string, string>> = {}) =>
    fixedIo({
      nowMs: NOW_MS,
      env: { ...KEYS, HOME: home, XDG_CONFIG_HOME: home, AWS_ENDPOINT_URL: aws.url, ...env },
    });
  const flags = () => ({ kubeconfig, live: false, output: 'json' });

  it('are asked of CloudWatch', async () => {
    const io = within();
    const status = await whoDidCommand.run(['delete', 'pods/b'], { ...flags(), since: '2h' }, io);
    const { rows, coverage } = JSON.parse(io.stdout());
    expect([rows.length, coverage.sources.map(({ name }: { name: string }) => name)]).toEqual([
      3,
      [`cloudwatch://eu-west-1${group}`],
    ]);
    expect(coverage.gaps.map(({ code }: { code: string }) => code)).toEqual(['log-starts-late']);
    expect(status).toBe(3);
  });

  it('are listed among the sources, and tested', async () => {
    const listed = within();
    await sourcesCommand.run(['list'], { kubeconfig, output: 'json' }, listed);
    expect(JSON.parse(listed.stdout()).sources).toEqual([
      {
        ...{ name: `cloudwatch://eu-west-1${group}`, type: 'cloudwatch', url: null, contexts: ['prod'] },
        readFrom: `aws eks get-token --cluster-name ${group.split('/')[3]}`,
      },
    ]);
    const tested = within();
    expect(await sourcesCommand.run(['test'], { kubeconfig }, tested)).toBe(0);
    expect(tested.stdout()).toMatch(
      /^cloudwatch:\/\/eu-west-1\/aws\/eks\/log-\d+\/cluster: can be read, from 2026/,
    );
  });

  it('give way to what is configured', async () => {
    const config = join(home, 'config.yaml');
    const text = `version: 1\nsources: { own: { type: cloudwatch, group: /aws/eks/own/cluster, region: eu-west-1 } }\n`;
    await writeFile(config, `${text}contexts: { prod: own }\n`, { mode: 0o600 });
    const io = within({ KUBECTL_AUDIT_CONFIG: config });
    await expect(whoDidCommand.run(['delete', 'pods/b'], flags(), io)).rejects.toThrow(
      '/aws/eks/own/cluster',
    );
    await sourcesCommand.run(['list'], { kubeconfig }, io);
    expect(io.stdout()).not.toContain('its kubeconfig');
  });
});

describe('cloudwatch, when something is wrong', () => {
  let front: FaultFront;
  let group: string;
  /** Of each call: its action and body. */
  const asked: string[] = [];

  beforeAll(async () => {
    front = await startFaultFront(moto.url);
    group = await groupWith(moto.url, logged(many(300), 0));
  });
  beforeEach(() => {
    asked.length = 0;
    front.fault = () => null;
  });
  afterAll(() => front.stop());

  const json = (status: number, type: string, message: string): Fault => ({
    answer: { status, body: JSON.stringify({ __type: type, message }) },
  });
  /** The calls whose bodies have that in them, from the given one on, up to so many. */
  const on = (sign: string, fault: Fault, from = 1, count = 1) => {
    let calls = 0;
    front.fault = (body) => {
      asked.push(body);
      const isMeant = body.includes(sign) && ++calls >= from && calls < from + count;
      return isMeant ? fault : null;
    };
  };
  const PAGE = '"startFromHead"';
  const forEver = Number.POSITIVE_INFINITY;
  const opened = (
    settings: Readonly<Record<string, unknown>> = { read: 'filter' },
    maxBytes: number | null = null,
  ) => openGroup(front.url, group, settings, { maxBytes });

  it.each([
    ['ThrottlingException', 'Rate exceeded'],
    ['ServiceUnavailableException', 'try later'],
  ])('asks again when it is told %s', async (type, message) => {
    on(PAGE, json(400, type, message), 1, 2);
    expect((await read(opened())).ids.length).toBe(300);
  });

  it('waits for its turn among the queries', async () => {
    on('queryString', json(400, 'LimitExceededException', 'too many queries'), 1, 2);
    expect((await read(opened({ read: 'insights' }))).ids.length).toBe(300);
  });

  it.each([
    ['ExpiredTokenException', 'AUDIT_NO_CREDENTIALS', /aws sso login/],
    ['UnrecognizedClientException', 'AUDIT_NO_CREDENTIALS', /get-caller-identity/],
    ['AccessDeniedException', 'AUDIT_FORBIDDEN', /logs:FilterLogEvents/],
    ['InvalidParameterException', 'AUDIT_STORE_REFUSED', /--explain/],
    ['ResourceNotFoundException', 'AUDIT_STORE_REFUSED', /describe-log-groups/],
  ])('says what to do about %s', async (type, code, hint) => {
    on(PAGE, json(400, `com.amazonaws.logs#${type}`, 'because'), 1, forEver);
    await expect(read(opened())).rejects.toMatchObject({
      ...{ code, hint: expect.stringMatching(hint), message: expect.stringContaining(`${type}: because`) },
    });
  });

  it('goes on with renewed credentials', async () => {
    on(PAGE, json(400, 'ExpiredTokenException', 'expired'));
    expect((await read(opened())).ids.length).toBe(300);
  });

  it('reads without the rights to describe group and streams', async () => {
    front.fault = (body) =>
      body.includes('filterPattern') || body.includes('startTime')
        ? null
        : json(400, 'AccessDeniedException', 'not allowed');
    expect((await read(opened())).ids.length).toBe(300);
  });

  it.each([
    ['a connection that drops within a page', { cutAt: 0.5 }, /broke|reset|ended|closed/],
    ['a page of HTML', { answer: { status: 200, body: '<html>log in</html>' } }, /is no CloudWatch Logs/],
    ['an error of its own', { answer: { status: 500, body: '{}' } }, /answered 500/],
  ] as const)('%s is an error, and no answer', async (_, fault, message) => {
    on(PAGE, fault, 1, forEver);
    await expect(read(opened())).rejects.toThrow(message);
  });

  it('is not led in circles', async () => {
    on(PAGE, { answer: { status: 200, body: '{"events":[],"nextToken":"again"}' } }, 1, forEver);
    await expect(read(opened())).rejects.toThrow(/again and again/);
  });

  it('stops its query when nobody waits for it any more', async () => {
    const ended = new AbortController();
    on('queryId', { answer: { status: 200, body: '{"status":"Running","results":[]}' } }, 1, forEver);
    setTimeout(() => ended.abort(new Error('enough')), 1000);
    await expect(read(opened({ read: 'insights' }), DELETIONS, ended.signal)).rejects.toThrow('enough');
    await expect.poll(() => asked.at(-1)).toMatch(/^\{"queryId":"[^"]+"\}$/);
  });

  it.each(['Failed', 'Timeout', 'Cancelled'])('a query that ended with %s is no answer', async (status) => {
    on('queryId', { answer: { status: 200, body: `{"status":"${status}","results":[]}` } }, 1, forEver);
    await expect(read(opened({ read: 'insights' }))).rejects.toThrow(status);
  });

  it('knows that nothing is kept of a time before the group', async () => {
    const said =
      'Query’s end date and time is either before the log groups creation time or exceeds the log groups log retention settings';
    on('queryString', json(400, 'MalformedQueryException', said), 1, forEver);
    expect((await read(opened({ read: 'insights' }))).ids).toEqual([]);
    on('queryString', json(400, 'MalformedQueryException', 'unexpected symbol'), 1, forEver);
    await expect(read(opened({ read: 'insights' }))).rejects.toThrow('unexpected symbol');
  });

  it('says that it stopped early, and how far back it had read', async () => {
    const { gaps } = await read(opened({ read: 'filter' }, 1000));
    expect(gaps).toMatchObject([{ code: 'budget', text: expect.stringContaining('--max-bytes') }]);
  });

  it('says when values may be masked, and when the log has ended', async () => {
    const described = {
      logGroups: [
        { logGroupName: group, storedBytes: 1, creationTime: 0, dataProtectionStatus: 'ACTIVATED' },
      ],
    };
    on('logGroupNamePrefix', { answer: { status: 200, body: JSON.stringify(described) } });
    const { gaps } = await read(opened());
    expect(gaps).toMatchObject([{ code: 'source-unreadable', text: expect.stringContaining('masked') }]);
    const long = {
      firstEventTimestamp: BEGIN_MS - 9 * 3600_000,
      lastEventTimestamp: BEGIN_MS - 8 * 3600_000,
    };
    on('"logStreamNamePrefix"', { answer: { status: 200, body: JSON.stringify({ logStreams: [long] }) } });
    const { notes } = await read(opened());
    expect(notes).toMatchObject([{ code: 'log-ended', text: expect.stringContaining('switched on') }]);
  });

  it.each([
    [{ storedBytes: 20e9 }, /^Logs Insights: about 20 GB .* \$0\.10 \(\$0\.005 a GB/],
    [{ storedBytes: 5e8 }, /^FilterLogEvents, which is free of charge: about 500 MB/],
    [{ storedBytes: 5e12 }, /^FilterLogEvents, .* about \$25\.00/],
    [
      { storedBytes: 1, logGroupClass: 'INFREQUENT_ACCESS' },
      /^Logs Insights: a group of the class INFREQUENT/,
    ],
  ])('chooses by how much there is: %j', async (about, says) => {
    const described = { logGroups: [{ logGroupName: group, creationTime: 0, ...about }] };
    on('logGroupNamePrefix', { answer: { status: 200, body: JSON.stringify(described) } });
    expect(await explained(opened({}))).toMatch(says);
  });

  it('asks for no more than what may be new while it follows', async () => {
    const ended = new AbortController();
    on('nothing', {});
    const source = await opened();
    const plan = await source.plan(aQuery({ following: 'from now' }), ended.signal);
    for await (const _ of source.read(plan, ended.signal));
    asked.length = 0;
    const following = (async () => {
      for await (const _ of source.follow?.(plan, () => {}, ended.signal) ?? []);
    })();
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(0);
    ended.abort(new Error('enough'));
    await expect(following).rejects.toThrow('enough');
    await source.close();
    expect(JSON.parse(asked[0] ?? '').startTime).toBe(NOW_MS - 240_000);
  });

  it('starts no paid query every few seconds while it follows, and says how often it does', async () => {
    const ended = new AbortController();
    on('nothing', {});
    const source = await opened({ read: 'insights' });
    const plan = await source.plan(aQuery({ following: 'from now' }), ended.signal);
    const [, request = ''] = (await plan.explain()).filter((line) => /^POST|^\{/.test(line));
    expect(JSON.parse(request).startTime).toBe((NOW_MS - 240_000) / 1000);
    for await (const _ of source.read(plan, ended.signal));
    asked.length = 0;
    const news: string[] = [];
    const following = (async () => {
      for await (const _ of source.follow?.(plan, ({ text }) => news.push(text), ended.signal) ?? []);
    })();
    await sleep(5_000);
    ended.abort(new Error('enough'));
    await expect(following).rejects.toThrow('enough');
    await source.close();
    expect(asked).toEqual([]);
    expect(news).toEqual([
      expect.stringMatching(
        /is asked every 60 s, as each time is paid for.*; read=filter asks at once, and free/,
      ),
    ]);
  });

  it('follows what is written, though it comes minutes late', async () => {
    const ended = new AbortController();
    const followed = await groupWith(moto.url, logged(many(3), 1_790_000));
    const source = await openGroup(moto.url, followed, { read: 'filter' });
    const query = aQuery({ following: 'from now' });
    const plan = await source.plan(query, ended.signal);
    for await (const _ of source.read(plan, ended.signal));
    const time = new Date(BEGIN_MS + 1_795_000).toISOString().replace('Z', '000Z');
    const [fresh = {}] = many(1, { auditID: 'new', requestReceivedTimestamp: time, stageTimestamp: time });
    await call(moto.url, 'PutLogEvents', {
      ...{ logGroupName: followed, logStreamName: 'kube-apiserver-audit-0123456789abcdef' },
      logEvents: logged([fresh], 0),
    });
    const ids: string[] = [];
    for await (const { events } of source.follow?.(plan, () => {}, ended.signal) ?? []) {
      ids.push(...events.map(({ auditID }) => auditID));
      break;
    }
    ended.abort();
    await source.close();
    expect(ids).toEqual(['new']);
  });
});
