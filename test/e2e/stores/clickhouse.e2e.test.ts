import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equals } from '../../../src/query/predicate.ts';
import type { Source } from '../../../src/sources/source.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { BEGIN_MS, deletions } from '../../support/deletions.ts';
import { describeSource } from '../../support/describe-source.ts';
import { fieldsOf } from '../../support/only-fields.ts';
import { aQuery } from '../../support/source-cases.ts';
import { asksDryRun, asksUnnamed, NO_TYPES } from './cannot-tell.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { type Fault, type FaultFront, startFaultFront } from './fault-front.ts';
import { openStore } from './open-store.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('clickhouse');
});

afterAll(() => server.stop());

let tables = 0;

/** A table as it is made, and a row of it for an event. */
interface Made {
  readonly columns: string;
  readonly engine: string;
  readonly row: (json: EventJson) => Readonly<Record<string, unknown>>;
}

/** Each log is a table of its own. */
async function inserted(jsons: readonly EventJson[], { columns, engine, row }: Made) {
  const table = `audit_${++tables}`;
  await run(`CREATE TABLE ${table} (${columns}) ENGINE = ${engine}`);
  const rows = jsons.map((json) => JSON.stringify(row(json)));
  if (rows.length > 0)
    await run(
      `INSERT INTO ${table} SETTINGS input_format_skip_unknown_fields = 1 FORMAT JSONEachRow\n${rows.join('\n')}`,
    );
  return { url: server.url, table };
}

async function run(query: string): Promise<void> {
  const answer = await fetch(server.url, { method: 'POST', body: query });
  if (!answer.ok) throw new Error(await answer.text());
}

const LINES: Made = {
  columns: 'line String, at DateTime64(3)',
  engine: 'MergeTree ORDER BY at',
  row: (json) => ({ line: JSON.stringify(json), at: clock(json.requestReceivedTimestamp) }),
};
/** As the OpenTelemetry Collector's exporter makes it. */
const OTEL: Made = {
  columns: `Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)), TimestampTime DateTime DEFAULT toDateTime(Timestamp),
    TraceId String, ServiceName LowCardinality(String), Body String CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String), LogAttributes Map(LowCardinality(String), String)`,
  engine:
    'MergeTree PARTITION BY toDate(TimestampTime) PRIMARY KEY (ServiceName, TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp)',
  row: (json) => ({
    Timestamp: clock(json.stageTimestamp),
    Body: JSON.stringify(json),
    LogAttributes: { 'log.file.name': 'audit.log' },
  }),
};
/** The collector's too, when it was told to parse the line and to keep what it found only. */
const ATTRIBUTES: Made = {
  ...OTEL,
  row: (json) => ({
    Timestamp: clock(json.stageTimestamp),
    Body: 'audit',
    LogAttributes: Object.fromEntries(
      Object.entries(json).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  }),
};
const JSONS: Made = {
  columns: 'event JSON',
  engine: 'MergeTree ORDER BY tuple()',
  row: (json) => ({ event: json }),
};
const JSONS_BY_ARRIVAL: Made = {
  columns:
    'inserted_at DateTime DEFAULT now(), event JSON(verb String, requestReceivedTimestamp DateTime64(6))',
  engine: 'MergeTree ORDER BY inserted_at',
  row: (json) => ({ event: json }),
};

/** A column for each value. */
const COLUMNS: Made = {
  columns: `auditID String, stage LowCardinality(String), level LowCardinality(String), verb LowCardinality(String), requestURI String,
    userAgent Nullable(String), sourceIPs Array(String), user_username String, user_uid String, user_groups Array(LowCardinality(String)),
    impersonatedUser_username String, impersonatedUser_groups Array(String), objectRef_resource LowCardinality(String),
    objectRef_namespace String, objectRef_name String, objectRef_apiGroup String, objectRef_apiVersion String, objectRef_subresource String,
    responseStatus_code UInt16, responseStatus_reason LowCardinality(String), annotations Map(String, String),
    requestObject String, responseObject String, requestReceivedTimestamp DateTime64(6, 'UTC'), stageTimestamp DateTime64(6, 'UTC')`,
  engine: 'MergeTree ORDER BY (requestReceivedTimestamp, auditID)',
  row: ({ user, impersonatedUser, objectRef, responseStatus, ...json }) => ({
    ...json,
    ...under('user', user),
    ...under('impersonatedUser', impersonatedUser),
    ...under('objectRef', objectRef),
    ...under('responseStatus', responseStatus),
    ...Object.fromEntries(
      BODIES.flatMap((name) => (name in json ? [[name, JSON.stringify(json[name])]] : [])),
    ),
    requestReceivedTimestamp: clock(json.requestReceivedTimestamp),
    stageTimestamp: clock(json.stageTimestamp),
  }),
};
const BODIES = ['requestObject', 'responseObject'];

function under(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, of]) => [`${name}_${key}`, of]));
}

/** The server reads no zone in a text of its own form. */
function clock(time: unknown): string {
  return String(time).replace('T', ' ').replace('Z', '');
}

const RUNS = Number(process.env.RUNS ?? 10);
const asksFlattened = (wanted: Parameters<typeof asksDryRun>[0]) => asksDryRun(wanted) || asksUnnamed(wanted);

for (const [name, made] of [
  ['lines', LINES],
  ["OpenTelemetry's table", OTEL],
] as const)
  describeSource(
    `clickhouse, ${name}`,
    async (jsons) => openStore('clickhouse', await inserted(jsons, made)),
    { runs: RUNS },
  );
describeSource(
  'clickhouse, attributes',
  async (jsons) => openStore('clickhouse', await inserted(jsons, ATTRIBUTES)),
  { runs: RUNS },
);
for (const [name, made] of [
  ['JSON', JSONS],
  ['JSON, by arrival', JSONS_BY_ARRIVAL],
] as const)
  describeSource(
    `clickhouse, ${name}`,
    async (jsons) => openStore('clickhouse', await inserted(jsons, made)),
    {
      runs: RUNS,
      skip: [NO_TYPES],
      cannotTell: asksFlattened,
    },
  );

describeSource(
  'clickhouse, columns',
  async (jsons) => openStore('clickhouse', await inserted(jsons, COLUMNS)),
  // No column holds what else is known of a user.
  { runs: RUNS, cannotTell: (wanted) => fieldsOf(wanted).includes('session') },
);

describeFaults("clickhouse, OpenTelemetry's table", 'clickhouse', (jsons) => inserted(jsons, OTEL), {
  saysNone: ['nothing at all'],
});

describeQuestions("clickhouse, OpenTelemetry's table", 'clickhouse', (jsons) => inserted(jsons, OTEL));

async function found(source: Source, query = aQuery(), { signal } = new AbortController()) {
  const ids: string[] = [];
  for await (const { events } of source.read(await source.plan(query, signal), signal))
    ids.push(...events.map(({ auditID }) => auditID));
  return ids;
}

describe('clickhouse, pages', () => {
  it.each([
    ['lines', { ...LINES, columns: 'line String, at DateTime' }],
    ['JSON', JSONS],
  ])('gives every event once, however many share a moment: %s', async (_, made) => {
    const source = await openStore('clickhouse', await inserted(deletions(3500, 1200), made));
    const ids = await found(source, aQuery({ predicate: equals('verb', 'delete') }));
    expect(ids.length).toBe(3500);
    expect(new Set(ids).size).toBe(3500);
    expect(source.findings().gaps).toEqual([]);
    await source.close();
  });

  it('finds a line that was cut', async () => {
    const [json] = deletions(1200, 1200);
    const line = JSON.stringify({ ...json, requestObject: { metadata: { name: 'x'.repeat(100) } } });
    const url = await inserted([{}], {
      ...LINES,
      row: () => ({ line: line.slice(0, -100), at: clock(json?.stageTimestamp) }),
    });
    const source = await openStore('clickhouse', url);
    const { signal } = new AbortController();
    const plan = await source.plan(aQuery({ predicate: equals('user.username', 'alice') }), signal);
    const salvaged: unknown[] = [];
    for await (const { rejects } of source.read(plan, signal))
      salvaged.push(...rejects.map((reject) => reject.salvaged?.auditID));
    expect(salvaged).toEqual(['id-0']);
    await source.close();
  });

  it('tells apart what another log has in the same table', async () => {
    const settings = await inserted(deletions(1300, 1200), OTEL);
    await run(
      `INSERT INTO ${settings.table} (Timestamp, Body) VALUES ('2020-01-01 00:00:00', 'started'), ('2026-12-01 00:00:00', '{"stage":"ResponseComplete"}')`,
    );
    const source = await openStore('clickhouse', settings);
    const query = aQuery({
      aggregation: { by: ['verb'], bucketUs: null },
      window: { sinceUs: BEGIN_MS * 1000, untilUs: null },
    });
    const { signal } = new AbortController();
    const batches = [];
    for await (const batch of source.read(await source.plan(query, signal), signal))
      batches.push(batch.passedOver);
    expect(batches.flatMap(({ counted }) => counted).flat()).toMatchObject([
      { key: ['delete'], count: 1300 },
    ]);
    expect(batches.find(({ fromUs }) => fromUs !== null)).toMatchObject({ fromUs: BEGIN_MS * 1000 });
    expect(source.findings().holdsEarlier).toEqual([]);
    await source.close();
  });
});

describe('clickhouse, when something is wrong', () => {
  let front: FaultFront;
  let settings: { readonly url: string; readonly table: string };

  beforeAll(async () => {
    front = await startFaultFront(server.url);
    settings = { ...(await inserted(deletions(2500, 1200), LINES)), url: front.url };
  });
  beforeEach(() => {
    front.fault = () => null;
  });
  afterAll(() => front.stop());

  /** Pages alone. */
  const onPages = (fault: Fault, from = 1) => {
    let pages = 0;
    front.fault = (body) => (body.includes('ORDER BY `at` DESC') && ++pages >= from ? fault : null);
  };

  async function asked(more: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
    const source = await openStore('clickhouse', { ...settings, ...more });
    try {
      return await found(source);
    } finally {
      await source.close();
    }
  }

  it.each([
    ['a connection that drops within a page', { cutAt: 0.5 }, /broke|reset|ended|closed/],
    [
      'an error after rows',
      { append: 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)' },
      /Memory limit/,
    ],
    [
      'an error as a row',
      {
        append:
          '{"exception": "Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED) (version 25.3)"}\n',
      },
      /broke off: Timeout exceeded/,
    ],
    ['a limit of rows', { ask: 'max_result_rows=500' }, /Limit for result exceeded/],
    ['a limit of time', { ask: 'max_execution_time=0.0001&timeout_overflow_mode=throw' }, /imeout exceeded/],
    ['a page of HTML', { answer: { status: 200, body: '<html>log in</html>' } }, /no JSON/],
  ] as const)('%s is an error, and no answer', async (_, fault, message) => {
    onPages(fault);
    await expect(asked()).rejects.toThrow(message);
    onPages(fault, 2);
    await expect(asked()).rejects.toThrow(message);
  });

  it('asks again when it is told to ask later', async () => {
    let asks = 0;
    front.fault = () =>
      ++asks % 2 === 1 ? { answer: { status: 429, headers: { 'retry-after': '0' }, body: 'later' } } : null;
    expect((await asked()).length).toBe(2500);
  });

  it('waits for a slow answer only so long', async () => {
    onPages({ delayMs: 1500 });
    expect((await asked()).length).toBe(2500);
    await expect(asked({ timeout: '300ms' })).rejects.toThrow(/0\.3 s/);
  });

  it('ends the request when nobody waits for it any more', async () => {
    const ended = new AbortController();
    const source = await openStore('clickhouse', settings);
    onPages({ delayMs: 30_000 });
    const reading = found(source, aQuery(), ended);
    const before = front.abandoned();
    setTimeout(() => ended.abort(new Error('enough')), 1000);
    await expect(reading).rejects.toThrow('enough');
    await expect.poll(() => front.abandoned()).toBe(before + 1);
    await source.close();
  });

  it('sets nothing where nothing may be set', async () => {
    const said =
      "Code: 164. DB::Exception: Cannot modify 'x' setting in readonly mode. (READONLY) (version 26.9)";
    front.fault = (_, url) => (url.includes('cancel_http') ? { answer: { status: 500, body: said } } : null);
    expect((await asked()).length).toBe(2500);
  });

  it.each([
    ['a table that is not there', { table: 'nothing' }, /has no table "nothing"/],
    ['a database that is not there', { database: 'nowhere' }, /has no table/],
    ['a column that is not there', { column: 'nope' }, /has no column "nope"/],
    ['a time that is none', { time: 'line' }, /no column "line" of DateTime/],
  ])('%s is named', async (_, wrong, message) => {
    await expect(asked(wrong)).rejects.toThrow(message);
  });

  it('says who may not, and what it takes', async () => {
    const said = 'Code: 497. DB::Exception: bob: Not enough privileges. (ACCESS_DENIED) (version 26.9)';
    onPages({ answer: { status: 403, body: said } });
    await expect(asked()).rejects.toMatchObject({
      code: 'AUDIT_FORBIDDEN',
      hint: expect.stringContaining('GRANT SELECT'),
    });
  });
});
