/** A Falco condition, its macros and lists put in → a predicate. */
import type { CompilePattern } from '../../query/linear-pattern.ts';
import { EVERYTHING, NOTHING, type Predicate } from '../../query/predicate.ts';
import { allOf, anyOf, notOf } from '../fold.ts';
import { overJson } from '../over-json.ts';
import { type StageName, throughStages } from '../stages.ts';
import { compileTest, refusalOf, type Test } from './compare.ts';
import { type Check, type Condition, ConditionError, type Word } from './condition.ts';
import { nativeList, nativeTest } from './native.ts';
import { type ReadOperand, readOperand } from './operand.ts';

export interface Means {
  /** Of a macro by that name; throws a ConditionError. */
  readonly macro: (name: string, offset: number) => Condition;
  /** What a word that is not quoted stands for: itself, or a list's items. */
  readonly expand: (word: Word) => readonly string[];
  readonly compilePattern: CompilePattern;
}

/** Top-level fields of the event that its programs read are in them; throws a ConditionError. */
export function toPredicate(condition: Condition, means: Means): Predicate {
  const translation = new Translation(means);
  if (!translation.namesStages(condition)) return translation.of(condition, null);
  return throughStages((stage) => translation.of(condition, stage));
}

/** Macros in macros multiply. */
const MAX_PARTS = 20_000;
const MAX_MACROS = 100;

class Translation {
  readonly #means: Means;
  readonly #macros: string[] = [];
  #parts = 0;

  constructor(means: Means) {
    this.#means = means;
  }

  namesStages(condition: Condition): boolean {
    switch (condition.kind) {
      case 'all':
      case 'any':
        return condition.of.some((part) => this.namesStages(part));
      case 'not':
        return this.namesStages(condition.of);
      case 'macro':
        return this.#within(condition.name, condition.offset, (of) => this.namesStages(of));
      case 'check':
        return isStage(readOperand(condition.left));
    }
  }

  of(condition: Condition, stage: StageName | null): Predicate {
    switch (condition.kind) {
      case 'all':
        return allOf(condition.of.map((part) => this.of(part, stage)));
      case 'any':
        return anyOf(condition.of.map((part) => this.of(part, stage)));
      case 'not':
        return notOf(this.of(condition.of, stage));
      case 'macro':
        return this.#within(condition.name, condition.offset, (of) => this.of(of, stage));
      case 'check':
        return this.#check(condition, stage);
    }
  }

  #within<T>(name: string, offset: number, make: (of: Condition) => T): T {
    if (this.#macros.includes(name) || this.#macros.length >= MAX_MACROS)
      throw new ConditionError(
        offset,
        `macro ${name} is made of itself: ${[...this.#macros, name].join(' → ')}`,
      );
    if (++this.#parts > MAX_PARTS)
      throw new ConditionError(offset, `its macros come to more than ${MAX_PARTS} parts`);
    const of = this.#means.macro(name, offset);
    this.#macros.push(name);
    try {
      return make(of);
    } catch (error) {
      // What is wrong within a macro stands elsewhere, and is found where the macro is.
      throw error instanceof ConditionError ? inMacro(error, name, offset) : error;
    } finally {
      this.#macros.pop();
    }
  }

  #check(check: Check, stage: StageName | null): Predicate {
    if (++this.#parts > MAX_PARTS)
      throw new ConditionError(check.offset, `its macros come to more than ${MAX_PARTS} parts`);
    const left = readOperand(check.left);
    const why = refusalOf(left, check.operator, check.quantifier);
    if (why !== null) throw new ConditionError(check.offset, `${left.text}: ${why}`);
    if (check.right?.kind === 'operand') return betweenFields(check, left, readOperand(check.right.operand));
    const texts = this.#texts(check);
    const test = this.#test(check, left, texts);
    if (isStage(left) && stage !== null) return test([stage]) ? EVERYTHING : NOTHING;
    return certain(check, left, texts, test) ?? native(check, left, texts, program(check, left, texts, test));
  }

  #texts(check: Check): readonly string[] {
    const { right, operator, quantifier } = check;
    if (right?.kind !== 'values') return [];
    const texts = right.values.flatMap((word) => (word.isQuoted ? [word.text] : this.#means.expand(word)));
    const isSingle = quantifier === null && !['in', 'intersects', 'pmatch'].includes(operator);
    if (isSingle && texts.length !== 1)
      throw new ConditionError(
        right.offset,
        `${operator} takes one value, and this list has ${texts.length}`,
      );
    return texts;
  }

  #test(check: Check, left: ReadOperand, texts: readonly string[]): Test {
    if (check.operator === 'exists') return () => true;
    try {
      return compileTest(left, check.operator, check.quantifier, texts, this.#means.compilePattern);
    } catch (error) {
      const place = check.right?.kind === 'values' ? check.right.offset : check.offset;
      throw new ConditionError(place, `${left.text} ${check.operator}: ${(error as Error).message}`);
    }
  }
}

function inMacro(error: ConditionError, name: string, offset: number): ConditionError {
  if (error instanceof MacroError) return error;
  return new MacroError(offset, error, name);
}

/** In a macro's own text; `cause` has its offset there. */
export class MacroError extends ConditionError {
  readonly macro: string;
  readonly within: ConditionError;

  constructor(offset: number, within: ConditionError, macro: string) {
    super(offset, within.message);
    this.macro = macro;
    this.within = within;
  }
}

function isStage({ field }: ReadOperand): boolean {
  return field?.path?.length === 1 && field.path[0] === 'stage';
}

/** What no event can change. Null: it depends. */
function certain(
  check: Check,
  { field }: ReadOperand,
  texts: readonly string[],
  test: Test,
): Predicate | null {
  // Nothing is among none.
  if (check.operator !== 'exists' && texts.length === 0) return NOTHING;
  if (field === null) return null;
  const { constant, form } = field.kind;
  if (constant !== undefined) return test([constant]) ? EVERYTHING : NOTHING;
  if (form === undefined) return null;
  if (check.operator === 'exists') return EVERYTHING;
  const isEquality = check.operator === '=' || check.operator === 'in' || check.operator === 'intersects';
  return isEquality && texts.every((text) => !form.test(text)) ? NOTHING : null;
}

function native(check: Check, left: ReadOperand, texts: readonly string[], otherwise: Predicate): Predicate {
  const { operator, quantifier } = check;
  if (left.field === null || quantifier !== null) return otherwise;
  const { kind, path } = left.field;
  const isWhole = !left.text.endsWith(']') || kind.argument === 'key';
  if (kind.list !== undefined && isWhole) return nativeList(kind.list, operator, texts, otherwise);
  return path === null ? otherwise : (nativeTest(path, operator, texts, otherwise) ?? otherwise);
}

function program(check: Check, left: ReadOperand, texts: readonly string[], test: Test): Predicate {
  const operator = [check.operator, check.quantifier].filter((word) => word !== null).join(' ');
  const right = check.operator === 'exists' ? '' : ` ${JSON.stringify(texts)}`;
  return overJson(`falco: ${left.text} ${operator}${right}`, left.reads, (json) => {
    const values = left.of(json);
    return values !== null && test(values);
  });
}

function betweenFields(check: Check, left: ReadOperand, right: ReadOperand): Predicate {
  const { operator, offset } = check;
  if (operator === 'pmatch' || operator === 'regex')
    throw new ConditionError(offset, `${operator} takes values, not a field`);
  if (left.type !== right.type || left.isList !== right.isList)
    throw new ConditionError(offset, `${left.text} and ${right.text} are of different kinds`);
  const compile = (texts: readonly string[]): Test =>
    compileTest(left, operator, null, texts, () => ({ error: 'no pattern' }));
  const text = `falco: ${left.text} ${operator} val(${right.text})`;
  return overJson(text, [...left.reads, ...right.reads], (json) => {
    const values = left.of(json);
    const wanted = right.of(json);
    if (values === null || wanted === null) return false;
    return compile(wanted.map(String))(values);
  });
}
