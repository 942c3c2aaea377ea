/**
 * One role or binding over time, put together from what different sources tell of it: the steps of its history, what the
 * live cluster has, when it was made, what the authorizer says. What contradicts was changed in between, by nobody known.
 */
import { parseMicros } from '../../event/micros.ts';
import { at, text } from '../fact/body.ts';
import type { State, Step } from '../object-history/step.ts';
import { contentOf, type RbacId, type RbacKind } from './rbac-object.ts';
import type { Reason } from './reasons.ts';
import {
  afterOf,
  agree,
  beforeOf,
  filled,
  type Interned,
  onlyLasting,
  type Standing,
  standingOf,
} from './standing.ts';
import { subjectKey } from './subject.ts';

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

export interface Draft extends Track {
  readonly events: TrackEvent[];
  readonly standings: Standing[];
  /** Of its first life, when a body tells. */
  createdUs: number | null;
}

/** By its history alone. */
export function draftOf(id: RbacId, steps: Iterable<Step>, same: Interned): Draft {
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

/**
 * The namespace controller takes all of a kind. Where its answer is not in the log, what was there at that time, and is
 * not there afterwards, went with it.
 */
export function removeNameless(
  { id, events, standings }: Draft,
  removals: readonly NamelessRemoval[],
  isLive: boolean,
): void {
  for (const { key, kind, namespace, atUs, endUs } of removals) {
    if (kind !== id.kind || namespace !== id.namespace) continue;
    const n = events.filter((event) => event.endUs <= atUs).length;
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

/** `body`: as the cluster has it; undefined: not there. */
export function meetLive(draft: Draft, body: unknown, nowUs: number, same: Interned): void {
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
      fillBack(draft, live, same, n);
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
export function supposeCreation(draft: Draft, liveBody: unknown): void {
  const { events, standings } = draft;
  const [first] = standings;
  const isOnlyLife = standings.every((standing) => standing !== null);
  const us = draft.createdUs ?? (isOnlyLife && liveBody !== undefined ? createdUs(liveBody) : null);
  if (first == null || us === null) return;
  const atUs = Math.min(us, events[0]?.atUs ?? us);
  events.unshift({ key: null, atUs, endUs: atUs });
  standings.unshift(null);
}

/** At least these subjects, then: where the log tells no other way whom a binding binds. There may be others. */
export function learnFromReasons(draft: Draft, reasons: readonly Reason[], same: Interned): void {
  const { events, standings } = draft;
  const bySpan = Map.groupBy(reasons, ({ atUs }) => events.filter((event) => event.endUs <= atUs).length);
  for (const [n, some] of bySpan) {
    const standing = standings[n];
    const [first] = some;
    if (standing?.kind !== 'binding' || first === undefined) continue;
    const subjects = new Map(some.map(({ subject }) => [subjectKey(subject), subject]));
    standings[n] = same.of({
      kind: 'binding',
      role: standing.role ?? first.role,
      subjects: standing.subjects,
      ...(standing.subjects === null ? { seen: [...subjects.values()] } : {}),
    });
    // The role is the same as long as it lives.
    fillBack(draft, standings[n] ?? null, same, n);
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
