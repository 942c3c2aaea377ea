/**
 * What the lists and maps of a type are, as far as comparing, patching and merging need it: from Kubernetes' OpenAPI for
 * the built-in types (built-in.ts), from its own for a custom resource (from-openapi.ts).
 */

/** Of one place in an object. There is one for every place: where nothing is known, UNKNOWN_SCHEMA. */
export interface Schema {
  /** Of the field of that name, or of a map's value under that key. */
  field(name: string): Schema;
  /** Of a list's items. */
  items(): Schema;
  /** `x-kubernetes-list-type`; null: nothing is said, or it is no list. */
  readonly listType: 'map' | 'set' | 'atomic' | null;
  /** `x-kubernetes-list-map-keys`: what tells the items of a `map` list apart; for others empty. */
  readonly listKeys: readonly string[];
  /** Beside listKeys: what a key stands for in an item that leaves it out (`protocol`: TCP); undefined: nothing. */
  readonly listKeyDefaults: readonly unknown[];
  /** `x-kubernetes-map-type: atomic`: replaced as a whole by server-side apply. */
  readonly isAtomicMap: boolean;
  /** `x-kubernetes-patch-merge-key` and `-strategy`: how a strategic merge patch treats the list; null and empty: it replaces it. */
  readonly patchMergeKey: string | null;
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
}

export const UNKNOWN_SCHEMA: Schema = {
  field: () => UNKNOWN_SCHEMA,
  items: () => UNKNOWN_SCHEMA,
  listType: null,
  listKeys: [],
  listKeyDefaults: [],
  isAtomicMap: false,
  patchMergeKey: null,
  patchStrategy: [],
};

/** A type by what an object says of itself: its `apiVersion`'s group and version, and its `kind`. */
export interface TypeName {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
