/** Logs that real forwarders bring to real stores: what they make of an event is theirs, and the answers are the file's all the same. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { describeQuestions } from './describe-questions.ts';
import { call, DYNAMIC, makeIndex } from './search-index.ts';
import { type Forwarder, startForwarder } from './start-forwarder.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let victoriaLogs: StoreProcess;
let loki: StoreProcess;
let openSearch: StoreProcess;
const forwarders: Forwarder[] = [];

beforeAll(async () => {
  victoriaLogs = await startStore('victorialogs');
  loki = await startStore('loki');
  openSearch = await startStore('opensearch');
});

afterAll(async () => {
  await Promise.all(forwarders.map((one) => one.stop()));
  await Promise.all([victoriaLogs, loki, openSearch].map((server) => server?.stop()));
});

/** Of the API server's own lines, the collector keeps the whole as a record's body; what it takes for its time is when it read it. */
describeQuestions(
  'victorialogs, by the OpenTelemetry Collector',
  'victorialogs',
  async (events, path) => {
    const { url } = victoriaLogs;
    const collector = await collecting(path, {
      logs_endpoint: `${url}/insert/opentelemetry/v1/logs`,
      headers: { 'VL-Stream-Fields': 'log.file.name' },
    });
    await collector.until(async () => {
      await fetch(`${url}/internal/force_flush`);
      const query = new URLSearchParams({ query: '* | stats count() as events' });
      const answer = await fetch(`${url}/select/logsql/query`, { method: 'POST', body: query });
      return (await answer.text()).includes(`"${events.length}"`);
    });
    return { url };
  },
  { arrives: 'long after' },
);
describeQuestions(
  'loki, by the OpenTelemetry Collector',
  'loki',
  async (events, path) => {
    const { url } = loki;
    const selector = '{service_name="k8s-audit"}';
    const collector = await collecting(path, { endpoint: `${url}/otlp` });
    const query = new URLSearchParams({ query: `sum(count_over_time(${selector}[1h]))` });
    await collector.until(async () => {
      const answer = await fetch(`${url}/loki/api/v1/query?${query}`);
      return (await answer.text()).includes(`"${events.length}"`);
    });
    return { url, selector };
  },
  { arrives: 'soon' },
);

async function collecting(path: string, exporter: Readonly<Record<string, unknown>>): Promise<Forwarder> {
  const collector = await startForwarder('otelcol', () =>
    JSON.stringify({
      receivers: {
        filelog: {
          ...{ include: [path], start_at: 'beginning', max_log_size: '2MiB' },
          resource: { 'service.name': 'k8s-audit' },
        },
      },
      exporters: { otlphttp: exporter },
      service: {
        telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
        pipelines: { logs: { receivers: ['filelog'], exporters: ['otlphttp'] } },
      },
    }),
  );
  forwarders.push(collector);
  return collector;
}

/** The line goes as it is for the document. */
describeQuestions(
  'opensearch, by rsyslog',
  'opensearch',
  async (_, path) => {
    const { url, port } = openSearch;
    const { index } = await makeIndex(url, [], DYNAMIC);
    const syslog = await startForwarder(
      'rsyslog',
      (work) => `
global(workDirectory="${work}" maxMessageSize="2m")
module(load="imfile" mode="inotify") module(load="omelasticsearch")
template(name="line" type="string" string="%msg%")
template(name="index" type="string" string="${index}")
ruleset(name="audit") {
  action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" template="line" searchIndex="index" dynSearchIndex="on"
         searchType="" bulkmode="on" maxbytes="10m" errorfile="${work}/errors.json" action.resumeretrycount="-1")
}
input(type="imfile" File="${path}" Tag="audit" ruleset="audit" freshStartTail="off" addMetadata="off")
`,
    );
    forwarders.push(syslog);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').length;
    await syslog.until(async () => {
      await call(url, 'POST', `/${index}/_refresh`);
      const { count } = (await call(url, 'GET', `/${index}/_count`)) as { count: number };
      return count === lines;
    });
    return { url, index };
  },
  { countsToTheMs: true },
);
