/**
 * The contract of a question: a pure fold over requests, in a few rounds. No I/O, clock, environment or console;
 * the same requests in any order of batches give the same answer.
 */
import type { Answer } from '../answer.ts';
import type { Begun } from '../event/begun-requests.ts';
import type { Coverage, Note } from '../event/coverage.ts';
import type { Group } from '../event/groups.ts';
import type { AuditRequest } from '../event/request.ts';
import type { LiveFinding, LiveKey, RbacSnapshot } from '../live.ts';
import type { Query } from '../query/query.ts';
import type { RowStream } from './row-stream.ts';

/** One to find, up to three further back in time, and three up a chain of causes. */
export const MAX_ROUNDS = 7;

/** What a question may declare to need from the live cluster before its first round. */
export type InputName = 'rbac';
/** Filled for the declared names; null where no cluster is asked (--no-live). */
export interface Inputs {
  /** Whether another round would be read at all. Default no. */
  readonly rereads?: boolean;
  readonly rbac?: RbacSnapshot | null;
}

export interface Round {
  readonly query: Query;
  /** What it reads only explains what was found: the window that the answer covers stays as it was. Default no. */
  readonly isContext?: boolean;
  /** Called for each matching request, in any order. 'enough': nothing more can change the answer. */
  add(request: AuditRequest): 'go on' | 'enough';
  /**
   * Matching requests that were counted where they were read, instead of being added: for a query with an aggregation,
   * as many as its source could count. Any number of calls, a group in any of them.
   */
  count?(groups: Iterable<Group>): void;
  /** Likewise matching requests that have not ended, as far as the log tells. At most once. */
  countBegun?(begun: Begun): void;
  /** `coverage`: of all rounds so far. `canGoOn`: whether another `ask` would be read at all. */
  end(coverage: Coverage, canGoOn: boolean): Outcome;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: AnswerDraft }
  /** Another round; its query may look elsewhere and earlier. */
  | { readonly kind: 'ask'; readonly round: Round }
  /** How things stand now first, then on. Nothing is found of a key where no cluster is asked. */
  | {
      readonly kind: 'look';
      readonly keys: readonly LiveKey[];
      resume(found: ReadonlyMap<LiveKey, LiveFinding>): Outcome;
    };

/** An answer but for its coverage, which the runner knows. `gaps` are what the question adds to it. */
export type AnswerDraft = Omit<Answer, 'coverage'> & {
  readonly gaps: Coverage['gaps'];
  readonly notes: readonly Note[];
};

export interface Question<Params> {
  readonly name: string;
  readonly needs: readonly InputName[];
  /** `nowUs`: microseconds since the epoch. */
  begin(params: Params, inputs: Inputs, nowUs: number): Round;
  /** `--follow`. Absent: it tells nothing before it knows all requests, or how things stood at both ends of a time. */
  follow?(params: Params): RowStream;
}
