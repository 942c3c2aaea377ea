/** What one request changed of its object, field by field, as far as its step in the object's history tells. */
import type { BodyOf } from '../../event/redact-body.ts';
import { fieldDiff } from '../field-diff/field-diff.ts';
import { withoutNoise } from '../field-diff/noise.ts';
import { type Change, redactChanges } from '../field-diff/redact-changes.ts';
import type { State, Step } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';
import { askedChanges } from './asked-changes.ts';

export interface ChangesHow {
  readonly schema: Schema;
  readonly resource: string;
  readonly subresource: string | null;
  /** --all. */
  readonly includesNoise: boolean;
  /** --reveal. */
  readonly isRevealed: boolean;
}

/** Null: nothing but noise changed. A deletion changes no field. */
export function changesOf(step: Step, how: ChangesHow): readonly Change[] | null {
  if (step.kind === 'delete') return [];
  const { before, after } = step;
  if (before.kind === 'unknown' || after.kind === 'unknown') return askedChanges(step, [], bodied(how));
  const told = between(before, after, how);
  if (before.kind !== 'partial' && after.kind !== 'partial') return told;
  if (step.subresource === 'scale' || step.subresource === 'binding') return ofOneField(step, told);
  return askedChanges(step, told ?? [], bodied(how));
}

/** A Scale and a Binding say one thing, which is in the state after it, if it is known. */
function ofOneField({ requestKind }: Step, told: readonly Change[] | null): readonly Change[] | null {
  if (told === null) return requestKind === 'unknown' ? [] : null;
  return told.filter(({ afterKnown }) => afterKnown);
}

/** Between two states, of which either may be absent. Null: they differ in nothing but noise. */
export function between(before: State, after: State, how: ChangesHow): readonly Change[] | null {
  const [was, is] = [objectOf(before), objectOf(after)];
  const all = fieldDiff(was, is, how.schema);
  const told = how.includesNoise ? all : withoutNoise(all, how.resource);
  if (told.length === 0) return null;
  const changes = redactChanges(told, { before: was, after: is, of: bodyOf(how) });
  return changes.map((change) => inDoubt(change, before, after));
}

/** Of two states known in part only what is known of both. */
export function surelyBetween(before: State, after: State, how: ChangesHow): readonly Change[] | null {
  const sure = (between(before, after, how) ?? []).filter(isSure);
  return sure.length === 0 ? null : sure;
}

export function isSure({ beforeKnown, afterKnown }: Change): boolean {
  return beforeKnown && afterKnown;
}

/** Of a state that is known in part, what is not in it may have been there. */
function inDoubt(change: Change, before: State, after: State): Change {
  if (change.op === 'add' && before.kind === 'partial')
    return { ...change, op: 'replace', beforeKnown: false };
  if (change.op === 'remove' && after.kind === 'partial') return { ...change, afterKnown: false };
  return change;
}

export function objectOf(state: State): unknown {
  return state.kind === 'absent' || state.kind === 'unknown' ? undefined : state.object;
}

function bodied(how: ChangesHow): ChangesHow & { readonly of: BodyOf | null } {
  return { ...how, of: bodyOf(how) };
}

function bodyOf({ resource, subresource, isRevealed }: ChangesHow): BodyOf | null {
  return isRevealed ? null : { resource, subresource: subresource === 'scale' ? null : subresource, key: '' };
}
