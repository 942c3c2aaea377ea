/** A world's requests as a source counts them. */
import type { Group } from '../../../src/event/groups.ts';
import type { HourCount } from './request.ts';

/** By SEEN_BY, or with the names too (NAMED_BY): a group for each. */
export function* groupsOf(requests: Iterable<HourCount>, isNamed: boolean): Generator<Group> {
  for (const one of requests) {
    const key = [
      one.user,
      null,
      one.as,
      one.verb,
      one.group,
      one.resource,
      one.subresource,
      one.namespace,
      one.ip,
      one.agent,
    ];
    const times = {
      firstUs: one.hourUs + 60_000_000,
      lastUs: one.hourUs + 3_000_000_000,
    };
    if (!isNamed || one.names.length === 0) {
      const buckets = [{ fromUs: one.hourUs, count: one.count }];
      yield { key: isNamed ? [...key, null] : key, count: one.count, buckets, ...times };
      continue;
    }
    const each = Math.max(1, Math.floor(one.count / one.names.length));
    const buckets = [{ fromUs: one.hourUs, count: each }];
    for (const name of one.names) yield { key: [...key, name], count: each, buckets, ...times };
  }
}
