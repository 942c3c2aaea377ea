/** Deletions and evictions: what they show of the object before, and how they leave it. */

import type { Verdict } from './fates.ts';
import { at, isList, withPath } from './json-tree.ts';
import { isCollection } from './logged.ts';
import { CRD } from './logged-collection.ts';
import type { Change, Situation } from './situation.ts';
import * as states from './states.ts';
import type { Json, State } from './step.ts';

export function deletion(situation: Situation, nothing: Change): Change {
  const { logged, place, state } = situation;
  const { head, bodies } = logged;
  if (isCollection(head)) return ofCollection(situation, nothing);
  const shown = head.shows === 'object' || head.shows === 'listed' ? bodies.answer : null;
  const before = shown === null ? state : beforeBy(shown, head.shows === 'listed', state);
  const change: Change = { ...nothing, kind: 'delete', before };
  switch (place.verdict) {
    case 'undone':
      return nothing;
    case 'gone':
      return { ...change, after: states.ABSENT, ownership: null };
    case 'held':
      break;
    default:
      return {
        ...change,
        after: states.unknown('its deletion was asked for; whether it is gone the log does not tell'),
        ownership: null,
      };
  }
  if (shown !== null && head.shows === 'object') {
    if (states.isSameVersion(state, shown)) return { ...nothing, noOp: true };
    return { ...change, after: states.exact(shown), ownership: bodies.ownership };
  }
  const wasHeld = at(shown, 'metadata', 'deletionTimestamp') !== undefined;
  if (shown !== null && wasHeld) return { ...nothing, before, after: before, noOp: true };
  const object = states.objectOf(before);
  if (object === null) return { ...change, after: states.unknown('it is being deleted'), ownership: null };
  const why = 'it is being deleted; what that changed in it is not in the log';
  return { ...change, after: states.partial(fadedBy(object), why) };
}

/** Whether it was one of those that went, the answer does not say. */
function ofCollection({ logged, place, state }: Situation, nothing: Change): Change {
  const object = states.objectOf(state);
  if (object === null) return nothing;
  if (logged.head.subresource === CRD) return withItsType(object, place.verdict, nothing);
  if (place.verdict === 'held') {
    const why = 'its collection was deleted; whether its own deletion began with that is not in the log';
    return { ...nothing, after: states.partial(fadedBy(object), why) };
  }
  const why = 'its collection was deleted; whether it was one of those is not in the log';
  return { ...nothing, kind: 'delete', after: states.unknown(why), ownership: null };
}

/** At once, but for what its own finalizers hold. */
function withItsType(object: Json, verdict: Verdict | null, nothing: Change): Change {
  const isFree = isList(at(object, 'metadata', 'finalizers')) === false;
  const isGone = verdict !== 'held' && isFree && nothing.after.kind !== 'partial';
  const after = isGone
    ? states.ABSENT
    : states.unknown('its type was deleted, and it with that, if no finalizer held it');
  return { ...nothing, kind: 'delete', after, ownership: null };
}

/** What is left for sure of an object whose deletion has begun. */
export function fadedBy(object: Json): Json {
  const paths = [
    ['metadata', 'finalizers'],
    // A second deletion may have made these shorter.
    ['metadata', 'deletionTimestamp'],
    ['metadata', 'deletionGracePeriodSeconds'],
    ['status', 'phase'],
  ];
  return paths.reduce((left, path) => withPath(left, path, undefined), states.withoutCounts(object));
}

function beforeBy(shown: Json, isListed: boolean, known: State): State {
  if (isListed) return states.exact(shown);
  if (known.kind === 'exact' || known.kind === 'computed') return known;
  if (at(shown, 'metadata', 'deletionTimestamp') === undefined)
    return { kind: 'computed', object: withPath(shown, ['metadata', 'resourceVersion'], undefined) };
  // Its deletion may have added finalizers, and conditions too.
  const left = withPath(fadedBy(states.withoutDeletion(shown)), ['status'], undefined);
  return states.partial(left, 'it is known by the answer to its deletion');
}
