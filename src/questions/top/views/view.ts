/**
 * The contract of a ready view of top: which requests, counted by what, and what the rows mean. It is counted as anything
 * else is, so a source counts by itself where it can; what only a whole event tells, it does not.
 */
import type { Column } from '../../../answer.ts';
import type { Note } from '../../../event/coverage.ts';
import type { AuditEvent } from '../../../event/event.ts';
import type { CountField } from '../../../query/count-fields.ts';
import type { Field, Predicate } from '../../../query/predicate.ts';
import type { TopRow } from '../top-row.ts';
import type { ViewName } from './view-means.ts';

export interface View {
  /** As it is typed. */
  readonly name: ViewName;
  /** For the sentence: `2 requests to deprecated APIs`. */
  readonly counts: { readonly one: string; readonly many: string };
  /** Values of a group that name it in the sentence. */
  readonly names: readonly string[];
  /** What the first row is. Default: `most by`. */
  readonly leads?: string;
  readonly by: readonly CountField[];
  /** What rows are told apart by besides. Empty: the fields are enough, and sources may count. */
  readonly values: readonly EventValue[];
  readonly predicate: Predicate;
  /** The same as an expression of one call or comparison, for the command that shows a row's requests; null: the row's values say it well enough. */
  readonly where: string | null;
  /** Width of the time buckets unless the user says one; null: as always. */
  readonly bucketUs: number | null;
  /** Whether it tells how long requests took: then no source counts, and those that were slow most often come first. Default no. */
  readonly measuresTime?: boolean;
  /** In place of a column for each value of the group. Absent: those. */
  readonly columns?: readonly Column[];
  /** What stands behind the count. Absent: nothing. */
  readonly more?: readonly Column[];
  /** What to know of the rows, and to do about them. `rows`: those that are shown. */
  notes(rows: readonly TopRow[]): readonly Note[];
}

/** A value that no source counts by. */
export interface EventValue {
  /** Its name in the machine output. */
  readonly name: string;
  readonly fields: readonly Field[];
  /** Null: there is none. */
  of(event: AuditEvent): string | null;
}
