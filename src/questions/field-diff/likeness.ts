/** How alike two values are that are not the same, to tell an item that was changed from one that was replaced by another. */
import { fieldOf, isObject, isSame, isScalar, type Json, namesOf } from './scalar.ts';

/** From here on, one is taken for the other, changed. */
export const ALIKE = 0.4;
/** Items are looked into no deeper, nor further than so many fields. */
const MAX_DEPTH = 4;
const MAX_FIELDS = 100;

/** From 0 to 1. */
export function likeness(one: unknown, other: unknown, depth = 0): number {
  if (typeof one === 'string' && typeof other === 'string') return likenessOfTexts(one, other);
  if (isScalar(one) || isScalar(other)) return one === other ? 1 : 0;
  if (Array.isArray(one) && Array.isArray(other)) return likenessOfLists(one, other);
  return isObject(one) && isObject(other) ? likenessOfObjects(one, other, depth) : 0;
}

/** What they begin with and end with in common. */
function likenessOfTexts(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  let head = 0;
  while (head < shorter && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < shorter - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const longer = Math.max(one.length, other.length);
  return longer === 0 ? 1 : (head + tail) / longer;
}

/** What they have in common, as texts. */
function likenessOfLists(one: readonly unknown[], other: readonly unknown[]): number {
  const longer = Math.max(one.length, other.length);
  if (longer === 0) return 1;
  const scalars = new Set(one.slice(0, MAX_FIELDS).filter(isScalar));
  return other.slice(0, MAX_FIELDS).filter((item) => isScalar(item) && scalars.has(item)).length / longer;
}

function likenessOfObjects(one: Json, other: Json, depth: number): number {
  const identity = IDENTITIES.find((name) => isScalar(fieldOf(one, name)) && isScalar(fieldOf(other, name)));
  if (identity !== undefined && one[identity] !== other[identity]) return 0;
  const names = new Set([...namesOf(one), ...namesOf(other)]);
  if (names.size === 0) return 1;
  let sum = 0;
  for (const name of [...names].slice(0, MAX_FIELDS)) {
    const [was, is] = [fieldOf(one, name), fieldOf(other, name)];
    if (was === undefined || is === undefined) continue;
    // A field with another text in it is still the same field.
    if (isScalar(was) || isScalar(is)) sum += was === is ? 1 : SAME_FIELD;
    else if (depth < MAX_DEPTH) sum += Math.max(SAME_FIELD, likeness(was, is, depth + 1));
    else sum += isSame(was, is) ? 1 : SAME_FIELD;
  }
  const found = sum / names.size;
  return identity === undefined ? found : Math.max(ALIKE, found);
}

/** What another value of makes another item, by the habits of Kubernetes; the first that both have. */
const IDENTITIES = ['name', 'key', 'id', 'type'];
const SAME_FIELD = 0.1;
