/**
 * Of an object, what changes lie in, and what stands around it: redacting all of it would cost more than all else. A value is
 * a secret by the names above it and by the scalars beside those (event/redact-body.ts), never by what is in them.
 */
import { fieldOf, isObject, isScalar } from './scalar.ts';
import type { Segment } from './segment.ts';

/** A place that changes lead to or through. */
interface Touched {
  readonly inside: Map<string | number, Touched>;
  /** One of them is of all of it. */
  isWhole: boolean;
}

/** A copy in which all else is empty; what a change is of is in it itself. */
export function touchedParts(
  object: unknown,
  changes: readonly { readonly segments: readonly Segment[] }[],
  side: 'before' | 'after',
): unknown {
  const root: Touched = { inside: new Map(), isWhole: false };
  for (const { segments } of changes) touch(root, segments, side);
  return partsOf(object, root);
}

function touch(root: Touched, segments: readonly Segment[], side: 'before' | 'after'): void {
  let here = root;
  for (const segment of segments) {
    const key = segment.kind === 'field' ? segment.name : segment.kind === 'item' ? segment[side] : ORDER;
    if (key === null) return;
    if (key === ORDER) break;
    let next = here.inside.get(key);
    if (next === undefined) {
      next = { inside: new Map(), isWhole: false };
      here.inside.set(key, next);
    }
    here = next;
  }
  here.isWhole = true;
}

/** Of a change of an order: it is of all the list. */
const ORDER = Symbol('order');

function partsOf(value: unknown, { inside, isWhole }: Touched): unknown {
  if (isWhole) return value;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => {
      const touched = inside.get(index);
      if (touched !== undefined) return partsOf(item, touched);
      return isScalar(item) ? item : emptied(item);
    });
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value).map((name) => {
      const touched = inside.get(name);
      const found = fieldOf(value, name);
      if (touched !== undefined) return [name, partsOf(found, touched)];
      return [name, tellsOfOthers(name, found) ? found : emptied(found)];
    }),
  );
}

/** Of the same type: that a name is none tells, too. */
function emptied(value: unknown): unknown {
  return Array.isArray(value) ? [] : isObject(value) ? {} : null;
}

/** What is long and tells of others has one of these names. */
const TELLING = new Set(['kind', 'name', 'key', 'op', 'path']);
const MAX_TELLING = 256;

function tellsOfOthers(name: string, value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_TELLING || TELLING.has(name);
  return isScalar(value);
}
