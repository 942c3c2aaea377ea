/**
 * A question that can be followed: a row for each request, as it happens. By itself, and not a part of a round: nothing is
 * asked further back or of the cluster, and no end is waited for. Pure and synchronous, as a question is; its memory is bounded.
 */
import type { Column, Row } from '../answer.ts';
import type { Gap, Note } from '../event/coverage.ts';
import type { AuditEvent } from '../event/event.ts';
import type { AuditRequest } from '../event/request.ts';
import type { Query } from '../query/query.ts';

export interface StreamedRow {
  readonly row: Row;
  /** The request's. A row of a request that is still open is told again, under the same key, when that has ended. */
  readonly key: string;
  /** Redacted; null when it was not asked for. */
  readonly event: AuditEvent['json'] | null;
}

export interface RowStream {
  readonly query: Query;
  readonly columns: readonly Column[];
  nameOf(row: Row): string;
  /** For what is there before following begins: in any order, and again for one that was open. */
  addEarlier(request: AuditRequest): void;
  /** The rows of those, judged together, oldest first. Called once, before `add`. */
  earlierRows(): readonly StreamedRow[];
  /**
   * Called with matching requests in the order in which they end; one that is long is given when it begins, and again when it
   * has ended. What a request is may become plain with a later one: then its row is told with that one's.
   */
  add(requests: readonly AuditRequest[]): readonly StreamedRow[];
  /** What could be missing, or is worth knowing, by what was told so far. */
  findings(): { readonly gaps: readonly Gap[]; readonly notes: readonly Note[] };
}
