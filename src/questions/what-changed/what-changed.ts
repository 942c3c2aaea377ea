/**
 * what-changed [OBJECT]: field by field, what each request made of each object, newest first, people first where there are many
 * objects; the object as it was at a moment; what differs between two moments, or between the log's last word and now.
 */
import type { Coverage } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { LiveFinding, LiveKey } from '../../live.ts';
import { matches } from '../../query/matches.ts';
import { isInNamespace, isNamed, isOfType, isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import { throughCauses } from '../cause-chain/cause-rounds.ts';
import { factOf } from '../fact/fact.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { ObjectId } from '../object-history/step.ts';
import type { Inputs, Outcome, Question, Round } from '../question.ts';
import { chainFor, changesAnswer, judge } from './changes-answer.ts';
import { Found } from './found.ts';
import { statesAnswer, unknownAt } from './states-answer.ts';
import type { Told } from './told.ts';
import { wanted, witnessOf } from './what-changed-query.ts';

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
  begin: (params: WhatChangedParams, _inputs: Inputs, nowUs: number): Round => {
    return new WhatChangedRound(params, nowUs, new Found(), windowFor(params, nowUs), 'first');
  },
};

/** What a round is read for: `earlier`: nothing was found yet; `before`: how things stood before what was found. */
type Purpose = 'first' | 'earlier' | 'before';

const DAY_US = 24 * 60 * 60 * 1_000_000;

/** About a moment, a day on both sides of it, unless a window was given. */
function windowFor({ mode, window }: WhatChangedParams, nowUs: number): Window {
  const { sinceUs, untilUs, isDefault } = window;
  if (!isDefault || mode.kind === 'changes') return { sinceUs, untilUs };
  const [fromUs, toUs] =
    mode.kind === 'at' ? [mode.atUs, mode.atUs] : [mode.fromUs ?? nowUs, mode.toUs ?? nowUs];
  return { sinceUs: fromUs - DAY_US, untilUs: toUs + DAY_US };
}

class WhatChangedRound implements Round {
  readonly query: Query;
  readonly isContext: boolean;
  readonly #params: WhatChangedParams;
  readonly #nowUs: number;
  readonly #found: Found;
  readonly #purpose: Purpose;

  constructor(params: WhatChangedParams, nowUs: number, found: Found, window: Window, purpose: Purpose) {
    this.#params = params;
    this.#nowUs = nowUs;
    this.#found = found;
    this.#purpose = purpose;
    this.isContext = purpose === 'before';
    this.query = {
      window,
      predicate: wanted(params.object, params.includesNoise),
      witness: purpose === 'before' ? null : witnessOf(params.object),
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { keepsEvents, isRevealed, filters, mode } = this.#params;
    const passes = this.#purpose !== 'before' && matches(request.event, filters);
    const fact = () => factOf(request, { events: keepsEvents, isRevealed, isWanted: null });
    if (mode.kind === 'changes')
      this.#found.addChange(request, fact, { passes, includesNoise: this.#params.includesNoise });
    else this.#found.addState(request, fact);
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const ids = this.#found.histories.ids().filter((id) => isAsked(id, this.#params.object));
    const again = canGoOn ? this.#earlierRound(ids, coverage) : null;
    if (again !== null) return { kind: 'ask', round: again };
    return {
      kind: 'look',
      keys: this.#found.keysFor(ids, this.#params),
      resume: (live) => this.#answer(ids, { coverage, canGoOn, live }),
    };
  }

  /** One object may have been changed last long ago, and what it was before longer ago still. */
  #earlierRound(ids: readonly ObjectId[], coverage: Coverage): Round | null {
    const { object, window, mode } = this.#params;
    const { sinceUs } = this.query.window;
    // A log that holds nothing of the last 24 h at all was not given for what happened in them.
    const mayWiden = isOneObject(object) || (coverage.from === null && mode.kind === 'changes');
    if (!mayWiden || sinceUs === null || this.#purpose === 'earlier') return null;
    const earlier = (purpose: Purpose, from: number | null) =>
      new WhatChangedRound(
        this.#params,
        this.#nowUs,
        this.#found,
        { sinceUs: from, untilUs: sinceUs },
        purpose,
      );
    if (mode.kind === 'changes') {
      if (this.#found.size === 0 && window.isDefault && this.#purpose === 'first')
        return earlier('earlier', null);
      if (!isOneObject(object) || !this.#found.lacksBefore(ids)) return null;
    } else if (!unknownAt(ids, mode, this.#found)) return null;
    return earlier('before', this.#purpose === 'first' ? sinceUs - 7 * DAY_US : null);
  }

  #answer(
    ids: readonly ObjectId[],
    {
      coverage,
      canGoOn,
      live,
    }: { coverage: Coverage; canGoOn: boolean; live: ReadonlyMap<LiveKey, LiveFinding> },
  ): Outcome {
    const { mode } = this.#params;
    this.#found.types.learn(live);
    const told: Told = {
      params: this.#params,
      nowUs: this.#nowUs,
      found: this.#found,
      ids,
      coverage,
      isWidened: this.#purpose === 'earlier',
    };
    if (mode.kind !== 'changes') return { kind: 'answer', answer: statesAnswer(told, mode, live) };
    const judged = judge(told);
    const chain = chainFor(told, judged);
    return throughCauses(chain, coverage, canGoOn, (soFar) => ({
      kind: 'answer',
      answer: changesAnswer({ ...told, coverage: soFar }, judged, chain),
    }));
  }
}

function isAsked(id: ObjectId, object: ObjectQuery): boolean {
  if (object.kind === 'anything') return object.namespace === null || id.namespace === object.namespace;
  return isOfType(id, object) && isInNamespace(id, object) && isNamed(id, object);
}
