/**
 * Strategic merge patch, as k8s.io/apimachinery/pkg/util/strategicpatch applies it on the server: lists with a merge key by
 * it, `$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`. Held against that library in the tests.
 */
import type { Schema } from '../schema/schema.ts';
import { at, isList, isMap, mapFrom } from './json-tree.ts';
import type { Json } from './step.ts';

const PATCH = '$patch';
const RETAIN = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE = '$deleteFromPrimitiveList/';

/** Whether only a strategic merge patch can have been meant: a directive stands somewhere in it. */
export function hasDirectives(patch: unknown): boolean {
  if (isList(patch)) return patch.some(hasDirectives);
  if (!isMap(patch)) return false;
  return Object.entries(patch).some(([name, value]) => isDirective(name) || hasDirectives(value));
}

function isDirective(name: string): boolean {
  return name === PATCH || name === RETAIN || name.startsWith(ORDER) || name.startsWith(DELETE);
}

export function applyStrategicPatch(object: Json, patch: Json, schema: Schema): Json {
  const directive = at(patch, PATCH);
  if (directive === 'replace') return plain(patch) as Json;
  if (directive === 'delete') return {};
  const merged = new Map(Object.entries(object));
  retain(merged, at(patch, RETAIN));
  const ordered = orderLists(merged, patch, schema);
  for (const [name, value] of Object.entries(patch)) {
    if (name === RETAIN || name === PATCH || name.startsWith(ORDER) || ordered.has(name)) continue;
    if (name.startsWith(DELETE)) deleteFrom(merged, name.slice(DELETE.length), value);
    else mergeField(merged, name, value, schema.field(name));
  }
  return mapFrom(merged);
}

/** As it stands once it is in the object: without directives, and without what says null. */
function plain(value: unknown): unknown {
  if (isList(value)) return value.filter((item) => at(item, PATCH) === undefined).map(plain);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(
    ([name, inner]) => !isDirective(name) && inner !== null && at(inner, PATCH) === undefined,
  );
  return mapFrom(kept.map(([name, inner]) => [name, plain(inner)]));
}

/** An item that is new is taken as it is, directives and all; only that the type does not know those. */
function decoded(value: unknown): unknown {
  if (isList(value)) return value.map(decoded);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([name, inner]) => !isDirective(name) && inner !== null);
  return mapFrom(kept.map(([name, inner]) => [name, decoded(inner)]));
}

function retain(merged: Map<string, unknown>, names: unknown): void {
  if (!isList(names)) return;
  for (const name of merged.keys()) if (!names.includes(name)) merged.delete(name);
}

function mergeField(merged: Map<string, unknown>, name: string, value: unknown, schema: Schema): void {
  const old = merged.get(name);
  if (value === null) merged.delete(name);
  else if (isMap(old) && isMap(value)) {
    const isReplaced = schema.patchStrategy.includes('replace');
    merged.set(name, isReplaced ? plain(value) : applyStrategicPatch(old, value, schema));
  } else if (isList(old) && isList(value)) merged.set(name, mergeList(old, value, schema));
  else if (at(value, PATCH) === undefined) merged.set(name, plain(value));
  else merged.delete(name);
}

function deleteFrom(merged: Map<string, unknown>, name: string, values: unknown): void {
  const old = merged.get(name);
  if (isList(old) && isList(values))
    merged.set(
      name,
      old.filter((item) => !values.includes(item)),
    );
}

/** `$setElementOrder/x`, together with what the patch says of x. */
function orderLists(merged: Map<string, unknown>, patch: Json, schema: Schema): ReadonlySet<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ORDER) || !isList(order)) continue;
    const name = directive.slice(ORDER.length);
    const old = merged.get(name);
    const value = at(patch, name);
    if ((old !== undefined && !isList(old)) || (value !== undefined && !isList(value))) continue;
    if (old === undefined && value === undefined) continue;
    const field = schema.field(name);
    const both =
      value === undefined
        ? (old ?? [])
        : old === undefined
          ? (plain(value) as unknown[])
          : mergeList(old, value, field);
    merged.set(name, inOrder(both, order, orderBefore(old ?? [], value, field), field.patchMergeKey));
    done.add(name);
  }
  return done;
}

/**
 * The list by whose order the rest is put in place is the one that was just merged into, as far as it was long: what was
 * deleted has made room in it for what was added (in the library, one slice over the other's array).
 */
function orderBefore(
  old: readonly unknown[],
  patch: unknown,
  { patchMergeKey: key, patchStrategy }: Schema,
): readonly unknown[] {
  if (!isList(patch) || key === null || !patchStrategy.includes('merge')) return old;
  const deleted = patch.filter((item) => at(item, PATCH) === 'delete').map((item) => at(item, key));
  const left = old.filter((item) => !deleted.includes(at(item, key)));
  const known = new Set(left.map((item) => at(item, key)));
  const added = patch.filter((item) => at(item, PATCH) === undefined && !known.has(at(item, key)));
  return [...left, ...added].slice(0, old.length);
}

function mergeList(old: readonly unknown[], patch: readonly unknown[], schema: Schema): readonly unknown[] {
  if (!schema.patchStrategy.includes('merge')) return plain(patch) as unknown[];
  const key = schema.patchMergeKey;
  if (key === null) return inOrder([...new Set([...old, ...patch])], patch, old, null);
  if (patch.some((item) => at(item, PATCH) === 'replace'))
    return patch.filter((item) => at(item, PATCH) === undefined).map(plain);
  const deleted = patch.filter((item) => at(item, PATCH) === 'delete').map((item) => at(item, key));
  const left = old.filter((item) => !deleted.includes(at(item, key)));
  const items = patch.filter((item) => at(item, PATCH) === undefined);
  const merged = [...left];
  for (const item of items) {
    const index = merged.findIndex((one) => isMap(one) && at(one, key) === at(item, key));
    const found = merged[index];
    if (isMap(found) && isMap(item)) merged[index] = applyStrategicPatch(found, item, schema.items());
    else merged.push(decoded(item));
  }
  return inOrder(merged, items, left, key);
}

/**
 * What the order names, in that order; the rest as it was, each put before the first of the others that it stood before
 * (mergeSortedSlice).
 */
function inOrder(
  items: readonly unknown[],
  order: readonly unknown[],
  old: readonly unknown[],
  key: string | null,
): readonly unknown[] {
  const keyOf = (item: unknown) => (key === null ? item : at(item, key));
  const places = placesOf(order.map(keyOf));
  const oldPlaces = placesOf(old.map(keyOf));
  const placeIn = (known: ReadonlyMap<unknown, number>, item: unknown) => known.get(keyOf(item)) ?? -1;
  const named = items
    .filter((item) => places.has(keyOf(item)))
    .sort((a, b) => placeIn(places, a) - placeIn(places, b));
  const others = items
    .filter((item) => !places.has(keyOf(item)))
    .sort((a, b) => placeIn(oldPlaces, a) - placeIn(oldPlaces, b));
  const merged: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const place = placeIn(oldPlaces, item);
    while (next < others.length && place >= 0 && placeIn(oldPlaces, others[next]) < place)
      merged.push(others[next++]);
    merged.push(item);
  }
  return [...merged, ...others.slice(next)];
}

function placesOf(keys: readonly unknown[]): ReadonlyMap<unknown, number> {
  const places = new Map<unknown, number>();
  for (const [index, key] of keys.entries()) if (!places.has(key)) places.set(key, index);
  return places;
}
