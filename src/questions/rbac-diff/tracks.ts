/**
 * How each role and binding stood over time: what the log shows of its changes, what lay between them, and, where the live
 * cluster was asked, how it stands now. One of them is draft.ts's.
 */
import type { RbacSnapshot } from '../../live.ts';
import { at, text } from '../fact/body.ts';
import type { ObjectId, Step } from '../object-history/step.ts';
import {
  type Draft,
  draftOf,
  learnFromReasons,
  meetLive,
  type NamelessRemoval,
  removeNameless,
  supposeCreation,
  type Track,
} from './draft.ts';
import {
  contentOf,
  idKey,
  isRbacResource,
  KINDS,
  RBAC_GROUP,
  type RbacId,
  type RbacKind,
} from './rbac-object.ts';
import type { Reason } from './reasons.ts';
import { Interned, type Standing } from './standing.ts';

/** As object-history's ObjectHistories. */
export interface Histories {
  ids(): readonly ObjectId[];
  steps(id: ObjectId): Iterable<Step>;
}

export interface Evidence {
  readonly histories: Histories;
  readonly removals: readonly NamelessRemoval[];
  /** What the authorizer said of bindings, by the binding's idKey. */
  readonly reasons: ReadonlyMap<string, readonly Reason[]>;
  /** Null: the log alone. */
  readonly live: RbacSnapshot | null;
  /** When the live cluster was asked. */
  readonly nowUs: number;
}

export interface Tracks {
  readonly tracks: readonly Track[];
  /** Kinds of which every object is known. */
  readonly whole: ReadonlySet<RbacKind>;
}

export function tracksOf({ histories, removals, reasons, live, nowUs }: Evidence): Tracks {
  const now = live === null ? new Map<RbacKind, ReadonlyMap<string, unknown>>() : liveObjects(live);
  const same = new Interned();
  const tracks = new Map<string, Track>();
  for (const objectId of histories.ids()) {
    const id = rbacIdOf(objectId);
    if (id === null) continue;
    const key = idKey(id);
    const bodies = now.get(id.kind);
    const draft = draftOf(id, histories.steps(objectId), same);
    removeNameless(draft, removals, bodies?.has(key) === true);
    if (bodies !== undefined) meetLive(draft, bodies.get(key), nowUs, same);
    supposeCreation(draft, bodies?.get(key));
    learnFromReasons(draft, reasons.get(key) ?? [], same);
    tracks.set(key, draft);
  }
  for (const [kind, bodies] of now)
    for (const [key, body] of bodies) {
      if (tracks.has(key)) continue;
      const id = liveId(kind, body);
      if (id === null) continue;
      const draft: Draft = {
        id,
        events: [],
        standings: [same.of(contentOf(id, body, true))],
        createdUs: null,
      };
      supposeCreation(draft, body);
      tracks.set(key, draft);
    }
  return { tracks: [...tracks.values()], whole: new Set(now.keys()) };
}

/** How it stood when `us` had come: what had been answered by then had taken effect. */
export function standingAt({ events, standings }: Track, us: number): Standing {
  let n = 0;
  while (n < events.length && (events[n]?.endUs ?? 0) <= us) n++;
  return standings[n] ?? null;
}

export function rbacIdOf({ group, resource, namespace, name }: ObjectId): RbacId | null {
  if (group !== RBAC_GROUP || !isRbacResource(resource)) return null;
  return { kind: KINDS[resource], namespace, name };
}

function liveObjects(live: RbacSnapshot): Map<RbacKind, ReadonlyMap<string, unknown>> {
  const lists: readonly (readonly [RbacKind, readonly unknown[] | null])[] = [
    ['Role', live.roles],
    ['ClusterRole', live.clusterRoles],
    ['RoleBinding', live.roleBindings],
    ['ClusterRoleBinding', live.clusterRoleBindings],
  ];
  return new Map(
    lists.flatMap(([kind, list]) => {
      if (list === null) return [];
      const bodies = list.flatMap((body): [string, unknown][] => {
        const id = liveId(kind, body);
        return id === null ? [] : [[idKey(id), body]];
      });
      return [[kind, new Map(bodies)] as const];
    }),
  );
}

function liveId(kind: RbacKind, body: unknown): RbacId | null {
  const name = text(at(body, 'metadata', 'name'));
  return name === null ? null : { kind, namespace: text(at(body, 'metadata', 'namespace')), name };
}
