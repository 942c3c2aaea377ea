/**
 * An event's JSON → what a CEL expression sees. Objects become maps: the text is hostile, and the library
 * takes a key named `constructor` or `$typeName` for more than a key.
 */
import type { CelInput, celList, celMap, isCelList, isCelMap } from '@bufbuild/cel';
import { EVENT_FIELDS } from './cel-fields.ts';

export interface CelMakers {
  readonly celList: typeof celList;
  readonly celMap: typeof celMap;
  /** RFC 3339 → CEL's timestamp; null for other texts. */
  readonly celTime: (text: string) => CelInput | null;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The named fields only: bodies are big. An absent object or list reads as an empty one, an absent text not at all. An
 * object without prototype, as the library looks names up in it.
 */
export function celBindings(json: Json, names: Iterable<string>, make: CelMakers): Record<string, CelInput> {
  const bindings: Record<string, CelInput> = Object.create(null);
  for (const name of names) {
    const value = Object.hasOwn(json, name) ? json[name] : null;
    const kind = EVENT_FIELDS.get(name)?.kind;
    if (value !== null && value !== undefined) {
      const time = kind === 'time' && typeof value === 'string' ? make.celTime(value) : null;
      bindings[name] = time ?? toCel(value, make);
    } else if (kind === 'object') bindings[name] = make.celMap(new Map());
    else if (kind === 'list') bindings[name] = make.celList([]);
  }
  return bindings;
}

/** Whole numbers are ints, as in Kubernetes' own CEL, so that `% 100` and `== 403` work. */
export function toCel(value: unknown, make: CelMakers): CelInput {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return null;
      return remembered(
        Array.isArray(value)
          ? make.celList(value.map((item) => toCel(item, make)))
          : make.celMap(new LazyMap(value, make)),
        value,
      );
    default:
      return null;
  }
}

/** What an expression's lists and maps were made of. */
const originals = new WeakMap<object, object>();

function remembered<T extends object>(made: T, of: object): T {
  originals.set(made, of);
  return made;
}

/** The JSON that it was made of; of what the expression itself made, the like of it. Numbers are numbers. */
export function fromCel(value: unknown, isMap: typeof isCelMap, isList: typeof isCelList): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  const original = originals.get(value);
  if (original !== undefined) return original;
  if (isList(value)) return [...value].map((item) => fromCel(item, isMap, isList));
  if (!isMap(value)) return null;
  const entries = [...value].map(([key, one]): [string, unknown] => [
    String(key),
    fromCel(one, isMap, isList),
  ]);
  return Object.fromEntries(entries);
}

/** An object as a map whose values are translated when they are asked for: an expression reads a few of a body's many. */
class LazyMap implements ReadonlyMap<string, CelInput> {
  readonly #entries: ReadonlyMap<string, unknown>;
  readonly #make: CelMakers;

  constructor(json: object, make: CelMakers) {
    this.#entries = new Map(Object.entries(json));
    this.#make = make;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): CelInput | undefined {
    return this.#entries.has(key) ? toCel(this.#entries.get(key), this.#make) : undefined;
  }

  keys(): MapIterator<string> {
    return this.#entries.keys();
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const [key, value] of this.#entries) yield [key, toCel(value, this.#make)];
  }

  *values(): MapIterator<CelInput> {
    for (const value of this.#entries.values()) yield toCel(value, this.#make);
  }

  forEach(visit: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }
}
