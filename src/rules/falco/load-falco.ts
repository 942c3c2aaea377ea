/**
 * Falco's rule files → rules: those of source k8s_audit. Macros and lists of all the files are seen by all of them, and a
 * later file overrides an earlier one, as in Falco.
 */
import type { Level } from '../../event/event.ts';
import { type CompilePattern, linearPatterns } from '../../query/linear-pattern.ts';
import { isNothing, type Predicate } from '../../query/predicate.ts';

import { levelOf } from '../level-of.ts';
import { notesOfOthers, type OtherRule } from '../other-logs.ts';
import { type Place, Refusal, Refusals } from '../refusal.ts';
import type { LoadedRules, Rule, RuleNote, RuleText, Severity } from '../rule.ts';
import { slugs } from '../slug.ts';
import type { Scalar } from '../yaml-tree.ts';
import { AUDIT_SOURCE, collect } from './collect.ts';
import { type Condition, ConditionError } from './condition.ts';
import type { Definitions, ExceptionDefinition, Pieces, Priority, RuleDefinition } from './definitions.ts';
import { withoutExceptions } from './exceptions.ts';
import { expandWith } from './lists.ts';
import { UnknownField } from './operand.ts';
import { parseOutput } from './output.ts';
import { parseCondition } from './parse-condition.ts';
import { MacroError, type Means, toPredicate } from './to-predicate.ts';

/** In the order in which Falco would be given the files. Throws UserError AUDIT_BAD_RULE that tells all that is wrong in them. */
export async function loadFalco(files: readonly RuleText[]): Promise<LoadedRules> {
  const refusals = new Refusals();
  const definitions = collect(files, refusals);
  const loader = new Loader(definitions, await linearPatterns());
  const notes: RuleNote[] = [...definitions.notes];
  const others: OtherRule[] = [];
  const idOf = slugs('falco');
  const rules: Rule[] = [];
  for (const definition of definitions.rules.values()) {
    const { name, place } = definition;
    if (definition.source !== AUDIT_SOURCE) {
      others.push({ title: name, log: `source ${definition.source}`, place });
      continue;
    }
    if (!definition.isEnabled) {
      notes.push({ text: `rule ${JSON.stringify(name)} is switched off in its file`, place });
      continue;
    }
    const made = refusals.attempt(() => loader.rule(definition, idOf));
    if (typeof made === 'string') notes.push({ text: made, place });
    else if (made !== null) {
      rules.push(made);
      if (isNothing(made.condition)) {
        const text = `rule ${JSON.stringify(name)} holds of no request: its macros switch it off`;
        notes.push({ text, place });
      }
    }
  }
  refusals.throwAll();
  return { rules, notes: [...notes, ...notesOfOthers(others, AUDIT_SOURCE)] };
}

const SEVERITIES: Readonly<Record<Priority, Severity>> = {
  emergency: 'critical',
  alert: 'critical',
  critical: 'critical',
  error: 'high',
  warning: 'medium',
  notice: 'low',
  informational: 'info',
  debug: 'info',
};

class Loader {
  readonly #definitions: Definitions;
  readonly #means: Means;
  readonly #parsed = new Map<string, Condition>();

  constructor(definitions: Definitions, compilePattern: CompilePattern) {
    this.#definitions = definitions;
    this.#means = {
      macro: (name, offset) => this.#macro(name, offset),
      expand: expandWith(definitions.lists),
      compilePattern,
    };
  }

  /** A text: why it is passed over. Throws a Refusal. */
  rule(definition: RuleDefinition, idOf: (title: string) => string): Rule | string {
    const { name, description, tags } = definition;
    try {
      const condition = this.#condition(definition);
      const output = this.#placed(definition.output.text.trim(), definition.output, 'output', parseOutput);
      return {
        ...{ id: idOf(name), title: name, pack: 'falco', severity: SEVERITIES[definition.priority] },
        ...{ tags: tags.map(tagOf), condition, correlation: null, level: levelNeeded(condition) },
        ...{ why: description.replace(/\s+/g, ' '), advice: [], falsePositives: [], references: [] },
        ...{ describe: output.describe, fields: output.fields, place: definition.place },
      };
    } catch (error) {
      if (error instanceof Passed) return `rule ${JSON.stringify(name)} is passed over: ${error.message}`;
      throw error;
    }
  }

  #condition(definition: RuleDefinition): Predicate {
    const { condition, exceptions } = definition;
    const exceptionPlaces: Place[] = [];
    const offsetOf = (scalar: Scalar | null, exception: ExceptionDefinition): number =>
      EXCEPTIONS + exceptionPlaces.push(scalar?.place ?? exception.place) - 1;
    const places = {
      placeAt: (offset: number) => exceptionPlaces[offset - EXCEPTIONS] ?? condition.placeAt(offset),
    };
    return this.#placed(
      condition.text,
      places,
      'condition',
      (text) => toPredicate(withoutExceptions(parseCondition(text), exceptions, offsetOf), this.#means),
      definition.skipsUnknown,
    );
  }

  #placed<T>(
    text: string,
    places: { placeAt(offset: number): Place },
    what: string,
    make: (text: string) => T,
    skipsUnknown = false,
  ): T {
    try {
      return make(text);
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      const { place, cause } = this.#whereIs(error, places);
      if (skipsUnknown && cause instanceof UnknownField) throw new Passed(cause.message);
      throw new Refusal(place, `${what}: ${cause.message}`);
    }
  }

  /** In a macro's own text, when it is wrong there. */
  #whereIs(
    error: ConditionError,
    places: { placeAt(offset: number): Place },
  ): { readonly place: Place; readonly cause: ConditionError } {
    if (!(error instanceof MacroError)) return { place: places.placeAt(error.offset), cause: error };
    const macro = this.#definitions.macros.get(error.macro);
    return { place: (macro?.condition ?? places).placeAt(error.within.offset), cause: error.within };
  }

  #macro(name: string, offset: number): Condition {
    const known = this.#parsed.get(name);
    if (known !== undefined) return known;
    const macro = this.#definitions.macros.get(name);
    if (macro === undefined) throw new ConditionError(offset, `there is no macro ${name}`);
    const condition = parsedMacro(name, macro.condition, offset);
    this.#parsed.set(name, condition);
    return condition;
  }
}

/** Offsets from here on stand for places in exceptions. */
const EXCEPTIONS = 1_000_000_000;

/** The rule itself says that it wants to be left out then. */
class Passed extends Error {}

function parsedMacro(name: string, condition: Pieces, offset: number): Condition {
  try {
    return parseCondition(condition.text);
  } catch (error) {
    throw error instanceof ConditionError ? new MacroError(offset, error, name) : error;
  }
}

function levelNeeded(condition: Predicate): Level {
  return levelOf(condition);
}

/** `T1609` and `mitre_persistence` as everybody else writes them. */
function tagOf(tag: string): string {
  const lower = tag.toLowerCase();
  if (/^t[a]?\d{4}(?:\.\d{3})?$/.test(lower)) return `attack.${lower}`;
  return lower.startsWith('mitre_') ? `attack.${lower.slice(6).replaceAll('_', '-')}` : lower;
}
