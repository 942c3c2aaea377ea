/** How alike two values are that are not the same, to tell an item that was changed from one that was replaced by another. */
import { fieldOf, isObject, isScalar, type Json, namesOf } from './scalar.ts';

/** From here on, one is taken for the other, changed. */
export const ALIKE = 0.4;

/** What is looked at of a pair, all in all: there can be hundreds of pairs. */
const MAX_FIELDS = 100;
const MAX_ENDS = 500;

/** From 0 to 1. A scalar in the place of another is always that one changed: nothing says who it is. */
export function likeness(one: unknown, other: unknown): number {
  if (isScalar(one) && isScalar(other))
    return ALIKE + (1 - ALIKE) * likenessOf(one, other, { left: MAX_FIELDS });
  return likenessOf(one, other, { left: MAX_FIELDS });
}

function likenessOf(one: unknown, other: unknown, room: { left: number }): number {
  room.left--;
  if (typeof one === 'string' && typeof other === 'string') return likenessOfTexts(one, other);
  if (isScalar(one) || isScalar(other)) return one === other ? 1 : 0;
  if (Array.isArray(one) && Array.isArray(other)) return likenessOfLists(one, other, room);
  return isObject(one) && isObject(other) ? likenessOfObjects(one, other, room) : 0;
}

/** What they begin with and end with in common. */
function likenessOfTexts(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length, MAX_ENDS);
  let head = 0;
  while (head < shorter && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < shorter - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const longer = Math.min(Math.max(one.length, other.length), MAX_ENDS);
  return longer === 0 ? 1 : (head + tail) / longer;
}

/** The scalars that they have in common. */
function likenessOfLists(one: readonly unknown[], other: readonly unknown[], room: { left: number }): number {
  const longer = Math.max(one.length, other.length);
  if (longer === 0) return 1;
  const scalars = new Set(one.slice(0, room.left).filter(isScalar));
  const looked = other.slice(0, room.left);
  room.left -= looked.length;
  return looked.filter((item) => isScalar(item) && scalars.has(item)).length / longer;
}

function likenessOfObjects(one: Json, other: Json, room: { left: number }): number {
  const identity = IDENTITIES.find((name) => isScalar(fieldOf(one, name)) && isScalar(fieldOf(other, name)));
  if (identity !== undefined && one[identity] !== other[identity]) return 0;
  const names = namesOf(one).filter((name) => fieldOf(other, name) !== undefined);
  const all = namesOf(one).length + namesOf(other).length - names.length;
  if (all === 0) return 1;
  let sum = 0;
  for (const name of names) {
    if (room.left <= 0) break;
    const [was, is] = [one[name], other[name]];
    // A field with something else in it is still the same field.
    if (isScalar(was) || isScalar(is)) {
      room.left--;
      sum += was === is ? 1 : SAME_FIELD;
    } else sum += Math.max(SAME_FIELD, likenessOf(was, is, room));
  }
  return identity === undefined ? sum / all : Math.max(ALIKE, sum / all);
}

/** What another value of makes another item, by the habits of Kubernetes; the first that both have. */
const IDENTITIES = ['name', 'key', 'id', 'type'];
const SAME_FIELD = 0.1;
