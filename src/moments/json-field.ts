/** Fields of parsed JSON that anybody may have written. */

/** Undefined where there is none; never from a prototype. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here ?? undefined;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}
