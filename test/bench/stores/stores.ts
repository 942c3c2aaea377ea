/** The stores that are measured: how the log is put into each, as forwarders do, and how we are told of it. */
import { nanosOf, pushLoki } from '../../e2e/stores/push-loki.ts';
import { call, TEMPLATE } from '../../e2e/stores/search-index.ts';
import type { EventLog } from './events.ts';

export const STORES = ['opensearch', 'loki', 'victorialogs', 'clickhouse'] as const;
export type BenchStore = (typeof STORES)[number];

export function isStore(name: string): name is BenchStore {
  return (STORES as readonly string[]).includes(name);
}

export interface Loader {
  /** Until all of it can be asked for. `url`: of the store. */
  load(url: string, log: EventLog): Promise<void>;
  /** For --source. */
  source(url: string): string;
}

export const LOADERS: Readonly<Record<BenchStore, Loader>> = {
  /** Fields by a template, one shard. */
  opensearch: {
    async load(url, log) {
      const { mappings } = TEMPLATE;
      const settings = { number_of_replicas: 0, number_of_shards: 1, refresh_interval: -1 };
      await call(url, 'PUT', '/audit', { settings, mappings });
      for await (const lines of log.batches()) {
        const bulk = lines.map((line) => `{"create":{}}\n${line}\n`).join('');
        const { errors } = (await call(url, 'POST', '/audit/_bulk?filter_path=errors', bulk)) as {
          errors: boolean;
        };
        if (errors) throw new Error('OpenSearch refused an event');
      }
      await call(url, 'POST', '/audit/_refresh');
    },
    source: (url) => `opensearch+${url}/audit`,
  },
  /** Lines in one stream. */
  loki: {
    async load(url, log) {
      for await (const lines of log.batches()) {
        const values = lines.map((line) => [String(nanosOf(stampOf(line))), line] as const);
        await pushLoki(url, [{ stream: { job: 'audit' }, values }]);
      }
    },
    source: (url) => `loki+${url}?selector=${encodeURIComponent('{job="audit"}')}`,
  },
  /** Fields, by stage. */
  victorialogs: {
    async load(url, log) {
      const to = `${url}/insert/jsonline?_time_field=stageTimestamp&_stream_fields=level`;
      for await (const lines of log.batches()) await post(to, 'application/stream+json', lines);
      await fetch(`${url}/internal/force_flush`);
    },
    source: (url) => `victorialogs+${url}`,
  },
  /** Lines in the table of the OpenTelemetry Collector's exporter. */
  clickhouse: {
    async load(url, log) {
      await post(url, 'text/plain', [OTEL_LOGS]);
      for await (const lines of log.batches()) {
        const rows = lines.map((line) =>
          JSON.stringify({ Timestamp: stampOf(line).slice(0, -1).replace('T', ' '), Body: line }),
        );
        await post(url, 'text/plain', ['INSERT INTO otel_logs FORMAT JSONEachRow', ...rows]);
      }
      await post(url, 'text/plain', ['OPTIMIZE TABLE otel_logs FINAL']);
    },
    source: (url) => `clickhouse+${url}`,
  },
};

/** https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/clickhouseexporter */
const OTEL_LOGS = `CREATE TABLE otel_logs (
  Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)), TimestampTime DateTime DEFAULT toDateTime(Timestamp),
  ServiceName LowCardinality(String), Body String CODEC(ZSTD(1)), LogAttributes Map(LowCardinality(String), String)
) ENGINE = MergeTree PARTITION BY toDate(TimestampTime) PRIMARY KEY (ServiceName, TimestampTime)
ORDER BY (ServiceName, TimestampTime, Timestamp)`;

/** The last thing that stands in an event but for its annotations. */
function stampOf(line: string): string {
  const found = /"stageTimestamp":"([^"]+)"(?!.*"stageTimestamp":)/s.exec(line)?.[1];
  if (found === undefined) throw new Error(`no stageTimestamp: ${line.slice(0, 200)}`);
  return found;
}

async function post(url: string, type: string, lines: readonly string[]): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: `${lines.join('\n')}\n`,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
}
