/**
 * What other logs tell beside the requests: about the same objects, from the same addresses, of the same requests. Of everything in
 * a namespace or a cluster, all that they tell of it. Named together, no more: only an audit ID is a tie.
 */
import type { Moment } from '../../event/moment.ts';
import type { Window } from '../../query/query.ts';
import { thingKey } from '../cause-chain/thing.ts';
import type { Fact } from '../fact/fact.ts';
import type { Told } from './story/story.ts';
import type { TimelineParams } from './timeline-params.ts';
import type { Node } from './tree.ts';

export interface Beside {
  /** In the order of time. */
  readonly shown: readonly Moment[];
  /** Of that time, and about none of these. */
  readonly left: number;
}

/** `window`: what was read, which is more than what was asked about when nothing was found in it. */
export function besideOf(
  { beside, object, actors }: TimelineParams,
  window: Window,
  nodes: readonly Node[],
  told: Told | null,
): Beside {
  const within = beside.moments.filter(({ atUs }) => isWithin(atUs, window));
  const isAll = object.kind === 'anything' && object.namespace === null && actors === null;
  const ids = new Set(nodes.map(({ fact }) => fact.row.auditID));
  const keys = new Set(nodes.flatMap(({ fact }) => keyOf(fact)));
  const addresses = told === null ? peoplesAddresses(nodes) : told.addresses;
  const namespace = object.kind === 'anything' && actors === null ? object.namespace : null;
  const isAbout = (moment: Moment): boolean =>
    isAll ||
    (moment.auditID !== null && ids.has(moment.auditID)) ||
    (moment.object !== null && keys.has(momentKey(moment.object))) ||
    (moment.ip !== null && addresses.has(moment.ip)) ||
    (namespace !== null && moment.object?.namespace === namespace);
  const shown = within.filter(isAbout).toSorted(byTime);
  return { shown, left: within.length - shown.length };
}

function isWithin(atUs: number, { sinceUs, untilUs }: Window): boolean {
  return (sinceUs === null || atUs >= sinceUs) && (untilUs === null || atUs < untilUs);
}

function byTime(a: Moment, b: Moment): number {
  return a.atUs - b.atUs || (a.source < b.source ? -1 : a.source > b.source ? 1 : a.line - b.line);
}

/** Where people act from; of controllers and nodes it is the cluster's own. */
function peoplesAddresses(nodes: readonly Node[]): ReadonlySet<string> {
  return new Set(
    nodes.flatMap(({ fact: { row } }) =>
      row.who.kind === 'person' && row.from.ip !== null ? [row.from.ip] : [],
    ),
  );
}

function keyOf({ target }: Fact): readonly string[] {
  const { group, resource, namespace, name } = target;
  return resource === null || name === null ? [] : [momentKey({ group, resource, namespace, name })];
}

/** Falco does not tell the group. */
function momentKey({
  resource,
  namespace,
  name,
}: Pick<NonNullable<Moment['object']>, 'group' | 'resource' | 'namespace' | 'name'>): string {
  return thingKey({ group: '', resource: resource ?? '', namespace, name: name ?? '' });
}
