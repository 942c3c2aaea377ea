/** Counts by composite aggregations: exact, a page of groups at a time. Terms aggregations are approximate, and not used. */
import type { Field } from '../../query/predicate.ts';
import type { CountAsk, Counted, CountedGroup } from '../store/store.ts';
import { type Asked, type Query, search } from './ask-opensearch.ts';
import type { DateField, Fields } from './fields.ts';
import { listIn, numberIn, objectIn } from './json-in.ts';
import { anyOf, bool, ignoredIn, type LeafQuery, NONE } from './leaf-query.ts';
import { closePointInTime, KEEP_ALIVE, openPointInTime, type PointInTime } from './point-in-time.ts';
import { exactUnless, type LeafToQuery, toQuery } from './test-query.ts';
import { exactlyWithin } from './times.ts';

const PAGE_GROUPS = 1_000;

export interface CountPlan {
  readonly query: Query;
  readonly aggregations: Readonly<Record<string, unknown>>;
}

export interface Countable {
  readonly fields: Fields;
  readonly received: DateField;
  readonly leafOf: LeafToQuery;
  /** What all that is looked at passes. */
  readonly filter: readonly Query[];
}

/** Null: not exactly. */
export function countPlan({ test, window, by, bucketUs }: CountAsk, of: Countable): CountPlan | null {
  const { fields, received, leafOf, filter } = of;
  const unless = exactUnless(test, leafOf);
  const keys = by.map((field) => keyOf(field, fields));
  const within = exactlyWithin(received, window);
  const isExact = unless !== null && within !== null && keys.every((key) => key !== null);
  if (!isExact || (bucketUs !== null && bucketUs % 1000 !== 0)) return null;
  const sources = keys.map(({ name }, at) => ({
    [`by${at}`]: { terms: { field: name, missing_bucket: true } },
  }));
  const bucket = { date_histogram: { field: received.name, fixed_interval: `${(bucketUs ?? 0) / 1000}ms` } };
  const doubts = [...unless, ...keys.flatMap(({ unless: one }) => (one === null ? [] : [one]))];
  return {
    query: bool({ filter: [...filter, ...within, toQuery(test, leafOf)] }),
    aggregations: {
      groups: {
        composite: { size: PAGE_GROUPS, sources: [...sources, ...(bucketUs === null ? [] : [{ bucket }])] },
        aggs: { first: { min: { field: received.name } }, last: { max: { field: received.name } } },
      },
      ...(doubts.length === 0 ? {} : { doubtful: { filter: anyOf(doubts) } }),
    },
  };
}

/** `unless`: records of which it does not show the value. */
function keyOf(
  field: Field,
  fields: Fields,
): { readonly name: string; readonly unless: LeafQuery['unless'] } | null {
  const kind = fields.of(field);
  if (kind.kind === 'number') return { name: kind.name, unless: null };
  if (kind.kind === 'unmapped')
    return { name: `${kind.name}.keyword`, unless: { term: { _ignored: kind.name } } };
  if (kind.kind !== 'keyword' || !kind.isPlain || !fields.isAggregatable(kind.name)) return null;
  // One of a few words.
  if (field === 'level') return { name: kind.name, unless: null };
  const unless = ignoredIn(kind, fields.keepsIgnored, false);
  return unless === null ? null : { name: kind.name, unless: unless === NONE ? null : unless };
}

/** Null: it was counted in part, or not exactly. */
export async function count(asked: Asked, plan: CountPlan, ask: CountAsk): Promise<Counted | null> {
  const first = await pageOf(asked, plan, ask, null, undefined);
  if (first === null || first.after === undefined) return first;
  const point = await openPointInTime(asked);
  try {
    const groups: CountedGroup[] = [];
    let { bytes, after }: Pick<GroupPage, 'bytes' | 'after'> = { bytes: first.bytes, after: undefined };
    do {
      const page = await pageOf(asked, plan, ask, point, after);
      if (page === null) return null;
      groups.push(...page.groups);
      bytes += page.bytes;
      after = page.after;
    } while (after !== undefined);
    return { groups, bytes, isToTheMs: true };
  } finally {
    if (point !== null) await closePointInTime(asked, point);
  }
}

interface GroupPage extends Counted {
  /** Where the next one begins; undefined: there is none. */
  readonly after: unknown;
}

async function pageOf(
  asked: Asked,
  plan: CountPlan,
  { by, bucketUs }: CountAsk,
  point: PointInTime | null,
  after: unknown,
): Promise<GroupPage | null> {
  const found = await search(asked, {
    ...{ size: 0, track_total_hits: false, query: plan.query },
    aggs: after === undefined ? plan.aggregations : { groups: afterwards(plan, after) },
    ...(point === null ? {} : { pit: { id: point.id, keep_alive: KEEP_ALIVE } }),
  });
  if (point !== null && found.pitId !== null) point.id = found.pitId;
  const { groups, doubtful } = found.aggregations;
  if (found.missing.length > 0 || (numberIn(objectIn(doubtful).doc_count) ?? 0) > 0) return null;
  const buckets = listIn(objectIn(groups).buckets);
  return {
    groups: buckets.map((bucket) => groupOf(bucket, by.length, bucketUs)),
    isToTheMs: true,
    bytes: found.bytes,
    after: buckets.length < PAGE_GROUPS ? undefined : objectIn(groups).after_key,
  };
}

function afterwards({ aggregations }: CountPlan, after: unknown): unknown {
  const groups = objectIn(aggregations.groups);
  return { ...groups, composite: { ...objectIn(groups.composite), after } };
}

function groupOf(bucket: unknown, fields: number, bucketUs: number | null): CountedGroup {
  const { key, doc_count: counted, first, last } = objectIn(bucket);
  const values = Array.from({ length: fields }, (_, at) => objectIn(key)[`by${at}`]);
  const begins = numberIn(objectIn(key).bucket);
  return {
    key: values.map((value) =>
      value === null || value === undefined || value === '' ? null : String(value),
    ),
    bucketUs: bucketUs === null || begins === null ? null : begins * 1000,
    count: numberIn(counted) ?? 0,
    firstUs: microsOf(objectIn(first).value),
    lastUs: microsOf(objectIn(last).value),
  };
}

function microsOf(ms: unknown): number | null {
  const number = numberIn(ms);
  return number === null ? null : Math.round(number * 1000);
}
