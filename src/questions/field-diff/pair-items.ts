/** Which item of a list after is which of the list before. */
import type { Schema } from '../schema/schema.ts';
import { align } from './align.ts';
import { identityOf, keyOf, nameOf } from './item-name.ts';
import type { Sameness } from './sameness.ts';
import type { Identity, ItemSegment, OrderSegment } from './segment.ts';

export interface Pairing {
  /** Every item of the two lists once, but for those that are known to be the same: in the order of before, then the new ones. */
  readonly items: readonly ItemSegment[];
  /** Null: what is kept stands in the order in which it stood. */
  readonly order: OrderSegment | null;
}

/** Null: so little is alike that only the lists as wholes can be told. */
export function pairItems(
  before: readonly unknown[],
  after: readonly unknown[],
  schema: Schema,
  sameness: Sameness,
): Pairing | null {
  const identity = identityOf(schema, [before, after]);
  return identity === null ? byPosition(before, after, sameness) : byName(before, after, identity);
}

function byName(before: readonly unknown[], after: readonly unknown[], identity: Identity): Pairing {
  const [was, is] = [before, after].map(
    (list) => new Map(list.map((item, index) => [keyOf(item, identity), index])),
  );
  const items = before.map((item, index): ItemSegment => {
    const name = nameOf(item, identity);
    return { kind: 'item', name, before: index, after: is?.get(keyOf(item, identity)) ?? null };
  });
  const added: ItemSegment[] = [];
  const from: number[] = [];
  for (const [index, item] of after.entries()) {
    const earlier = was?.get(keyOf(item, identity));
    if (earlier === undefined)
      added.push({ kind: 'item', name: nameOf(item, identity), before: null, after: index });
    else from.push(earlier);
  }
  const isInOrder = from.every((earlier, n) => earlier >= (from[n - 1] ?? 0));
  return { items: [...items, ...added], order: isInOrder ? null : { kind: 'order', from, identity } };
}

function byPosition(
  before: readonly unknown[],
  after: readonly unknown[],
  sameness: Sameness,
): Pairing | null {
  const aligned = align(before, after, sameness);
  if (aligned === null) return null;
  const later = new Map<number, number>();
  const items: ItemSegment[] = [];
  for (const [index, { from, isSame }] of aligned.entries()) {
    if (from !== null) later.set(from, isSame ? SAME : index);
    else items.push({ kind: 'item', name: null, before: null, after: index });
  }
  const kept = before.flatMap((_, index): ItemSegment[] => {
    const to = later.get(index) ?? null;
    return to === SAME ? [] : [{ kind: 'item', name: null, before: index, after: to }];
  });
  return { items: [...kept, ...items], order: null };
}

const SAME = -1;
