/** Correlations, held against the plain reading of what they mean: every window that ends with a request is looked at by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byTimeOfHit, type Found, type Hit } from '../../src/rules/correlate.ts';
import type { Correlation, Need } from '../../src/rules/rule.ts';
import { WithinWindow } from '../../src/rules/within-window.ts';

type Within = Extract<Correlation, { kind: 'within' }>;

const WITHIN_US = 10;
const VALUE = { name: 'name', fields: [], of: () => null };
const STEP = { name: '', condition: { kind: 'all', of: [] }, key: [] } as const;

function within(needs: readonly Need[], steps: number, isOrdered: boolean): Within {
  return {
    kind: 'within',
    withinUs: WITHIN_US,
    key: ['user'],
    steps: Array.from({ length: steps }, () => STEP),
    isOrdered,
    needs,
  };
}

const bounds = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.option(fc.integer({ min: 0, max: 4 })))
  .map(([atLeast, more]) => ({ atLeast, atMost: more === null ? null : atLeast + more }));
const need = (steps: number): fc.Arbitrary<Need> =>
  fc.oneof(
    fc
      .tuple(fc.option(fc.integer({ min: 0, max: steps - 1 })), bounds)
      .map(([step, of]): Need => ({ kind: 'count', step, ...of })),
    bounds.map(
      (of): Need => ({ kind: 'distinct', values: Array.from({ length: steps }, () => VALUE), ...of }),
    ),
    fc
      .tuple(
        fc.constantFrom<'sum' | 'avg' | { percentile: number }>('sum', 'avg', { percentile: 50 }),
        fc.integer({ min: 0, max: 8 }),
      )
      .map(([of, atLeast]): Need => ({ kind: 'number', of, values: [VALUE], atLeast, atMost: null })),
  );
const correlation = fc
  .integer({ min: 1, max: 3 })
  .chain((steps) =>
    fc
      .tuple(fc.array(need(steps), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([needs, isOrdered]) => within(needs, steps, isOrdered)),
  );

function hitsFor({ steps, needs }: Within): fc.Arbitrary<readonly Hit<null>[]> {
  return fc.uniqueArray(
    fc
      .record({
        atUs: fc.integer({ min: 0, max: 60 }),
        id: fc.integer({ min: 0, max: 30 }).map(String),
        step: fc.integer({ min: 0, max: steps.length - 1 }),
        key: fc.constantFrom('a', 'b'),
        value: fc.option(fc.integer({ min: 0, max: 4 }).map(String)),
      })
      .map(({ value, ...hit }) => ({ ...hit, values: needs.map(() => value), item: null })),
    { maxLength: 40, selector: (hit) => `${hit.atUs} ${hit.id} ${hit.step} ${hit.key}` },
  );
}

const both = correlation.chain((of) => fc.tuple(fc.constant(of), hitsFor(of)));

interface Plain {
  readonly key: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly hits: readonly string[];
}

function nameOf(hit: Hit<unknown>): string {
  return `${hit.atUs} ${hit.id} ${hit.step}`;
}

function plainly(of: Within, hits: readonly Hit<null>[]): readonly Plain[] {
  const episodes: { key: string; fromUs: number; toUs: number; hits: Set<string> }[] = [];
  for (const key of ['a', 'b']) {
    const own = hits.filter((hit) => hit.key === key).sort(byTimeOfHit);
    let last: (typeof episodes)[number] | null = null;
    for (const [n, end] of own.entries()) {
      const window = own.slice(0, n + 1).filter(({ atUs }) => atUs >= end.atUs - WITHIN_US);
      if (!of.needs.every((one, m) => holds(one, m, window)) || !isInOrder(of, window)) continue;
      if (last === null || end.atUs > last.toUs + WITHIN_US) {
        last = { key, fromUs: end.atUs, toUs: end.atUs, hits: new Set() };
        episodes.push(last);
      }
      last.toUs = end.atUs;
      for (const hit of window) last.hits.add(nameOf(hit));
    }
  }
  return episodes.map((one) => ({ ...one, hits: [...one.hits].sort() }));
}

function holds(one: Need, n: number, window: readonly Hit<null>[]): boolean {
  const values = window.map((hit) => hit.values[n]).filter((value) => value !== null && value !== undefined);
  const numbers = values.map(Number).sort((a, b) => a - b);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const counted =
    one.kind === 'count'
      ? window.filter(({ step }) => one.step === null || step === one.step).length
      : one.kind === 'distinct'
        ? new Set(values).size
        : numbers.length === 0
          ? null
          : one.of === 'sum'
            ? sum
            : one.of === 'avg'
              ? sum / numbers.length
              : (numbers[Math.max(1, Math.ceil((one.of.percentile / 100) * numbers.length)) - 1] ?? null);
  if (counted === null) return false;
  return (one.atLeast === null || counted >= one.atLeast) && (one.atMost === null || counted <= one.atMost);
}

/** The first of each step that can be, as often as it is needed. */
function isInOrder({ isOrdered, steps, needs }: Within, window: readonly Hit<null>[]): boolean {
  if (!isOrdered) return true;
  const wanted = steps.flatMap((_, step) => {
    const most = needs.map((one) => (one.kind === 'count' && one.step === step ? one.atLeast : 1));
    return Array.from({ length: Math.max(1, ...most) }, () => step);
  });
  let at = 0;
  let lastId = '';
  for (const hit of window) {
    if (hit.step !== wanted[at]) continue;
    if (wanted[at - 1] !== wanted[at] && hit.id === lastId) continue;
    if (wanted[at + 1] !== wanted[at]) lastId = hit.id;
    at++;
  }
  return at >= wanted.length;
}

function gathered(found: readonly { readonly key: string; readonly of: Found<null> }[]): readonly Plain[] {
  const episodes = new Map<string, { key: string; fromUs: number; toUs: number; hits: string[] }>();
  for (const { key, of } of found) {
    const known = episodes.get(`${key} ${of.episode}`);
    expect(of.isNew).toBe(known === undefined);
    const one = known ?? { key, fromUs: of.atUs, toUs: of.atUs, hits: [] };
    episodes.set(`${key} ${of.episode}`, one);
    one.fromUs = Math.min(one.fromUs, of.atUs);
    one.toUs = Math.max(one.toUs, of.atUs);
    one.hits.push(...of.hits.map(nameOf));
  }
  return [...episodes.values()]
    .map((one) => ({ ...one, hits: one.hits.sort() }))
    .sort((a, b) => (a.key === b.key ? a.fromUs - b.fromUs : a.key < b.key ? -1 : 1));
}

function fed(of: Within, hits: readonly Hit<null>[], slackUs: number): readonly Plain[] {
  const window = new WithinWindow<null>(of, slackUs);
  return gathered(hits.flatMap((hit) => window.add(hit).map((one) => ({ key: hit.key, of: one }))));
}

describe('WithinWindow', () => {
  it('finds what each window by itself shows, in the order of time', () => {
    fc.assert(
      fc.property(both, ([of, hits]) => {
        expect(fed(of, [...hits].sort(byTimeOfHit), 0)).toEqual(plainly(of, hits));
      }),
      { numRuns: 2000 },
    );
  });

  it('finds all of it in whatever order requests come, and nothing else', () => {
    fc.assert(
      fc.property(both, ([of, hits]) => {
        // Bounds from above hold of fewer requests, as long as the others have not come.
        fc.pre(of.needs.every((one) => one.atMost === null && one.kind !== 'number'));
        const late = fed(of, hits, 1000);
        const plain = plainly(of, hits);
        const names = (episodes: readonly Plain[]) =>
          [...new Set(episodes.flatMap((one) => one.hits.map((hit) => one.key + hit)))].sort();
        expect(names(late)).toEqual(names(plain));
        for (const one of plain) {
          expect(
            late.some(({ key, fromUs, toUs }) => key === one.key && fromUs <= one.toUs && toUs >= one.fromUs),
          ).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('counts a request once that is told twice', () => {
    const window = new WithinWindow<null>(
      within([{ kind: 'count', step: null, atLeast: 2, atMost: null }], 1, false),
      5,
    );
    const hit = { atUs: 1, id: 'x', step: 0, key: 'a', values: [null], item: null };
    expect([...window.add(hit), ...window.add(hit)]).toEqual([]);
    expect(window.add({ ...hit, id: 'y' })).toHaveLength(1);
  });

  it('forgets what is too old, and says what it had to forget', () => {
    const window = new WithinWindow<null>(
      within([{ kind: 'count', step: null, atLeast: 3, atMost: null }], 1, false),
      0,
      { ofAll: 10 },
    );
    const hit = (n: number, atUs: number) => ({
      atUs,
      id: String(n),
      step: 0,
      key: `k${n}`,
      values: [null],
      item: null,
    });
    for (let n = 0; n < 100; n++) window.add(hit(n, n * 100));
    expect(window.forgotten).toBe(0);
    for (let n = 0; n < 100; n++) window.add(hit(n, 10_000));
    expect(window.forgotten).toBeGreaterThan(80);
  });
});
