/**
 * What a log store can be asked about one event by itself: tests of the values that stand in it, as frozen data. narrow.ts makes
 * them of a predicate, each store puts them into its own language. They may hold of more events than are wanted, never of fewer.
 */

/** Keys from the event's root, joined by dots: `objectRef.name`, `user.extra.sessionName`. No key has a dot in it. */
export type EventPath = string;

export type EventTest =
  | { readonly kind: 'all'; readonly of: readonly EventTest[] }
  | { readonly kind: 'any'; readonly of: readonly EventTest[] }
  /** Of a single test, never of several. */
  | { readonly kind: 'not'; readonly of: EventLeaf }
  | EventLeaf;

/** Of a list, one of its texts has to pass. What is missing passes none but `missing`. */
export type EventLeaf =
  | { readonly kind: 'is'; readonly path: EventPath; readonly values: readonly string[] }
  /** As in a predicate: `*` any run of characters, `?` one character; the whole value. */
  | {
      readonly kind: 'like';
      readonly path: EventPath;
      readonly pattern: string;
      readonly ignoreCase: boolean;
    }
  /** A whole number; inclusive on both sides. */
  | { readonly kind: 'between'; readonly path: EventPath; readonly from: number; readonly to: number }
  /** Not there, or an empty text or list. */
  | { readonly kind: 'missing'; readonly path: EventPath };

export const ANY_EVENT: EventTest = { kind: 'all', of: [] };
const NO_EVENT: EventTest = { kind: 'any', of: [] };

/** The texts that it is held to; none where it is held to none. */
export function textsOf(leaf: EventLeaf): readonly string[] {
  if (leaf.kind === 'missing' || leaf.kind === 'between') return [];
  return leaf.kind === 'is' ? leaf.values : [leaf.pattern];
}

/** Of its leaves, in their order. */
export function pathsIn(test: EventTest): readonly EventPath[] {
  if (test.kind === 'all' || test.kind === 'any') return test.of.flatMap(pathsIn);
  return test.kind === 'not' ? [test.of.path] : [test.path];
}

/** Paths whose value is a list of texts. */
export function isList(path: EventPath): boolean {
  return LISTS.has(path) || path.includes('.extra.');
}

const LISTS: ReadonlySet<EventPath> = new Set(['user.groups', 'impersonatedUser.groups', 'sourceIPs']);

/** Flattens, and drops what cannot change the outcome. */
export function allOf(...parts: readonly EventTest[]): EventTest {
  const of = parts.flatMap((part) => (part.kind === 'all' ? part.of : [part]));
  if (of.some(isNone)) return NO_EVENT;
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: 'all', of };
}

export function anyOf(...parts: readonly EventTest[]): EventTest {
  const of = parts.flatMap((part) => (part.kind === 'any' ? part.of : [part]));
  if (of.some(isAny)) return ANY_EVENT;
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: 'any', of };
}

export function isAny(test: EventTest): boolean {
  return test.kind === 'all' && test.of.length === 0;
}

export function isNone(test: EventTest): boolean {
  return test.kind === 'any' && test.of.length === 0;
}

export const is = (path: EventPath, ...values: readonly string[]): EventLeaf => ({
  kind: 'is',
  path,
  values,
});
export const like = (path: EventPath, pattern: string, ignoreCase = false): EventLeaf => ({
  kind: 'like',
  path,
  pattern,
  ignoreCase,
});
export const missing = (path: EventPath): EventLeaf => ({ kind: 'missing', path });
export const no = (of: EventLeaf): EventTest => ({ kind: 'not', of });
