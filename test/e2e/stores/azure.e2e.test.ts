import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equals, type Predicate } from '../../../src/query/predicate.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { deletions } from '../../support/deletions.ts';
import { describeSource } from '../../support/describe-source.ts';
import { fieldsOf } from '../../support/only-fields.ts';
import { aQuery } from '../../support/source-cases.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { type Fault, type FaultFront, startFaultFront } from './fault-front.ts';
import { openStore } from './open-store.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('azure');
});

afterAll(() => server.stop());

let workspaces = 0;

interface Made {
  readonly table: string;
  readonly columns: Readonly<Record<string, 'string' | 'datetime' | 'dynamic'>>;
  readonly row: (json: EventJson) => Readonly<Record<string, unknown>>;
}

const CLUSTER =
  '/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/prod';

/** Each log is a workspace of its own. */
async function filled(jsons: readonly EventJson[], ...tables: readonly Made[]) {
  const workspace = `ws-${++workspaces}`;
  for (const { table, columns, row } of tables) {
    const rows = jsons.map((json) => {
      const values = row(json);
      return Object.entries(columns).map(([name, type]) => {
        const value = values[name];
        if (value === undefined) return type === 'string' ? '' : null;
        return type === 'dynamic' ? JSON.stringify(value) : value;
      });
    });
    const body = JSON.stringify({ table, columns, rows });
    const answer = await fetch(`${server.url}/tables/${workspace}`, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
  }
  return { url: server.url, workspace, auth: { bearer: { env: 'TOKEN' } } };
}

const AKS_AUDIT: Made = {
  table: 'AKSAudit',
  columns: {
    ...{
      TimeGenerated: 'datetime',
      _ResourceId: 'string',
      AuditId: 'string',
      Level: 'string',
      Stage: 'string',
    },
    ...{ Verb: 'string', RequestUri: 'string', User: 'dynamic', SourceIps: 'dynamic', UserAgent: 'string' },
    ...{
      ObjectRef: 'dynamic',
      ResponseStatus: 'dynamic',
      RequestObject: 'dynamic',
      ResponseObject: 'dynamic',
    },
    ...{
      RequestReceivedTime: 'datetime',
      StageReceivedTime: 'datetime',
      Annotations: 'dynamic',
      PodName: 'string',
    },
  },
  row: (json) => ({
    ...{ TimeGenerated: json.stageTimestamp, _ResourceId: CLUSTER.toLowerCase(), AuditId: json.auditID },
    ...{
      Level: json.level,
      Stage: json.stage,
      Verb: json.verb,
      RequestUri: json.requestURI,
      User: json.user,
    },
    ...{ SourceIps: json.sourceIPs, UserAgent: json.userAgent, ObjectRef: json.objectRef },
    ...{ ResponseStatus: json.responseStatus, RequestObject: json.requestObject },
    ...{ ResponseObject: json.responseObject, RequestReceivedTime: json.requestReceivedTimestamp },
    ...{ StageReceivedTime: json.stageTimestamp, Annotations: json.annotations, PodName: 'kube-apiserver-1' },
  }),
};
const DIAGNOSTICS: Made = {
  table: 'AzureDiagnostics',
  columns: { TimeGenerated: 'datetime', _ResourceId: 'string', Category: 'string', log_s: 'string' },
  row: (json) => ({
    ...{ TimeGenerated: json.requestReceivedTimestamp, _ResourceId: CLUSTER.toLowerCase() },
    ...{ Category: 'kube-audit', log_s: `${JSON.stringify(json)}\n` },
  }),
};

const opened = async (settings: Readonly<Record<string, unknown>>) =>
  openStore('azure', { ...settings, auth: { bearer: { exec: ['echo', 'a-token'] } } });
const RUNS = Number(process.env.RUNS ?? 10);
/** Nobody's impersonation stands in these tables. */
const asksImpersonation = (wanted: Predicate) =>
  fieldsOf(wanted).some((field) => field.startsWith('impersonatedUser') || field === 'session');
const reason = 'the tables have no column for who was impersonated';

describeSource('azure, AKSAudit', async (jsons) => opened(await filled(jsons, AKS_AUDIT)), {
  runs: RUNS,
  skip: [
    { case: 'equals: impersonated user', reason },
    { case: 'not: absent', reason },
    { case: 'every field that was asked for, as it was written', reason },
  ],
  cannotTell: asksImpersonation,
});
describeSource('azure, AzureDiagnostics', async (jsons) => opened(await filled(jsons, DIAGNOSTICS)), {
  runs: RUNS,
});

describeFaults('azure, AzureDiagnostics', 'azure', (jsons) => filled(jsons, DIAGNOSTICS), {
  env: { TOKEN: 'a-token' },
});

describeQuestions('azure, AzureDiagnostics', 'azure', (jsons) => filled(jsons, DIAGNOSTICS), {
  env: { TOKEN: 'a-token' },
});

describe('azure, when something is wrong', () => {
  let front: FaultFront;
  let settings: Awaited<ReturnType<typeof filled>>;

  beforeAll(async () => {
    front = await startFaultFront(server.url);
    settings = { ...(await filled(deletions(2500, 1200), AKS_AUDIT)), url: front.url };
  });
  beforeEach(() => {
    front.fault = () => null;
  });
  afterAll(() => front.stop());

  const onPages = (fault: Fault, from = 1) => {
    let pages = 0;
    front.fault = (body) => (body.includes('| order by') && ++pages >= from ? fault : null);
  };

  async function asked(more: Readonly<Record<string, unknown>> = {}, signal = new AbortController().signal) {
    const source = await opened({ ...settings, ...more });
    const query = aQuery({ predicate: equals('verb', 'delete') });
    const ids: string[] = [];
    try {
      for await (const { events } of source.read(await source.plan(query, signal), signal))
        ids.push(...events.map(({ auditID }) => auditID));
    } finally {
      await source.close();
    }
    return { ids, ...source.findings() };
  }

  it('gives every event once, however many share a moment', async () => {
    const { ids, gaps } = await asked();
    expect([ids.length, new Set(ids).size, gaps]).toEqual([2500, 2500, []]);
  });

  it.each([
    ['a connection that drops within a page', { cutAt: 0.5 }, /broke|reset|ended|closed/],
    ['a page of HTML', { answer: { status: 200, body: '<html>log in</html>' } }, /is no Log Analytics/],
    ['an answer without tables', { answer: { status: 200, body: '{}' } }, /is no Log Analytics/],
    [
      'a question that takes too long',
      { answer: { status: 504, body: '{"error":{"code":"GatewayTimeout","message":"Gateway timeout"}}' } },
      /answered 504: GatewayTimeout/,
    ],
  ] as const)('%s is an error, and no answer', async (_, fault, message) => {
    onPages(fault, 2);
    await expect(asked()).rejects.toThrow(message);
  });

  it('says that an answer is incomplete of which it was given a part', async () => {
    const row = { name: 'TimeGenerated', type: 'datetime' };
    const error = {
      ...{ code: 'PartialError', message: 'There were some errors when processing your query.' },
      innererror: {
        code: 'E_QUERY_RESULT_SET_TOO_LARGE',
        message: 'Query result set has exceeded the limit',
      },
    };
    const body = JSON.stringify({ tables: [{ name: 'PrimaryResult', columns: [row], rows: [] }], error });
    onPages({ answer: { status: 200, body } }, 2);
    const { ids, gaps } = await asked();
    expect(ids.length).toBe(1000);
    expect(gaps).toMatchObject([
      { code: 'source-unreadable', text: expect.stringContaining('exceeded the limit') },
    ]);
  });

  it('asks again when it is told to ask later', async () => {
    let asks = 0;
    front.fault = () =>
      ++asks % 2 === 1 ? { answer: { status: 429, headers: { 'retry-after': '0' }, body: '{}' } } : null;
    expect((await asked()).ids.length).toBe(2500);
  });

  it('waits for a slow answer only so long', async () => {
    onPages({ delayMs: 1000 });
    await expect(asked({ timeout: '300ms' })).rejects.toThrow(/0\.3 s/);
  });

  it('ends the request when nobody waits for it any more', async () => {
    const ended = new AbortController();
    onPages({ delayMs: 30_000 });
    const before = front.abandoned();
    setTimeout(() => ended.abort(new Error('enough')), 500);
    await expect(asked({}, ended.signal)).rejects.toThrow('enough');
    await expect.poll(() => front.abandoned()).toBe(before + 1);
  });

  it('names what is not there', async () => {
    await expect(asked({ table: 'Nothing' })).rejects.toThrow(/has no table Nothing/);
    await expect(asked({ workspace: 'elsewhere' })).rejects.toThrow(/answered 404/);
  });

  it('says who may not, and what it takes', async () => {
    const body =
      '{"error":{"message":"The provided credentials have insufficient access","code":"InsufficientAccessError"}}';
    onPages({ answer: { status: 403, body } });
    await expect(asked()).rejects.toMatchObject({
      code: 'AUDIT_FORBIDDEN',
      hint: expect.stringContaining('Log Analytics Reader'),
    });
  });

  it('reads the events of one cluster where there are several', async () => {
    const other = {
      ...AKS_AUDIT,
      row: (json: EventJson) => ({ ...AKS_AUDIT.row(json), _ResourceId: '/subscriptions/2/x' }),
    };
    const workspace = await filled(deletions(3, 1), AKS_AUDIT);
    expect((await asked({ ...workspace, resource: CLUSTER })).ids.length).toBe(3);
    const elsewhere = await filled(deletions(3, 1), other);
    expect((await asked({ ...elsewhere, resource: CLUSTER })).ids.length).toBe(0);
  });

  it('takes the first table that holds something', async () => {
    const workspace = await filled([], AKS_AUDIT);
    await fetch(`${server.url}/tables/${workspace.workspace}`, {
      method: 'POST',
      body: JSON.stringify({
        ...{ table: 'AzureDiagnostics', columns: DIAGNOSTICS.columns },
        rows: deletions(2, 1).map((json) => Object.values(DIAGNOSTICS.row(json))),
      }),
    });
    expect((await asked(workspace)).ids).toEqual(['id-1', 'id-0']);
  });

  it('finds a line that was cut', async () => {
    const [json = {}] = deletions(1, 1);
    const cut = {
      ...DIAGNOSTICS,
      row: (of: EventJson) => ({
        ...DIAGNOSTICS.row(of),
        log_s: JSON.stringify({ ...of, requestObject: { a: 'x'.repeat(50) } }).slice(0, -60),
      }),
    };
    const source = await opened(await filled([json], cut));
    const { signal } = new AbortController();
    const plan = await source.plan(aQuery({ predicate: equals('user.username', 'alice') }), signal);
    const salvaged: unknown[] = [];
    for await (const { rejects } of source.read(plan, signal))
      salvaged.push(...rejects.map((reject) => reject.salvaged?.auditID));
    expect(salvaged).toEqual(['id-0']);
    await source.close();
  });
});
