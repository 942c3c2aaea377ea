/** The changes of a stretch of time in order, each with the rights it gave and took, and how things stood at both ends. */

import type { Track, TrackEvent } from './draft.ts';
import { idKey, type RbacId } from './rbac-object.ts';
import { applyChange, type KnownGroups, type RightChange } from './right-changes.ts';
import type { RuleSet } from './rule-set.ts';
import type { Standing } from './standing.ts';

export interface ObjectChange {
  readonly id: RbacId;
  readonly event: TrackEvent;
  readonly before: Standing;
  readonly after: Standing;
  readonly rights: readonly RightChange[];
  /** Between two moments: the object itself differs; else it is told for the rights alone. */
  readonly isNet?: boolean;
}

export interface Replay {
  /** Oldest first; of those beyond the bound only the newest. */
  readonly changes: readonly ObjectChange[];
  readonly dropped: number;
  /** Roles and bindings of which it is not known what they gave before a change, or give after it. */
  readonly untold: ReadonlyMap<string, RbacId>;
  readonly end: RuleSet;
}

/** Changes kept; a large cluster sees some hundred a day. */
const MAX_CHANGES = 20_000;

/** `from`: is brought to the end. `isWanted`: whether an event lies in the stretch. */
export function replay(
  tracks: readonly Track[],
  from: RuleSet,
  isWanted: (event: TrackEvent) => boolean,
  groups: KnownGroups,
): Replay {
  const untold = new Map<string, RbacId>();
  let changes: ObjectChange[] = [];
  let dropped = 0;
  for (const { track, n, event } of inOrder(tracks, isWanted)) {
    const [before = null, after = null] = [track.standings[n], track.standings[n + 1]];
    const judged = applyChange(from, track.id, after, groups);
    for (const id of judged.untold) untold.set(idKey(id), id);
    changes.push({ id: track.id, event, before, after, rights: judged.changes });
    if (changes.length >= MAX_CHANGES * 1.25) {
      dropped += changes.length - MAX_CHANGES;
      changes = changes.slice(-MAX_CHANGES);
    }
  }
  return { changes, dropped, untold, end: from };
}

interface Placed {
  readonly track: Track;
  readonly n: number;
  readonly event: TrackEvent;
}

/** By when each was answered; those of one object stay in their own order, whatever the clocks say. */
function inOrder(tracks: readonly Track[], isWanted: (event: TrackEvent) => boolean): readonly Placed[] {
  const placed = tracks.flatMap((track) => {
    let lastUs = Number.NEGATIVE_INFINITY;
    const key = idKey(track.id);
    return track.events.flatMap((event, n) => {
      lastUs = Math.max(lastUs, event.endUs);
      return isWanted(event) ? [{ track, n, event, atUs: lastUs, key }] : [];
    });
  });
  return placed.sort((a, b) => a.atUs - b.atUs || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.n - b.n));
}
