/**
 * The way from an object's root to a place in it, and how it is written: `spec.template.spec.containers[api].image`.
 */
import type { Scalar } from './scalar.ts';

export type Segment = FieldSegment | ItemSegment | OrderSegment;

export interface FieldSegment {
  readonly kind: 'field';
  readonly name: string;
}

export interface ItemSegment {
  readonly kind: 'item';
  readonly name: ItemName;
  /** Its positions; null: it is not there. */
  readonly before: number | null;
  readonly after: number | null;
}

/** The last of a change of nothing but the order of the items that are kept. */
export interface OrderSegment {
  readonly kind: 'order';
  /** Their positions before, in the order of after. */
  readonly from: readonly number[];
  readonly identity: Identity;
}

/** What tells the items of a list apart: the values of these keys, or an item itself where there are none. */
export interface Identity {
  readonly keys: readonly string[];
  /** Beside the keys: what they stand for in an item that leaves them out. */
  readonly defaults: readonly unknown[];
}

/** Null: by nothing but its position. */
export type ItemName = readonly Scalar[] | null;

/**
 * A field: its name, after a dot; as JSON in brackets where it is no plain name: `metadata.annotations["a.b/c"]`. An item in
 * brackets: by its keys' values, in the keys' order, with slashes between them (`containers[api]`, `ports[8080/TCP]`); of a
 * set by its value (`finalizers[a.b/c]`); else by its position (`args[3]`): of a removed item that of before, else that of
 * after. All kept items, told about because their order changed: `containers[]`. The root: ''.
 *
 * Texts in brackets stand bare when they hold nothing but letters, digits and `_ . : @ % + ~ $ * - /` (`/` only when alone)
 * and read as no other scalar, else as JSON; a number alone has a `=` before it (`[=8080]`), to be no position. So two
 * places of one object never share a path, but for positions before and after a change.
 */
export function pathOf(segments: readonly Segment[]): string {
  let path = '';
  for (const segment of segments) path += segmentText(segment, path === '');
  return path;
}

function segmentText(segment: Segment, isFirst: boolean): string {
  if (segment.kind === 'order') return '[]';
  if (segment.kind === 'item')
    return `[${segment.name === null ? (segment.after ?? segment.before) : itemText(segment.name)}]`;
  if (!PLAIN_FIELD.test(segment.name)) return `[${JSON.stringify(segment.name)}]`;
  return isFirst ? segment.name : `.${segment.name}`;
}

const PLAIN_FIELD = /^[A-Za-z_$][\w$-]*$/;

export function itemText(name: readonly Scalar[]): string {
  const [first] = name;
  if (name.length === 1) return typeof first === 'number' ? `=${first}` : scalarText(first, PLAIN_ALONE);
  return name.map((value) => scalarText(value, PLAIN)).join('/');
}

function scalarText(value: Scalar | undefined, plain: RegExp): string {
  if (typeof value !== 'string') return String(value);
  return plain.test(value) && !OTHER_SCALAR.test(value) ? value : JSON.stringify(value);
}

const PLAIN = /^[\w.:@%+~$*-]+$/;
const PLAIN_ALONE = /^[\w.:@%+~$*/-]+$/;
const OTHER_SCALAR = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;
