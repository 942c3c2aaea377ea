/**
 * Who stands behind each change of rights: whoever sent the request; behind the controllers that carry out what somebody
 * else did, that other one.
 */
import type { Fact } from '../fact/fact.ts';
import type { ObjectChange } from './replay.ts';
import { covers, type Rule } from './rule.ts';
import type { Standing } from './standing.ts';
import type { Subject } from './subject.ts';

export interface Deed {
  readonly change: ObjectChange;
  /** Null: the log holds no request that did it. */
  readonly fact: Fact | null;
  /** What set it off: the fact itself, unless it is a controller's. */
  readonly cause: Fact | null;
  /** By the cluster itself, for itself: API servers put their own roles right, a controller gathers rules. */
  readonly isHousekeeping: boolean;
  /** And nobody else set it off. */
  readonly isByItself: boolean;
}

const NAMESPACES = 'system:serviceaccount:kube-system:namespace-controller';
const AGGREGATOR = 'system:serviceaccount:kube-system:clusterrole-aggregation-controller';
const API_SERVER = 'system:apiserver';
/** A controller that is behind takes some seconds. */
const BEHIND_US = 60_000_000;

/** `changes`: oldest first, as a replay has them; so are the deeds. */
export function deedsOf(changes: readonly ObjectChange[], facts: ReadonlyMap<string, Fact>): readonly Deed[] {
  const ends = Map.groupBy(
    [...facts.values()].filter(
      ({ target, row }) => target.resource === 'namespaces' && row.did.verb === 'delete',
    ),
    ({ target }) => target.name ?? '',
  );
  return changes.map((change, n) => {
    const fact = change.event.key === null ? null : (facts.get(change.event.key) ?? null);
    // Whoever acts as a controller is not one.
    const user = fact === null || fact.row.who.as !== null ? null : fact.row.who.user;
    const cause =
      user === NAMESPACES
        ? lastBefore(ends.get(change.id.namespace ?? '') ?? [], change.event.atUs)
        : user === AGGREGATOR
          ? sourceOf(changes, n, facts)
          : null;
    const isOwn = isHousekeeping(change, user);
    return {
      change,
      fact,
      cause: cause ?? fact,
      isHousekeeping: isOwn,
      isByItself: isOwn && cause === null && user !== AGGREGATOR,
    };
  });
}

/** Only what the API server and the controller do as their duty: what else is done in their name is somebody's deed. */
function isHousekeeping(change: ObjectChange, user: string | null): boolean {
  const { event, before } = change;
  if (user === AGGREGATOR) return isAggregated(change);
  // Policies leave the API server's own requests out as a rule.
  const isMade = event.key === null && before === null;
  return (user === API_SERVER || isMade) && isOwn(change);
}

/** A role that says what it gathers; or it is not known. */
function isAggregated({ id, before, after }: ObjectChange): boolean {
  if (id.kind !== 'ClusterRole') return false;
  const known = [before, after].flatMap((one) => (one?.kind === 'role' ? (one.selectors ?? []) : []));
  const isUnknown = [before, after].some((one) => one?.kind === 'role' && one.selectors === null);
  return isUnknown || known.length > 0;
}

/** By its name; and of a binding, that it binds the cluster's own parts to the role of that name. */
function isOwn({ id, before, after }: ObjectChange): boolean {
  const { name } = id;
  if (!name.startsWith('system:') && !OWN.has(name)) return false;
  return [before, after].every((one) => {
    if (one?.kind !== 'binding') return true;
    const isSame =
      one.role === null || name.replace(/^system::/, '') === one.role.name || name === one.role.name;
    return isSame && (one.subjects ?? []).every(isPart);
  });
}

function isPart({ kind, name, namespace }: Subject): boolean {
  return kind === 'ServiceAccount' ? namespace === 'kube-system' : name.startsWith('system:');
}

const OWN: ReadonlySet<string> = new Set(['cluster-admin', 'admin', 'edit', 'view']);

function lastBefore(facts: readonly Fact[], us: number): Fact | null {
  return facts.filter(({ atUs }) => atUs <= us).at(-1) ?? null;
}

/** The last change of a role before the n-th whose rules are those that came, or went, with it. */
function sourceOf(
  changes: readonly ObjectChange[],
  n: number,
  facts: ReadonlyMap<string, Fact>,
): Fact | null {
  const { rights = [], event } = changes[n] ?? {};
  const moved = rights.flatMap(({ op, rights: some }) =>
    (some ?? []).slice(0, 1).map((right) => ({ op, right })),
  );
  for (let at = n - 1; at >= 0; at--) {
    const earlier = changes[at];
    if (earlier === undefined || (event?.endUs ?? 0) - earlier.event.endUs > BEHIND_US) return null;
    const fact = facts.get(earlier.event.key ?? '');
    if (earlier.id.kind !== 'ClusterRole' || fact === undefined) continue;
    if (fact.row.who.user === AGGREGATOR && fact.row.who.as === null) continue;
    const { before, after } = earlier;
    if (moved.some(({ op, right }) => says(op === 'gained' ? after : before, right))) return fact;
  }
  return null;
}

function says(standing: Standing, right: Rule): boolean {
  const rules = standing?.kind === 'role' ? (standing.rules ?? []) : [];
  return rules.some((rule) => covers(rule, right));
}
