/** A manifest must not carry the stand-in for a secret where a value belongs: what was redacted is taken out, and told. */
import { REDACTED } from '../../event/secret-names.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Open {
  readonly object: Json;
  /** Of what was taken out, a variable of a container whole. */
  readonly paths: readonly string[];
  /** Of texts that hold a secret among other things: they stay, with the stand-in in them. */
  readonly masked: readonly string[];
}

export function withoutRedacted(object: Json): Open {
  const paths: string[] = [];
  const masked: string[] = [];
  return { object: opened(object, '', paths, masked) as Json, paths, masked };
}

/** Undefined: redacted as a whole. */
function opened(value: unknown, path: string, paths: string[], masked: string[]): unknown {
  if (value === REDACTED) {
    paths.push(path);
    return undefined;
  }
  if (typeof value === 'string') {
    if (value.includes(REDACTED)) masked.push(path);
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item, n) => {
      const kept = openedItem(item, `${path}[${nameOf(item) ?? n}]`, paths, masked);
      return kept === undefined ? [] : [kept];
    });
  }
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const kept = opened(inner, path === '' ? key : `${path}.${key}`, paths, masked);
    return kept === undefined ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}

/** A variable without its value would be an empty one. */
function openedItem(item: unknown, path: string, paths: string[], masked: string[]): unknown {
  const isVariable = nameOf(item) !== null && (item as Json).value === REDACTED;
  if (!isVariable) return opened(item, path, paths, masked);
  paths.push(path);
  return undefined;
}

function nameOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, 'name')) return null;
  const { name } = item as Json;
  return typeof name === 'string' ? name : null;
}
