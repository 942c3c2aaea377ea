/** What is looked up in JSON of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>;

/** Empty for what is no object. */
export function objectIn(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Along own keys; undefined: it is not there. */
export function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (Object.hasOwn(objectIn(at), key) ? objectIn(at)[key] : undefined),
    value,
  );
}
