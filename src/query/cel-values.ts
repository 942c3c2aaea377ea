/**
 * An event's JSON → what a CEL expression sees. Objects become maps: the text is hostile, and the library
 * takes a key named `constructor` or `$typeName` for more than a key.
 */
import type { CelInput, celList, celMap } from '@bufbuild/cel';

/** The event's top-level fields, and what an absent one reads as: an empty map or list; null: an error. */
export const CEL_FIELDS: ReadonlyMap<string, 'map' | 'list' | null> = new Map([
  ['kind', null],
  ['apiVersion', null],
  ['level', null],
  ['auditID', null],
  ['stage', null],
  ['requestURI', null],
  ['verb', null],
  ['user', 'map'],
  ['impersonatedUser', 'map'],
  ['sourceIPs', 'list'],
  ['userAgent', null],
  ['objectRef', 'map'],
  ['responseStatus', 'map'],
  ['requestObject', 'map'],
  ['responseObject', 'map'],
  ['requestReceivedTimestamp', null],
  ['stageTimestamp', null],
  ['annotations', 'map'],
] as const);

export interface CelMakers {
  readonly celList: typeof celList;
  readonly celMap: typeof celMap;
}

type Json = Readonly<Record<string, unknown>>;

/** The named fields only: bodies are big. An object without prototype, as the library looks names up in it. */
export function celBindings(json: Json, names: Iterable<string>, make: CelMakers): Record<string, CelInput> {
  const bindings: Record<string, CelInput> = Object.create(null);
  for (const name of names) {
    const value = Object.hasOwn(json, name) ? json[name] : null;
    if (value !== null && value !== undefined) bindings[name] = toCel(value, make);
    else if (CEL_FIELDS.get(name) === 'map') bindings[name] = make.celMap(new Map());
    else if (CEL_FIELDS.get(name) === 'list') bindings[name] = make.celList([]);
  }
  return bindings;
}

/** Whole numbers are ints, as in Kubernetes' own CEL, so that `% 100` and `== 403` work. */
function toCel(value: unknown, make: CelMakers): CelInput {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return make.celList(value.map((item) => toCel(item, make)));
      return make.celMap(new LazyMap(value, make));
    default:
      return null;
  }
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
