/** What an aggregation counts, counted by the store: only where its numbers are just those that counting the events would give. */
import { type Group, GroupList } from '../../event/groups.ts';
import type { Field } from '../../query/predicate.ts';
import type { Aggregation, Query, Window } from '../../query/query.ts';
import { stagesOf } from '../stage-window.ts';
import { COUNTED_BY, exactCountAsk } from './count-ask.ts';
import type { Counted, CountedGroup, Extent, Shape } from './store.ts';

/** Null: the events have to be read. `extent`: of what the store holds; null: nobody knows. */
export async function countGroups(
  shape: Shape,
  query: Query,
  extent: Extent | null,
  signal: AbortSignal,
): Promise<(Omit<Counted, 'groups'> & { readonly groups: readonly Group[] }) | null> {
  const { predicate, aggregation, window } = query;
  if (aggregation === null) return null;
  const needed = aggregation.by.map((field) => COUNTED_BY[field]);
  if (!needed.every((fields) => fields !== undefined)) return null;
  const by = [...new Set(needed.flat())];
  const bucketUs = widestBucket(aggregation, window, extent);
  const how = { window, stages: stagesOf(query), by, bucketUs, hasSpans: true };
  const ask = exactCountAsk(shape, predicate, how);
  const counted = ask === null ? null : await shape.counter?.count(ask, signal);
  if (counted == null) return null;
  return { ...counted, groups: folded(counted.groups, by, aggregation.by) };
}

/** Each bucket is sent for each group: none is narrower than it must be for what the store covers of the window. */
function widestBucket(
  { bucketUs, wider = [] }: Aggregation,
  { sinceUs, untilUs }: Window,
  extent: Extent | null,
): number | null {
  if (bucketUs === null || extent === null) return bucketUs;
  const fromUs = Math.max(extent.oldestUs, sinceUs ?? extent.oldestUs);
  const toUs = Math.min(extent.newestUs, untilUs ?? extent.newestUs);
  return wider.findLast(({ overUs }) => toUs - fromUs > overUs)?.bucketUs ?? bucketUs;
}

/** Values as `groupKeyOf` tells them; groups that become alike are one. */
function folded(
  counted: readonly CountedGroup[],
  by: readonly Field[],
  wanted: readonly Field[],
): readonly Group[] {
  const groups = new GroupList();
  for (const { key, bucketUs, count, firstUs, lastUs } of counted) {
    const ofRow = (field: Field): string | null => key[by.indexOf(field)] ?? null;
    const own = wanted.map((field) => valueAs(field, ofRow));
    const buckets = bucketUs === null ? [] : [{ fromUs: bucketUs, count }];
    const [first, last] = [firstUs ?? bucketUs ?? 0, lastUs ?? bucketUs ?? 0];
    groups.add({ key: own, count, buckets, firstUs: first, lastUs: last });
  }
  return groups.list();
}

function valueAs(field: Field, of: (field: Field) => string | null): string | null {
  const value = of(field);
  if (field === 'objectRef.apiGroup') return value ?? (of('objectRef.resource') === null ? null : '');
  // The server repeats a Namespace's own name as its namespace: target.ts.
  const isNamespace =
    field === 'objectRef.namespace' &&
    of('objectRef.resource') === 'namespaces' &&
    of('objectRef.apiGroup') === null;
  return isNamespace ? null : value;
}
