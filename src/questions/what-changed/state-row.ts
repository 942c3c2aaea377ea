/** An object as it was at a moment (--at), or between two (--between, --with-live): the rows, and what is said of each state. */
import { formatMicros } from '../../event/micros.ts';
import { redactText } from '../../event/redact.ts';
import { redactBody } from '../../event/redact-body.ts';
import type { RequestRow } from '../fact/request-row.ts';
import { type StateAt, stateAt } from '../object-history/state-at.ts';
import type { Json, ObjectId, State, Step } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';
import { whoText } from '../who-did/who-did-row.ts';
import { type Difference, knownOf, stepBetween } from './step-between.ts';
import { between } from './step-changes.ts';
import { rowWithoutRequest, type WhatChangedRow } from './what-changed-row.ts';

/** In words, for people: what is known of the state in a row. */
const TEXTS = new WeakMap<object, string>();

export function stateText(row: object): string {
  return TEXTS.get(row) ?? '';
}

/** Whether it is known how the object stood, were it that there was none. */
export function isKnown({ kind }: State): boolean {
  return kind !== 'unknown';
}

/** Of one of them only part is known, which is all that can be compared. */
export function isInPart(from: State, to: State): boolean {
  return from.kind === 'partial' || to.kind === 'partial';
}

export interface StatesHow {
  readonly stepsOf: (id: ObjectId) => Iterable<Step>;
  /** Rows of requests, by key: those that left a state. */
  readonly rowOf: (key: string) => RequestRow | null;
  readonly schemaOf: (id: ObjectId) => Schema;
  readonly includesNoise: boolean;
  readonly isRevealed: boolean;
}

export function stateIn(id: ObjectId, atUs: number, { stepsOf }: StatesHow): StateAt {
  return stateAt(stepsOf(id), atUs);
}

export function stateRow(id: ObjectId, found: StateAt, how: StatesHow): WhatChangedRow {
  const { state, since } = found;
  const request = since === null ? null : how.rowOf(since.key);
  const row: WhatChangedRow = {
    ...(request ?? rowWithoutRequest(shown(id, found.uid), 'state')),
    object: shown(id, found.uid),
    changes: [],
    basis: basisOf(state),
    unlogged: null,
    admission: [],
    cause: [],
    state: state.kind === 'absent' || state.kind === 'unknown' ? null : clean(state.object, id, how),
  };
  TEXTS.set(row, textOf(state, since, request));
  return row;
}

/** Null: no difference that is wanted. `to`: the later state. Moments in microseconds. */
export function differenceRow(
  id: ObjectId,
  from: StateAt,
  to: Pick<StateAt, 'state' | 'uid'>,
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
  how: StatesHow,
): WhatChangedRow | null {
  if (!isKnown(from.state) && !isKnown(to.state)) return null;
  if (from.state.kind === 'absent' && to.state.kind === 'absent') return null;
  const its = { ...how, schema: how.schemaOf(id), resource: id.resource, subresource: null };
  const isTold = isKnown(from.state) && isKnown(to.state);
  const all = isTold && to.state.kind !== 'absent' ? between(from.state, to.state, its) : [];
  const changes =
    all !== null && isInPart(from.state, to.state)
      ? knownOf(all, how.stepsOf(id), { fromUs, toUs }, its)
      : all;
  if (changes === null) return null;
  const word = wordFor(from.state, to.state);
  const step = stepBetween(how.stepsOf(id), { fromUs, toUs, word, changes }, its);
  const request = step === null ? null : how.rowOf(step.key);
  const row: WhatChangedRow = {
    ...(request ?? rowWithoutRequest(shown(id, to.uid), 'difference')),
    did: { verb: request?.did.verb ?? null, word },
    object: shown(id, to.uid ?? from.uid),
    changes,
    basis: isTold ? weaker(basisOf(from.state), basisOf(to.state)) : 'fact',
    unlogged: null,
    admission: [],
    cause: [],
    state: null,
  };
  TEXTS.set(
    row,
    isTold ? '' : `${isKnown(from.state) ? 'how it was then' : 'how it was before'} is not in the log`,
  );
  return row;
}

function wordFor(from: State, to: State): Difference['word'] {
  if (to.kind === 'absent') return 'delete';
  return from.kind === 'absent' ? 'create' : 'change';
}

const STRENGTH: readonly Step['basis'][] = ['exact', 'computed', 'request', 'fact'];

function weaker(a: Step['basis'], b: Step['basis']): Step['basis'] {
  return STRENGTH[Math.max(STRENGTH.indexOf(a), STRENGTH.indexOf(b))] ?? 'fact';
}

function basisOf(state: State): Step['basis'] {
  switch (state.kind) {
    case 'exact':
    case 'absent':
      return 'exact';
    case 'computed':
      return 'computed';
    case 'partial':
      return 'request';
    case 'unknown':
      return 'fact';
  }
}

/** Names are chosen by clients: cleaned as in every row. */
function shown(id: ObjectId, uid: string | null): RequestRow['object'] {
  const cleaned = (text: string | null) => (text === null ? null : redactText(text));
  const { group, resource } = id;
  return {
    group,
    resource,
    subresource: null,
    namespace: cleaned(id.namespace),
    name: cleaned(id.name),
    uid,
  };
}

function clean(object: Json, { resource }: ObjectId, { isRevealed }: StatesHow): Json {
  return isRevealed ? object : (redactBody(object, { resource, subresource: null, key: '' }) as Json);
}

function textOf(state: State, since: Step | null, request: RequestRow | null): string {
  const by = request === null ? '' : ` by ${whoText(request.who)}`;
  const left = since === null ? '' : `${by} at ${formatMicros(since.endUs)}`;
  switch (state.kind) {
    case 'exact':
      return since === null
        ? 'as a later request found it; nothing in the log changed it in between'
        : `as left${left} (${verbOf(since, request)}); the API server's own answer`;
    case 'computed':
      return `as left${left} (${verbOf(since, request)}): computed from an earlier answer and what was asked for since; what admission and defaults added is not in it`;
    case 'partial':
      return `in part, as left${left}: ${state.why}`;
    case 'absent':
      return since === null ? 'there was none: it was made later' : `there was none: deleted${left}`;
    case 'unknown':
      return `the log cannot tell how it was: ${state.why}`;
  }
}

function verbOf(since: Step | null, request: RequestRow | null): string {
  return since?.kind === 'seen' ? 'seen by a get' : (request?.did.word ?? 'request');
}
