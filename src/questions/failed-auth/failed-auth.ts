/**
 * failed-auth: who was not let in, or not allowed to, told apart by who said no: authentication, RBAC, the guards against
 * escalation, admission. Rows are groups; their signs are failed-auth-signs.ts's, the sentence failed-auth-says.ts's.
 *
 * When "nobody was refused" is honest: refusals (403 and the like) are logged as any other request is, so other requests
 * on the same resource witness them. Failed logins (401) are logged apart, as a lone ResponseStarted without a user, which
 * many policies leave out: only a 401 anywhere in the window shows that they are in this log. Without one it is said that
 * none is in the log, never that nobody failed.
 */
import type { Coverage, Gap } from '../../event/coverage.ts';
import { parseMicros } from '../../event/micros.ts';
import type { AuditRequest } from '../../event/request.ts';
import { matches } from '../../query/matches.ts';
import { type ObjectQuery, objectPredicate, resourcePredicate } from '../../query/object-query.ts';
import { absent, all, any, equals, oneOf, type Predicate } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import { earlierWindow } from '../earlier-window.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from '../question.ts';
import { allowedNow, reviewsFor } from './allowed-now.ts';
import type { RefusalGroup } from './failed-auth-group.ts';
import { MAX_IDENTITIES, MAX_TARGETS, RefusalGroups } from './failed-auth-groups.ts';
import {
  columnsFor,
  type FailedAuthRow,
  failedAuthRow,
  nameOfRow,
  withAllowedNow,
} from './failed-auth-row.ts';
import { nextCommands, notesOf, sentence, type Told } from './failed-auth-says.ts';
import { SignFinder } from './failed-auth-signs.ts';
import { refusalOf } from './refusal.ts';

export interface FailedAuthParams {
  readonly object: ObjectQuery;
  readonly window: Window & { readonly isDefault: boolean };
  readonly filters: Predicate;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands, each flag after a space: the program, the logs, the window, and object and filters. */
  readonly calledAs: string;
  readonly sameLogs: string;
  readonly sameWindow: string;
  readonly sameQuestion: string;
}

export const failedAuth: Question<FailedAuthParams> = {
  name: 'failed-auth',
  needs: [],
  begin: (params: FailedAuthParams, _inputs: Inputs, _nowUs: number): Round => {
    const { sinceUs, untilUs } = params.window;
    return new FailedAuthRound(params, new Found(), { sinceUs, untilUs }, false);
  },
};

/** What all rounds found together. */
class Found {
  readonly groups = new RefusalGroups();
  readonly signs = new SignFinder();
  elsewhere = 0;
  failedLogins = 0;
}

class FailedAuthRound implements Round {
  readonly query: Query;
  readonly #params: FailedAuthParams;
  readonly #found: Found;
  readonly #isWidened: boolean;
  readonly #asked: Predicate;

  constructor(params: FailedAuthParams, found: Found, window: Window, isWidened: boolean) {
    this.#params = params;
    this.#found = found;
    this.#isWidened = isWidened;
    this.#asked = all(REFUSED, scopeOf(params.object), params.filters);
    this.query = {
      window,
      predicate: any(this.#asked, LOGIN_OR_RIGHT, ACCOUNT_DELETED),
      witness: params.object.kind === 'anything' ? null : witnessOf(params.object),
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { event } = request;
    const { groups, signs } = this.#found;
    if (matches(event, ACCOUNT_DELETED)) signs.addDeletion(event);
    const refusal = refusalOf(request, {
      events: this.#params.keepsEvents,
      isRevealed: this.#params.isRevealed,
    });
    if (refusal === null) return 'go on';
    signs.add(refusal);
    if (refusal.class === 'unauthenticated') this.#found.failedLogins++;
    if (matches(event, this.#asked)) groups.add(refusal);
    else this.#found.elsewhere++;
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const isNothing = this.#found.groups.totals.size === 0;
    const earlier = isNothing && !this.#isWidened && canGoOn ? earlierWindow(this.#params, coverage) : null;
    if (earlier !== null) {
      return { kind: 'ask', round: new FailedAuthRound(this.#params, this.#found, earlier, true) };
    }
    const groups = this.#found.groups.groups().sort(newestFirst);
    const rows = groups.map((group) => this.#row(group, coverage));
    const reviews = reviewsFor(rows.slice(0, this.#params.limit ?? rows.length));
    return {
      kind: 'look',
      keys: [...reviews.values()].flat(),
      resume: (live) => {
        const told = rows.map((row) => withAllowedNow(row, allowedNow(reviews.get(row), live)));
        return { kind: 'answer', answer: this.#answer(groups, told, coverage) };
      },
    };
  }

  #answer(groups: readonly RefusalGroup[], rows: readonly FailedAuthRow[], coverage: Coverage): AnswerDraft {
    const { limit } = this.#params;
    const shown = limit === null ? groups.length : Math.min(limit, groups.length);
    const { totals } = this.#found.groups;
    const gaps = this.#gaps(coverage, sum(totals.values()) - sum(groups.map(({ count }) => count)));
    const told: Told = {
      params: this.#params,
      rows,
      coverage,
      totals,
      elsewhere: this.#found.elsewhere,
      failedLogins: this.#found.failedLogins,
      guessingAddresses: this.#found.signs.guessingAddresses(),
      isWidened: this.#isWidened,
      hasGaps: gaps.length > 0,
    };
    return {
      question: 'failed-auth',
      says: sentence(told),
      rows: rows.slice(0, shown),
      columns: columnsFor(rows),
      nameOf: nameOfRow,
      nearMisses: [],
      notes: notesOf(told),
      now: [],
      next: nextCommands(told),
      total: rows.length,
      events: groups.slice(0, shown).flatMap((group) => group.events()),
      gaps,
    };
  }

  #row(group: RefusalGroup, coverage: Coverage): FailedAuthRow {
    return failedAuthRow(group, {
      fromUs: coverage.from === null ? null : parseMicros(coverage.from),
      toUs: coverage.to === null ? null : parseMicros(coverage.to),
      signs: this.#found.signs.signsOf(group),
      deadToken: this.#found.signs.deadTokenOf(group),
    });
  }

  #gaps(coverage: Coverage, inNoRow: number): Gap[] {
    const gaps: Gap[] = [];
    if (inNoRow > 0) {
      const text = `${inNoRow} refusals are in no row: at most ${MAX_IDENTITIES} identities, and ${MAX_TARGETS} things each was refused, are told apart; narrow it with -n, --by, --from-ip`;
      gaps.push({ code: 'rows-bound', text, source: null });
    }
    if (coverage.from === null) {
      const text = 'nothing of the time asked about is in what was read';
      gaps.push({ code: 'no-witness', text, source: null });
    } else if (this.#found.groups.totals.size === 0 && coverage.witness === 0) {
      const text = 'the log holds no request on this resource: its policy may not log them';
      gaps.push({ code: 'no-witness', text, source: null });
    }
    return gaps;
  }
}

/** Webhooks and policies answer with any code they like. */
const REFUSED: Predicate = { kind: 'codeBetween', from: 400, to: 599 };
const LOGIN_OR_RIGHT: Predicate = any(
  { kind: 'codeBetween', from: 401, to: 401 },
  { kind: 'codeBetween', from: 403, to: 403 },
);
const ACCOUNT_DELETED: Predicate = all(
  equals('objectRef.resource', 'serviceaccounts'),
  equals('objectRef.apiGroup', ''),
  absent('objectRef.subresource'),
  oneOf('verb', ['delete', 'deletecollection']),
  { kind: 'codeBetween', from: 200, to: 202 },
);

/** A failed login that stopped at discovery may have been meant for any namespace. */
function scopeOf(object: ObjectQuery): Predicate {
  if (object.kind !== 'anything' || object.namespace === null) return objectPredicate(object);
  const atDiscovery = all(absent('objectRef.resource'), { kind: 'codeBetween', from: 401, to: 401 });
  return any(objectPredicate(object), atDiscovery);
}

function witnessOf(object: ObjectQuery): Predicate {
  return object.kind === 'path' ? absent('objectRef.resource') : resourcePredicate(object);
}

function newestFirst(a: RefusalGroup, b: RefusalGroup): number {
  return (b.times.lastUs ?? 0) - (a.times.lastUs ?? 0) || (a.key < b.key ? -1 : 1);
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
