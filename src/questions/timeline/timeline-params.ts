/** What a timeline is asked about. */
import type { Gap, Note } from '../../event/coverage.ts';
import type { Moment } from '../../event/moment.ts';
import type { ObjectQuery } from '../../query/object-query.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Window } from '../../query/query.ts';

export interface TimelineParams {
  readonly object: ObjectQuery;
  readonly window: Window & { readonly isDefault: boolean };
  /** --by, --from-ip, --code …: what stands by itself must pass; what set it off, and what came of it, need not. */
  readonly filters: Predicate;
  /** --by and --from-ip alone: whose story it is; null: nobody's. */
  readonly actors: { readonly predicate: Predicate; readonly isByName: boolean } | null;
  /** `filters` without these. */
  readonly others: Predicate;
  /** What other logs tell (--with): of any time, in no order; and what could not be read of them. */
  readonly beside: {
    readonly moments: readonly Moment[];
    readonly gaps: readonly Gap[];
    readonly notes: readonly Note[];
  };
  /** --all: heartbeats, status and the components' own reads too. */
  readonly wantsAll: boolean;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands, each flag after a space: the program, the logs, what is told beside them (--with), the window, and object and filters. */
  readonly calledAs: string;
  readonly sameLogs: string;
  readonly sameBeside: string;
  readonly sameWindow: string;
  readonly sameQuestion: string;
}
