/**
 * Bodies as trees that are never changed, only copied where they differ. Keys are anybody's: `__proto__` is a key like any
 * other here, and never a prototype.
 */
import type { Json } from './step.ts';

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Own fields only; undefined where there is none, or it is no map. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (!isMap(here) || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here;
}

/** In place where it stands already, else at the end. */
export function withField(map: Json, name: string, value: unknown): Json {
  if (Object.hasOwn(map, name)) {
    if (map[name] === value) return map;
    return mapFrom(Object.entries(map).map(([key, old]) => [key, key === name ? value : old]));
  }
  return mapFrom([...Object.entries(map), [name, value]]);
}

export function withoutField(map: Json, name: string): Json {
  if (!Object.hasOwn(map, name)) return map;
  return mapFrom(Object.entries(map).filter(([key]) => key !== name));
}

/** Defines, never assigns. */
export function mapFrom(entries: Iterable<readonly [string, unknown]>): Json {
  return Object.fromEntries(entries);
}

/** Makes the maps on the way; what stands in the way and is none is replaced. */
export function withPath(map: Json, path: readonly string[], value: unknown): Json {
  const [name, ...rest] = path;
  if (name === undefined) return map;
  if (rest.length === 0) return value === undefined ? withoutField(map, name) : withField(map, name, value);
  const inner = at(map, name);
  if (value === undefined && !isMap(inner)) return map;
  return withField(map, name, withPath(isMap(inner) ? inner : {}, rest, value));
}

/** Nesting beyond this is taken to differ. */
const MAX_DEPTH = 600;

/** As JSON: the order of a map's keys does not count. */
export function isEqual(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true;
  if (depth > MAX_DEPTH) return false;
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    return a.every((item, index) => isEqual(item, b[index], depth + 1));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key], depth + 1))
  );
}
