/** The answer of --at, --between and --with-live: how objects were, and what differs between two moments. */
import type { Row } from '../../answer.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { LiveFinding, LiveKey } from '../../live.ts';
import { isOneObject } from '../../query/object-query.ts';
import { idKey } from '../object-history/object-id.ts';
import type { StateAt } from '../object-history/state-at.ts';
import { isWhole } from '../object-history/states.ts';
import type { Json, ObjectId, State, Step } from '../object-history/step.ts';
import { objectName } from '../object-name.ts';
import type { AnswerDraft } from '../question.ts';
import { nameOfRow, whoText } from '../who-did/who-did-row.ts';
import type { Found } from './found.ts';
import {
  differenceRow,
  isInPart,
  isKnown,
  type StatesHow,
  stateIn,
  stateRow,
  stateText,
} from './state-row.ts';
import type { Told } from './told.ts';
import type { Mode } from './what-changed.ts';
import { columnsFor } from './what-changed-columns.ts';
import { nextBetween } from './what-changed-next.ts';
import type { WhatChangedRow } from './what-changed-row.ts';
import { count } from './what-changed-says.ts';

type StatesMode = Exclude<Mode, { kind: 'changes' }>;

/** Whether what is earlier than all that was read so far may tell more of how an object was, at the earlier moment where there are two. */
export function unknownAt(ids: readonly ObjectId[], mode: StatesMode, found: Found): boolean {
  const atUs = (mode.kind === 'at' ? mode.atUs : mode.fromUs) ?? Number.POSITIVE_INFINITY;
  if (ids.length === 0) return true;
  return ids.some((id) => {
    const { state } = stateIn(id, atUs, howOf(found));
    return !isKnown(state) || (state.kind === 'partial' && !hasWhole(found.steps(id), atUs));
  });
}

/** From there on it is known as far as the log tells. */
function hasWhole(steps: Iterable<Step>, atUs: number): boolean {
  for (const { endUs, before, after } of steps)
    if (endUs <= atUs && (isWhole(before) || isWhole(after))) return true;
  return false;
}

function howOf(found: Found, over: { includesNoise?: boolean; isRevealed?: boolean } = {}): StatesHow {
  return {
    stepsOf: (id) => found.steps(id),
    rowOf: (key) => found.facts.get(key)?.row ?? null,
    schemaOf: (id) => found.schemaOf(id),
    includesNoise: over.includesNoise ?? false,
    isRevealed: over.isRevealed ?? false,
  };
}

export function statesAnswer(
  told: Told,
  mode: StatesMode,
  live: ReadonlyMap<LiveKey, LiveFinding>,
): AnswerDraft {
  const { params, ids, found } = told;
  const how = howOf(found, params);
  const notes: Note[] = [];
  const unknown: string[] = [];
  const inPart: string[] = [];
  const rows =
    mode.kind === 'at'
      ? ids.flatMap((id) => atRow(id, mode.atUs, how, notes, unknown, params.object))
      : idsWithLive(told, live).flatMap((id) => betweenRow(id, mode, live, how, { notes, unknown, inPart }));
  const shown = params.limit === null ? rows : rows.slice(0, params.limit);
  const gaps = gapsOf(told, unknown, inPart);
  return {
    question: 'what-changed',
    says:
      mode.kind === 'at'
        ? saysAt(told, mode.atUs, rows, unknown)
        : saysBetween(told, mode, rows, [unknown, inPart]),
    rows: shown,
    columns: columnsFor(params.object),
    nameOf: (row: Row) => nameOfRow(row),
    nearMisses: [],
    notes,
    now: [],
    next: nextOf(told, mode, rows),
    total: rows.length,
    events: [],
    gaps,
  };
}

function nextOf(told: Told, mode: StatesMode, [first]: readonly WhatChangedRow[]): string[] {
  if (mode.kind === 'at' || first === undefined || mode.fromUs === null || mode.toUs === null) return [];
  return [nextBetween(told, [timeOf(mode.fromUs), timeOf(mode.toUs)], first)];
}

/** Of many objects, those that were not there then are no rows. */
function atRow(
  id: ObjectId,
  atUs: number,
  how: StatesHow,
  notes: Note[],
  unknown: string[],
  asked: Told['params']['object'],
): WhatChangedRow[] {
  const state = stateIn(id, atUs, how);
  notePending(id, state, how, notes);
  if (!isKnown(state.state)) unknown.push(textOf(id));
  if (state.state.kind === 'absent' && !isOneObject(asked)) return [];
  return [stateRow(id, state, how)];
}

function notePending(id: ObjectId, { pending }: StateAt, how: StatesHow, notes: Note[]): void {
  for (const step of pending) {
    const row = how.rowOf(step.key);
    const by = row === null ? '' : ` by ${whoText(row.who)}`;
    notes.push({
      code: 'under-way',
      text: `${textOf(id)}: a ${row?.did.verb ?? step.kind}${by} was under way at that moment: it may have taken effect already`,
    });
  }
}

interface Beside {
  readonly notes: Note[];
  readonly unknown: string[];
  readonly inPart: string[];
}

function betweenRow(
  id: ObjectId,
  { fromUs, toUs }: Extract<StatesMode, { kind: 'between' }>,
  live: ReadonlyMap<LiveKey, LiveFinding>,
  how: StatesHow,
  { notes, unknown, inPart }: Beside,
): WhatChangedRow[] {
  const [beganUs, endedUs] = [fromUs ?? Number.POSITIVE_INFINITY, toUs ?? Number.POSITIVE_INFINITY];
  const from = stateIn(id, beganUs, how);
  const to = toUs === null ? liveState(id, live) : stateIn(id, toUs, how);
  if ('pending' in to) notePending(id, to as StateAt, how, notes);
  if (!isKnown(from.state) || !isKnown(to.state)) unknown.push(textOf(id));
  else if (isInPart(from.state, to.state)) inPart.push(textOf(id));
  noteAnother(id, from, to, notes);
  const row = differenceRow(id, from, to, { fromUs: beganUs, toUs: endedUs }, how);
  return row === null ? [] : [row];
}

/** Of one name, and not the one that it was. */
function noteAnother(id: ObjectId, from: StateAt, to: Pick<StateAt, 'state' | 'uid'>, notes: Note[]): void {
  const isThere = ({ state }: Pick<StateAt, 'state'>) => isKnown(state) && state.kind !== 'absent';
  if (from.uid === null || to.uid === null || from.uid === to.uid) return;
  if (!isThere(from) || !isThere(to)) return;
  notes.push({
    code: 'another-object',
    text: `${textOf(id)}: another object by now: the one that there was, was deleted in between, and one of that name made`,
  });
}

function idsWithLive({ ids }: Told, live: ReadonlyMap<LiveKey, LiveFinding>): readonly ObjectId[] {
  const known = new Set(ids.map(idKey));
  const more = [...live.keys()].flatMap((key) =>
    key.kind === 'body' && !known.has(idKey(key)) ? [key] : [],
  );
  return [
    ...ids,
    ...more.map(({ group, resource, namespace, name }) => ({ group, resource, namespace, name })),
  ];
}

function liveState(
  id: ObjectId,
  live: ReadonlyMap<LiveKey, LiveFinding>,
): { readonly state: State; readonly uid: string | null } {
  for (const [key, finding] of live) {
    if (key.kind !== 'body' || idKey(key) !== idKey(id)) continue;
    if (finding.kind === 'gone') return { state: { kind: 'absent' }, uid: null };
    if (finding.kind === 'body') return liveObject(finding.json);
    if (finding.kind === 'unknown') return { state: { kind: 'unknown', why: finding.why }, uid: null };
  }
  return { state: { kind: 'unknown', why: 'the cluster was not asked' }, uid: null };
}

function liveObject(json: unknown): { readonly state: State; readonly uid: string | null } {
  const object = json as Json;
  const { managedFields: _, ...metadata } = (object.metadata ?? {}) as Json;
  const uid = typeof metadata.uid === 'string' ? metadata.uid : null;
  return { state: { kind: 'exact', object: { ...object, metadata } }, uid };
}

function gapsOf(
  { found, ids, coverage }: Told,
  unknown: readonly string[],
  inPart: readonly string[],
): Gap[] {
  const gaps: Gap[] = [];
  if (ids.length === 0 && coverage.witness === 0)
    gaps.push({
      code: 'no-witness',
      text: 'the log holds no write of this resource: its policy may not log them',
      source: null,
    });
  const tooLow = (names: readonly string[], text: (named: string) => string) => {
    if (names.length === 0) return;
    const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
    gaps.push({
      code: 'level-too-low',
      text: text(`${names.slice(0, 5).join(', ')}${more}`),
      source: null,
    });
  };
  tooLow(unknown, (named) => `the log does not hold how these were then: ${named}`);
  tooLow(
    inPart,
    (named) => `the log holds only part of how these were, and they may differ in more: ${named}`,
  );
  if (found.dropped > 0 || found.histories.dropped + found.histories.lost > 0)
    gaps.push({
      code: 'memory-bound',
      text: 'not all that was read could be kept: narrow it to fewer objects',
      source: null,
    });
  return gaps;
}

function saysAt(
  { params, ids }: Told,
  atUs: number,
  rows: readonly WhatChangedRow[],
  unknown: readonly string[],
): string {
  const name = objectName(params.object);
  const at = timeOf(atUs);
  const [only] = rows;
  if (isOneObject(params.object)) {
    if (only === undefined || ids.length === 0)
      return `this log cannot tell how ${name} was at ${at}: it holds nothing about it`;
    if (rows.length === 1) return `${name} at ${at}: ${stateText(only)}`;
  }
  const known = rows.filter(({ state }) => state !== null).length;
  const open = unknown.length === 0 ? '' : `; of ${unknown.length} the log cannot tell`;
  return `${name} at ${at}: ${count(known, 'object')} of which the log holds something${open}`;
}

function saysBetween(
  { params }: Told,
  { fromUs, toUs }: Extract<StatesMode, { kind: 'between' }>,
  rows: readonly WhatChangedRow[],
  [unknown, inPart]: readonly [unknown: readonly string[], inPart: readonly string[]],
): string {
  const name = objectName(params.object);
  const from = fromUs === null ? "the log's last word" : timeOf(fromUs);
  const to = toUs === null ? 'now' : timeOf(toUs);
  const more = inPart.length === 0 ? '' : ', and perhaps more';
  const open = `${more}${unknown.length === 0 ? '' : `; of ${unknown.length} it cannot be told`}`;
  const told = rows.filter((row) => row.basis !== 'fact' || row.did.word === 'delete');
  if (told.length === 0)
    return unknown.length + inPart.length > 0
      ? `this log cannot tell what differs of ${name} between ${from} and ${to}`
      : `nothing differs of ${name} between ${from} and ${to}`;
  const fields = told.reduce((sum, row) => sum + row.changes.length, 0);
  const what = isOneObject(params.object)
    ? count(fields, 'field')
    : `${count(fields, 'field')} of ${count(told.length, 'object')}`;
  const [only] = told;
  if (told.length === 1 && only !== undefined && only.did.word !== 'change')
    return `${name}: ${only.did.word === 'delete' ? 'gone' : 'made'} between ${from} and ${to}${open}`;
  return `${name}: ${what} ${fields === 1 ? 'differs' : 'differ'} between ${from} and ${to}${open}`;
}

function textOf({ resource, namespace, name }: ObjectId): string {
  return [namespace, resource, name].filter((part) => part !== null).join('/');
}

function timeOf(us: number): string {
  return formatMicros(us).replace(/\.?0+Z$/, 'Z');
}
