/** JSON merge patch (RFC 7386). */
import { at, isMap, mapFrom } from './json-tree.ts';
import type { Json } from './step.ts';

export function applyMergePatch(object: Json, patch: Json): Json {
  const merged = new Map(Object.entries(object));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isMap(value) ? applyMergePatch(mapAt(object, name), value) : value);
  }
  return mapFrom(merged);
}

function mapAt(object: Json, name: string): Json {
  const value = at(object, name);
  return isMap(value) ? value : {};
}
