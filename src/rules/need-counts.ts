/** What is counted of the requests in a window as it slides: a request in, a request out. */
import { assertNever } from '../errors.ts';
import type { Hit } from './correlate.ts';
import type { Correlation, Need } from './rule.ts';

type Within = Extract<Correlation, { kind: 'within' }>;

export class NeedCounts {
  readonly #needs: readonly Need[];
  readonly #ofSteps: number[];
  /** By need: how often each value is there. */
  readonly #values: readonly Map<string, number>[];
  #count = 0;

  constructor({ needs, steps }: Within) {
    this.#needs = needs;
    this.#ofSteps = steps.map(() => 0);
    this.#values = needs.map(() => new Map());
  }

  add(hit: Hit<unknown>): void {
    this.#change(hit, 1);
  }

  take(hit: Hit<unknown>): void {
    this.#change(hit, -1);
  }

  clear(): void {
    this.#count = 0;
    this.#ofSteps.fill(0);
    for (const values of this.#values) values.clear();
  }

  /** All needs do; of no requests, none. */
  hold(): boolean {
    return this.#count > 0 && this.#needs.every((need, n) => this.#holds(need, n));
  }

  #holds(need: Need, n: number): boolean {
    const values = this.#values[n] ?? new Map<string, number>();
    switch (need.kind) {
      case 'count':
        return isWithin(need.step === null ? this.#count : (this.#ofSteps[need.step] ?? 0), need);
      case 'distinct':
        return isWithin(values.size, need);
      case 'number': {
        const number = numberOf(need.of, values);
        return number !== null && isWithin(number, need);
      }
      default:
        return assertNever(need);
    }
  }

  #change(hit: Hit<unknown>, by: 1 | -1): void {
    this.#count += by;
    this.#ofSteps[hit.step] = (this.#ofSteps[hit.step] ?? 0) + by;
    for (const [n, values] of this.#values.entries()) {
      const value = hit.values[n];
      if (value === null || value === undefined) continue;
      const count = (values.get(value) ?? 0) + by;
      if (count === 0) values.delete(value);
      else values.set(value, count);
    }
  }
}

function isWithin(
  count: number,
  { atLeast, atMost }: { readonly atLeast: number | null; readonly atMost: number | null },
): boolean {
  return (atLeast === null || count >= atLeast) && (atMost === null || count <= atMost);
}

/** Of the values that are numbers; null: of none. */
function numberOf(
  of: Extract<Need, { kind: 'number' }>['of'],
  values: ReadonlyMap<string, number>,
): number | null {
  const numbers = [...values]
    .map(([text, count]) => ({ value: text.trim() === '' ? Number.NaN : Number(text), count }))
    .filter(({ value }) => Number.isFinite(value));
  const count = numbers.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return null;
  const sum = numbers.reduce((total, { value, count: times }) => total + value * times, 0);
  if (of === 'sum') return sum;
  if (of === 'avg') return sum / count;
  return percentile(numbers, count, of.percentile);
}

/** The nearest rank: the smallest value that so many percent are not above. */
function percentile(
  numbers: readonly { readonly value: number; readonly count: number }[],
  count: number,
  percent: number,
): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * count));
  let passed = 0;
  const sorted = [...numbers].sort((a, b) => a.value - b.value);
  for (const one of sorted) {
    passed += one.count;
    if (passed >= rank) return one.value;
  }
  return sorted.at(-1)?.value ?? 0;
}
