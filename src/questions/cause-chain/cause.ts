/** What set a request off, and what a request led to: entries of the machine output (PRODUCT §4, `cause` and `effects`). */
import type { RequestRow } from '../fact/request-row.ts';

export type Cause = {
  readonly auditID: string;
  readonly who: RequestRow['who'];
  readonly did: RequestRow['did'];
  readonly object: RequestRow['object'];
  readonly when: string | null;
  /** `proven`: by the owner's uid, the uid in an answer or precondition, the same request, or the credential. Else by name and time. */
  readonly link: 'proven' | 'likely';
  /** Why it is taken for the cause of what stands before it; one of how many, when several may be. */
  readonly why: string;
  /** 1: nearest. Several of one depth compete, or had their part together. */
  readonly depth: number;
};

/** The same the other way: what came of a request, directly (1) or through something else. */
export type Effect = Cause;
