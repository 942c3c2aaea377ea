/** The nearest causes of each request, and what would have to be read to know them; worked out once for what is known. */
import type { Fact } from '../fact/fact.ts';
import { type Candidate, type Finding, type Link, linksOf } from './finding.ts';
import type { LoggedFacts } from './logged-facts.ts';
import { CONTROLLER_RULES, OTHER_RULES } from './rules/rules.ts';

export interface Nearest {
  readonly links: readonly Link[];
  readonly findings: readonly Finding[];
}

export class Links {
  readonly #log: LoggedFacts;
  readonly #known = new Map<string, Nearest>();

  constructor(log: LoggedFacts) {
    this.#log = log;
  }

  get log(): LoggedFacts {
    return this.#log;
  }

  of(fact: Fact): Nearest {
    const known = this.#known.get(fact.key);
    if (known !== undefined) return known;
    const nearest = fact.effect === 'done' || fact.effect === 'open' ? this.#find(fact) : NOTHING;
    this.#known.set(fact.key, nearest);
    return nearest;
  }

  #find(fact: Fact): Nearest {
    const findings = (rules: typeof OTHER_RULES) => rules.flatMap((rule) => rule(fact, this.#log) ?? []);
    const [byControllers, others] = [findings(CONTROLLER_RULES), findings(OTHER_RULES)];
    const competing = distinct(byControllers.flatMap(({ candidates }) => candidates));
    const links = [competing, ...others.map(({ candidates }) => candidates)].flatMap(linksOf);
    return {
      links: links.filter((link, n) => links.findIndex(({ fact: one }) => one.key === link.fact.key) === n),
      findings: [...byControllers, ...others],
    };
  }
}

const NOTHING: Nearest = { links: [], findings: [] };

function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(candidates.map((candidate) => [candidate.fact.key, candidate])).values()];
}
