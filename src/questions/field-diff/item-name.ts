/** What tells the items of a list apart, by its schema, and the name that an item has by it. */
import type { Schema } from '../schema/schema.ts';
import { fieldOf, isObject, isScalar, type Scalar } from './scalar.ts';
import type { Identity } from './segment.ts';

/** Null where only positions do: nothing is said of the list, an item is not as it should be, or two of a list have one name. */
export function identityOf(schema: Schema, lists: readonly (readonly unknown[])[]): Identity | null {
  const identity = saidBy(schema);
  if (identity === null) return null;
  for (const list of lists) {
    const names = new Set(list.map((item) => keyOf(item, identity)));
    if (names.size !== list.length || names.has(null)) return null;
  }
  return identity;
}

function saidBy({ listType, listKeys, listKeyDefaults, patchMergeKey }: Schema): Identity | null {
  if (listType === 'map' && listKeys.length > 0) return { keys: listKeys, defaults: listKeyDefaults };
  if (listType === 'set') return { keys: [], defaults: [] };
  return patchMergeKey === null ? null : { keys: [patchMergeKey], defaults: [] };
}

/** Null: it has none. */
export function nameOf(item: unknown, { keys, defaults }: Identity): readonly Scalar[] | null {
  if (keys.length === 0) return isScalar(item) ? [item] : null;
  if (!isObject(item)) return null;
  const values = keys.map((key, n) => fieldOf(item, key) ?? defaults[n] ?? null);
  return values.every(isScalar) ? values : null;
}

/** To be compared. */
export function keyOf(item: unknown, identity: Identity): string | null {
  const name = nameOf(item, identity);
  return name === null ? null : JSON.stringify(name);
}
