/** JSON as the diff walks it: what is a leaf, and whether two values are the same. */

export type Scalar = string | number | boolean | null;
export type Json = Readonly<Record<string, unknown>>;

export function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its own field of that name, whatever the name is. */
export function fieldOf(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Of fields that hold something: what holds `undefined` is not there in JSON. */
export function namesOf(object: Json): string[] {
  return Object.keys(object).filter((name) => object[name] !== undefined);
}

/** As JSON: the order of fields does not matter. Of any depth: bodies come from whoever wrote them. */
export function isSame(one: unknown, other: unknown): boolean {
  return isSameWithin(one, other, Number.POSITIVE_INFINITY) === true;
}

/** Null: it would take more than so many steps to tell. */
export function isSameWithin(one: unknown, other: unknown, steps: number): boolean | null {
  const pairs: [unknown, unknown][] = [[one, other]];
  let left = steps;
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    if (left-- <= 0) return null;
    const [a, b] = pair;
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false;
      for (const [index, item] of a.entries()) pairs.push([item, b[index]]);
    } else if (isObject(a) && isObject(b)) {
      const names = namesOf(a);
      if (names.length !== namesOf(b).length) return false;
      for (const name of names) {
        const value = fieldOf(b, name);
        if (value === undefined) return false;
        pairs.push([a[name], value]);
      }
    } else return false;
  }
  return true;
}
