/** What detect is asked with. */
import type { Predicate } from '../../query/predicate.ts';
import type { Window } from '../../query/query.ts';
import type { Rule, RuleNote } from '../../rules/rule.ts';

export interface DetectParams {
  readonly rules: readonly Rule[];
  /** What the rule files hold besides. */
  readonly ruleNotes: readonly RuleNote[];
  readonly window: Window & { readonly isDefault: boolean };
  /** Which requests rules are held against. */
  readonly filters: Predicate;
  /** Followed: how long before the window it is read for what is new; microseconds. Default: not at all. */
  readonly historyUs?: number;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands, each flag after a space: the program, the logs, the window. */
  readonly calledAs: string;
  readonly sameLogs: string;
  readonly sameWindow: string;
}
