/**
 * Needles → a test of an index's lines, in the logic of three values of query/matches.ts. What a line's shape and kind tell is
 * told once for each pair of them: for most lines that is all.
 */
import { fieldOf } from '../../query/matches.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Needles } from '../needles.ts';
import { type FieldVerdicts, fieldColumn } from './field-column.ts';
import type { Column, LogIndex } from './log-index.ts';
import { NO, type RowTest, UNSURE, YES } from './row-verdict.ts';
import { isIndexed, KIND, placeOf, SHAPE } from './tables.ts';

/** Pairs of shape and kind: some hundred, unless somebody makes up verbs and resources. */
const MOST_PAIRS = 2 ** 18;

export function rowTest(index: LogIndex, needles: Needles): RowTest {
  const leaves = new Leaves(index);
  const [shapes, kinds] = [index.tables[SHAPE], index.tables[KIND]];
  const countOf = (table: typeof shapes): number =>
    table === undefined ? 0 : table.entries.length / table.values.length;
  const [shapeCount, kindCount] = [countOf(shapes), countOf(kinds)];
  if (shapes === undefined || kinds === undefined || shapeCount * kindCount > MOST_PAIRS)
    return asTest(leaves.left(needles, null));
  return byPairs(shapes.column, kinds.column, kindCount, new Uint8Array(shapeCount * kindCount), (pair) =>
    leaves.left(needles, { shape: Math.floor(pair / kindCount), kind: pair % kindCount }),
  );
}

/** Fast path: `left` of a pair is what its lines are still asked. */
function byPairs(
  shapes: Column,
  kinds: Column,
  kindCount: number,
  known: Uint8Array,
  left: (pair: number) => Left,
): RowTest {
  const tests = new Map<number, RowTest>();
  known.fill(NOT_JUDGED);
  return (row) => {
    const pair = (shapes[row] ?? 0) * kindCount + (kinds[row] ?? 0);
    let verdict = known[pair] ?? UNSURE;
    if (verdict === NOT_JUDGED) {
      const more = left(pair);
      verdict = typeof more === 'number' ? more : ASKS_MORE;
      known[pair] = verdict;
      if (typeof more !== 'number') tests.set(pair, more);
    }
    return verdict === ASKS_MORE ? (tests.get(pair)?.(row) ?? UNSURE) : verdict;
  };
}

const ASKS_MORE = 0xfe;
const NOT_JUDGED = 0xff;

/** A verdict, or the test that is left when part of a line is known. */
type Left = number | RowTest;

interface Known {
  readonly shape: number;
  readonly kind: number;
}

class Leaves {
  readonly #index: LogIndex;
  readonly #verdicts = new Map<Predicate, FieldVerdicts>();

  constructor(index: LogIndex) {
    this.#index = index;
  }

  /** `known`: null where nothing is. */
  left(needles: Needles, known: Known | null): Left {
    if (needles.kind === 'text') return this.#leaf(needles.leaf, known);
    const decisive = needles.kind === 'any' ? YES : NO;
    let verdict = decisive === YES ? NO : YES;
    const tests: RowTest[] = [];
    for (const part of needles.of) {
      const left = this.left(part, known);
      if (left === decisive) return decisive;
      if (left === UNSURE) verdict = UNSURE;
      else if (typeof left !== 'number') tests.push(left);
    }
    return combined(tests, decisive, verdict);
  }

  #leaf(leaf: Predicate, known: Known | null): Left {
    if (leaf.kind === 'not') {
      const left = this.#leaf(leaf.of, known);
      if (typeof left === 'number') return NEGATED[left] ?? UNSURE;
      return (row) => NEGATED[left(row)] ?? UNSURE;
    }
    if (leaf.kind === 'all' || leaf.kind === 'any' || leaf.kind === 'cel') return UNSURE;
    // Of what the index does not have, it is not sure.
    const field = fieldOf(leaf);
    if (!isIndexed(field)) return UNSURE;
    const verdicts = this.#verdicts.get(leaf) ?? fieldColumn(this.#index, field).verdicts(leaf);
    this.#verdicts.set(leaf, verdicts);
    const table = placeOf(field)?.table;
    if (known !== null && table === SHAPE) return verdicts.ofEntry(known.shape);
    return known !== null && table === KIND ? verdicts.ofEntry(known.kind) : verdicts.ofRow;
  }
}

/** `otherwise`: where no test is decisive, or unsure. */
function combined(tests: readonly RowTest[], decisive: number, otherwise: number): Left {
  const [only] = tests;
  if (only === undefined) return otherwise;
  if (tests.length === 1 && otherwise !== UNSURE) return only;
  return (row) => {
    let verdict = otherwise;
    for (const test of tests) {
      const one = test(row);
      if (one === decisive) return decisive;
      if (one === UNSURE) verdict = UNSURE;
    }
    return verdict;
  };
}

function asTest(left: Left): RowTest {
  return typeof left === 'number' ? () => left : left;
}

/** Of NO, YES, UNSURE. */
const NEGATED = [YES, NO, UNSURE];
