/** What one request changed of its object, field by field, as far as its step in the object's history tells. */
import type { BodyOf } from '../../event/redact-body.ts';
import { fieldDiff } from '../field-diff/field-diff.ts';
import { withoutNoise } from '../field-diff/noise.ts';
import { type Change, redactChanges } from '../field-diff/redact-changes.ts';
import type { State, Step } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';
import { askedFields } from './asked-fields.ts';

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
  const asked = () => askedFields(step.request, step.requestKind, how.schema, bodyOf(how));
  if (!isUseful(before) || !isUseful(after)) return asked();
  const told = between(before, after, how);
  if (after.kind !== 'partial') return told;
  // What is not in a state known in part may still be there: only the request tells what it took away.
  const removed = asked().filter(({ op }) => op === 'remove');
  const kept = (told ?? []).filter(({ op }) => op !== 'remove');
  return told === null && removed.length === 0 ? null : [...kept, ...removed];
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

/** Of a state that is known in part, what is not in it may have been there. */
function inDoubt(change: Change, before: State, after: State): Change {
  if (change.op === 'add' && before.kind === 'partial')
    return { ...change, op: 'replace', beforeKnown: false };
  if (change.op === 'remove' && after.kind === 'partial') return { ...change, afterKnown: false };
  return change;
}

function isUseful(state: State): boolean {
  return state.kind !== 'unknown';
}

export function objectOf(state: State): unknown {
  return state.kind === 'absent' || state.kind === 'unknown' ? undefined : state.object;
}

function bodyOf({ resource, subresource, isRevealed }: ChangesHow): BodyOf | null {
  return isRevealed ? null : { resource, subresource: subresource === 'scale' ? null : subresource, key: '' };
}
