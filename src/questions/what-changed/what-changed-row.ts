/** what-changed's rows (PRODUCT §4): a row a change of an object, or, with --at, an object as it was. */
import type { AnswerDocument } from '../../answer.ts';
import type { Cause } from '../cause-chain/cause.ts';
import type { RequestRow } from '../fact/request-row.ts';
import type { Change } from '../field-diff/redact-changes.ts';
import type { Admission, Json, Step } from '../object-history/step.ts';

/** Of a change that the log does not hold, what would be the request's is null. */
export type WhatChangedRow = Omit<RequestRow, 'auditID' | 'did' | 'stage' | 'level' | 'source'> & {
  readonly auditID: string | null;
  /** `word`: create, change, delete, or in more detail: scale, restart, rollout, cordon, …; `not in the log`; `drift`. */
  readonly did: { readonly verb: string | null; readonly word: string };
  readonly stage: string | null;
  readonly level: string | null;
  readonly source: string | null;
  readonly changes: readonly Change[];
  /**
   * exact: both states stand in the log, computed: one is the other plus the request; request: only what was asked for;
   * fact: only that it was done.
   */
  readonly basis: Step['basis'];
  /** Steps of metadata.generation just before that no event accounts for; null for kinds without generation. */
  readonly unlogged: number | null;
  /** What admission webhooks did to the request. */
  readonly admission: readonly Admission[];
  /** Nearest first: what made a controller do it. */
  readonly cause: readonly Cause[];
  /** With --at: the object, redacted; null otherwise, and where the log cannot tell. */
  readonly state: Json | null;
};

export type WhatChangedAnswer = AnswerDocument<WhatChangedRow>;

const NOBODY: RequestRow['who'] = {
  user: null,
  as: null,
  groups: [],
  kind: 'unknown',
  session: null,
  credential: null,
  pod: null,
  node: null,
};

/** A row about no request. */
export function rowWithoutRequest(
  object: RequestRow['object'],
  word: string,
): Omit<WhatChangedRow, 'changes' | 'basis' | 'unlogged' | 'state'> {
  return {
    auditID: null,
    when: null,
    until: null,
    who: NOBODY,
    did: { verb: null, word },
    object,
    from: { ip: null, chain: [] },
    with: null,
    result: { code: null, reason: null, decision: null, deniedBy: null },
    dryRun: false,
    stage: null,
    level: null,
    source: null,
    admission: [],
    cause: [],
  };
}
