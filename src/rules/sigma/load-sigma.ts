/**
 * Sigma's rule files → rules: those of Kubernetes' audit log. Correlations and filters name rules of all the files. A rule that a
 * correlation refers to stands by itself only when the correlation says so (`generate`).
 */
import { type CompilePattern, linearPatterns } from '../../query/linear-pattern.ts';
import { isNothing, type Predicate } from '../../query/predicate.ts';

import { levelOf } from '../level-of.ts';
import { type Place, Refusal, Refusals } from '../refusal.ts';
import {
  type LoadedRules,
  type Rule,
  type RuleNote,
  type RuleText,
  SEVERITIES,
  type Severity,
} from '../rule.ts';
import { slugs } from '../slug.ts';
import { type About, type LogSource, readAbout, readLogSource } from './about.ts';
import { conditionOf, type Referred, toCorrelations } from './correlate.ts';
import { type CorrelationText, readCorrelation } from './correlation.ts';
import { type DescribedFields, describeFields } from './describe-fields.ts';
import { readDetection } from './detection.ts';
import { mappingOf, readDocuments, type SigmaDocument } from './documents.ts';
import { type Filter, isOf, readFilter } from './filters.ts';
import { oursOf } from './ours.ts';
import { toPredicate } from './search.ts';

/** Throws UserError AUDIT_BAD_RULE that tells all that is wrong in the files. */
export async function loadSigma(files: readonly RuleText[]): Promise<LoadedRules> {
  const refusals = new Refusals();
  const documents = files.flatMap((file) => refusals.attempt(() => readDocuments(file)) ?? []);
  const ours = oursOf(documents, refusals);
  const loaded = new Loader(ours.documents, refusals, await linearPatterns()).load();
  refusals.throwAll();
  return { rules: loaded.rules, notes: [...ours.notes, ...loaded.notes] };
}

interface Described {
  readonly about: About;
  readonly place: Place;
}

interface RuleRead extends Described {
  readonly source: LogSource;
  readonly condition: Predicate;
}

interface CorrelationRead extends Described {
  readonly text: CorrelationText;
}

type AboutRule = Omit<Rule, 'condition' | 'correlation' | 'level' | 'describe' | 'fields' | 'tests'>;

class Loader {
  readonly #refusals: Refusals;
  readonly #compilePattern: CompilePattern;
  readonly #notes: RuleNote[] = [];
  readonly #filters: readonly Filter[];
  readonly #rules: readonly RuleRead[];
  readonly #correlations: readonly CorrelationRead[];
  readonly #byName = new Map<string, RuleRead | CorrelationRead>();
  readonly #idOf = slugs('sigma');

  constructor(documents: readonly SigmaDocument[], refusals: Refusals, compilePattern: CompilePattern) {
    this.#refusals = refusals;
    this.#compilePattern = compilePattern;
    const of = (kind: SigmaDocument['kind']) => documents.filter((one) => one.kind === kind);
    const each = <T>(kind: SigmaDocument['kind'], read: (document: SigmaDocument) => T): readonly T[] =>
      of(kind).flatMap((document) => refusals.attempt(() => [read(document)]) ?? []);
    this.#filters = each('filter', (document) => readFilter(document, compilePattern));
    this.#rules = each('rule', (document) => this.#readRule(document));
    this.#correlations = each('correlation', (document) => ({
      ...{ about: readAbout(document.tree, document.place), place: document.place },
      text: readCorrelation(document.tree),
    }));
    for (const one of [...this.#rules, ...this.#correlations])
      for (const name of one.about.names) refusals.attempt(() => this.#name(name, one));
    this.#noteIdleFilters();
  }

  load(): LoadedRules {
    const correlated = this.#correlations.flatMap(
      (one) => this.#refusals.attempt(() => this.#correlated(one)) ?? [],
    );
    const standing = this.#rules.flatMap((rule) => (this.#standsAlone(rule) ? this.#ruleOf(rule) : []));
    return { rules: [...standing, ...correlated], notes: this.#notes };
  }

  #readRule({ tree, place }: SigmaDocument): RuleRead {
    const about = readAbout(tree, place);
    const source = readLogSource(tree, place);
    const detection = mappingOf(tree, 'detection');
    if (detection === null) throw new Refusal(place, 'detection is missing');
    const { search } = readDetection(detection, this.#compilePattern);
    const filters = this.#filters.filter((filter) => isOf(filter, source, about.names));
    const whole = { kind: 'all', of: [search, ...filters.map((filter) => filter.search)] } as const;
    return { about, place, source, condition: toPredicate(whole) };
  }

  #name(name: string, one: RuleRead | CorrelationRead): void {
    const other = this.#byName.get(name);
    if (other !== undefined)
      throw new Refusal(
        one.place,
        `${name} is the id or name of ${JSON.stringify(other.about.title)} too (${other.place.file}:${other.place.line})`,
      );
    this.#byName.set(name, one);
  }

  #standsAlone(rule: RuleRead): boolean {
    const behind = this.#correlations.filter(({ text }) => this.#refersTo(text, rule));
    if (behind.length === 0 || behind.some(({ text }) => text.generates)) return true;
    const titles = behind.map(({ about }) => JSON.stringify(about.title)).join(', ');
    this.#note(rule.about, rule.place, `is told of only as a part of ${titles}`);
    return false;
  }

  #refersTo(text: CorrelationText, rule: RuleRead): boolean {
    return text.rules.some((name) => this.#byName.get(name.text.toLowerCase()) === rule);
  }

  #ruleOf({ about, place, condition }: RuleRead): readonly Rule[] {
    if (isNothing(condition)) this.#note(about, place, 'holds of no request: what it asks for cannot be');
    const described = this.#described(about, place);
    return [
      {
        ...this.#aboutOf(about, about.severity ?? DEFAULT_SEVERITY, place),
        ...{ condition, correlation: null, level: levelOf(condition) },
        ...{ describe: described?.describe ?? null, fields: described?.fields ?? [] },
      },
    ];
  }

  #described({ title, fields }: About, place: Place): DescribedFields | null {
    const { described, unknown } = describeFields(fields, place);
    for (const name of unknown) {
      const text = `rule ${JSON.stringify(title)} wants to show ${name}, which no audit event has`;
      this.#notes.push({ text, place });
    }
    return described;
  }

  #aboutOf(
    { title, tags, why, falsePositives, references }: About,
    severity: Severity,
    place: Place,
  ): AboutRule {
    const id = this.#idOf(title);
    return { id, title, pack: 'sigma', severity, tags, why, advice: [], falsePositives, references, place };
  }

  #correlated(one: CorrelationRead): readonly Rule[] {
    const { about, text, place } = one;
    // A part of another one, which does not want it by itself.
    const behind = this.#correlations.filter((other) => this.#refers(other.text, one));
    if (behind.length > 0 && !behind.some((other) => other.text.generates)) return [];
    const referred = this.#referred(one, [one]);
    return toCorrelations(text, referred).map((correlation) => {
      const condition = conditionOf(correlation);
      const reads = correlation.steps.flatMap((step) => step.key.flatMap(({ fields }) => fields));
      const counted = correlation.needs.flatMap((need) =>
        need.kind === 'count' ? [] : need.values.flatMap(({ fields }) => fields),
      );
      return {
        ...this.#aboutOf(about, about.severity ?? this.#severest(text), place),
        ...{ condition, correlation, level: levelOf(condition), describe: null },
        fields: [...new Set([...reads, ...counted])],
      };
    });
  }

  #refers(text: CorrelationText, one: CorrelationRead): boolean {
    return text.rules.some((name) => this.#byName.get(name.text.toLowerCase()) === one);
  }

  #referred({ text }: CorrelationRead, within: readonly CorrelationRead[]): readonly Referred[] {
    return text.rules.map((name): Referred => {
      const one = this.#byName.get(name.text.toLowerCase());
      if (one === undefined)
        throw new Refusal(name.place, `there is no rule ${JSON.stringify(name.text)} in these files`);
      const { names, title } = one.about;
      if ('condition' in one) return { kind: 'rule', names, title, condition: one.condition };
      if (within.includes(one)) throw new Refusal(name.place, `${JSON.stringify(title)} is made of itself`);
      return { kind: 'correlation', names, title, text: one.text, of: this.#referred(one, [...within, one]) };
    });
  }

  /** A correlation without a level is as severe as the severest of its rules. */
  #severest(text: CorrelationText): Severity {
    const ranks = text.rules.map((name) => {
      const one = this.#byName.get(name.text.toLowerCase());
      return SEVERITIES.indexOf(one?.about.severity ?? DEFAULT_SEVERITY);
    });
    return SEVERITIES[Math.max(...ranks)] ?? DEFAULT_SEVERITY;
  }

  #noteIdleFilters(): void {
    for (const filter of this.#filters) {
      const isUsed = this.#rules.some(({ source, about }) => isOf(filter, source, about.names));
      if (isUsed) continue;
      const text = `filter ${JSON.stringify(filter.title)} is of none of the rules in these files`;
      this.#notes.push({ text, place: filter.place });
    }
  }

  #note({ title }: About, place: Place, text: string): void {
    this.#notes.push({ text: `rule ${JSON.stringify(title)} ${text}`, place });
  }
}

/** Of a rule whose author says none. */
const DEFAULT_SEVERITY: Severity = 'medium';
