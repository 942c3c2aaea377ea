/**
 * What became of an object, field by field: lists by their merge keys where the schema has some, as sets where it says so,
 * else by position with the least edit (pair-items.ts). Applied to what was before, the changes give what was after.
 */
import type { Schema } from '../schema/schema.ts';
import { identityOf, nameOf } from './item-name.ts';
import { pairItems } from './pair-items.ts';
import { Sameness } from './sameness.ts';
import { fieldOf, isObject, isScalar, type Json, namesOf } from './scalar.ts';
import { type Identity, itemText, pathOf, type Segment } from './segment.ts';

export interface FieldChange {
  /** From the root, as segment.ts writes it; empty: the root itself. */
  readonly path: string;
  readonly segments: readonly Segment[];
  /** What is new or gone is told down to its leaves: scalars, `{}` and `[]`. */
  readonly op: 'add' | 'remove' | 'replace';
  /** Undefined: it was not there. For an order: the names of the items that are kept, as in paths. */
  readonly before: unknown;
  readonly after: unknown;
  /** How many of the segments lead to the whole that was added or removed, of which this is a leaf; all of them for `replace`. */
  readonly wholeDepth: number;
}

/** Deeper values are leaves, whatever they are. */
const MAX_DEPTH = 600;
/** From so many on, what is left is told as wholes. */
const MAX_CHANGES = 10_000;

/** In the order of the fields before, then of those that are new. Nothing for what is the same but for the order of fields. */
export function fieldDiff(before: unknown, after: unknown, schema: Schema): readonly FieldChange[] {
  const diff = new Diff();
  diff.compare(before, after, schema, null);
  return diff.changes;
}

/** A place by the way to it; null: the root. */
interface Place {
  readonly above: Place | null;
  readonly segment: Segment;
  readonly depth: number;
}

class Diff {
  readonly changes: FieldChange[] = [];
  readonly #sameness = new Sameness();

  compare(before: unknown, after: unknown, schema: Schema, place: Place | null): void {
    if (before === after) return;
    const canDescend = depthOf(place) < MAX_DEPTH && this.#hasRoom(before, after);
    if (before === undefined) this.#leaves('add', after, schema, place, depthOf(place));
    else if (after === undefined) this.#leaves('remove', before, schema, place, depthOf(place));
    else if (canDescend && Array.isArray(before) && Array.isArray(after))
      this.#compareLists(before, after, schema, place);
    else if (canDescend && isObject(before) && isObject(after))
      this.#compareObjects(before, after, schema, place);
    else if (!this.#sameness.isSame(before, after)) this.#replace(before, after, place);
  }

  #compareObjects(before: Json, after: Json, schema: Schema, place: Place | null): void {
    const inside = (name: string): Place => below(place, { kind: 'field', name });
    for (const name of namesOf(before)) {
      const [was, is] = [before[name], fieldOf(after, name)];
      if (was !== is) this.compare(was, is, schema.field(name), inside(name));
    }
    for (const name of namesOf(after))
      if (fieldOf(before, name) === undefined)
        this.compare(undefined, after[name], schema.field(name), inside(name));
  }

  #compareLists(
    before: readonly unknown[],
    after: readonly unknown[],
    schema: Schema,
    place: Place | null,
  ): void {
    const pairing = pairItems(before, after, schema, this.#sameness);
    if (pairing === null) {
      this.#replace(before, after, place);
      return;
    }
    const items = schema.items();
    for (const item of pairing.items) {
      const was = item.before === null ? undefined : before[item.before];
      const is = item.after === null ? undefined : after[item.after];
      if (was !== is) this.compare(was, is, items, below(place, item));
    }
    const { order } = pairing;
    if (order === null) return;
    const named = (positions: readonly number[]) =>
      positions.map((n) => itemNamed(before[n], order.identity));
    this.#replace(named(order.from.toSorted((a, b) => a - b)), named(order.from), below(place, order));
  }

  #leaves(
    op: 'add' | 'remove',
    value: unknown,
    schema: Schema,
    place: Place | null,
    wholeDepth: number,
  ): void {
    if (value === undefined) return;
    const isDeep = depthOf(place) >= MAX_DEPTH || this.changes.length + sizeOf(value) > MAX_CHANGES;
    if (isDeep || isScalar(value) || sizeOf(value) === 0) {
      const [before, after] = op === 'add' ? [undefined, value] : [value, undefined];
      this.#push({ op, before, after, wholeDepth }, place);
    } else if (Array.isArray(value)) {
      const identity = identityOf(schema, [value]);
      const items = schema.items();
      for (const [index, item] of value.entries()) {
        const name = identity === null ? null : nameOf(item, identity);
        const [before, after] = op === 'add' ? [null, index] : [index, null];
        this.#leaves(op, item, items, below(place, { kind: 'item', name, before, after }), wholeDepth);
      }
    } else if (isObject(value)) {
      for (const name of namesOf(value))
        this.#leaves(op, value[name], schema.field(name), below(place, { kind: 'field', name }), wholeDepth);
    }
  }

  #replace(before: unknown, after: unknown, place: Place | null): void {
    this.#push({ op: 'replace', before, after, wholeDepth: depthOf(place) }, place);
  }

  #push(change: Omit<FieldChange, 'path' | 'segments'>, place: Place | null): void {
    const segments: Segment[] = [];
    for (let here = place; here !== null; here = here.above) segments.unshift(here.segment);
    this.changes.push({ path: pathOf(segments), segments, ...change });
  }

  /** Whether it can be told how they differ without telling too much. */
  #hasRoom(before: unknown, after: unknown): boolean {
    const room = MAX_CHANGES - this.changes.length;
    if (sizeOf(before) + sizeOf(after) <= room) return true;
    return room > 0 && this.#differing(before, after) <= room;
  }

  /** How many of their fields, or items by position, differ. */
  #differing(before: unknown, after: unknown): number {
    const [was, is] = [before, after].map((value) => (isScalar(value) ? {} : (value as Json)));
    const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]);
    let count = 0;
    for (const name of names)
      if (!this.#sameness.isSame(fieldOf(was ?? {}, name), fieldOf(is ?? {}, name))) count++;
    return count;
  }
}

function below(above: Place | null, segment: Segment): Place {
  return { above, segment, depth: depthOf(above) + 1 };
}

function depthOf(place: Place | null): number {
  return place?.depth ?? 0;
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

function itemNamed(item: unknown, identity: Identity): string {
  return itemText(nameOf(item, identity) ?? []);
}
