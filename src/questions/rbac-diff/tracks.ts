/**
 * How each role and binding stood over time: what the log shows of its changes, what lay between them, and, where the live
 * cluster was asked, how it stands now. Changes that no request accounts for are put where they must have been.
 */
import { parseMicros } from '../../event/micros.ts';
import type { RbacSnapshot } from '../../live.ts';
import { at, text } from '../fact/body.ts';
import type { ObjectId, State, Step } from '../object-history/step.ts';
import {
  type Content,
  contentOf,
  idKey,
  isRbacResource,
  KINDS,
  RBAC_GROUP,
  type RbacId,
  type RbacKind,
  unknownContent,
} from './rbac-object.ts';
import type { Reason } from './reasons.ts';
import { subjectKey } from './subject.ts';

/** As object-history's ObjectHistories. */
export interface Histories {
  ids(): readonly ObjectId[];
  steps(id: ObjectId): Iterable<Step>;
}

/** Null: it does not exist. */
export type Standing = Content | null;

export interface TrackEvent {
  /** Of the request; null: the log holds none that did it. */
  readonly key: string | null;
  readonly atUs: number;
  readonly endUs: number;
}

export interface Track {
  readonly id: RbacId;
  /** In the order in which they took effect. */
  readonly events: readonly TrackEvent[];
  /** One more than events: how it stood before the first, between, and after the last. */
  readonly standings: readonly Standing[];
}

/** deletecollection whose answer does not name what it took. */
export interface NamelessRemoval {
  readonly key: string;
  readonly kind: RbacKind;
  readonly namespace: string | null;
  readonly atUs: number;
  readonly endUs: number;
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

interface Draft extends Track {
  readonly events: TrackEvent[];
  readonly standings: Standing[];
  /** Of its first life, when a body tells. */
  createdUs: number | null;
}

/** A state that a later one contradicts was changed in between, by nobody that the log knows. */
function draftOf(id: RbacId, steps: Iterable<Step>, same: Interned): Draft {
  const draft: Draft = { id, events: [], standings: [], createdUs: null };
  let life = 0;
  for (const step of steps) {
    if (step.kind === 'none') continue;
    if (draft.standings.length === 0) draft.createdUs = createdUs(bodyOf(step.before) ?? bodyOf(step.after));
    const before = step.kind === 'seen' ? standingOf(id, step.after, step, same) : beforeOf(id, step, same);
    meet(draft, before, step.atUs, step.life === life, same);
    life = step.life;
    if (step.kind === 'seen' || step.noOp) continue;
    draft.events.push({ key: step.key, atUs: step.atUs, endUs: step.endUs });
    draft.standings.push(afterOf(id, step, before, same));
  }
  return draft;
}

function beforeOf(id: RbacId, step: Step, same: Interned): Standing {
  if (step.kind === 'create') return null;
  const before = standingOf(id, step.before, step, same);
  // What was changed or deleted was there.
  return before ?? same.of(unknownContent(id.kind));
}

function afterOf(id: RbacId, step: Step, before: Standing, same: Interned): Standing {
  if (step.after.kind === 'absent') return null;
  if (step.kind === 'delete' && step.after.kind === 'unknown') return null;
  const after = standingOf(id, step.after, step, same) ?? same.of(unknownContent(id.kind));
  return same.of(filled(after, onlyLasting(before)));
}

function standingOf(id: RbacId, state: State, step: Step, same: Interned): Standing {
  switch (state.kind) {
    case 'absent':
      return null;
    case 'unknown':
      return same.of(unknownContent(id.kind));
    case 'partial':
      // A creation of which only the request is known: what it does not say is not there.
      return same.of(contentOf(id, state.object, step.kind === 'create' && step.basis === 'request'));
    default:
      return same.of(contentOf(id, state.object, true));
  }
}

/** What stands at the end of the draft, and what is known of the same moment from elsewhere, are brought together. */
function meet(draft: Draft, known: Standing, beforeUs: number, isSameLife: boolean, same: Interned): void {
  const { standings, events } = draft;
  const last = standings.length - 1;
  const here = standings[last];
  if (here === undefined) {
    standings.push(known);
    return;
  }
  if (here === null && known === null) return;
  if (here !== null && known !== null && agree(here, known)) {
    standings[last] = same.of(filled(here, known));
    // Going back: what could not be told before is told now.
    if (isSameLife) fillBack(draft, known, same);
    return;
  }
  const atUs = Math.max(events.at(-1)?.endUs ?? 0, beforeUs - 1);
  events.push({ key: null, atUs, endUs: atUs });
  standings.push(known);
}

/** A binding's role never changes while it lives. */
function fillBack({ standings }: Draft, known: Standing, same: Interned, from = standings.length - 1): void {
  const lasting = onlyLasting(known);
  const fill = (n: number): boolean => {
    const standing = standings[n];
    if (standing == null) return false;
    standings[n] = same.of(filled(standing, lasting));
    return true;
  };
  for (let n = from; n >= 0 && fill(n); n--);
  for (let n = from + 1; n < standings.length && fill(n); n++);
}

function onlyLasting(content: Standing): Standing {
  return content?.kind === 'binding' ? { ...content, subjects: null } : null;
}

/** What the one does not know, the other may. */
function filled<C extends Content>(content: C, other: Standing): Content {
  if (other === null || other.kind !== content.kind) return content;
  const merged = Object.entries(content).map(([name, value]) => [
    name,
    value ?? (other as unknown as Record<string, unknown>)[name] ?? null,
  ]);
  return Object.fromEntries(merged) as C;
}

function agree(a: Content, b: Content): boolean {
  const other = b as unknown as Record<string, unknown>;
  return Object.entries(a).every(
    ([name, value]) => value === null || other[name] == null || keyOf(value) === keyOf(other[name]),
  );
}

/**
 * The namespace controller takes all of a kind. Where its answer is not in the log, what was there at that time, and is
 * not there afterwards, went with it.
 */
function removeNameless(
  { id, events, standings }: Draft,
  removals: readonly NamelessRemoval[],
  isLive: boolean,
): void {
  for (const { key, kind, namespace, atUs, endUs } of removals) {
    if (kind !== id.kind || namespace !== id.namespace) continue;
    const n = events.filter((event) => event.key !== null && event.endUs <= atUs).length;
    const next = events[n];
    if (standings[n] == null) continue;
    if (next === undefined) {
      if (isLive) continue;
      events.push({ key, atUs, endUs });
      standings.push(null);
    } else if (next.key === null && standings[n + 1] === null) {
      events[n] = { key, atUs, endUs };
    }
  }
}

/** Seconds within which a change may or may not be in the snapshot already. */
const SNAPSHOT_US = 15_000_000;

function meetLive(draft: Draft, body: unknown, nowUs: number, same: Interned): void {
  const { id, events, standings } = draft;
  const live = body === undefined ? null : same.of(contentOf(id, body, true));
  const isAsOf = (standing: Standing | undefined) =>
    standing === live || (standing != null && live !== null && agree(standing, live));
  for (let n = events.length; n >= 0; n--) {
    const isRecent = n === events.length || (events[n]?.endUs ?? 0) > nowUs - SNAPSHOT_US;
    if (!isRecent) break;
    if (!isAsOf(standings[n])) continue;
    const standing = standings[n];
    if (standing != null && live !== null) {
      standings[n] = same.of(filled(standing, live));
      fillBack({ ...draft, standings: standings.slice(0, n + 1) }, live, same);
    }
    return;
  }
  const created = live === null ? null : createdUs(body);
  const last = events.at(-1)?.endUs ?? 0;
  const atUs =
    standings.at(-1) === null && created !== null ? Math.max(last, created) : Math.max(last, nowUs);
  events.push({ key: null, atUs, endUs: atUs });
  standings.push(live);
}

/** What is there before the first change known of it was made at a time that its bodies tell. */
function supposeCreation(draft: Draft, liveBody: unknown): void {
  const { events, standings } = draft;
  const [first] = standings;
  const isOnlyLife = standings.every((standing) => standing !== null);
  const us = draft.createdUs ?? (isOnlyLife && liveBody !== undefined ? createdUs(liveBody) : null);
  if (first == null || us === null) return;
  const atUs = Math.min(us, events[0]?.atUs ?? us);
  events.unshift({ key: null, atUs, endUs: atUs });
  standings.unshift(null);
}

/** At least these subjects, then: where the log tells no other way whom a binding binds. */
function learnFromReasons(
  { id, events, standings }: Draft,
  reasons: readonly Reason[],
  same: Interned,
): void {
  const bySpan = Map.groupBy(reasons, ({ atUs }) => events.filter((event) => event.endUs <= atUs).length);
  for (const [n, some] of bySpan) {
    const standing = standings[n];
    const [first] = some;
    if (standing?.kind !== 'binding' || first === undefined) continue;
    const subjects = new Map(some.map(({ subject }) => [subjectKey(subject), subject]));
    standings[n] = same.of({
      kind: 'binding',
      role: standing.role ?? first.role,
      subjects: standing.subjects ?? [...subjects.values()],
    });
    // The role is the same as long as it lives.
    fillBack({ id, events, createdUs: null, standings }, standings[n] ?? null, same, n);
  }
}

function bodyOf(state: State): unknown {
  return state.kind === 'exact' || state.kind === 'computed' || state.kind === 'partial'
    ? state.object
    : undefined;
}

function createdUs(body: unknown): number | null {
  const created = text(at(body, 'metadata', 'creationTimestamp'));
  return created === null ? null : parseMicros(created);
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

function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one instanceof Map ? [...one].sort() : one));
}

/** The same content once, however many changes led to it. */
class Interned {
  readonly #known = new Map<string, Content>();

  of<C extends Content>(content: C): C {
    const key = keyOf(content);
    const known = this.#known.get(key);
    if (known !== undefined) return known as C;
    this.#known.set(key, content);
    return content;
  }
}
