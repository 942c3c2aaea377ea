/**
 * Server-side apply, as structured-merge-diff does it on the server: what is applied is merged into the object, field by
 * field, keyed lists by their keys; then goes what the same manager had applied before, leaves out now, and nobody else owns.
 */
import type { Schema } from '../schema/schema.ts';
import { at, isEqual, isList, isMap, mapFrom } from './json-tree.ts';
import { difference, type FieldSet, NOBODY, type Ownership, union } from './ownership.ts';
import type { Json } from './step.ts';

export interface Application {
  readonly config: Json;
  readonly manager: string;
  readonly apiVersion: string;
}

export interface AppliedObject {
  readonly object: Json;
  readonly ownership: Ownership;
}

export function applyConfiguration(
  object: Json,
  { config, manager, apiVersion }: Application,
  before: Ownership,
  schema: Schema,
): AppliedObject {
  const fields = fieldSetOf(config, schema);
  const last = before.applied.find((one) => one.manager === manager);
  const rest = before.applied.filter((one) => one !== last);
  // Names too: what holds them must stay.
  const said = setOf(config, schema);
  const owned = [...rest.map((one) => one.fields), before.others, said].reduce(union, {});
  const merged = mergeInto(object, config, schema);
  const pruned = last === undefined ? merged : prune(merged, last.fields, owned, schema);
  const after = isMap(pruned) ? pruned : object;
  // What it changes it takes from the others (a conflict, forced).
  const taken = changedFields(object, after, schema);
  return {
    object: after,
    ownership: {
      applied: [
        ...rest.map((one) => ({ ...one, fields: difference(one.fields, taken) })),
        { manager, apiVersion, fields },
      ],
      others: difference(before.others, taken),
    },
  };
}

/** Somebody wrote it otherwise: what was changed is nobody's by application any more, but the writer's. */
export function writtenOver(
  ownership: Ownership,
  before: unknown,
  after: unknown,
  schema: Schema,
): Ownership {
  if (ownership.applied.length === 0) return ownership;
  const changed = changedFields(before, after, schema);
  if (Object.keys(changed).length === 0) return ownership;
  return {
    applied: ownership.applied.map((one) => ({ ...one, fields: difference(one.fields, changed) })),
    others: union(ownership.others, changed),
  };
}

/** Of an object that did not exist: everything in it is its creator's. */
export function createdOwnership(): Ownership {
  return NOBODY;
}

/** Names and versions are not owned (managedfields, stripMeta). */
function withoutNames(config: Json): Json {
  return mapFrom(
    Object.entries(config).flatMap(([name, value]): [string, unknown][] => {
      if (name === 'apiVersion' || name === 'kind') return [];
      if (name !== 'metadata' || !isMap(value)) return [[name, value]];
      const owned = Object.entries(value).filter(([key]) => !NOT_OWNED.has(key));
      return owned.length === 0 ? [] : [[name, mapFrom(owned)]];
    }),
  );
}

const NOT_OWNED: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);

export function fieldSetOf(config: Json, schema: Schema): FieldSet {
  return setOf(withoutNames(config), schema);
}

function setOf(value: unknown, schema: Schema): FieldSet {
  if (isMap(value) && !schema.isAtomicMap)
    return mapFrom(
      Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
        const field = schema.field(name);
        // A list that has items of its own is nothing without them.
        const isNothing = isKeyed(field) && isList(inner) && inner.length === 0;
        return isNothing ? [] : [[`f:${name}`, setOf(inner, field)]];
      }),
    );
  if (!isList(value) || !isKeyed(schema)) return {};
  return mapFrom(
    value.map((item) => {
      const below = schema.listType === 'map' ? setOf(item, schema.items()) : {};
      return [elementOf(item, schema), Object.keys(below).length === 0 ? below : { '.': {}, ...below }];
    }),
  );
}

/** Its items are merged and owned one by one. */
function isKeyed({ listType }: Schema): boolean {
  return listType === 'map' || listType === 'set';
}

/** Of an item of a keyed list or a set, as fieldsV1 writes it: keys in order of their names. */
function elementOf(item: unknown, schema: Schema): string {
  if (schema.listType === 'set') return `v:${JSON.stringify(item)}`;
  const keys = schema.listKeys
    .map((key, index): [string, unknown] => [key, at(item, key) ?? defaultOf(schema, index)])
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:${JSON.stringify(mapFrom(keys))}`;
}

function defaultOf(schema: Schema, index: number): unknown {
  return schema.listKeyDefaults[index];
}

function mergeInto(old: unknown, config: unknown, schema: Schema): unknown {
  if (isMap(config) && isMap(old) && !schema.isAtomicMap) {
    const merged = new Map(Object.entries(old));
    for (const [name, value] of Object.entries(config))
      merged.set(name, mergeInto(merged.get(name), value, schema.field(name)));
    return mapFrom(merged);
  }
  return isList(config) && isList(old) && isKeyed(schema) ? mergeLists(old, config, schema) : config;
}

/** The order of mergingWalker.visitListItems: that of the object, but for shared items, which stand as they are applied. */
function mergeLists(old: readonly unknown[], config: readonly unknown[], schema: Schema): readonly unknown[] {
  const left = old.map((item) => elementOf(item, schema));
  const right = config.map((item) => elementOf(item, schema));
  const leftItems = new Map(left.map((element, index) => [element, old[index]]));
  const inRight = new Set(right);
  const shared = right.filter((element) => leftItems.has(element));
  const merged: unknown[] = [];
  const done = new Set<string>();
  const isFree = (element: string) => !inRight.has(element);
  let l = 0;
  let r = 0;
  let next = 0;
  const take = () => {
    const element = right[r] ?? '';
    done.add(element);
    merged.push(mergeInto(leftItems.get(element), config[r], schema.items()));
    if (shared[next] === element) next++;
    r++;
  };
  while (l < left.length || r < right.length) {
    const element = left[l];
    if (element !== undefined && r < right.length) {
      if (element === right[r]) {
        take();
        l++;
        continue;
      }
      if (inRight.has(element) && shared[next] !== undefined && shared[next] !== element) {
        l++;
        continue;
      }
    }
    if (element !== undefined) {
      if (isFree(element)) {
        merged.push(old[l++]);
        continue;
      }
      if (done.has(element)) l++;
    }
    if (r < right.length) take();
  }
  return merged;
}

/**
 * Without what stands in `last` and not in `owned`. A named field of a map counts as owned by whoever owns something in it
 * (EnsureNamedFieldsAreMembers); an item of a list only by whoever has it itself.
 */
function prune(value: unknown, last: FieldSet, owned: FieldSet, schema: Schema): unknown {
  if (isMap(value)) {
    if (schema.isAtomicMap) return value;
    return mapFrom(
      Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
        const element = `f:${name}`;
        const left = pruned(inner, element, last, owned, schema.field(name));
        return left === undefined ? [] : [[name, left]];
      }),
    );
  }
  if (!isList(value) || !isKeyed(schema)) return value;
  return value.flatMap((item) => {
    const left = pruned(item, elementOf(item, schema), last, owned, schema.items());
    return left === undefined ? [] : [left];
  });
}

function pruned(inner: unknown, element: string, last: FieldSet, owned: FieldSet, schema: Schema): unknown {
  const had = at(last, element);
  if (!isMap(had)) return inner;
  const has = at(owned, element);
  const isField = element.startsWith('f:');
  const isMember = (set: unknown) => isMap(set) && (isField || isOwnedItself(set));
  if (isMember(had) && !isMember(has)) return undefined;
  return prune(inner, had, isMap(has) ? has : {}, schema);
}

function isOwnedItself(set: FieldSet): boolean {
  return Object.hasOwn(set, '.') || Object.keys(set).length === 0;
}

/** The leaves that differ, those that are gone included. */
export function changedFields(before: unknown, after: unknown, schema: Schema): FieldSet {
  if (isMap(before) && isMap(after) && !schema.isAtomicMap) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return mapFrom(
      [...names].flatMap((name) =>
        entryOf(`f:${name}`, at(before, name), at(after, name), schema.field(name)),
      ),
    );
  }
  if (!isKeyed(schema) || !isList(before) || !isList(after)) return {};
  const old = new Map(before.map((item) => [elementOf(item, schema), item]));
  const now = new Map(after.map((item) => [elementOf(item, schema), item]));
  return mapFrom(
    [...new Set([...old.keys(), ...now.keys()])].flatMap((element) =>
      entryOf(element, old.get(element), now.get(element), schema.items()),
    ),
  );
}

function entryOf(element: string, before: unknown, after: unknown, schema: Schema): [string, FieldSet][] {
  if (isEqual(before, after)) return [];
  if (before === undefined && isMap(after)) return [[element, setOf(after, schema)]];
  return [[element, changedFields(before, after, schema)]];
}
