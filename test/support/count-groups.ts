/** Groups in a form in which they can be compared, in whatever order and however often each was told of. */
import type { Bucket, Group } from '../../src/event/groups.ts';

export interface CountedGroup {
  count: number;
  firstUs: number;
  lastUs: number;
  /** By where the bucket begins. */
  readonly buckets: Record<number, number>;
}

/** By key, as JSON. */
export function countGroups(
  groups: Iterable<Group>,
  counted: Record<string, CountedGroup> = {},
): Record<string, CountedGroup> {
  for (const { key, count, buckets, firstUs, lastUs } of groups) {
    const name = JSON.stringify(key);
    const group = counted[name] ?? { count: 0, firstUs, lastUs, buckets: {} };
    counted[name] = group;
    group.count += count;
    group.firstUs = Math.min(group.firstUs, firstUs);
    group.lastUs = Math.max(group.lastUs, lastUs);
    addBuckets(group, buckets);
  }
  return counted;
}

function addBuckets(group: CountedGroup, buckets: readonly Bucket[]): void {
  for (const { fromUs, count } of buckets) group.buckets[fromUs] = (group.buckets[fromUs] ?? 0) + count;
}
