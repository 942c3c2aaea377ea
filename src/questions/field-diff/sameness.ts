/**
 * Whether values are the same, asked again and again of parts of one another: each container is looked through once for a
 * number that tells most of those apart that differ, however deep.
 */
import { isObject, isSame, isSameWithin, namesOf } from './scalar.ts';

const FEW_STEPS = 200;

export class Sameness {
  readonly #prints = new Map<object, number>();

  isSame(one: unknown, other: unknown): boolean {
    // Fast path: most values are small, or differ where one looks first.
    const found = isSameWithin(one, other, FEW_STEPS);
    if (found !== null) return found;
    return this.printOf(one) === this.printOf(other) && isSame(one, other);
  }

  /** The same for the same values, whatever the order of their fields; different for most others. */
  printOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) return printOfScalar(value);
    const known = this.#prints.get(value);
    if (known !== undefined) return known;
    const containers: object[] = [value];
    for (const container of containers)
      for (const inner of Object.values(container))
        if (typeof inner === 'object' && inner !== null && !this.#prints.has(inner)) containers.push(inner);
    // What is inside comes later in that order.
    for (const container of containers.reverse()) this.#prints.set(container, this.#combined(container));
    return this.#prints.get(value) ?? 0;
  }

  #combined(container: object): number {
    let print = Array.isArray(container) ? container.length : -1;
    if (Array.isArray(container)) {
      for (const item of container) print = mixed(print, this.#inner(item));
    } else if (isObject(container)) {
      for (const name of namesOf(container))
        print = (print + mixed(printOfText(name), this.#inner(container[name]))) | 0;
    }
    return print;
  }

  #inner(value: unknown): number {
    return typeof value === 'object' && value !== null
      ? (this.#prints.get(value) ?? 0)
      : printOfScalar(value);
  }
}

function printOfScalar(value: unknown): number {
  return typeof value === 'string' ? printOfText(value) : mixed(1, printOfText(String(value)));
}

/** Long texts differ at their ends, as a rule. */
const ENDS = 200;

function printOfText(text: string): number {
  let print = text.length;
  for (let n = 0; n < Math.min(text.length, ENDS); n++) print = mixed(print, text.charCodeAt(n));
  for (let n = Math.max(ENDS, text.length - ENDS); n < text.length; n++)
    print = mixed(print, text.charCodeAt(n));
  return print;
}

function mixed(print: number, more: number): number {
  return (Math.imul(print ^ (print >>> 15), 0x2c1b3c6d) + Math.imul(more, 0x297a2d39) + 1) | 0;
}
