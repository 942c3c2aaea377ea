/** A table whose events lie in a known way: queries for its rows, newest first, and for counts of them. */
import { UserError } from '../../errors.ts';
import { formatMicros, parseMicros } from '../../event/micros.ts';
import { isAny } from '../../query/event-test.ts';
import type { Field } from '../../query/predicate.ts';
import { COUNTABLE } from '../store/count-ask.ts';
import { nanosOf } from '../store/nanos.ts';
import { pagesByTime, type Stretch, type TimedPage } from '../store/pages-by-time.ts';
import {
  type Ask,
  type CountAsk,
  type Counted,
  type Extent,
  holdsNothing,
  type Page,
  type Paid,
  type Shape,
} from '../store/store.ts';
import { type StoreClock, stretchOf } from '../store/store-clock.ts';
import { canTest, datetime, type Place, quoted, toKql } from './kql.ts';
import { type Asked, askAzure, askWhole, pathOf, type Row } from './query-azure.ts';

/** Rows a page: an event is some KB. An answer holds 500,000 rows and 100 MB at most. */
const PAGE_ROWS = 1000;
/** 200 questions in 30 seconds is what a user has. */
const GROWN_PAGE_ROWS = 16_000;
const MOST_ROWS = 100_000;

export interface AzureTable {
  readonly name: string;
  /** What queries begin with: the table, and which of its rows hold events. */
  readonly from: string;
  readonly place: Place;
  readonly clock: StoreClock;
  readonly isEmpty: boolean;
  readonly notes: Shape['findings']['notes'];
}

export class AzureShape implements Shape {
  readonly findings;
  readonly counter;
  readonly isEmpty: boolean;
  readonly #name: string;
  readonly #asked: Asked;
  readonly #table: AzureTable;

  constructor(name: string, asked: Asked, table: AzureTable) {
    this.#name = name;
    this.#asked = asked;
    this.#table = table;
    this.isEmpty = table.isEmpty;
    this.findings = { gaps: [], notes: table.isEmpty ? [holdsNothing(name)] : table.notes };
    const { place } = table;
    this.counter = {
      can: (by: readonly Field[]) =>
        asked.settings.plan === 'analytics' &&
        place.received !== null &&
        by.every((field) => COUNTABLE.has(field) && place.text(field) !== null),
      count: (ask: CountAsk, signal: AbortSignal) => this.#count(ask, signal),
    };
  }

  can = (leaf: Parameters<Shape['can']>[0]): boolean => canTest(leaf, this.#table.place);

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    const parts: string[] = [];
    const paging = {
      ...stretchOf(ask, this.#table.clock),
      ...{ pageSize: PAGE_ROWS, growsTo: GROWN_PAGE_ROWS, mostAtOnce: MOST_ROWS, source: this.#name },
      fetch: async ({ fromNs, toNs }: Stretch, limit: number): Promise<TimedPage> => {
        const query = this.#pageQuery(ask, { fromNs, toNs }, limit);
        const { rows, bytes, partial } = await askAzure({ ...this.#asked, signal }, query);
        if (partial !== null) parts.push(partial);
        return { records: rows.map(timedOf), bytes };
      },
    };
    for await (const page of pagesByTime(paging)) {
      const gaps = parts.splice(0).map((text) => ({
        code: 'source-unreadable' as const,
        text: `gave a part of what was asked for: ${text}`,
        source: this.#name,
      }));
      yield { ...page, gaps: [...(page.gaps ?? []), ...gaps] };
    }
  }

  explain(ask: Ask): readonly string[] {
    const { server, settings } = this.#asked;
    return [
      `POST ${server.address}${pathOf(settings)}`,
      ...this.#pageQuery(ask, stretchOf(ask, this.#table.clock), PAGE_ROWS).split('\n'),
      'and so on from the oldest of them, more at a time',
    ];
  }

  /** Of a table that is paid for by what is read, nobody asks. */
  async extent(signal: AbortSignal): Promise<Extent | null> {
    if (this.#asked.settings.plan === 'basic') return null;
    const query = `${this.#table.from} | summarize oldest = min(TimeGenerated), newest = max(TimeGenerated)`;
    const { rows } = await askAzure({ ...this.#asked, signal }, query);
    const [oldestUs, newestUs] = [rows[0]?.oldest, rows[0]?.newest].map((text) =>
      parseMicros(String(text ?? '')),
    );
    return oldestUs == null || newestUs == null ? null : { oldestUs, newestUs };
  }

  /**
   * What is paid for is all that the table took in of that time, which the workspace tells by the hour, in a table that is not paid for:
   * https://learn.microsoft.com/azure/azure-monitor/reference/tables/usage. Null: it does not tell, or not to us.
   */
  async estimate(ask: Ask, signal: AbortSignal): Promise<number | null> {
    const { settings } = this.#asked;
    if (settings.plan !== 'basic') return null;
    const { fromNs, toNs } = stretchOf(ask, this.#table.clock);
    const query = [
      'Usage',
      `| where DataType == ${quoted(this.#table.name)}`,
      ...(fromNs === null ? [] : [`| where EndTime > ${datetime(fromNs)}`]),
      ...(toNs === null ? [] : [`| where StartTime <= ${datetime(toNs)}`]),
      '| summarize megabytes = sum(Quantity)',
    ].join('\n');
    try {
      const asked: Asked = { ...this.#asked, settings: { ...settings, plan: 'analytics' }, signal };
      const { rows } = await askWhole(asked, query);
      const megabytes = Number(rows[0]?.megabytes ?? 0);
      return megabytes > 0 ? megabytes * 1e6 : null;
    } catch (error) {
      if (error instanceof UserError) return null;
      throw error;
    }
  }

  paidFor(): Paid | null {
    return this.#asked.settings.plan === 'basic' ? { mend: null } : null;
  }

  #pageQuery({ test, received }: Ask, { fromNs, toNs }: Stretch, limit: number): string {
    const { from, place, clock } = this.#table;
    const { untilUs } = received;
    // What long-running requests write after the window may be of any time.
    const isBounded = untilUs !== null && place.received !== null && clock !== 'received';
    const until = untilUs === null ? '' : datetime(BigInt(untilUs) * 1000n);
    const tests = [
      ...(isAny(test) ? [] : [`(${toKql(test, place)})`]),
      ...(isBounded ? [`(isnull(${place.received}) or ${place.received} < ${until})`] : []),
    ];
    const wanted = tests.length === 0 ? [] : [tests.join(' and ')];
    const isWanted =
      place.broken === null || wanted.length === 0 ? wanted : [`(${wanted.join()}) or ${place.broken}`];
    const bounds = [
      ...(fromNs === null ? [] : [`TimeGenerated >= ${datetime(fromNs)}`]),
      ...(toNs === null ? [] : [`TimeGenerated <= ${datetime(toNs)}`]),
    ];
    return [
      from,
      ...(bounds.length === 0 ? [] : [`| where ${bounds.join(' and ')}`]),
      ...isWanted.map((condition) => `| where ${condition}`),
      `| order by TimeGenerated desc`,
      `| take ${limit}`,
      `| project TimeGenerated, ${place.columns.join(', ')}`,
    ].join('\n');
  }

  async #count({ test, window, by, bucketUs }: CountAsk, signal: AbortSignal): Promise<Counted> {
    const { from, place } = this.#table;
    const received = place.received ?? 'datetime(null)';
    const at = (us: number) => datetime(BigInt(us) * 1000n);
    const { sinceUs, untilUs } = window;
    const bounds = [
      ...(sinceUs === null ? [] : [`${received} >= ${at(sinceUs)}`]),
      ...(untilUs === null ? [] : [`${received} < ${at(untilUs)}`]),
    ];
    const us = `datetime_diff("microsecond", ${received}, datetime(1970-01-01))`;
    const keys = [
      ...by.map((field, of) => `k${of} = ${place.text(field)}`),
      ...(bucketUs === null ? [] : [`bucket = ${us} / ${bucketUs} * ${bucketUs}`]),
    ];
    const query = [
      from,
      ...bounds.map((bound) => `| where ${bound}`),
      `| where ${toKql(test, place)}`,
      `| summarize counted = count(), oldest = min(${received}), newest = max(${received})${keys.length === 0 ? '' : ` by ${keys.join(', ')}`}`,
    ].join('\n');
    const { rows, bytes } = await askWhole({ ...this.#asked, signal }, query);
    const groups = rows.map((row) => ({
      key: by.map((_, of) => String(row[`k${of}`] ?? '') || null),
      bucketUs: bucketUs === null ? null : Number(row.bucket),
      count: Number(row.counted),
      firstUs: parseMicros(String(row.oldest ?? '')),
      lastUs: parseMicros(String(row.newest ?? '')),
    }));
    return { groups: groups.filter(({ count }) => count > 0), bytes };
  }
}

function timedOf(row: Row) {
  const { TimeGenerated, ...held } = row;
  const atNs = nanosOf(String(TimeGenerated ?? ''));
  return { atNs, identity: JSON.stringify(row), record: recordOf(held) };
}

/** Times as the API server writes them: there they end where only zeros follow. */
function recordOf(row: Row): Row {
  const times = ['RequestReceivedTime', 'StageReceivedTime'].flatMap((name) => {
    const us = typeof row[name] === 'string' ? parseMicros(row[name]) : null;
    return us === null ? [] : [[name, formatMicros(us)]];
  });
  return { ...row, ...Object.fromEntries(times) };
}
