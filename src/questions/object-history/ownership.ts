/**
 * Which manager owns which fields, as managedFields has it and server-side apply goes by it: fields that a manager applied
 * before and leaves out now are removed, unless another one owns them too.
 */
import { at, isList, isMap, mapFrom } from './json-tree.ts';
import type { Json } from './step.ts';

/**
 * A set of fields as fieldsV1 has it: `f:name` of a map, `k:{"name":"api"}` of a keyed list, `v:"x"` of a set, each leading
 * to the set below; `.`: the field or item itself.
 */
export type FieldSet = Json;

export interface Ownership {
  /** By server-side apply, on the object itself: manager → what it applied last, and in which version. */
  readonly applied: readonly Applied[];
  /** By anybody and anything else. */
  readonly others: FieldSet;
}

export interface Applied {
  readonly manager: string;
  readonly apiVersion: string;
  readonly fields: FieldSet;
}

export const NOBODY: Ownership = { applied: [], others: {} };

/** Null: there are none in it, so that nothing is known. */
export function ownershipOf(metadata: unknown): Ownership | null {
  const entries = at(metadata, 'managedFields');
  if (!isList(entries) || entries.length === 0) return null;
  // Nothing is ever removed where nobody has applied: what others own does not matter then.
  if (!entries.some((entry) => at(entry, 'operation') === 'Apply')) return NOBODY;
  const applied: Applied[] = [];
  let others: FieldSet = {};
  for (const entry of entries) {
    const fields = at(entry, 'fieldsV1');
    if (!isMap(fields)) return null;
    const manager = at(entry, 'manager');
    const apiVersion = at(entry, 'apiVersion');
    const isApply = at(entry, 'operation') === 'Apply' && (at(entry, 'subresource') ?? '') === '';
    if (isApply && typeof manager === 'string' && typeof apiVersion === 'string')
      applied.push({ manager, apiVersion, fields });
    else others = union(others, fields);
  }
  return applied.length === 0 ? NOBODY : { applied, others };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const merged = new Map(Object.entries(a));
  for (const [key, below] of Object.entries(b)) {
    const known = merged.get(key);
    merged.set(key, isMap(known) && isMap(below) ? union(known, below) : (known ?? below));
  }
  return mapFrom(merged);
}

/** Without the leaves of the other, and what is empty for it. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const left = Object.entries(a).flatMap(([key, below]): [string, unknown][] => {
    const taken = Object.hasOwn(b, key) ? b[key] : undefined;
    if (!isMap(taken)) return [[key, below]];
    if (!isMap(below) || Object.keys(taken).length === 0 || Object.keys(below).length === 0) return [];
    const rest = difference(below, taken);
    return Object.keys(rest).length === 0 ? [] : [[key, rest]];
  });
  return mapFrom(left);
}
