/**
 * A detection as frozen data: what of a request, or of several, is to be told, and what is to be said of it. Own, Falco's and
 * Sigma's rule files are all read into this (load-rules.ts); detector.ts says which requests it holds of.
 */
import type { AuditEvent, Level } from '../event/event.ts';
import type { Field, Predicate } from '../query/predicate.ts';

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Pack = 'own' | 'falco' | 'sigma';

/** Where a rule stands, for messages; a line counts from 1. */
export interface RulePlace {
  readonly file: string;
  readonly line: number;
}

/** A rule file as it was read; `file` as messages call it. */
export interface RuleText {
  readonly file: string;
  readonly text: string;
}

/** What a loader makes of rule files; what is wrong in them it throws, all of it in one UserError. */
export interface LoadedRules {
  readonly rules: readonly Rule[];
  /** What stands in the files and takes no part, as sentences: rules of other logs, rules switched off. */
  readonly notes: readonly RuleNote[];
}

export interface RuleNote {
  readonly text: string;
  readonly place: RulePlace;
}

export interface Rule {
  /** Unique among all rules that are loaded; what `--rules` takes. */
  readonly id: string;
  readonly title: string;
  readonly pack: Pack;
  readonly severity: Severity;
  /** MITRE ATT&CK as `attack.t1609`, Microsoft's threat matrix as `ms-ta9006`, in lower case; and the author's own. */
  readonly tags: readonly string[];
  /** Of one request, judged of its outcome. With a correlation: of every request that takes part in it. */
  readonly condition: Predicate;
  /** Null: every request that the condition holds of is told of. */
  readonly correlation: Correlation | null;
  /** What the log must hold for it to be answered: bodies at Request and above. */
  readonly level: Level;
  readonly why: string;
  /** What to do about it; empty: the author does not say. */
  readonly advice: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  /** The author's own words for one request, filled in; null: there are none. Not redacted yet, and hostile. */
  readonly describe: ((event: AuditEvent) => string) | null;
  /** Fields that `describe` and the correlation read, besides those of the predicates. */
  readonly fields: readonly Field[];
  readonly place: RulePlace;
  /** Which the rule file holds itself to; left out: none. */
  readonly tests?: readonly RuleTest[];
}

/** Requests, and what is found in them. */
export interface RuleTest {
  readonly name: string;
  /** In their order. */
  readonly events: readonly AuditEvent[];
  /** What was in the log already: known to a correlation, and never found. */
  readonly before: readonly AuditEvent[];
  /** How many, or what each of them has, in any order. */
  readonly findings: number | readonly Readonly<Record<string, string>>[];
  readonly place: RulePlace;
}

/** A value that requests are told apart or counted by. */
export interface RuleValue {
  /** As the rule's author names it: `user`, `ka.target.name`. */
  readonly name: string;
  readonly fields: readonly Field[];
  /** Null: the event has none. */
  of(event: AuditEvent): string | null;
  /** As a key: a request that has none takes part in nothing. Default: having none is in common too. */
  readonly isRequired?: true;
}

/** One kind of request that a correlation is made of. */
export interface Step {
  readonly name: string;
  readonly condition: Predicate;
  /** As many as `Correlation.key` names, in its order: the same thing may be called otherwise in each step. */
  readonly key: readonly RuleValue[];
}

/** What must hold of the requests within one window that have the same key. */
export type Need =
  /** How many requests there are of a step; null: of all steps. */
  | {
      readonly kind: 'count';
      readonly step: number | null;
      readonly atLeast: number;
      readonly atMost: number | null;
    }
  /** How many values there are; one value for each step, in the steps' order. */
  | {
      readonly kind: 'distinct';
      readonly values: readonly RuleValue[];
      readonly atLeast: number;
      readonly atMost: number | null;
    }
  /** Sigma's value_sum, value_avg and value_percentile, over numbers; one value for each step. */
  | {
      readonly kind: 'number';
      readonly of: 'sum' | 'avg' | { readonly percentile: number };
      readonly values: readonly RuleValue[];
      readonly atLeast: number | null;
      readonly atMost: number | null;
    };

export type Correlation =
  | {
      readonly kind: 'within';
      /** The window slides; both ends belong to it. */
      readonly withinUs: number;
      /** Names of what requests must have in common; empty: nothing. Having none of it is in common too. */
      readonly key: readonly string[];
      readonly steps: readonly Step[];
      /** The steps' requests must come in the steps' order: of each as many as a `count` of it says, else one. */
      readonly isOrdered: boolean;
      /**
       * All of them, of a window that ends with a request. That each step must be there at all is a `count` of it too, but
       * for ordered ones: without needs, one request of any step will do.
       */
      readonly needs: readonly Need[];
    }
  /** A value that was not there before, of the same key, for that long. */
  | {
      readonly kind: 'first seen';
      readonly lookBackUs: number;
      readonly key: readonly RuleValue[];
      readonly values: readonly RuleValue[];
    };
