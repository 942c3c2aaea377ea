/** From the histories of objects to rows: each request that changed one, and each change that the log does not hold. */

import { redactText } from '../../event/redact.ts';
import type { BodyOf } from '../../event/redact-body.ts';
import { redactBody } from '../../event/redact-body.ts';
import type { Fact } from '../fact/fact.ts';
import type { Change } from '../field-diff/redact-changes.ts';
import type { Admission, ObjectId, Step } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';
import type { ChangePacker } from './packed-changes.ts';
import { type ChangesHow, changesOf, isSure, surelyBetween } from './step-changes.ts';
import { rowWithoutRequest, type WhatChangedRow } from './what-changed-row.ts';

export interface ChangeRow {
  readonly row: WhatChangedRow;
  /** Null: the log holds no request of it. */
  readonly request: Pick<Fact, 'key' | 'isCut' | 'event'> | null;
  readonly atUs: number;
  /** Of some of its changes only what was asked for is known. */
  readonly isAskedOnly: boolean;
}

export interface RowsHow {
  readonly packer: ChangePacker;
  readonly schemaOf: (id: ObjectId) => Schema;
  readonly includesNoise: boolean;
  readonly isRevealed: boolean;
}

/** Of one object, oldest first. `steps`: its history. `facts`: requests that may be rows, by key. */
export function* changeRowsOf(
  id: ObjectId,
  steps: Iterable<Step>,
  facts: ReadonlyMap<string, Fact>,
  how: RowsHow,
): Generator<ChangeRow> {
  const schema = how.schemaOf(id);
  let last: Step | null = null;
  for (const step of steps) {
    const its: ChangesHow = { ...how, schema, resource: id.resource, subresource: step.subresource };
    const fact = facts.get(step.key);
    const row = fact === undefined ? null : rowOf(step, id, fact, its);
    if (row !== null && fact !== undefined)
      yield changeRow(how.packer.pack(row), fact, isAskedOnly(row, step));
    else if (step.unlogged !== null && step.unlogged > 0) yield unloggedRow(step, last, id, its);
    if (step.kind !== 'none') last = step;
  }
}

/** What a fact holds besides is let go: there may be many rows. */
export function changeRow(
  row: WhatChangedRow,
  { key, isCut, event, atUs }: Fact,
  isAsked: boolean,
): ChangeRow {
  return { row, request: { key, isCut, event }, atUs, isAskedOnly: isAsked };
}

/** Null: it changed nothing that is wanted. */
function rowOf(step: Step, id: ObjectId, fact: Fact, how: ChangesHow): WhatChangedRow | null {
  if (step.kind === 'none' || step.kind === 'seen') return null;
  const changes = changesOf(step, how);
  if (changes === null) return null;
  return {
    ...fact.row,
    did: { verb: fact.row.did.verb, word: wordOf(step, fact, changes) },
    object: { ...shown(id), subresource: fact.row.object.subresource, uid: step.uid ?? fact.row.object.uid },
    changes,
    // Of what is known of both states something is.
    basis: step.basis === 'fact' && changes.length > 0 ? 'request' : step.basis,
    unlogged: step.unlogged,
    admission: step.admission.map((one) => shownAdmission(one, id, how.isRevealed)),
    cause: [],
    state: null,
  };
}

/** Somewhere between the last step known and this one; what this one changed itself is not told apart where it is a write. */
function unloggedRow(step: Step, last: Step | null, id: ObjectId, how: ChangesHow): ChangeRow {
  const isSight = step.kind === 'seen' || step.subresource === 'status';
  const changes = isSight && last !== null ? (surelyBetween(last.after, step.after, how) ?? []) : [];
  const object = { ...shown(id), subresource: null, uid: step.uid };
  return {
    row: {
      ...rowWithoutRequest(object, 'not in the log'),
      changes,
      basis: changes.length > 0 ? step.basis : 'fact',
      unlogged: step.unlogged,
      state: null,
    },
    request: null,
    atUs: step.atUs,
    isAskedOnly: false,
  };
}

/** A whole object may have changed more than what is sure. */
function isAskedOnly({ basis, changes }: WhatChangedRow, { kind, requestKind }: Step): boolean {
  if (basis !== 'request') return false;
  const isWhole = requestKind === 'object' || requestKind === 'unknown';
  return (kind === 'change' && isWhole) || changes.some((change) => !isSure(change));
}

/** Names are chosen by clients: cleaned as in every row. */
function shown(id: ObjectId): Pick<WhatChangedRow['object'], 'group' | 'resource' | 'namespace' | 'name'> {
  const clean = (text: string | null) => (text === null ? null : redactText(text));
  return { group: id.group, resource: id.resource, namespace: clean(id.namespace), name: clean(id.name) };
}

function shownAdmission(one: Admission, { resource }: ObjectId, isRevealed: boolean): Admission {
  if (isRevealed || one.patch === null) return one;
  const of: BodyOf = { resource, subresource: null, key: '' };
  return { ...one, patch: redactBody(one.patch, of) as readonly unknown[] };
}

/** Of those that only bring an earlier request to its end, too. */
function deletionWord(fact: Fact): string {
  if (fact.isKubeletCompletion) return 'complete delete';
  const { verb, word } = fact.row.did;
  // Its victims are not in the log: it may have been one of them.
  if (verb === 'deletecollection' && fact.took === null) return 'deletecollection';
  if (verb === 'patch' || verb === 'update') return 'remove last finalizer';
  return word === 'evict' ? 'evict' : 'delete';
}

const RESTARTED = 'kubectl.kubernetes.io/restartedAt';

/** In the trade's words. */
function wordOf(step: Step, fact: Fact, changes: readonly Change[]): string {
  if (step.kind === 'create') return 'create';
  if (step.kind === 'delete') return deletionWord(fact);
  const touches = (isOne: (path: string) => boolean) => changes.some(({ path }) => isOne(path));
  if (touches((path) => path.includes(RESTARTED))) return 'restart';
  if (touches((path) => /^spec\.template(?:[.[]|$)/.test(path))) return 'rollout';
  if (touches((path) => path === 'spec.replicas')) return 'scale';
  const unschedulable = changes.find(({ path }) => path === 'spec.unschedulable');
  if (unschedulable !== undefined) return unschedulable.after === true ? 'cordon' : 'uncordon';
  const { word } = fact.row.did;
  return ['create', 'update', 'patch'].includes(word) ? 'change' : word;
}
