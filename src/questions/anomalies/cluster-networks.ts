/**
 * Which networks are the cluster's own: from the cluster where it is asked, from what was said with --known-range, and from
 * the log itself. A service account's address changes with each of its pods: it is foreign by its network, not by being new.
 */
import type { Network } from '../../query/networks.ts';
import { addressIn, addressPrefix, isLoopback, privateParent } from './address-prefix.ts';
import { countBits, type Habits } from './span.ts';

/** A network is the cluster's when so many programs and components call from it, or one of them on so many days. */
const ACTORS = 3;
const DAYS = 3;
/** Of a private /16, so many of its parts: then all of it is, for new nodes have networks of their own. */
const PARTS = 2;

export interface ClusterNetworks {
  /** The cluster's, or said to be known. */
  isKnown(prefix: string): boolean;
  /** Parts of private networks that were learnt from the log. */
  readonly learnt: number;
}

export function clusterNetworks(
  habits: Habits,
  baseBits: number,
  given: readonly Network[],
): ClusterNetworks {
  const learnt = learntFrom(habits, baseBits);
  // A part of a network, or a single address, counts for the network that addresses are told apart by.
  const within = new Set(given.map(({ cidr }) => addressPrefix(addressIn(cidr))));
  const known = new Map<string, boolean>();
  return {
    learnt: learnt.size,
    isKnown(prefix) {
      const found = known.get(prefix);
      if (found !== undefined) return found;
      const isKnown =
        isLoopback(prefix) ||
        learnt.has(prefix) ||
        learnt.has(privateParent(prefix) ?? '') ||
        given.some((network) => network.has(addressIn(prefix))) ||
        within.has(prefix);
      known.set(prefix, isKnown);
      return isKnown;
    },
  };
}

function learntFrom({ actors }: Habits, baseBits: number): ReadonlySet<string> {
  const seen = new Map<string, { actors: number; days: number }>();
  for (const { class: of, items } of actors) {
    if (of !== 'program' && of !== 'system') continue;
    for (const { facet, value, days } of items) {
      const on = facet === 'network' ? countBits(days & baseBits) : 0;
      if (on === 0) continue;
      const one = seen.get(value) ?? { actors: 0, days: 0 };
      seen.set(value, { actors: one.actors + 1, days: Math.max(one.days, of === 'system' ? on : 0) });
    }
  }
  const learnt = new Set<string>();
  for (const [prefix, one] of seen) {
    // A public network may be anybody's: that some programs outside call from it does not make it the cluster's.
    const isOurs =
      privateParent(prefix) === null ? one.days >= DAYS : one.actors >= ACTORS || one.days >= DAYS;
    if (isOurs) learnt.add(prefix);
  }
  const parts = new Map<string, number>();
  for (const prefix of learnt) {
    const parent = privateParent(prefix);
    if (parent !== null) parts.set(parent, (parts.get(parent) ?? 0) + 1);
  }
  for (const [parent, count] of parts) if (count >= PARTS) learnt.add(parent);
  return learnt;
}
