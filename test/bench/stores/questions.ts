/** What is asked, of us and by curl of each store: the same, as one would write it who knows the store. */
import type { AnswerKind } from '../answers.ts';
import type { EventLog } from './events.ts';
import type { BenchStore } from './stores.ts';

export interface StoreQuestion {
  readonly name: 'few' | 'many' | 'counts';
  readonly title: string;
  readonly ours: string;
  readonly answer: AnswerKind;
  /** A line for bash that prints the store's answer. `url`: where it is asked. */
  readonly curl: Readonly<Record<BenchStore, (url: string, log: EventLog) => string>>;
  /** The answer in that. */
  readonly answerIn: Readonly<Record<BenchStore, (stdout: string) => ReadonlyMap<string, number>>>;
}

/** A form, each value as it is. */
function form(url: string, fields: Readonly<Record<string, string>>): string {
  const values = Object.entries(fields).map(
    ([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`,
  );
  return `curl -sf ${values.join(' ')} ${quoted(url)}`;
}

function body(url: string, text: string, type = 'application/json'): string {
  return `curl -sf -H ${quoted(`Content-Type: ${type}`)} --data-binary ${quoted(text)} ${quoted(url)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}

const LOKI = '{job="audit"}';
const lokiRange =
  (pipeline: string) =>
  (url: string, { since, until }: EventLog) =>
    form(`${url}/loki/api/v1/query_range`, {
      query: `${LOKI} ${pipeline}`,
      ...{ start: `${seconds(since)}`, end: `${seconds(until)}`, limit: '5000' },
    });
const victoriaLogs =
  (query: string) =>
  (url: string, { since, until }: EventLog) =>
    form(`${url}/select/logsql/query`, { query: `_time:[${since}, ${until}) ${query}` });
const clickHouse =
  (select: string, where: string, rest: string) =>
  (url: string, { since, until }: EventLog) => {
    const at = (time: string) => `toDateTime64('${time.slice(0, 19).replace('T', ' ')}', 9, 'UTC')`;
    const query = `SELECT ${select} FROM otel_logs WHERE Timestamp >= ${at(since)} AND Timestamp < ${at(until)} AND ${where} ${rest}`;
    return body(url, query, 'text/plain');
  };
const openSearch =
  (filter: readonly unknown[], more: Readonly<Record<string, unknown>>) =>
  (url: string, { since, until }: EventLog) => {
    const within = { range: { requestReceivedTimestamp: { gte: since, lt: until } } };
    return body(
      `${url}/audit/_search`,
      JSON.stringify({ query: { bool: { filter: [within, ...filter] } }, track_total_hits: false, ...more }),
    );
  };

/** IDs in whatever holds events, however deep they are quoted; each hit tells its own once. */
function idsIn(stdout: string): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const [, id = ''] of stdout.matchAll(/auditID\\*":\\*"([0-9a-f-]{36})/g))
    ids.set(id, (ids.get(id) ?? 0) + 1);
  return ids;
}
const IDS = { opensearch: idsIn, loki: idsIn, victorialogs: idsIn, clickhouse: idsIn };

const EXACTLY = { sort: [{ requestReceivedTimestamp: 'desc' }], size: 10_000 };
const ch = (path: string, type = 'String') =>
  `JSONExtract${type}(Body, ${path
    .split('.')
    .map((key) => `'${key}'`)
    .join(', ')})`;

const FEW: StoreQuestion = {
  name: 'few',
  title: 'who deleted one object',
  ours: 'who-did delete deploy/api -n prod',
  answer: 'ids',
  curl: {
    opensearch: openSearch(
      [
        { term: { verb: 'delete' } },
        { term: { 'objectRef.resource': 'deployments' } },
        { term: { 'objectRef.namespace': 'prod' } },
        { term: { 'objectRef.name': 'api' } },
      ],
      EXACTLY,
    ),
    loki: lokiRange(
      '|= `"verb":"delete"` |= `"name":"api"` | json verb="verb", resource="objectRef.resource", namespace="objectRef.namespace", name="objectRef.name" | verb="delete" | resource="deployments" | namespace="prod" | name="api"',
    ),
    victorialogs: victoriaLogs(
      'verb:=delete objectRef.resource:=deployments objectRef.namespace:=prod objectRef.name:=api',
    ),
    clickhouse: clickHouse(
      'Body',
      `${ch('verb')} = 'delete' AND ${ch('objectRef.resource')} = 'deployments' AND ${ch('objectRef.namespace')} = 'prod' AND ${ch('objectRef.name')} = 'api'`,
      'ORDER BY Timestamp DESC FORMAT JSONEachRow',
    ),
  },
  answerIn: IDS,
};

const MANY: StoreQuestion = {
  name: 'many',
  title: 'all 401',
  ours: 'who-did touch -A --code 401',
  answer: 'ids',
  curl: {
    opensearch: openSearch([{ term: { 'responseStatus.code': 401 } }], EXACTLY),
    loki: lokiRange('|= `"code":401` | json code="responseStatus.code" | code="401"'),
    victorialogs: victoriaLogs('responseStatus.code:=401'),
    clickhouse: clickHouse(
      'Body',
      `${ch('responseStatus.code', 'Int')} = 401`,
      'ORDER BY Timestamp DESC FORMAT JSONEachRow',
    ),
  },
  answerIn: IDS,
};

const OUTCOMES = {
  bool: { should: [{ term: { stage: 'ResponseComplete' } }, { term: { 'responseStatus.code': 401 } }] },
};
const COUNTS: StoreQuestion = {
  name: 'counts',
  title: 'count by verb and resource',
  ours: 'top -A --count verb,resource --limit 0',
  answer: 'groups',
  curl: {
    opensearch: openSearch([OUTCOMES], {
      size: 0,
      aggs: {
        groups: {
          composite: {
            size: 10_000,
            sources: [
              { verb: { terms: { field: 'verb' } } },
              { resource: { terms: { field: 'objectRef.resource', missing_bucket: true } } },
            ],
          },
        },
      },
    }),
    loki: (url, { since, until }) =>
      form(`${url}/loki/api/v1/query`, {
        query: `sum by (verb, resource) (count_over_time(${LOKI} | json verb="verb", resource="objectRef.resource", stage="stage", code="responseStatus.code" | stage="ResponseComplete" or code="401" [${seconds(until) - seconds(since)}s]))`,
        time: `${seconds(until)}`,
      }),
    victorialogs: victoriaLogs(
      '(stage:=ResponseComplete or responseStatus.code:=401) | stats by (verb, "objectRef.resource") count() as count',
    ),
    clickhouse: clickHouse(
      `${ch('verb')} AS verb, ${ch('objectRef.resource')} AS resource, count() AS count`,
      `(${ch('stage')} = 'ResponseComplete' OR ${ch('responseStatus.code', 'Int')} = 401)`,
      'GROUP BY verb, resource FORMAT JSONEachRow',
    ),
  },
  answerIn: {
    opensearch: (stdout) => {
      const { aggregations } = JSON.parse(stdout) as {
        aggregations: { groups: { buckets: readonly { key: Group; doc_count: number }[] } };
      };
      return new Map(aggregations.groups.buckets.map(({ key, doc_count }) => [named(key), doc_count]));
    },
    loki: (stdout) => {
      const { data } = JSON.parse(stdout) as {
        data: { result: readonly { metric: Group; value: readonly [number, string] }[] };
      };
      return new Map(data.result.map(({ metric, value }) => [named(metric), Number(value[1])]));
    },
    victorialogs: (stdout) => rowsIn(stdout, 'objectRef.resource'),
    clickhouse: (stdout) => rowsIn(stdout, 'resource'),
  },
};

interface Group {
  readonly verb?: string;
  readonly resource?: string | null;
}

function named({ verb = '', resource }: Group): string {
  return `${verb}\t${resource ?? ''}`;
}

function rowsIn(stdout: string, resource: string): ReadonlyMap<string, number> {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const row = JSON.parse(line) as Readonly<Record<string, string>>;
      return [named({ verb: row.verb ?? '', resource: row[resource] ?? '' }), Number(row.count)];
    }),
  );
}

export const QUESTIONS: readonly StoreQuestion[] = [FEW, MANY, COUNTS];
