/** Which requests are worth a look at what they changed, when only some rows will be shown; and which objects they are about. */
import type { Fact } from '../fact/fact.ts';
import { idKey, sameObject } from '../object-history/object-id.ts';
import type { ObjectId } from '../object-history/step.ts';
import { classOf } from './people-first.ts';

/** Some change nothing: so many times as many as rows wanted are looked at. */
const SPARE = 3;

/** `facts`: in time order. People's first, as in the answer; the controllers' only where those leave room. */
export function candidatesOf(facts: readonly Fact[], limit: number | null): readonly Fact[] {
  if (limit === null) return facts;
  const most = limit * SPARE;
  const newest = facts.toReversed();
  const others = newest.filter(({ row }) => classOf(row.who) !== 'controllers').slice(0, most);
  const room = others.length < limit ? most : 0;
  const controllers = newest.filter(({ row }) => classOf(row.who) === 'controllers').slice(0, room);
  return [...others, ...controllers].reverse();
}

export function objectsOf(facts: readonly Fact[]): readonly ObjectId[] {
  const ids = new Map<string, ObjectId>();
  for (const { target, took } of facts) {
    const { group, resource, namespace } = target;
    if (group === null || resource === null) continue;
    for (const name of target.name === null ? (took ?? []) : [target.name]) {
      const id = sameObject({ group, resource, namespace, name });
      ids.set(idKey(id), id);
    }
  }
  return [...ids.values()];
}
