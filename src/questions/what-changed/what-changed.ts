/**
 * what-changed [OBJECT]: field by field, what each request made of each object, newest first, people first where there are many
 * objects; the object as it was at a moment; what differs between two moments, or between the log's last word and now.
 */
import type { ObjectQuery } from '../../query/object-query.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Window } from '../../query/query.ts';
import type { Inputs, Question, Round } from '../question.ts';
import { firstRound } from './what-changed-rounds.ts';

export type Mode =
  | { readonly kind: 'changes' }
  /** Microseconds since the epoch. */
  | { readonly kind: 'at'; readonly atUs: number }
  /** `fromUs` null: the last state that the log holds; `toUs` null: how it stands in the cluster now. */
  | { readonly kind: 'between'; readonly fromUs: number | null; readonly toUs: number | null };

export interface WhatChangedParams {
  readonly object: ObjectQuery;
  readonly mode: Mode;
  readonly window: Window & { readonly isDefault: boolean };
  /** --by, --code, --where …: rows must pass; what else happened to the object is needed for its states. */
  readonly filters: Predicate;
  /** --all: also what changes by itself. */
  readonly includesNoise: boolean;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands: `kubectl audit`, and the flags that say where from, each after a space. */
  readonly calledAs: string;
  readonly sameLogs: string;
}

export const whatChanged: Question<WhatChangedParams> = {
  name: 'what-changed',
  needs: [],
  begin: (params: WhatChangedParams, { rereads = false }: Inputs, nowUs: number): Round =>
    firstRound(params, nowUs, rereads),
};
