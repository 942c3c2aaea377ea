/**
 * VictoriaLogs: LogsQL queries, rows of flattened JSON. An event lies there as fields, or as the line in `_msg`, whose fields are
 * then unpacked by the query. https://docs.victoriametrics.com/victorialogs/querying/
 */
import { formatMicros, parseMicros } from '../../event/micros.ts';
import type { HttpServer } from '../../io.ts';
import { type EventTest, isAny, pathsIn } from '../../query/event-test.ts';
import type { Field } from '../../query/predicate.ts';
import { COUNTABLE } from '../store/count-ask.ts';
import { nanosOf } from '../store/nanos.ts';
import { pagesByTime, type TimedRecord } from '../store/pages-by-time.ts';
import {
  type Ask,
  type CountAsk,
  type Counted,
  type Extent,
  holdsNothing,
  type Page,
  type Shape,
  type Store,
} from '../store/store.ts';
import { clockOf, type StoreClock, stretchOf } from '../store/store-clock.ts';
import { canTest, quoted, stampedWithin, timeFilter, toLogsQl } from './logsql.ts';
import { type Asked, askVictoriaLogs, fieldNames, type Row } from './query-victorialogs.ts';
import type { VictoriaLogsSettings } from './victorialogs-settings.ts';

/** Rows of the first page: an event is some KB, the largest 2 MB. */
const PAGE_ROWS = 1000;
/** Where there are far more than a page, it looks for the time in which just so many lie, each time by a search. */
const GROWN_PAGE_ROWS = 16_000;
const MOST_ROWS = 100_000;
/** Rows that are looked at to see how events lie there. */
const SAMPLE_ROWS = 20;

export class VictoriaLogsStore implements Store {
  readonly name: string;
  readonly billed = false;
  readonly #settings: VictoriaLogsSettings;
  readonly #server: HttpServer;

  constructor(name: string, settings: VictoriaLogsSettings, server: HttpServer) {
    this.name = name;
    this.#settings = settings;
    this.#server = server;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const asked: Asked = { server: this.#server, settings: this.#settings, signal };
    const filter = this.#settings.filter ?? '*';
    const names = await fieldNames(asked, filter);
    const own = names.find((name) => name.endsWith('auditID'));
    const prefix = this.#settings.prefix ?? own?.slice(0, -'auditID'.length) ?? null;
    const lies: Lies =
      prefix === null
        ? { in: 'line', filter: `(${filter}) "auditID"`, prefix: '' }
        : { in: 'fields', filter: `(${filter}) ${quoted(`${prefix}auditID`)}:*`, prefix };
    const { rows } = await askVictoriaLogs(asked, lies.filter, SAMPLE_ROWS);
    return new VictoriaLogsShape(this.name, asked, lies, rows);
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}

/** How events lie there: as fields, or as a line of JSON in `_msg`. `filter`: what their records pass. */
interface Lies {
  readonly in: 'fields' | 'line';
  readonly filter: string;
  readonly prefix: string;
}

class VictoriaLogsShape implements Shape {
  readonly findings;
  readonly counter;
  readonly #name: string;
  readonly #asked: Asked;
  readonly #lies: Lies;
  readonly #clock: StoreClock;
  /** A line may have something before its JSON: then nothing in it can be tested. */
  readonly #isTestable: boolean;
  readonly #hasReceived: boolean;

  constructor(name: string, asked: Asked, lies: Lies, sample: readonly Row[]) {
    this.#name = name;
    this.#asked = asked;
    this.#lies = lies;
    this.#clock = clockOf(sample.map((row) => stampedOf(row, lies)));
    this.#isTestable = lies.in === 'fields' || sample.every(({ _msg: line }) => isJsonLine(line));
    this.#hasReceived =
      lies.in === 'line' ||
      sample.every((row) => row[`${lies.prefix}requestReceivedTimestamp`] !== undefined);
    this.findings = {
      gaps: [],
      notes: sample.length === 0 ? [holdsNothing(name)] : [],
    };
    this.counter = {
      can: (by: readonly Field[]) => this.#isTestable && by.every((field) => COUNTABLE.has(field)),
      count: (ask: CountAsk, signal: AbortSignal) => this.#count(ask, signal),
    };
  }

  can = (leaf: Parameters<Shape['can']>[0]): boolean => this.#isTestable && canTest(leaf);

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    yield* pagesByTime({
      ...stretchOf(ask, this.#clock),
      ...{ pageSize: PAGE_ROWS, growsTo: GROWN_PAGE_ROWS },
      mostAtOnce: MOST_ROWS,
      source: this.#name,
      fetch: async (stretch, limit) => {
        const query = this.#queryOf(ask.test, timeFilter(stretch));
        const { rows, bytes } = await askVictoriaLogs({ ...this.#asked, signal }, query, limit);
        return { records: rows.map((row) => timedOf(row, this.#lies)), bytes };
      },
    });
  }

  explain(ask: Ask): readonly string[] {
    return [
      `POST ${this.#asked.server.address}/select/logsql/query`,
      `query ${this.#queryOf(ask.test, timeFilter(stretchOf(ask, this.#clock)))}`,
      `limit ${PAGE_ROWS}, and the same up to the oldest of them, more at a time, again and again`,
    ];
  }

  async extent(signal: AbortSignal): Promise<Extent | null> {
    const query = `${this.#lies.filter} | stats min(_time) as oldest, max(_time) as newest`;
    const { rows } = await askVictoriaLogs({ ...this.#asked, signal }, query, null);
    const [oldestUs, newestUs] = [rows[0]?.oldest, rows[0]?.newest].map((text) => parseMicros(text ?? ''));
    return oldestUs == null || newestUs == null ? null : { oldestUs, newestUs };
  }

  async #count({ test, window, by, bucketUs }: CountAsk, signal: AbortSignal): Promise<Counted> {
    const time = this.#hasReceived ? quoted(`${this.#lies.prefix}requestReceivedTimestamp`) : '_time';
    const names = by.map((field) => quoted(`${this.#lies.prefix}${field}`));
    const bucket = bucketUs === null ? [] : [`${time}:${bucketUs * 1000}ns`];
    const stats = `stats by (${[...names, ...bucket].join(', ')}) count() as count, min(${time}) as first, max(${time}) as last`;
    const { sinceUs, untilUs } = window;
    const isBounded = sinceUs !== null || untilUs !== null;
    const within = !isBounded
      ? ''
      : this.#hasReceived
        ? stampedWithin(
            'requestReceivedTimestamp',
            this.#lies.prefix,
            sinceUs === null ? '' : formatMicros(sinceUs),
            untilUs === null ? '9' : formatMicros(untilUs),
          )
        : timeFilter({
            fromNs: sinceUs === null ? null : BigInt(sinceUs) * 1000n,
            toNs: untilUs === null ? null : BigInt(untilUs) * 1000n - 1n,
          });
    const query = `${this.#queryOf(test, '', within)} | ${stats}`;
    const { rows, bytes } = await askVictoriaLogs({ ...this.#asked, signal }, query, null);
    return { groups: rows.map((row) => this.#groupOf(row, by, bucketUs === null ? null : time)), bytes };
  }

  #groupOf(row: Row, by: readonly Field[], bucket: string | null): Counted['groups'][number] {
    const at = (name: string | undefined): number | null => (name === undefined ? null : parseMicros(name));
    return {
      key: by.map((field) => row[`${this.#lies.prefix}${field}`] || null),
      bucketUs: bucket === null ? null : at(row[bucket.replaceAll('"', '')]),
      count: Number(row.count),
      firstUs: at(row.first),
      lastUs: at(row.last),
    };
  }

  /** `within`: a filter of the event's own fields. */
  #queryOf(test: EventTest, time: string, within = ''): string {
    const { filter, prefix } = this.#lies;
    const wanted = [isAny(test) ? '' : `(${toLogsQl(test, prefix)})`, within]
      .filter((part) => part !== '')
      .join(' ');
    const whole = time === '' ? filter : `${time} ${filter}`;
    if (wanted === '') return whole;
    if (this.#lies.in === 'fields') return `${whole} ${wanted}`;
    const fields = [...pathsIn(test), ...COUNTABLE, 'requestReceivedTimestamp'].map(quoted);
    return `${whole} | unpack_json from _msg fields (${[...new Set(fields)].join(', ')}) | filter ${wanted}`;
  }
}

function isJsonLine(line: string | undefined): boolean {
  return line?.startsWith('{"') === true;
}

function stampedOf(row: Row, { in: lies, prefix }: Lies) {
  const storeUs = parseMicros(row._time ?? '') ?? 0;
  const timeOf = (name: string): number | null => {
    const text = lies === 'fields' ? row[`${prefix}${name}`] : stampIn(row._msg ?? '', name);
    return text === undefined ? null : parseMicros(text);
  };
  const receivedUs = timeOf('requestReceivedTimestamp');
  const stageUs = timeOf('stageTimestamp');
  // The field that the store takes for its time is gone from the others.
  const isReceived = lies === 'fields' && receivedUs === null;
  return {
    storeUs,
    receivedUs: isReceived ? storeUs : receivedUs,
    stageUs: stageUs ?? (isReceived ? null : storeUs),
  };
}

function stampIn(line: string, name: string): string | undefined {
  return new RegExp(`"${name}":"([^"]*)"[^{}[\\]]*(?:"annotations":\\{[^{}]*\\})?\\}$`).exec(line)?.[1];
}

/** The field that the store took for its time is put back, as the API server writes it. */
function timedOf(row: Row, { in: lies, prefix }: Lies): TimedRecord {
  const { _time: time = '' } = row;
  const own = [`${prefix}requestReceivedTimestamp`, `${prefix}stageTimestamp`];
  const [taken] = lies === 'fields' ? own.filter((name) => row[name] === undefined) : [];
  const us = taken === undefined ? null : parseMicros(time);
  const record = us === null || taken === undefined ? row : { ...row, [taken]: formatMicros(us) };
  return { atNs: nanosOf(time), identity: JSON.stringify(row), record };
}
