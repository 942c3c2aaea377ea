/** Numbers for values, so that finding out that two of a list's items are the same costs no more than comparing numbers. */
import { isObject, isSame, namesOf } from './scalar.ts';

/** Of values that look the same from above; more of them are each taken for another. */
const MAX_LOOKALIKES = 50;
const MAX_DEPTH = 100;

export class Interner {
  readonly #byLook = new Map<string, { readonly id: number; readonly value: unknown }[]>();
  #last = 0;

  idOf(value: unknown): number {
    const look = lookOf(value, 0);
    const lookalikes = this.#byLook.get(look) ?? [];
    const known = lookalikes.slice(0, MAX_LOOKALIKES).find((one) => isSame(one.value, value));
    if (known !== undefined) return known.id;
    const id = ++this.#last;
    lookalikes.push({ id, value });
    this.#byLook.set(look, lookalikes);
    return id;
  }
}

/** The same for the same values, whatever the order of their fields; different for most others. */
function lookOf(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  if (Array.isArray(value)) return `[${value.map((item) => lookOf(item, depth + 1)).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const fields = namesOf(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${lookOf(value[name], depth + 1)}`).join()}}`;
}
