/** How the fields of an index were defined: what its mapping says, which leaves out what goes without saying. */
import { type Json, objectIn, textIn, valueAt } from './json-in.ts';

export interface Mappings {
  /** Of each index that has such a field. */
  readonly own: readonly Json[];
  /** Indices that have none, but may hold it unseen. */
  readonly unseen: readonly string[];
}

/** Of an answer to that; what it leaves out of an index says nothing. */
export function mappingsIn(answer: Json, indices: readonly unknown[], field: string): Mappings {
  const parts = field.split('.');
  const all = indices.map((index) => {
    const name = textIn(index) ?? '';
    return { name, root: objectIn(objectIn(answer[name]).mappings) };
  });
  const [own, others] = [true, false].map((isOwn) =>
    all.filter(({ root }) => isMapped(root, parts) === isOwn),
  );
  if (own === undefined || own.length === 0) return { own: all.map(({ root }) => root), unseen: [] };
  return {
    own: own.map(({ root }) => root),
    unseen: (others ?? []).filter(({ root }) => !becomesField(root, parts)).map(({ name }) => name),
  };
}

/** Itself, or what keeps it whole. */
function isMapped(root: Json, parts: readonly string[]): boolean {
  const isWhole = parts.some((_, at) => {
    const type = at === 0 ? null : textIn(definitionIn(root, parts.slice(0, at))?.type);
    return type === 'flattened' || type === 'flat_object';
  });
  return isWhole || definitionIn(root, parts) !== null;
}

/** A field, or the companion of one (`verb.keyword`). */
export function definitionIn(root: Json, parts: readonly string[]): Json | null {
  const own = valueAt(
    root,
    parts.flatMap((part) => ['properties', part]),
  );
  if (own !== undefined) return objectIn(own);
  const parent = valueAt(
    root,
    parts.slice(0, -1).flatMap((part) => ['properties', part]),
  );
  const companion = valueAt(parent, ['fields', parts.at(-1) ?? '']);
  return companion === undefined ? null : objectIn(companion);
}

/** What has no field yet gets one. Along the objects it is in: the nearest that says anything about new keys says it. */
export function becomesField(root: Json, parts: readonly string[]): boolean {
  let here = root;
  let dynamic = here.dynamic;
  for (const part of parts.slice(0, -1)) {
    here = objectIn(valueAt(here, ['properties', part]));
    if (here.enabled === false) return false;
    dynamic = here.dynamic ?? dynamic;
  }
  // A strict one refuses the record.
  return isOn(dynamic) || dynamic === 'strict';
}

export function isOn(dynamic: unknown): boolean {
  return dynamic === undefined || dynamic === true || dynamic === 'true';
}
