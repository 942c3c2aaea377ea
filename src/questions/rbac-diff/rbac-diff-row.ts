/** rbac-diff's rows (PRODUCT §4): roles and bindings that changed, rights gained and lost by it, and what was refused. */
import type { AnswerDocument, Row } from '../../answer.ts';
import type { RequestRow } from '../fact/request-row.ts';
import type { Change } from '../field-diff/redact-changes.ts';
import type { Step } from '../object-history/step.ts';
import type { RbacKind } from './rbac-object.ts';
import type { Risk } from './risks.ts';
import type { Subject } from './subject.ts';

/** A role or binding that changed. Of a change that the log does not hold, what would be the request's is null. */
export type ObjectRow = { readonly kind: 'object' } & Omit<
  RequestRow,
  'auditID' | 'did' | 'stage' | 'level' | 'source'
> & {
    readonly auditID: string | null;
    /** `word`: create, change, delete, `not in the log`. */
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
  };

/** Rights that a subject gained or lost, by the whole rule set just before and just after it. */
export type RightRow = {
  readonly kind: 'right';
  readonly subject: Subject;
  readonly op: 'gained' | 'lost';
  /** Together one rule; `*` stands for all, as in roles. All five null: what the role allows is not known. */
  readonly verbs: readonly string[] | null;
  /** Null for URLs. */
  readonly resources: readonly string[] | null;
  readonly apiGroups: readonly string[] | null;
  /** Null: whichever. */
  readonly resourceNames: readonly string[] | null;
  readonly nonResourceURLs: readonly string[] | null;
  /** Null: everywhere. */
  readonly namespace: string | null;
  /** The path by which it came or went; another one may have given it, or may give it still, only if `heldElsewhere` is unknown. */
  readonly via: {
    readonly binding: { readonly kind: RbacKind; readonly namespace: string | null; readonly name: string };
    /** Null: not known. */
    readonly role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string } | null;
  };
  /** Null: no request in the log did it. */
  readonly by: RequestRow['who'] | null;
  readonly when: string | null;
  readonly auditID: string | null;
  readonly risks: readonly Risk[];
  /** It is still so at the end of what was asked about. */
  readonly lasts: boolean;
  readonly heldElsewhere: 'no' | 'unknown';
};

/** Refused: to write a role or a binding, or to act as another. */
export type RefusedRow = { readonly kind: 'refused' } & RequestRow & {
    /** What it lacked, in words. */
    readonly missing: string;
  };

export type RbacDiffRow = ObjectRow | RightRow | RefusedRow;
export type RbacDiffAnswer = AnswerDocument<RbacDiffRow>;

/** What a table draws of a row; not part of the machine output. */
export interface Drawn {
  readonly when: string | null;
  readonly who: string;
  readonly what: readonly string[];
  /** For a table that has to fit, when it is not `what`. */
  readonly brief: readonly string[] | null;
  readonly via: string | null;
  readonly briefVia: string | null;
  readonly risks: readonly string[];
  readonly briefRisks: readonly string[] | null;
  readonly tone: 'good' | 'bad' | 'plain';
  readonly from: string | null;
  readonly name: string;
}

const DRAWN = new WeakMap<Row, Drawn>();

export function drawn<R extends Row>(row: R, how: Drawn): R {
  DRAWN.set(row, how);
  return row;
}

export function drawnOf(row: Row): Drawn | null {
  return DRAWN.get(row) ?? null;
}
