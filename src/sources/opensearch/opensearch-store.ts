/**
 * OpenSearch and Elasticsearch: what differs between them is how a point in time is had, and whether they keep account of what they
 * left out of an index. https://docs.opensearch.org/latest/api-reference/search-apis/search/
 */
import type { Gap, Note } from '../../event/coverage.ts';
import type { HttpServer } from '../../io.ts';
import type { EventLeaf } from '../../query/event-test.ts';
import type { Field } from '../../query/predicate.ts';
import {
  type Ask,
  type CountAsk,
  type Extent,
  holdsNothing,
  type Page,
  type Shape,
  type Store,
} from '../store/store.ts';
import { type Asked, gapsOf, indexIn, search, searchPath } from './ask-opensearch.ts';
import { type Countable, count, countPlan } from './count.ts';
import { type Json, listIn, numberIn, objectIn } from './json-in.ts';
import { bool } from './leaf-query.ts';
import { type Lies, look, recordAt } from './look.ts';
import type { OpenSearchSettings } from './opensearch-settings.ts';
import { type Keyed, type KeyedPage, pagesByKey } from './pages-by-key.ts';
import { closePointInTime, KEEP_ALIVE, openPointInTime, type PointInTime, waysOf } from './point-in-time.ts';
import { toQuery } from './test-query.ts';
import { orderedBy, timeFilters } from './times.ts';

/** Records: an event is some KB, the largest 2 MB. What fits into the first page costs one request. */
const FIRST_PAGE = 200;
const SECOND_PAGE = 1_000;
const PAGE_BYTES = 16 * 1024 * 1024;
/** index.max_result_window, unless somebody changed it. */
const MOST_AT_ONCE = 10_000;

export class OpenSearchStore implements Store {
  readonly name: string;
  readonly billed = false;
  readonly #kind: string;
  readonly #settings: OpenSearchSettings;
  readonly #server: HttpServer;

  constructor(name: string, kind: string, settings: OpenSearchSettings, server: HttpServer) {
    this.name = name;
    this.#kind = kind;
    this.#settings = settings;
    this.#server = server;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const { index, prefix } = this.#settings;
    const asked: Asked = { kind: this.#kind, server: this.#server, index, signal };
    const lookAgain = (until: AbortSignal) => look({ ...asked, signal: until }, prefix ?? null);
    return new OpenSearchShape(this.name, asked, await lookAgain(signal), lookAgain);
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}

interface Hit extends Keyed {
  readonly id: string;
}

interface HitPage extends KeyedPage {
  readonly records: readonly Hit[];
  readonly gaps: readonly Gap[];
}

class OpenSearchShape implements Shape {
  readonly findings;
  readonly counter;
  readonly #name: string;
  readonly #asked: Asked;
  readonly #lookAgain: (signal: AbortSignal) => Promise<Lies>;
  #lies: Lies;

  constructor(name: string, asked: Asked, lies: Lies, lookAgain: (signal: AbortSignal) => Promise<Lies>) {
    this.#name = name;
    this.#asked = asked;
    this.#lookAgain = lookAgain;
    this.#lies = lies;
    this.findings = {
      gaps: lies.others.map((prefix) => otherPrefix(prefix, name)),
      notes: notesOf(name, asked.index, lies),
    };
    this.counter = {
      can: (_by: readonly Field[], ask: CountAsk) => this.#countPlan(ask) !== null,
      count: async (ask: CountAsk, signal: AbortSignal) => {
        const plan = this.#countPlan(ask);
        return plan === null ? null : await count({ ...this.#asked, signal }, plan, ask);
      },
    };
  }

  can = (leaf: EventLeaf, isNegated: boolean): boolean => {
    const { over, under } = this.#lies.leafOf(leaf);
    return (isNegated ? under : over) !== null;
  };

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    const asked = { ...this.#asked, signal };
    // What was empty may have been given something meanwhile.
    if (this.#lies.in === null) this.#lies = await this.#lookAgain(signal);
    if (this.#lies.in === null) return;
    // Most questions are answered by it.
    const first = await this.#page(asked, ask, null, null, FIRST_PAGE);
    yield { records: first.records.map(({ record }) => record), bytes: first.bytes, gaps: first.gaps };
    if (first.records.length < FIRST_PAGE) return;
    const given = new Set(first.records.map(({ id }) => id));
    const point = await openPointInTime(asked);
    try {
      const pages = pagesByKey<HitPage>({
        ...{ firstSize: SECOND_PAGE, pageBytes: PAGE_BYTES, mostAtOnce: MOST_AT_ONCE },
        fetch: (after, size) => this.#page(asked, ask, point, after, size),
      });
      for await (const page of pages) {
        const more = page.isCut ? [...page.gaps, tooMany(this.#name)] : page.gaps;
        const fresh = page.records.filter(({ id }) => !given.has(id));
        yield { records: fresh.map(({ record }) => record), bytes: page.bytes, gaps: more };
      }
    } finally {
      if (point !== null) await closePointInTime(asked, point);
    }
  }

  explain(ask: Ask): readonly string[] {
    const { server, kind } = this.#asked;
    const [way] = waysOf(kind);
    return [
      `POST ${server.address}${searchPath(this.#asked, {})}`,
      `body ${JSON.stringify({ ...this.#body(ask), size: FIRST_PAGE })}`,
      `when there are more: POST ${server.address}/${indexIn(this.#asked)}/${way?.path}?keep_alive=${KEEP_ALIVE}`,
      'and the same from there, after the last of them (search_after), again and again',
    ];
  }

  async extent(signal: AbortSignal): Promise<Extent | null> {
    const { times, filter } = this.#lies;
    const field = orderedBy(times)?.name;
    if (field === undefined || this.#lies.in === null) return null;
    // Nothing but events has an event's own times: then the index knows without a search.
    const isOwn = times.received === null && times.stage === null;
    const { aggregations } = await search(
      { ...this.#asked, signal },
      {
        ...{ size: 0, track_total_hits: false },
        ...(isOwn ? { query: bool({ filter }) } : {}),
        aggs: { oldest: { min: { field } }, newest: { max: { field } } },
      },
    );
    const [oldest, newest] = ['oldest', 'newest'].map((name) => numberIn(objectIn(aggregations[name]).value));
    if (oldest == null || newest == null) return null;
    return { oldestUs: Math.floor(oldest) * 1000, newestUs: Math.floor(newest) * 1000 };
  }

  #body(ask: Ask): Json {
    const { times, filter, leafOf } = this.#lies;
    return {
      query: bool({ filter: [...filter, ...timeFilters(ask, times), toQuery(ask.test, leafOf)] }),
      track_total_hits: false,
      ...orderOf(this.#lies),
    };
  }

  async #page(
    asked: Asked,
    ask: Ask,
    point: PointInTime | null,
    after: readonly unknown[] | null,
    size: number,
  ): Promise<HitPage> {
    const found = await search(asked, {
      ...this.#body(ask),
      size,
      ...(point === null ? {} : { pit: { id: point.id, keep_alive: KEEP_ALIVE } }),
      ...(after === null ? {} : { search_after: after }),
    });
    if (point !== null && found.pitId !== null) point.id = found.pitId;
    const unkept = found.hits.filter(({ _source: record }) => record === undefined).length;
    return {
      records: found.hits.map((hit) => ({
        key: keyOf(hit),
        id: JSON.stringify([hit._index, hit._id]),
        record: recordAt(hit._source, this.#lies.prefix),
      })),
      bytes: found.bytes,
      gaps: [...gapsOf(found, this.#name), ...(unkept === 0 ? [] : [unkeptRecords(unkept, this.#name)])],
    };
  }

  #countPlan(ask: CountAsk) {
    const { fields, leafOf, filter, times } = this.#lies;
    if (fields === null || times.received === null) return null;
    const countable: Countable = { fields, leafOf, filter, received: times.received };
    return countPlan(ask, countable);
  }
}

/** Newest first; records of one time in an order that stays. Nanoseconds are more than a number holds: they come as text. */
function orderOf({ times, fields }: Lies): Json {
  const field = orderedBy(times);
  if (field === null) return { sort: [{ _doc: { order: 'asc' } }] };
  const { name, isNanos, isMixed } = field;
  const ties = (['auditID', 'stage'] as const).flatMap((path) => {
    const kind = fields?.of(path);
    if (kind?.kind !== 'keyword' || fields?.isAggregatable(kind.name) !== true) return [];
    return [{ [kind.name]: { order: 'asc', unmapped_type: 'keyword' } }];
  });
  const asNumbers = isMixed ? { numeric_type: 'date' } : {};
  return {
    sort: [{ [name]: { order: 'desc', missing: 0, unmapped_type: 'date', ...asNumbers } }, ...ties],
    ...(isNanos && !isMixed
      ? { docvalue_fields: [{ field: name, format: 'strict_date_optional_time_nanos' }] }
      : {}),
  };
}

function keyOf({ sort, fields }: Json): readonly unknown[] {
  const [time] = Object.values(objectIn(fields)).map((values) => listIn(values)[0]);
  const [, ...ties] = listIn(sort);
  return time === undefined ? listIn(sort) : [time, ...ties];
}

function notesOf(
  name: string,
  index: string,
  { in: lies, fields, unseen, isMappingHidden }: Lies,
): readonly Note[] {
  return [
    ...(lies === null ? [holdsNothing(name)] : []),
    ...(isMappingHidden
      ? [
          {
            code: 'store-mapping-hidden',
            text: `${name}: the mapping of ${index} may not be seen (view_index_metadata), so that more is fetched than is needed`,
          },
        ]
      : []),
    ...(unseen.length > 0
      ? [
          {
            code: 'store-unseen',
            text: `${name}: ${listed(unseen)} may hold events in what is left out of the index, and cannot be asked for them`,
          },
        ]
      : []),
    ...(fields?.isDynamic === true
      ? [
          {
            code: 'store-may-refuse',
            text: `${name}: ${index} makes fields of whatever comes; events that did not fit them were refused when they were written, and are not seen`,
          },
        ]
      : []),
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const NAMED = 3;

function otherPrefix(prefix: string, source: string): Gap {
  const where = prefix === '' ? 'at the root' : `under ${prefix.slice(0, -1)}`;
  const text = `may hold events ${where} too, which are not looked at: the setting prefix says which are`;
  return { code: 'source-unreadable', text, source };
}

function tooMany(source: string): Gap {
  const text = `holds more than ${MOST_AT_ONCE} records of one moment, and gives no more of them`;
  return { code: 'source-unreadable', text, source };
}

function unkeptRecords(count: number, source: string): Gap {
  const text = `${count} records were found of which the index does not keep the text (_source)`;
  return { code: 'source-unreadable', text, source };
}
