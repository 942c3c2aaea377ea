/**
 * rbac-diff: which roles and bindings changed, who gained and lost which rights by it, and what is dangerous about that. The
 * whole rule set is rebuilt for each moment, backwards from the live cluster where it may be asked, else from the log alone.
 */
import type { Coverage } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { RbacSnapshot } from '../../live.ts';
import { matches } from '../../query/matches.ts';
import { any, type Predicate } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import { factOf } from '../fact/fact.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { Inputs, Outcome, Question, Round } from '../question.ts';
import { Found } from './found.ts';
import { type Judgement, judge } from './judge.ts';
import { rbacDiffAnswer } from './rbac-diff-answer.ts';
import { allowedThrough, CONTEXT, RBAC_WRITES, requestsBy, WANTED } from './rbac-diff-query.ts';
import type { SubjectFilter } from './subject-filter.ts';

export interface RbacDiffParams {
  /** Null: everywhere. Else rights that hold there, and what gives them. */
  readonly namespace: string | null;
  /** Null: of all. */
  readonly subject: SubjectFilter | null;
  /** --between: only what differs between the two ends of the window, whatever lay between. */
  readonly isNet: boolean;
  readonly window: Window & { readonly isDefault: boolean };
  /** --by, --humans, --where …: on who did it. */
  readonly filters: Predicate;
  /** --all: also what is noise in an object. */
  readonly includesAll: boolean;
  /** For a table: without what the cluster does by itself, and one row for all rules of a role; --all: no. */
  readonly isFolded: boolean;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands: `kubectl audit`, and the flags that say where from and when, each after a space. */
  readonly calledAs: string;
  readonly sameLogs: string;
  readonly sameWindow: string;
}

export const rbacDiff: Question<RbacDiffParams> = {
  name: 'rbac-diff',
  needs: ['rbac'],
  begin: (params: RbacDiffParams, { rbac = null }: Inputs, nowUs: number): Round => {
    const { sinceUs, untilUs } = params.window;
    // At a moment counts when a request was answered, and it is found by when it was received.
    const fromUs = params.isNet && sinceUs !== null ? sinceUs - LONGEST_US : sinceUs;
    const asked = { params, live: hasAny(rbac) ? rbac : null, snapshot: rbac, nowUs, found: new Found() };
    return new RbacDiffRound(asked, 'asked', { sinceUs: fromUs, untilUs }, []);
  },
};

/** An API server gives up on any write after a minute. */
const LONGEST_US = 60_000_000;

export interface Asked {
  readonly params: RbacDiffParams;
  /** Null: the log alone. */
  readonly live: RbacSnapshot | null;
  /** As it was given, for why it could not be read. */
  readonly snapshot: RbacSnapshot | null;
  readonly nowUs: number;
  readonly found: Found;
}

function hasAny(rbac: RbacSnapshot | null): boolean {
  return rbac !== null && Object.values(rbac).some((list) => Array.isArray(list) && list !== rbac.missing);
}

/**
 * What a round is read for: what was asked; `after`: to walk back from now; `week` and `ever`: how things stood before;
 * `groups`: of users; `reasons`: what the authorizer says of bindings without a body.
 */
type Purpose = 'asked' | 'after' | 'week' | 'ever' | 'groups' | 'reasons';

const WEEK_US = 7 * 24 * 3_600_000_000;

class RbacDiffRound implements Round {
  readonly query: Query;
  readonly isContext: boolean;
  readonly #asked: Asked;
  readonly #purpose: Purpose;
  readonly #done: readonly Purpose[];

  constructor(
    asked: Asked,
    purpose: Purpose,
    window: Window,
    done: readonly Purpose[],
    predicate: Predicate = purpose === 'asked' ? WANTED : CONTEXT,
  ) {
    this.#asked = asked;
    this.#purpose = purpose;
    this.#done = [...done, purpose];
    this.isContext = purpose !== 'asked';
    this.query = {
      window,
      predicate,
      witness: purpose === 'asked' ? RBAC_WRITES : null,
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { params, found } = this.#asked;
    const { keepsEvents, isRevealed, filters } = params;
    const isAsked = this.#purpose === 'asked';
    const passes = isAsked && matches(request.event, filters);
    const toFact = () => factOf(request, { events: keepsEvents, isRevealed, isWanted: null });
    found.add(request, toFact, { isAsked, passes, isRevealed });
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const judgement = judge(this.#asked, coverage);
    const next = canGoOn ? this.#next(judgement) : null;
    if (next !== null) return { kind: 'ask', round: next };
    return { kind: 'answer', answer: rbacDiffAnswer(this.#asked, judgement, coverage) };
  }

  #next(judgement: Judgement): Round | null {
    const { sinceUs, untilUs } = this.#asked.params.window;
    const isOpen = (purpose: Purpose) => !this.#done.includes(purpose);
    const round = (purpose: Purpose, window: Window, predicate?: Predicate) =>
      new RbacDiffRound(this.#asked, purpose, window, this.#done, predicate);
    if (this.#asked.live !== null && untilUs !== null && isOpen('after'))
      return round('after', { sinceUs: untilUs, untilUs: null });
    if (sinceUs !== null && judgement.lacksEarlier) {
      if (isOpen('week')) return round('week', { sinceUs: sinceUs - WEEK_US, untilUs: sinceUs });
      if (isOpen('ever')) return round('ever', { sinceUs: null, untilUs: sinceUs - WEEK_US });
    }
    const { unknownBindings, unknownUsers } = judgement;
    if (unknownBindings.length > 0 && isOpen('reasons'))
      return round(
        'reasons',
        { sinceUs, untilUs },
        any(allowedThrough(unknownBindings), requestsBy(unknownUsers)),
      );
    if (unknownUsers.length > 0 && isOpen('groups'))
      return round('groups', { sinceUs, untilUs }, requestsBy(unknownUsers));
    return null;
  }
}
