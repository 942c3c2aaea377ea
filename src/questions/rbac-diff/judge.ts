/** From all that was read to what changed in the rule set, and to what is still missing to say so. */

import type { Coverage } from '../../event/coverage.ts';
import { parseMicros } from '../../event/micros.ts';
import { type Deed, deedsOf } from './deeds.ts';
import type { Track, TrackEvent } from './draft.ts';
import { netOf } from './net-changes.ts';
import type { Asked } from './rbac-diff.ts';
import { isRole, KINDS, knownSubjects, type RbacId } from './rbac-object.ts';
import { type Replay, replay } from './replay.ts';
import type { KnownGroups } from './right-changes.ts';
import { type RuleSets, ruleSetsOf } from './rule-sets.ts';
import { type Subject, usernameOf } from './subject.ts';
import { type Tracks, tracksOf } from './tracks.ts';

export interface Judgement {
  readonly tracks: Tracks;
  readonly ruleSets: RuleSets;
  readonly replay: Replay;
  /** Oldest first. */
  readonly deeds: readonly Deed[];
  readonly groups: KnownGroups;
  /**
   * How a role or binding stood before is not known, or which others there are: whom a changed role is bound to, what else
   * gives the same. The log may hold it further back.
   */
  readonly lacksEarlier: boolean;
  /** That changed, and of which it is not known what they give to whom. */
  readonly unknownBindings: readonly RbacId[];
  /** Whose groups are not known, and could matter. */
  readonly unknownUsers: readonly string[];
}

export function judge(asked: Asked, coverage: Coverage): Judgement {
  const { params, found, live, nowUs } = asked;
  const { histories, removals, reasons } = found;
  const tracks = tracksOf({ histories, removals, reasons, live, nowUs });
  const ruleSets = ruleSetsOf(tracks);
  const groups: KnownGroups = (subject) => found.groups.of(usernameOf(subject) ?? '') ?? [];
  const { sinceUs, untilUs } = params.window;
  const fromUs = coverage.from === null ? Number.POSITIVE_INFINITY : (parseMicros(coverage.from) ?? 0);
  const isIn = ({ key, atUs, endUs }: TrackEvent) => {
    const us = params.isNet ? endUs : atUs;
    // What no request did can be told as such only of the time that the log covers.
    if (key === null && !params.isNet && us < fromUs) return false;
    // At a moment stands what had been answered by then.
    const isAfter = sinceUs === null || (params.isNet ? us > sinceUs : us >= sinceUs);
    return isAfter && (untilUs === null || (params.isNet ? us <= untilUs : us < untilUs));
  };
  const startUs = params.isNet ? (sinceUs ?? fromUs) : Math.max(sinceUs ?? fromUs, fromUs);
  const start = () => ruleSets.before(isIn, startUs);
  const all = once(() => replay(tracks.tracks, start(), isIn, groups));
  const played = once(() => (params.isNet ? netOf(all(), start(), groups) : all()));
  const deeds = once(() => deedsOf(played().changes, found.facts()));
  return {
    tracks,
    ruleSets,
    // Not every round asks for what takes long.
    get replay() {
      return played();
    },
    get deeds() {
      return deeds();
    },
    groups,
    ...lackingIn(tracks, isIn),
    get unknownUsers() {
      return unknownUsersIn(asked, tracks, all());
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const MAX_ASKED = 50;
const KIND_COUNT = Object.keys(KINDS).length;

function lackingIn(
  { tracks, whole }: Tracks,
  isIn: (event: TrackEvent) => boolean,
): Pick<Judgement, 'lacksEarlier' | 'unknownBindings'> {
  const changed = tracks.filter(({ events }) => events.some(isIn));
  const lacking = changed.filter((track) => isLacking(track, isIn));
  return {
    lacksEarlier: lacking.length > 0 || (changed.length > 0 && whole.size < KIND_COUNT),
    unknownBindings: lacking.flatMap(({ id }) => (isRole(id.kind) ? [] : [id])).slice(0, MAX_ASKED),
  };
}

function unknownUsersIn(
  { found, params }: Asked,
  { tracks }: Tracks,
  { changes }: Replay,
): readonly string[] {
  if (params.subject === null && !tracks.some(bindsGroup)) return [];
  const users = new Set(changes.flatMap(({ rights }) => rights.flatMap(({ subject }) => userOf(subject))));
  if (params.subject?.user != null) for (const user of userOf(params.subject.user)) users.add(user);
  return [...users]
    .filter((user) => found.groups.of(user) === null)
    .sort()
    .slice(0, MAX_ASKED);
}

function isLacking({ events, standings }: Track, isIn: (event: TrackEvent) => boolean): boolean {
  return events.some(
    (event, n) =>
      isIn(event) &&
      [standings[n], standings[n + 1]].some(
        (one) => one != null && Object.values(one).some((value) => value === null),
      ),
  );
}

function userOf(subject: Subject): string[] {
  return subject.kind === 'User' && !subject.name.startsWith('system:') ? [subject.name] : [];
}

/** By a group that is not what everybody is in. */
function bindsGroup({ standings }: Track): boolean {
  return standings.some(
    (one) =>
      one?.kind === 'binding' &&
      knownSubjects(one).some(({ kind, name }) => kind === 'Group' && !name.startsWith('system:')),
  );
}
