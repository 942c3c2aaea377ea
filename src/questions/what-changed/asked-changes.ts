/**
 * What a request changed where its object is known in part only: the differences that are sure, and of all else what the
 * request asked for. What merely came to be known with its answer, others had changed before.
 */
import { at } from '../fact/body.ts';
import { fieldDiff } from '../field-diff/field-diff.ts';
import type { Change } from '../field-diff/redact-changes.ts';
import { applyJsonPatch, pointerOf, valueAt } from '../object-history/json-patch.ts';
import type { Json, State, Step } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';
import { type AskedHow, askedFields } from './asked-fields.ts';

type Asking = Pick<Step, 'before' | 'after' | 'request' | 'requestKind'>;

/** `told`: how the two states differ, as far as they are known. Null: it asked for nothing that is wanted. */
export function askedChanges(step: Asking, told: readonly Change[], how: AskedHow): readonly Change[] | null {
  const asked = askedFields(step.request, step.requestKind, how);
  // Which of the fields of a whole object are changes, it does not say itself.
  if (asked === null) return told.filter(isSure);
  const places = asked.map((one) => ({ ...one, path: placeOf(one.path, how) }));
  const known = told.flatMap((change) => knownOf(change, places));
  const isTold = (place: string) => known.some(({ path }) => isSamePlace(path, place));
  const untold = [...places.keys()].filter((n) => !isTold(places[n]?.path ?? ''));
  // Fast path: mostly, the two states tell all of it.
  const isNew = untold.length === 0 ? () => false : isOpen(step, how);
  const open = untold.filter(isNew).flatMap((n) => asked[n] ?? []);
  const named = open.map(({ operation: _, ...change }): Change => change);
  return known.length + named.length === 0 ? null : [...known, ...named];
}

/** The server puts what is asked for as text where the data are. */
function placeOf(path: string, { resource }: AskedHow): string {
  return resource === 'secrets' ? path.replace(/^stringData(?=[.[])/, 'data') : path;
}

function isSure({ beforeKnown, afterKnown }: Change): boolean {
  return beforeKnown && afterKnown;
}

/** Of one in doubt: what was asked for. */
function knownOf(change: Change, asked: readonly Change[]): readonly Change[] {
  if (isSure(change)) return [change];
  const by = asked.find(({ path }) => isSamePlace(path, change.path));
  if (by === undefined) return [];
  if (change.op !== 'remove') return [change];
  return by.op === 'remove' ? [{ ...change, afterKnown: true }] : [];
}

/** One is the other, or stands in it. */
function isSamePlace(one: string, other: string): boolean {
  const isIn = (inner: string, outer: string) =>
    outer === '' || (inner.startsWith(outer) && ['', '.', '['].includes(inner.charAt(outer.length)));
  return isIn(one, other) || isIn(other, one);
}

/** By their number: those asked for that the two states do not tell of. */
function isOpen({ before, after, request, requestKind }: Asking, how: AskedHow): (n: number) => boolean {
  const raw = askedFields(request, requestKind, { ...how, of: null }) ?? [];
  const [was, is] = [objectOf(before), objectOf(after)];
  if (was === null || is === null) return () => true;
  if (requestKind === 'json patch') {
    const open = openOperations(was, request, after.kind === 'partial');
    return (n) => open[raw[n]?.operation ?? -1] === true;
  }
  const [valuesBefore, valuesAfter] = [was, is].map((object) => leavesOf(object, how.schema));
  return (n) => {
    const { path = '', op, after: value } = raw[n] ?? {};
    if (op === 'remove') return before.kind === 'partial' || hasPlace(valuesBefore, path);
    const place = placeOf(path, how);
    if (place !== path) return valuesAfter?.has(place) !== true;
    const text = JSON.stringify(value);
    return valuesBefore?.get(path) !== text || valuesAfter?.get(path) !== text;
  };
}

function hasPlace(values: ReadonlyMap<string, string> | undefined, path: string): boolean {
  return [...(values?.keys() ?? [])].some((one) => isSamePlace(one, path));
}

/** By their number: those that could not be followed on what is known, and removals of what may have been there. */
function openOperations(was: Json, request: unknown, isPart: boolean): readonly boolean[] {
  const open: boolean[] = [];
  let here = was;
  for (const operation of Array.isArray(request) ? request : []) {
    const taken = at(operation, at(operation, 'op') === 'move' ? 'from' : 'path');
    const isTaking = ['remove', 'move'].includes(String(at(operation, 'op')));
    const isThere = valueAt(here, pointerOf(taken)) !== undefined;
    const { object, undone } = applyJsonPatch(here, [operation], false);
    open.push(undone.length > 0 || (isTaking && (isPart || !isThere)));
    here = object;
  }
  return open;
}

function leavesOf(object: Json, schema: Schema): ReadonlyMap<string, string> {
  return new Map(fieldDiff({}, object, schema).map(({ path, after }) => [path, JSON.stringify(after)]));
}

function objectOf(state: State): Json | null {
  return state.kind === 'unknown' ? null : state.kind === 'absent' ? {} : state.object;
}
