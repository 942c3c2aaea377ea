/** The roles and bindings of a moment, out of the tracks; where the log alone is known, with what API servers make themselves. */
import { builtInBindings, builtInRoles } from './built-in-roles.ts';
import type { Track, TrackEvent } from './draft.ts';
import { type Content, idKey, isRole, type RbacId, type RoleContent } from './rbac-object.ts';
import { covers, type Rule } from './rule.ts';
import { RuleSet, type RuleSetOptions } from './rule-set.ts';
import type { Standing } from './standing.ts';
import { standingAt, type Tracks } from './tracks.ts';

export interface RuleSets {
  at(us: number): RuleSet;
  /** As it was before the first event of each object that `isIn` holds for; of the others as it was at `us`. */
  before(isIn: (event: TrackEvent) => boolean, us: number): RuleSet;
  /** Built-in roles that are taken to be as Kubernetes ships them, by name. */
  readonly assumed: ReadonlySet<string>;
}

export function ruleSetsOf({ tracks, whole }: Tracks): RuleSets {
  const isLive = whole.size > 0;
  const known = new Set(tracks.map(({ id }) => idKey(id)));
  const built: readonly (readonly [RbacId, Content])[] = [...builtInRoles(), ...builtInBindings()];
  // Of a kind that could not be listed nothing better is known either.
  const assumed = built.filter(([id]) => !whole.has(id.kind) && !known.has(idKey(id)));
  const isWhole: RuleSetOptions['isWhole'] = (kind) => whole.has(kind);
  const make = (isGathered: RuleSetOptions['isGathered'], standing: (track: Track) => Standing): RuleSet => {
    const set = new RuleSet({ isWhole, isGathered });
    for (const [id, content] of assumed) set.set(id, content);
    for (const track of tracks) set.set(track.id, standing(track));
    return set;
  };
  const names = new Set(assumed.filter(([id]) => isRole(id.kind)).map(([id]) => id.name));
  const gathered = isLive && whole.has('ClusterRole') ? reconciled(make(() => true, lastOf)) : names;
  return {
    at: (us) =>
      make(
        (name) => gathered.has(name),
        (track) => standingAt(track, us),
      ),
    before: (isIn, us) =>
      make(
        (name) => gathered.has(name),
        (track) => standingBefore(track, isIn, us),
      ),
    assumed: names,
  };
}

function standingBefore(track: Track, isIn: (event: TrackEvent) => boolean, us: number): Standing {
  const n = track.events.findIndex(isIn);
  return n >= 0 ? (track.standings[n] ?? null) : standingAt(track, us);
}

function lastOf({ standings }: Track): Standing {
  return standings.at(-1) ?? null;
}

/** Those of whose rules a controller takes care: what they say themselves is what their selectors gather. */
function reconciled(set: RuleSet): ReadonlySet<string> {
  return new Set(
    set.aggregating().filter((name) => {
      const id: RbacId = { kind: 'ClusterRole', namespace: null, name };
      const own = (set.content(id) as RoleContent | null | undefined)?.rules ?? [];
      const { rules } = set.rulesOf(id);
      return isWithin(own, rules) && isWithin(rules, own);
    }),
  );
}

function isWithin(rules: readonly Rule[], others: readonly Rule[]): boolean {
  return rules.every((rule) => others.some((other) => covers(other, rule)));
}
