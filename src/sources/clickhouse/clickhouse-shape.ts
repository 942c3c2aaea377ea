/** A table whose events lie in a known way: queries for its rows, newest first, and for counts of them. */
import { formatMicros, parseMicros } from '../../event/micros.ts';
import { isAny } from '../../query/event-test.ts';
import type { Field } from '../../query/predicate.ts';
import type { Window } from '../../query/query.ts';
import { COUNTABLE } from '../store/count-ask.ts';
import { pagesByTime, type Stretch, type TimedRecord } from '../store/pages-by-time.ts';
import {
  type Ask,
  type CountAsk,
  type Counted,
  type Extent,
  holdsNothing,
  type Page,
  type Shape,
} from '../store/store.ts';
import { clockOf, type StoreClock, stretchOf } from '../store/store-clock.ts';
import { type Moment, microsOf, OWN_TIMES, type OwnTime, type Place, type Row } from './place.ts';
import type { Column } from './places.ts';
import { type Asked, askClickHouse } from './query-clickhouse.ts';
import { quotedName, Values } from './sql.ts';
import type { StoreTime } from './store-time.ts';
import { canTest, toSql } from './test-sql.ts';

/** Rows a page: an event is some KB, the largest 2 MB. */
const PAGE_ROWS = 1000;
/** Each page costs a search of its own. */
const GROWN_PAGE_ROWS = 64_000;
const MOST_ROWS = 100_000;

/** A time that was written to the second sorts after those within it. */
const ROUNDED_US = 1_000_000;

export interface Table {
  /** With its database, quoted. */
  readonly name: string;
  readonly columns: readonly Column[];
}

export class ClickHouseShape implements Shape {
  findings: Shape['findings'] = { gaps: [], notes: [] };
  readonly counter;
  readonly #name: string;
  readonly #asked: Asked;
  readonly #table: Table;
  readonly #place: Place;
  readonly #time: StoreTime;
  #clock: StoreClock = 'arrival';

  constructor(name: string, asked: Asked, table: Table, place: Place, time: StoreTime) {
    this.#name = name;
    this.#asked = asked;
    this.#table = table;
    this.#place = place;
    this.#time = time;
    this.counter = {
      can: (by: readonly Field[]) =>
        place.moment('requestReceivedTimestamp') !== null &&
        by.every((field) => COUNTABLE.has(field) && place.text(field) !== null),
      count: (ask: CountAsk, signal: AbortSignal) => this.#count(ask, signal),
    };
  }

  can = (leaf: Parameters<Shape['can']>[0]): boolean => canTest(leaf, this.#place);

  /** Looks at some rows to tell which time the store's is. To be called once, before anything is asked. */
  async sample(rows: number, signal: AbortSignal): Promise<void> {
    const sample = await this.#ask(
      `${this.#select(OWN_TIMES)} WHERE ${this.#place.holds} LIMIT ${rows}`,
      new Values(),
      signal,
    );
    this.#clock = clockOf(
      sample.rows.map((row) => {
        const times = timesIn(row);
        return {
          storeUs: Number(this.#time.nanosOf(String(row.__at)) / 1000n),
          receivedUs: times.requestReceivedTimestamp,
          stageUs: times.stageTimestamp,
        };
      }),
    );
    if (sample.rows.length === 0)
      this.findings = {
        gaps: [],
        notes: [holdsNothing(this.#name)],
      };
  }

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    yield* pagesByTime({
      ...stretchOf(ask, this.#clock),
      pageSize: PAGE_ROWS,
      growsTo: GROWN_PAGE_ROWS,
      mostAtOnce: MOST_ROWS,
      source: this.#name,
      fetch: async ({ fromNs, toNs }, limit) => {
        const values = new Values();
        const { rows, bytes } = await this.#ask(
          this.#pageQuery(ask, { fromNs, toNs }, limit, values),
          values,
          signal,
        );
        return { records: rows.map((row) => this.#timedOf(row)), bytes };
      },
    });
  }

  explain(ask: Ask): readonly string[] {
    const values = new Values();
    const query = this.#pageQuery(ask, stretchOf(ask, this.#clock), PAGE_ROWS, values);
    return [
      `POST ${this.#asked.server.address}/`,
      ...query.split('\n'),
      ...values.all.map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
      'and so on from the oldest of them, more at a time',
    ];
  }

  /** Most tables hold events alone: then the first and the last row tell, which costs next to nothing. */
  async extent(signal: AbortSignal): Promise<Extent | null> {
    const { sql } = this.#time;
    const from = this.#table.name;
    const told = this.#time.told('__time');
    const ends = `(SELECT [min(${sql}), max(${sql})] FROM ${from})`;
    const first = await this.#ask(
      `SELECT ${told} AS __at, __isEvent FROM (SELECT ${sql} AS __time, max(${this.#place.holds}) AS __isEvent FROM ${from} WHERE has(${ends}, ${sql}) GROUP BY __time) ORDER BY __time`,
      new Values(),
      signal,
    );
    if (first.rows.length > 0 && first.rows.every(({ __isEvent }) => Number(__isEvent) === 1))
      return this.#extentOf(first.rows.map(({ __at }) => __at));
    const all = await this.#ask(
      `SELECT ${told} AS __at FROM (SELECT arrayJoin([min(${sql}), max(${sql})]) AS __time FROM ${from} WHERE ${this.#place.holds} HAVING count() > 0)`,
      new Values(),
      signal,
    );
    return this.#extentOf(all.rows.map(({ __at }) => __at));
  }

  #extentOf(told: readonly unknown[]): Extent | null {
    const times = told.map((at) => Number(this.#time.nanosOf(String(at)) / 1000n)).filter((us) => us !== 0);
    return times.length === 0 ? null : { oldestUs: Math.min(...times), newestUs: Math.max(...times) };
  }

  #pageQuery({ test, received }: Ask, { fromNs, toNs }: Stretch, limit: number, values: Values): string {
    const { broken, holds } = this.#place;
    const tests = [
      ...(isAny(test) ? [] : [`(${toSql(test, this.#place, values)})`]),
      ...this.#receivedBefore(received.untilUs, values),
    ];
    const wanted = tests.length === 0 ? [] : [`(${tests.join(' AND ')})`];
    const isWanted = broken === null || tests.length === 0 ? wanted : [`(${wanted.join()} OR ${broken})`];
    const where = [...this.#time.within(fromNs, toNs, values), ...isWanted, holds];
    return [
      this.#select(this.#restored()),
      `WHERE ${where.join('\n  AND ')}`,
      `ORDER BY ${this.#time.sql} DESC LIMIT ${limit}`,
    ].join('\n');
  }

  /** Where the table goes by another time: what long-running requests write after the window may be of any time. */
  #receivedBefore(untilUs: number | null, values: Values): readonly string[] {
    const moment = this.#place.moment('requestReceivedTimestamp');
    if (untilUs === null || moment === null || this.#clock === 'received') return [];
    const [condition = '1'] = within(moment, { sinceUs: null, untilUs: untilUs + ROUNDED_US }, values);
    return [moment.as === 'text' ? condition : `ifNull(${condition}, 1)`];
  }

  /** The event's own times that do not stand in its row as they were. */
  #restored(): readonly OwnTime[] {
    return OWN_TIMES.filter((field) => this.#place.moment(field)?.as === 'micros');
  }

  #select(times: readonly OwnTime[]): string {
    const own = times.flatMap((field) => {
      const moment = this.#place.moment(field);
      return moment === null ? [] : [`toString(${microsOf(moment)}) AS __${field}`];
    });
    const columns = this.#place.columns.map(quotedName);
    return `SELECT ${[`${this.#time.told(this.#time.sql)} AS __at`, ...own, ...columns].join(', ')}\nFROM ${this.#table.name}`;
  }

  #timedOf(row: Row): TimedRecord {
    const held = Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('__')));
    return {
      atNs: this.#time.nanosOf(String(row.__at)),
      identity: JSON.stringify(row),
      record: this.#place.recordOf(held, timesIn(row)),
    };
  }

  async #count({ test, window, by, bucketUs }: CountAsk, signal: AbortSignal): Promise<Counted> {
    const moment = this.#place.moment('requestReceivedTimestamp');
    if (moment === null) throw new Error('asked to count what has no time');
    const values = new Values();
    const keys = by.map((field, at) => `${this.#place.text(field)} AS __k${at}`);
    const bucket =
      bucketUs === null
        ? []
        : [`toString(intDiv(${microsOf(moment)}, ${bucketUs}) * ${bucketUs}) AS __bucket`];
    const names = [...by.map((_, at) => `__k${at}`), ...(bucketUs === null ? [] : ['__bucket'])];
    const query = [
      `SELECT ${[...keys, ...bucket, 'toString(count()) AS __count', `toString(min(${moment.sql})) AS __first`, `toString(max(${moment.sql})) AS __last`].join(', ')}`,
      `FROM ${this.#table.name}`,
      `WHERE ${[...within(moment, window, values), this.#place.holds, `(${toSql(test, this.#place, values)})`].join('\n  AND ')}`,
      ...(names.length === 0 ? ['HAVING count() > 0'] : [`GROUP BY ${names.join(', ')}`]),
    ].join('\n');
    const { rows, bytes } = await this.#ask(query, values, signal, '__count');
    const groups = rows.map((row) => ({
      key: by.map((_, at) => String(row[`__k${at}`] ?? '') || null),
      bucketUs: bucketUs === null ? null : usIn(row.__bucket),
      count: Number(row.__count),
      firstUs: usIn(row.__first),
      lastUs: usIn(row.__last),
    }));
    return { groups, bytes };
  }

  #ask(query: string, values: Values, signal: AbortSignal, column = '__at') {
    return askClickHouse({ ...this.#asked, signal }, query, values, column);
  }
}

/** The event's own time of receipt, by itself. */
function within({ as, sql }: Moment, { sinceUs, untilUs }: Window, values: Values): readonly string[] {
  const at = (us: number) => (as === 'text' ? values.text(formatMicros(us)) : values.whole(us));
  return [
    ...(sinceUs === null ? [] : [`${sql} >= ${at(sinceUs)}`]),
    ...(untilUs === null ? [] : [`${sql} < ${at(untilUs)}`]),
  ];
}

function timesIn(row: Row): Readonly<Record<OwnTime, number | null>> {
  const [requestReceivedTimestamp, stageTimestamp] = OWN_TIMES.map((field) => usIn(row[`__${field}`]));
  return {
    requestReceivedTimestamp: requestReceivedTimestamp ?? null,
    stageTimestamp: stageTimestamp ?? null,
  };
}

/** Microseconds as a number, or a time of the API server's. */
function usIn(value: unknown): number | null {
  const text = String(value ?? '');
  return /^-?\d+$/.test(text) ? Number(text) : parseMicros(text);
}
