/** One field and what its values are to be → a search. Of a list one item has to pass; of several values one, or with `all` each. */
import { EVERYTHING, NOTHING, type Predicate } from '../../query/predicate.ts';
import { allOf, anyOf, notOf } from '../fold.ts';
import type { Json } from '../json.ts';
import { overJson } from '../over-json.ts';
import type { StageName } from '../stages.ts';
import { type SigmaField, sigmaField, textsOf } from './fields.ts';
import { nativeTest } from './native.ts';
import { compilePattern } from './pattern.ts';
import type { Search } from './search.ts';
import { timePartOf } from './time-parts.ts';
import { type Comparison, type Wanted, type Wish, wantedText } from './values.ts';

export function fieldTest(field: SigmaField, wish: Wish): Search {
  const tests = wish.wanted.map((wanted) => testOf(wanted, wish));
  const isStage = field.path?.length === 1 && field.path[0] === 'stage';
  const predicate = (): Predicate => signed(wish, ofEvent(field, wish, tests));
  if (!isStage) {
    const made = predicate();
    return { kind: 'test', namesStages: false, at: () => made };
  }
  return {
    ...{ kind: 'test', namesStages: true },
    at: (stage) => (stage === null ? predicate() : signed(wish, ofStage(field, wish, tests, stage))),
  };
}

/** Of one value: the texts that stand in the field, and the whole event. */
type Test = (found: readonly unknown[], texts: () => readonly string[], json: Json) => boolean;

function signed({ isNegated }: Wish, predicate: Predicate): Predicate {
  return isNegated ? notOf(predicate) : predicate;
}

/** One program for all of the values, unless some of them are predicates. */
function ofEvent(field: SigmaField, wish: Wish, tests: readonly Test[]): Predicate {
  const programOf = (index: number): Predicate =>
    program(field, { ...wish, wanted: wish.wanted.slice(index, index + 1) }, tests.slice(index, index + 1));
  const natives = wish.wanted.map((wanted, index) =>
    wish.timePart === null ? nativeTest(field, wanted, () => programOf(index)) : null,
  );
  if (natives.every((native) => native === null)) return program(field, wish, tests);
  const parts = natives.map((native, index) => native ?? programOf(index));
  return wish.isAll ? allOf(parts) : anyOf(parts);
}

function ofStage(field: SigmaField, { isAll }: Wish, tests: readonly Test[], stage: StageName): Predicate {
  const json = { stage };
  const found = field.of(json);
  const passes = (test: Test): boolean => test(found, () => [stage], json);
  return (isAll ? tests.every(passes) : tests.some(passes)) ? EVERYTHING : NOTHING;
}

function program(field: SigmaField, wish: Wish, tests: readonly Test[]): Predicate {
  const { isAll, timePart, wanted } = wish;
  const link = isAll ? ' and ' : ' or ';
  const values = wanted.map(wantedText).join(link);
  const part = timePart === null ? '' : `|${timePart}`;
  const reads = [...field.reads, ...wanted.flatMap((one) => readsOf(one, wish))];
  return overJson(`sigma: ${field.path?.join('.') ?? `*.${field.name}`}${part} ${values}`, reads, (json) => {
    const found = field.of(json);
    let texts: readonly string[] | null = null;
    const textsThere = (): readonly string[] => {
      texts ??= timePart === null ? textsOf(found) : partsOf(textsOf(found), timePart);
      return texts;
    };
    const passes = (test: Test): boolean => test(found, textsThere, json);
    return isAll ? tests.every(passes) : tests.some(passes);
  });
}

function partsOf(texts: readonly string[], part: NonNullable<Wish['timePart']>): readonly string[] {
  return texts.flatMap((text) => {
    const number = timePartOf(text, part);
    return number === null ? [] : [String(number)];
  });
}

function readsOf(wanted: Wanted, { place }: Wish): readonly string[] {
  return wanted.kind === 'field' ? sigmaField(wanted.name, place).reads : [];
}

function testOf(wanted: Wanted, { place }: Wish): Test {
  switch (wanted.kind) {
    case 'pattern': {
      const fits = compilePattern(wanted.pattern, wanted.isCased);
      return (_, texts) => texts().some(fits);
    }
    // Absent, or null, or an empty list.
    case 'null':
      return (_, texts) => texts().length === 0;
    case 'exists':
      return (found) => found.length > 0 === wanted.isThere;
    case 'regex':
      return (_, texts) => texts().some((text) => wanted.compiled.isIn(text));
    case 'compare':
      return (_, texts) =>
        texts().some((text) => text.trim() !== '' && compare(wanted.operator, Number(text), wanted.number));
    case 'network':
      return (_, texts) => texts().some((text) => wanted.network.has(text));
    case 'field': {
      const other = sigmaField(wanted.name, place);
      return (_, texts, json) => {
        const others = textsOf(other.of(json));
        return texts().some((text) => others.some((one) => agrees(text, one, wanted)));
      };
    }
  }
}

function agrees(
  text: string,
  other: string,
  { before, after, isCased }: Extract<Wanted, { kind: 'field' }>,
): boolean {
  const [own, wanted] = isCased ? [text, other] : [text.toLowerCase(), other.toLowerCase()];
  if (before && after) return own.includes(wanted);
  if (before) return own.endsWith(wanted);
  return after ? own.startsWith(wanted) : own === wanted;
}

function compare(operator: Comparison, value: number, wanted: number): boolean {
  switch (operator) {
    case 'lt':
      return value < wanted;
    case 'lte':
      return value <= wanted;
    case 'gt':
      return value > wanted;
    case 'gte':
      return value >= wanted;
  }
}
